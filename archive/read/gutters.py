"""Where the gutter between two printed columns runs. Pure."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from archive.read.lines import Glyph

# A gutter between two columns: at least so wide (em), in the middle part of the text's width, crossed by at most this
# share of rows, with both sides at least so full.
GUTTER_WIDTH = 0.7
GUTTER_MIDDLE = (0.35, 0.65)
GUTTER_CROSSED = 0.15
SIDE_FULL = 0.3
# A side that is less full may be the short column a text ends in: so many lines, half of them so full.
SHORT_COLUMN, LINE_FULL = 5, 0.5
# Fewer rows than this make no columns of their own; such a page inherits the gutter of the document.
COLUMN_ROWS = 8


def find_gutter(rows: Sequence[Sequence[Glyph]]) -> float | None:
    """Where the gutter between two columns runs, or None for text in one column."""
    if len(rows) < COLUMN_ROWS:
        return None
    left = min(row[0].x for row in rows)
    right = max(glyph.end for row in rows for glyph in row)
    em = median(glyph.size for row in rows for glyph in row)
    crossed = count_crossed([span for row in rows for span in spans(row, GUTTER_WIDTH * em)])
    middle = range(*(round(left + share * (right - left)) for share in GUTTER_MIDDLE))
    open_runs = runs_of([point for point in middle if crossed[point] <= GUTTER_CROSSED * len(rows)])
    # Beside a short column there may be a second one, within that column's indents: the gutter is crossed by fewer.
    wide = [run for run in open_runs if len(run) >= GUTTER_WIDTH * em]
    best = min(wide, key=lambda run: (max(crossed[point] for point in run), -len(run)), default=None)
    if best is None:
        return None
    gutter = (best.start + best.stop) / 2
    for low, high in ((left, best.start), (best.stop, right)):
        widths = [sum(glyph.width for glyph in row if low - 1 <= glyph.x < high) for row in rows]
        if sum(widths) < SIDE_FULL * len(rows) * (high - low) and not is_short_column(widths, high - low):
            return None
    return gutter


def runs_of(points: Sequence[int]) -> list[range]:
    """The stretches of points that follow one another."""
    runs: list[range] = []
    for point in points:
        if runs and runs[-1].stop == point:
            runs[-1] = range(runs[-1].start, point + 1)
        else:
            runs.append(range(point, point + 1))
    return runs


def is_short_column(widths: Sequence[float], full: float) -> bool:
    """Whether what stands beside a gutter is the short column a text ends in."""
    filled = [width for width in widths if width]
    return len(filled) >= SHORT_COLUMN and median(filled) >= LINE_FULL * full


def keeps_gutter(rows: Sequence[Sequence[Glyph]], gutter: float) -> bool:
    """Whether most rows do not cross a gutter found on other pages; those that do stay lines across both columns."""
    crossing = sum(
        any(start < gutter < end for start, end in spans(row, GUTTER_WIDTH * median(glyph.size for glyph in row)))
        for row in rows
    )
    return crossing <= len(rows) / 2


def count_crossed(stretches: Sequence[tuple[int, int]]) -> Counter[int]:
    """How many stretches lie over each point; one row's never lie over each other."""
    steps = Counter[int]()
    for start, end in stretches:
        if start < end:
            steps[start] += 1
            steps[end] -= 1
    points = sorted(steps)
    crossed, over = Counter[int](), 0
    for start, end in pairwise(points):
        over += steps[start]
        if over:
            crossed.update(dict.fromkeys(range(start, end), over))
    return crossed


def spans(row: Sequence[Glyph], widest: float) -> list[tuple[int, int]]:
    """The stretches of whole points a row covers, gaps narrower than `widest` points included."""
    found = [[row[0].x, row[0].end]]
    for glyph in row[1:]:
        if glyph.x - found[-1][1] < widest:
            found[-1][1] = max(found[-1][1], glyph.end)
        else:
            found.append([glyph.x, glyph.end])
    return [(math.floor(start), math.ceil(end)) for start, end in found]
