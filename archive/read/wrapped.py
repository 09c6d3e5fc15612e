"""Lines as they were printed → paragraphs: where every line of a print is a line of the page. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence

# Lines are those of a print where there are many, a good part about as wide as the widest, none wider than print.
MANY, FULL_SHARE, WIDEST = 12, 0.3, 70  # lines; share of the lines; em (A4 at 12 pt has 40, a terminal 40 to 66)
# em before the right edge: a line that ends earlier ends a paragraph; within a sentence it may, before a long number.
# As in layout.py.
SHORT, SHORT_OPEN = 2.0, 6.0
INDENT = 1.0  # em: paragraphs are set in by two characters, or by as many half-width spaces
MARKED_SHARE = 0.03  # of the lines: fewer indents or blank lines, and they mark something else (layout.py)
FINISHED = re.compile("[。！？；：…!?;:][”’」』）》]*$")
OPEN_END = re.compile("[，、（“‘《—]$")
LATIN_END, LATIN_START = re.compile("[A-Za-z]$"), re.compile("[A-Za-z]")


def join_print(lines: Sequence[str]) -> list[str]:
    """The paragraphs of lines as they were printed; other lines as they are, without white space at their ends."""
    filled = [line for line in lines if line.strip()]
    if len(filled) < MANY or sum(len(line) > WIDEST for line in filled) > MARKED_SHARE * len(filled):
        return [line.strip() for line in lines]
    right = right_edge(filled)
    left = min((indent_of(line) for line in filled), default=0.0)
    indented = sum(indent_of(line) >= left + INDENT for line in filled)
    blanks = sum(not line.strip() for line in lines)
    marked = MARKED_SHARE * len(filled)
    by_indent = marked <= indented <= (1 - FULL_SHARE) * len(filled)
    if right is None or not (by_indent or marked <= blanks < len(filled) / 2):
        return [line.strip() for line in lines]
    paragraphs: list[str] = []
    before = ""
    for line in lines:
        said = line.strip()
        if not said:
            before = before if by_indent else ""
            continue
        begins = by_indent and indent_of(line) >= left + INDENT
        least = right - (SHORT if FINISHED.search(before) else SHORT_OPEN)
        short = width_of(before) < least and not OPEN_END.search(before)
        if not before or begins or short:
            paragraphs.append(said)
        else:
            glue = " " if LATIN_END.search(before.rstrip()[-1:]) and LATIN_START.match(said) else ""
            paragraphs[-1] += glue + said
        before = line
    return paragraphs


def right_edge(lines: Sequence[str]) -> float | None:
    """Where most lines of a print end (em); None where the lines are no print."""
    widths = Counter(round(width_of(line)) for line in lines)
    edge = max(widths, key=lambda width: (widths[width - 1] + widths[width] + widths[width + 1], width))
    full = sum(count for width, count in widths.items() if abs(width - edge) <= SHORT)
    wider = sum(count for width, count in widths.items() if width > edge + SHORT)
    is_print = edge <= WIDEST and full >= FULL_SHARE * len(lines) and wider <= MARKED_SHARE * len(lines)
    return float(edge) if is_print else None


def width_of(line: str) -> float:
    """How wide a line is (em): half for what is not full width."""
    return sum(1.0 if unicodedata.east_asian_width(character) in "WFA" else 0.5 for character in line)


def indent_of(line: str) -> float:
    """How far a line is set in (em)."""
    return width_of(line[: len(line) - len(line.lstrip())])
