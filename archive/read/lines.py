"""Characters of a printed page → lines of text in reading order. Pure: knows of no file format.

The rules and every number not explained here were measured in READING §6.1 ("What to do instead", 1 to 4); 1 em is the
size of the type in question.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

from archive.read.gutters import GUTTER_WIDTH, find_gutter, keeps_gutter

# Points: no page is larger (ISO 32000-1 annex C: 200 inches), and nothing that lies farther out is printed.
LARGEST = 14_400
SMALLEST = 0.1  # points: type of less is a speck
# Two glyphs of one character nearer than this (em) are one, struck twice to look bold.
DOUBLE_STRUCK = 0.15
# Baselines nearer than this (em) are one line: raised note marks, lowered figures.
SAME_BASELINE = 0.48
# Gaps wider than this (em), after taking off the line's own median gap, are spaces that someone typed: between two
# Han characters, between Han and another, between two others. Word's own space between Han and digits is 0.25 em.
SPACE_HAN, SPACE_MIXED, SPACE_OTHER = 0.9, 0.6, 0.22
# Where a space is written between two Han characters (区长 某某), a gap of a narrow space is enough.
SPACE_WRITTEN = 0.2
# A raised mark of a note: smaller than this share of the row, its baseline higher than this (em of the row).
MARK_SIZE = 0.8
MARK_RISE = 0.2
MARK = re.compile(r"[①-⑳*＊]|[\[［〔(（]?\d{1,2}[\]］〕)）]?")
HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
# Full-width punctuation and forms are set like Han characters.
FULL_WIDTH = re.compile(r"[\u2014\u2018-\u201d\u2026\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff]")

# Degrees: text is set along right angles, give or take a crooked scan; other text is a stamp or a watermark.
CROOKED = 10

ACROSS = -1


@dataclass(frozen=True, slots=True)
class Glyph:
    """One printed character: where its baseline begins, how far it advances, its size; in points.

    `y` grows upwards. `angle` is the direction of its line in degrees, anticlockwise: 0 for upright text, 270 for lines
    that run down the page, upright characters or not. `spaced` is whether a space was written before it.
    """

    text: str
    x: float
    y: float
    width: float
    size: float
    angle: int = 0
    spaced: bool = False

    @property
    def end(self) -> float:
        """Where the next character would begin."""
        return self.x + self.width


@dataclass(frozen=True, slots=True)
class Sheet:
    """One page as it is printed: its size in points, its characters, and the long thin horizontal rules on it.

    A rule is (left, right, height above the lower edge). `images` is the share of the page that images cover (more than
    1 where they lie on each other), `failure` what broke the reader on this page, "" for nothing.
    """

    width: float
    height: float
    glyphs: Sequence[Glyph]
    rules: Sequence[tuple[float, float, float]] = ()
    images: float = 0.0
    failure: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text: its place on its sheet (counted from 0) and column (0 and 1; ACROSS for a line over both)."""

    text: str
    left: float
    right: float
    y: float
    size: float
    sheet: int
    column: int = 0


def set_lines(sheets: Sequence[Sheet]) -> list[list[Line]]:
    """The lines of each sheet in reading order, columns one after the other."""
    upright = [drop_doubles(turn_upright(drop_unprintable(sheet))) for sheet in sheets]
    rows = [cluster_rows(sheet.glyphs) for sheet in upright]
    gutters = [find_gutter(page) for page in rows]
    usual = Counter(round(gutter) for gutter in gutters if gutter is not None).most_common(1)
    if usual:
        # A first page with its title, or a short last one, does not show by itself the gutter that it follows.
        common = usual[0][0]
        gutters = [
            common if gutter is None and keeps_gutter(page, common) else gutter
            for gutter, page in zip(gutters, rows, strict=True)
        ]
    return [order_lines(page, gutter, number) for number, (page, gutter) in enumerate(zip(rows, gutters, strict=True))]


def drop_unprintable(sheet: Sheet) -> Sheet:
    """The sheet without characters that lie on no page, are larger than any or too small to see."""
    kept = [
        glyph
        for glyph in sheet.glyphs
        # One comparison each: a place may be no number, which max() may pass over.
        if SMALLEST <= glyph.size <= LARGEST
        and all(abs(length) <= LARGEST for length in (glyph.x, glyph.y, glyph.width))
    ]
    return sheet if len(kept) == len(sheet.glyphs) else replace(sheet, glyphs=kept)


def turn_upright(sheet: Sheet) -> Sheet:
    """The sheet turned so that most of its text runs from left to right; text at other angles (stamps) is left out."""
    angles = Counter(glyph.angle for glyph in sheet.glyphs)
    if not angles or set(angles) == {0}:
        return sheet
    angle = angles.most_common(1)[0][0]
    turned = [
        Glyph(glyph.text, *turn(glyph.x, glyph.y, angle), glyph.width, glyph.size, spaced=glyph.spaced)
        for glyph in sheet.glyphs
        if glyph.angle == angle
    ]
    corners = [turn(x, y, angle) for x in (0, sheet.width) for y in (0, sheet.height)]
    left, low = min(x for x, _ in corners), min(y for _, y in corners)
    return replace(
        sheet,
        width=max(x for x, _ in corners) - left,
        height=max(y for _, y in corners) - low,
        glyphs=[replace(glyph, x=glyph.x - left, y=glyph.y - low) for glyph in turned],
        rules=sheet.rules if angle == 0 else (),
    )


def turn(x: float, y: float, angle: int) -> tuple[float, float]:
    """A point turned clockwise around the origin by `angle` degrees."""
    cosine, sine = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    return x * cosine + y * sine, y * cosine - x * sine


