"""What stands around the body of printed pages: running heads, page numbers, notes. Pure.

The rules and every number not explained here were measured in READING §6.1 ("What to do instead", 5 and 6); 1 em is the
size of the body's type.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from archive.read.lines import Line, Sheet, join_text

# Heads and page numbers stand in the outer 14 % of a sheet, in its first or last two rows.
OUTER = 0.14
OUTER_ROWS = 2
# A head returns at the same height (points) on so many sheets: a quarter of them, two at least, four suffice.
SAME_HEIGHT = 6
HEAD_SHEETS = (2, 4)
# — 3 —   - 3 -   3/20   第 3 页 共 20 页   ·3·   iv; text recognition reads the dashes as 一.
DASH = r"[-‐‑‒–—―─－~·•.一]"
PAGE_NUMBER = re.compile(
    rf"(?:{DASH}\s*){{0,3}}(?:\d{{1,4}}|[ivxlc]{{1,6}}|[IVXLC]{{1,6}})(?:\s*{DASH}){{0,3}}"
    r"|\d{1,4}\s*[/／]\s*\d{1,4}"
    r"|第\s*[\d一二三四五六七八九十百]{1,4}\s*页(?:\s*[,，/／]?\s*[(（]?\s*共\s*\d{1,4}\s*页\s*[)）]?)?"
    # What browsers print above and below a page: the time and its title, its address and the number of the page.
    r"|(?:\d{1,2}/\d{1,2}/\d{2,4}|\d{4}/\d{1,2}/\d{1,2}),?\s*\d{1,2}:\d\d.*"
    r"|[a-zﬁ]{3,5}://\S+\s*\d{1,4}/\d{1,4}"
)
# A bare number so far (times the size of its neighbour) from all lines stands apart: official leading is 1.75.
APART = 2.0
# Type at most so large, against the body's, is that of notes.
NOTE_SIZE = 0.86
# How notes begin; those of one document begin alike. A bare number is followed by words and is no date or amount.
NOTE_MARKS = tuple(
    re.compile(mark)
    for mark in (
        "[①-⑳㉑-㉟❶-❿]",
        r"[\[［〔(（]\s?\d{1,2}\s?[\]］〕)）]",
        r"\d{1,2}[.．、]?\s?(?![年月日个万亿])[\u4e00-\u9fffA-Za-z“《]",
        r"[*＊]",
        r"注[：:\d]|注释",
    )
)

# A path at most so high and at least so wide (points) is a rule. The one above Word's notes is two inches wide, in a
# narrow column half as wide.
RULE_HEIGHT = 2.0
RULE_WIDTH = 72.0


def find_rule(points: Sequence[tuple[float, float]]) -> list[tuple[float, float, float]]:
    """The rule that a path through these points (in points, y upwards) draws; none where it is no long thin line."""
    if not points:
        return []
    left, right = min(x for x, _ in points), max(x for x, _ in points)
    low, high = min(y for _, y in points), max(y for _, y in points)
    return [(left, right, high)] if high - low <= RULE_HEIGHT and right - left >= RULE_WIDTH else []


def outer_lines(page: Sequence[Line], height: float, rows: int = OUTER_ROWS) -> set[Line]:
    """The lines in the first and last rows of a page that stand in the outer part of its sheet."""
    heights = sorted({line.y for line in page})
    low, high = set(heights[:rows]), set(heights[-rows:])
    return {
        line
        for line in page
        if (line.y in low and line.y < OUTER * height) or (line.y in high and line.y > (1 - OUTER) * height)
    }


def drop_heads(pages: Sequence[Sequence[Line]], sheets: Sequence[Sheet]) -> list[list[Line]]:
    """The pages without running heads and feet: lines that return, but for their digits, at one height."""
    outer = [outer_lines(page, sheet.height) for page, sheet in zip(pages, sheets, strict=True)]
    places: dict[str, list[Line]] = {}
    for lines in outer:
        for line in lines:
            places.setdefault(without_digits(line.text), []).append(line)
    least, enough = HEAD_SHEETS
    needed = max(least, min(enough, len(pages) / 4))

    def returns(line: Line) -> bool:
        like = places[without_digits(line.text)]
        return len({other.sheet for other in like if abs(other.y - line.y) <= SAME_HEIGHT}) >= needed

    return [
        [line for line in page if line not in lines or not returns(line)]
        for page, lines in zip(pages, outer, strict=True)
    ]


def without_digits(text: str) -> str:
    """A line as it compares between pages: each number as one sign, no white space."""
    return re.sub(r"\d+", "#", re.sub(r"\s", "", text))


def drop_page_numbers(pages: Sequence[Sequence[Line]], sheets: Sequence[Sheet]) -> list[list[Line]]:
    """The pages without the page number in their first or last row.

    A bare number may also be the last word of a text: it is a page number where it counts the pages along with others,
    or stands well apart.
    """
    found = {
        line
        for page, sheet in zip(pages, sheets, strict=True)
        for line in outer_lines(page, sheet.height, rows=1)
        if PAGE_NUMBER.fullmatch(line.text.strip())
    }
    counting = Counter(int(line.text) - line.sheet for line in found if line.text.isdecimal())

    def is_number(line: Line, page: Sequence[Line]) -> bool:
        if not line.text.isdecimal() or counting[int(line.text) - line.sheet] > 1:
            return True
        return all(abs(other.y - line.y) > APART * other.size for other in page if other.y != line.y)

    return [[line for line in page if line not in found or not is_number(line, page)] for page in pages]


def part_notes(pages: Sequence[Sequence[Line]], sheets: Sequence[Sheet], em: float) -> tuple[list[Line], list[Line]]:
    """Body and notes: the notes are the small lines that end a column, where a mark, a rule or earlier notes say so."""
    body: list[Line] = []
    notes: list[Line] = []
    # Notes that fill a column's foot may go on at the foot of the next.
    going_on = False
    for page, sheet in zip(pages, sheets, strict=True):
        for column in sorted({line.column for line in page}):
            lines = [line for line in page if line.column == column]
            cut = len(lines)
            while cut and lines[cut - 1].size <= NOTE_SIZE * em:
                cut -= 1
            small = lines[cut:]
            ruled = bool(small) and has_rule_above(small[0], lines[cut - 1] if cut else None, sheet)
            marked = next((n for n, line in enumerate(small) if note_mark(line)), None)
            if small and marked is not None and not (ruled or going_on):
                # Small lines before the first mark are a caption or a table above the notes.
                cut += marked
            elif not (ruled or going_on):
                cut = len(lines)
            notes += lines[cut:]
            going_on = bool(lines[cut:])
            body += lines[:cut]
    return body, notes


def note_mark(line: Line) -> re.Pattern[str] | None:
    """Which of NOTE_MARKS a line begins with."""
    return next((mark for mark in NOTE_MARKS if mark.match(line.text)), None)


def has_rule_above(first: Line, before: Line | None, sheet: Sheet) -> bool:
    """Whether a rule, the lowest of its column, parts a line from the one before; tables have more of them."""
    ceiling = before.y if before is not None else sheet.height
    heights = [y for left, right, y in sheet.rules if y < ceiling and left < first.right and right > first.left]
    return bool(heights) and min(heights) > first.y


def join_notes(lines: Sequence[Line]) -> list[str]:
    """The notes, each beginning with its mark."""
    notes: list[str] = []
    usual = next(filter(None, map(note_mark, lines)), None)
    for line in lines:
        if not notes or (usual is not None and usual.match(line.text)):
            notes.append(line.text)
        else:
            notes[-1] = join_text(notes[-1], line.text)
    return notes
