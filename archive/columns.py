"""Printed lines of two columns that were copied across both: line 1 left, line 1 right, line 2 left … Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from archive.head import HAN
from archive.model import Problem

# A gap that two columns leave in a line that runs over both; a letter-spaced title has more than one.
GAP = re.compile(r"[ \u3000\xa0]{2,}|\t")
# Ends of lines that are asked, at least, and the shortest line that counts as printed over a column's width.
ASKED, SHORTEST = 30, 10
# Where a line goes on in the next, half to two thirds of the pairs at the joint stand somewhere in the text too; of
# characters that have nothing to do with each other, up to a tenth. 98 texts set in lines of 18, 22 and 28 characters:
# in order the next line had the lead by .44 to .64, across two columns the one after it by .45 to .61.
LEAD = 0.2
WIDE = re.compile(f"[{HAN}]")


def find_interleaved(lines: Sequence[str]) -> Iterator[Problem]:
    """Lines that go on not in the next one but in the one after it: the two columns of a page, read across."""
    halves = [half for line in lines for half in halves_of(line)]
    joints = [joints_of(halves, step) for step in (1, 2)]
    # Most texts end their lines with sentences: their characters need not be paired.
    if min(map(len, joints)) < ASKED:
        return
    seen = {pair for half in halves for pair in pairwise(half)}
    next_one, after_it = (sum(joint in seen for joint in found) / len(found) for found in joints)
    if after_it - next_one >= LEAD:
        detail = f"{len(halves)} lines run across two columns"
        yield Problem("interleaved_columns", "major", detail)


def halves_of(line: str) -> list[str]:
    """A line in two at the one gap in it, or as it is."""
    line = line.strip()
    halves = GAP.split(line)
    return halves if len(halves) == 2 else [line] if line else []


def joints_of(lines: Sequence[str], step: int) -> list[tuple[str, str]]:
    """The last character of each long line and the first of the one `step` after it, where both are Han."""
    return [
        (line[-1], other[0])
        for line, other in zip(lines, lines[step:], strict=False)
        if len(line) >= SHORTEST and WIDE.match(line[-1]) and WIDE.match(other[0])
    ]