def direction_of(x: float, y: float) -> int:
    """The direction of a vector in whole degrees from 0 to 359, right angles made exact."""
    angle = math.degrees(math.atan2(y, x))
    right = round(angle / 90) * 90
    return (right if abs(angle - right) <= CROOKED else round(angle)) % 360


def drop_doubles(sheet: Sheet) -> Sheet:
    """The sheet without white space and with each double-struck character once."""
    seen: dict[tuple[str, int, int], Glyph] = {}
    kept = []
    spaced = False
    for glyph in sheet.glyphs:
        if glyph.text.isspace() or not glyph.text:
            spaced = True
            continue
        reach = max(DOUBLE_STRUCK * glyph.size, 0.01)
        column, row = math.floor(glyph.x / reach), math.floor(glyph.y / reach)
        near = (seen.get((glyph.text, column + i, row + j)) for i in (-1, 0, 1) for j in (-1, 0, 1))
        if any(abs(o.x - glyph.x) < reach and abs(o.y - glyph.y) < reach for o in near if o is not None):
            continue
        seen[glyph.text, column, row] = glyph
        kept.append(replace(glyph, spaced=True) if spaced else glyph)
        spaced = False
    return replace(sheet, glyphs=kept)


def cluster_rows(glyphs: Iterable[Glyph]) -> list[list[Glyph]]:
    """Glyphs on one baseline together, from the top down, each row from left to right."""
    strips: dict[float, list[Glyph]] = {}
    for glyph in glyphs:
        strips.setdefault(round(glyph.y, 1), []).append(glyph)
    rows: list[tuple[float, float, list[Glyph]]] = []  # baseline and size of the largest strip, all glyphs
    for y in sorted(strips, reverse=True):
        strip = strips[y]
        size = median(glyph.size for glyph in strip)
        if rows:
            high, large, row = rows[-1]
            if high - y < SAME_BASELINE * max(large, size):
                # The row keeps the baseline of its main type, so that marks above and below it both join.
                bigger = (size, len(strip)) > (large, len(row))
                row += strip
                rows[-1] = (y, size, row) if bigger else (high, large, row)
                continue
        rows.append((y, size, strip))
    return [sorted(row, key=lambda glyph: glyph.x) for _, _, row in rows]


def order_lines(rows: Sequence[Sequence[Glyph]], gutter: float | None, sheet: int) -> list[Line]:
    """The lines of a sheet: those of the left column before those of the right, down to the next line across both."""
    if gutter is None:
        return [set_line(row, sheet, 0) for row in rows]
    lines: list[Line] = []
    columns: tuple[list[Line], list[Line]] = ([], [])
    for row in rows:
        left = [glyph for glyph in row if glyph.x + glyph.width / 2 < gutter]
        right = [glyph for glyph in row if glyph.x + glyph.width / 2 >= gutter]
        if left and right and right[0].x - left[-1].end < GUTTER_WIDTH * right[0].size:
            lines += [*columns[0], *columns[1], set_line(row, sheet, ACROSS)]
            columns = ([], [])
            continue
        for column, part in enumerate((left, right)):
            if part:
                columns[column].append(set_line(part, sheet, column))
    return [*lines, *columns[0], *columns[1]]


def set_line(row: Sequence[Glyph], sheet: int, column: int) -> Line:
    """One line from its glyphs, left to right: without raised note marks, with the spaces its gaps stand for."""
    size = Counter(round(glyph.size * 2) / 2 for glyph in row).most_common(1)[0][0]
    row = drop_marks(row, size)
    gaps = [right.x - left.end for left, right in pairwise(row)]
    usual = max(0.0, median(gaps)) if gaps else 0.0
    text = row[0].text
    for (left, right), gap in zip(pairwise(row), gaps, strict=True):
        text += (" " if gap - usual > space_between(left, right) * size else "") + right.text
    baseline = Counter(round(glyph.y, 1) for glyph in row).most_common(1)[0][0]
    return Line(text, row[0].x, max(glyph.end for glyph in row), baseline, size, sheet, column)


def space_between(left: Glyph, right: Glyph) -> float:
    """How wide (em) a gap between two characters has to be for a space."""
    if right.spaced and HAN.match(left.text) and HAN.match(right.text):
        return SPACE_WRITTEN
    full = bool(FULL_WIDTH.match(left.text)) + bool(FULL_WIDTH.match(right.text))
    return (SPACE_OTHER, SPACE_MIXED, SPACE_HAN)[full]


def drop_marks(row: Sequence[Glyph], size: float) -> Sequence[Glyph]:
    """The row without the small raised marks that point at notes (① [1] 1).

    Raised figures after a Latin letter or a digit stay: they are units and powers (m², 10⁴).
    """
    baseline = Counter(round(glyph.y, 1) for glyph in row if glyph.size > MARK_SIZE * size).most_common(1)
    if not baseline:
        return row
    raised = [g.size <= MARK_SIZE * size and g.y - baseline[0][0] > MARK_RISE * size for g in row]
    kept: list[Glyph] = []
    start = 0
    while start < len(row):
        end = start
        while end < len(row) and raised[end]:
            end += 1
        mark = "".join(glyph.text for glyph in row[start:end])
        after_word = bool(kept) and kept[-1].text.isascii() and kept[-1].text.isalnum()
        if not mark or not MARK.fullmatch(mark) or (mark.isdigit() and after_word) or not kept:
            kept += row[start : max(end, start + 1)]
        start = max(end, start + 1)
    return kept


def join_text(before: str, after: str) -> str:
    """Two lines as one: a space between Latin words alone."""
    latin = re.search(r"[A-Za-z][,.;:]?$", before) and re.match(r"[A-Za-z]", after)
    return f"{before} {after}" if latin else before + after
