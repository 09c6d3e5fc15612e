"""Lines of printed pages → paragraphs: running heads out, notes at the end, lines and pages joined. Pure.

The rules and every number not explained here were measured in READING §6.1 ("What to do instead", 7 and 8); 1 em is the
size of the body's type.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from archive.read.lines import ACROSS, Line, Sheet, join_text, set_lines
from archive.read.margins import drop_heads, drop_page_numbers, join_notes, part_notes

# Type that differs more than this parts paragraphs.
SIZE_STEP = 1.12
# The left edge is the leftmost that this share of lines has; enough lines for even and odd pages to have their own.
EDGE_SHARE = 0.08
EDGE_LINES = 12
# An indent is between these (em), and that of this share of lines.
INDENT = (0.7, 4.2)
INDENT_SHARE = 0.03
# A line that ends this far (em) before the right edge is short; a line without end mark may be short by so much.
SHORT = 2.0
SHORT_OPEN = 6.0
# Paragraphs set without indent are parted by a gap of more than so many times the usual leading.
GAP = 1.22
# Lines of one large type are one title within this distance (times their size).
TITLE_LEADING = 2.6

END = re.compile(r"[。！？!?；;：:…][”’」』）)》\]]*$")
OPEN_END = re.compile(r"[，、,（(“‘《—]$")
NUMBERED = re.compile(
    r"第[一二三四五六七八九十百]+[章节部]|[一二三四五六七八九十]{1,3}[、.．]|[（(][一二三四五六七八九十\d]{1,3}[)）]|"
    r"\d{1,2}[、.．](?!\d)|附件|附[：:]|[①-⑳]"
)
# The sentence that names the topic of a paragraph: short, without a comma (READING §6.1, block documents).
TOPIC = re.compile(r"[^，。；：、“]{5,22}。")
SALUTATION = re.compile(r"(?:各位|同志|尊敬的)[^，。；]{0,14}[：:]$")
# SOURCES §4: the line of the session, or of the day, ends so; the speaker's line ends in a post and a name.
SESSION = re.compile(r"(?:会议上?|通过|\d日|[一二三四五六七八九十]日)[)）]?$")
SESSION_START = re.compile(r"[(（—─―]")
SESSION_REST = re.compile(r"第[一二三四五六七八九十\d]{1,3}次")
SPEAKER = re.compile(
    r"(?:[省市区县州旗盟乡镇]\s*长|主\s*席|专\s*员)\s*[：:]?\s*"
    r"(?:[\u4e00-\u9fff](?:\s*[\u4e00-\u9fff]){1,3}|[\u4e00-\u9fff]+(?:·[\u4e00-\u9fff]+)+)$"
)
SPEAKER_LENGTH = 32


@dataclass(frozen=True, slots=True)
class Edges:
    """Where the lines of a column begin and end, in points."""

    left: float
    right: float


@dataclass(frozen=True, slots=True)
class Setting:
    """How a document is set: the body's type, the indent (em; None: paragraphs are not indented) and leading (points).

    `gaps` is whether paragraphs are parted by white space; `edges` gives the edges of the column a line is in.
    """

    em: float
    indent: float | None
    leading: float
    gaps: bool
    edges: Callable[[Line], Edges]


def lay_out(sheets: Sequence[Sheet]) -> list[str]:
    """The paragraphs of printed pages, those of the notes last."""
    pages = drop_page_numbers(drop_heads(set_lines(sheets), sheets), sheets)
    em = body_size(line for page in pages for line in page)
    body, notes = part_notes(pages, sheets, em)
    return join_lines(body, find_setting(body, em)) + join_notes(notes)


def body_size(lines: Iterable[Line]) -> float:
    """The size most characters are set in, in points; 0 where there are none."""
    sizes = Counter[float]()
    for line in lines:
        sizes[line.size] += len(line.text)
    return max(sizes, key=lambda size: (sizes[size], size), default=0.0)


def find_setting(lines: Sequence[Line], em: float) -> Setting:
    """How the document is set, seen from its body lines."""
    usual = [line for line in lines if line.column != ACROSS and em / SIZE_STEP <= line.size <= em * SIZE_STEP]
    by_column: dict[tuple[int, int | None], list[Line]] = {}
    for line in usual:
        by_column.setdefault((line.column, None), []).append(line)
        by_column.setdefault((line.column, line.sheet % 2), []).append(line)
    found = {
        key: find_edges(group, em) for key, group in by_column.items() if key[1] is None or len(group) >= EDGE_LINES
    }
    anywhere = find_edges(usual, em) if usual else Edges(0, 0)
    across = Edges(min((e.left for e in found.values()), default=0), max((e.right for e in found.values()), default=0))

    def edges(line: Line) -> Edges:
        if line.column == ACROSS:
            return across
        return found.get((line.column, line.sheet % 2)) or found.get((line.column, None), anywhere)

    offsets = Counter(round((line.left - edges(line).left) / em * 4) / 4 for line in usual)
    least, most = INDENT
    indents = {offset: count for offset, count in offsets.items() if least <= offset <= most}
    indent = max(indents, key=lambda offset: (indents[offset], -offset), default=None)
    if indent is not None and indents[indent] < INDENT_SHARE * len(usual):
        indent = None
    steps = Counter(
        round((above.y - below.y) * 2) / 2
        for above, below in pairwise(usual)
        if above.sheet == below.sheet and above.column == below.column and above.y > below.y
    )
    leading = max(steps, key=lambda step: (steps[step], -step), default=em * 1.5)
    wide = sum(count for step, count in steps.items() if step > GAP * leading)
    return Setting(em, indent, leading, wide >= INDENT_SHARE * len(usual), edges)


def find_edges(lines: Sequence[Line], em: float) -> Edges:
    """The leftmost beginning that lines share and the end most of them have, to a quarter of an em."""
    lefts = Counter(round(line.left / em * 4) for line in lines)
    shared = [left for left, count in lefts.items() if count >= EDGE_SHARE * len(lines)]
    left = min(shared or lefts)
    rights = Counter(round(line.right / em * 4) for line in lines)
    right = max(rights, key=lambda end: (rights[end], end))
    return Edges(
        min(line.left for line in lines if round(line.left / em * 4) == left),
        max(line.right for line in lines if round(line.right / em * 4) == right),
    )


def join_lines(lines: Sequence[Line], setting: Setting) -> list[str]:
    """The paragraphs of the body."""
    paragraphs: list[str] = []
    before: Line | None = None
    for line in lines:
        if before is None or begins_paragraph(before, line, setting):
            paragraphs.append(line.text)
        else:
            paragraphs[-1] = join_text(paragraphs[-1], line.text)
        before = line
    return paragraphs


def begins_paragraph(before: Line, line: Line, setting: Setting) -> bool:
    """Whether a line begins a paragraph rather than going on with that of the line before."""
    if max(before.size, line.size) > SIZE_STEP * min(before.size, line.size):
        return True
    if line.size > SIZE_STEP * setting.em:
        return begins_title(before, line)
    if stands_alone(before, setting) or (stands_alone(line, setting) and not goes_on(before, line, setting)):
        return True
    if is_centred(line, setting):
        return not wraps_centred(before, line, setting)
    edges = setting.edges(line)
    offset = (line.left - edges.left) / setting.em
    short = shortfall(before, setting)
    finished = END.search(before.text) is not None
    if setting.indent is not None:
        if offset >= INDENT[0]:
            return True
        if OPEN_END.search(before.text):
            return False
        return short >= (SHORT if finished else SHORT_OPEN)
    below = before.sheet == line.sheet and before.column == line.column
    if offset >= INDENT[0] or (below and before.y - line.y > GAP * setting.leading):
        return True
    if OPEN_END.search(before.text):
        return False
    if short >= (SHORT if finished else SHORT_OPEN):
        return True
    # Where a gap would show, only words can tell: after a full line, a number or a topic begins a paragraph.
    return finished and not (setting.gaps and below) and bool(NUMBERED.match(line.text) or TOPIC.match(line.text))


def goes_on(before: Line, line: Line, setting: Setting) -> bool:
    """Whether a full line that ends within a sentence is followed by a line at the left edge."""
    if SALUTATION.fullmatch(line.text):
        return False
    at_edge = line.left - setting.edges(line).left < INDENT[0] * setting.em
    return at_edge and shortfall(before, setting) < SHORT and END.search(before.text) is None


def shortfall(line: Line, setting: Setting) -> float:
    """How far (em) a line ends before the right edge."""
    return (setting.edges(line).right - line.right) / setting.em


def begins_title(before: Line, line: Line) -> bool:
    """Whether a line in large type begins a title: its lines stand close, and a number begins another."""
    near = before.sheet == line.sheet and 0 < before.y - line.y <= TITLE_LEADING * line.size
    return not near or NUMBERED.match(line.text) is not None or END.search(before.text) is not None


def stands_alone(line: Line, setting: Setting) -> bool:
    """Whether a line is a paragraph by what it says: salutation, session, speaker."""
    text = line.text.strip()
    if SALUTATION.fullmatch(text):
        return True
    if len(text) <= SPEAKER_LENGTH and not re.search("[，。；！]", text) and SPEAKER.search(text):
        return shortfall(line, setting) >= SHORT
    return SESSION.search(text) is not None and (is_centred(line, setting) or SESSION_START.match(text) is not None)


def is_centred(line: Line, setting: Setting) -> bool:
    """Whether a line stands in the middle of its column, in from both edges."""
    edges = setting.edges(line)
    left, right = (line.left - edges.left) / setting.em, (edges.right - line.right) / setting.em
    return min(left, right) >= 1 and abs(left - right) <= 1


def wraps_centred(before: Line, line: Line, setting: Setting) -> bool:
    """Whether a centred line is the rest of the centred line before, which was too long."""
    if not is_centred(before, setting) and abs(middle(before) - middle(line)) > setting.em / 2:
        return False
    if END.search(before.text) or SESSION.search(before.text) or before.sheet != line.sheet:
        return False
    edges = setting.edges(before)
    long = before.right - before.left >= 0.75 * (edges.right - edges.left)
    return bool(SESSION_REST.match(line.text)) or (long and line.left - before.left >= setting.em)


def middle(line: Line) -> float:
    """The middle of a line, in points."""
    return (line.left + line.right) / 2
