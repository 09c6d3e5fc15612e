"""Aligning two texts: which characters of one stand in the other, in order. Pure; near-linear on copies of one text.

What compares two texts builds on this: restore.py, compare.py and the differences between copies.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from rapidfuzz.distance import LCSseq, Levenshtein

from archive.fold import find_places

# Runs of so many characters that stand once in either text are anchors: first those that chance never repeats (the run
# by which copies are verified, READING §3.2), then shorter ones for what lies between them.
ANCHORS = (16, 8, 5)
# Without an anchor a stretch is aligned character by character: exactly up to so many pairs of characters (a table of
# 4 MB), beyond that with Levenshtein's distance, which rapidfuzz works out by halves (Hirschberg) in little memory.
TABLE = 32_000_000
# Beyond so many pairs (100,000 characters each, three seconds) stretches without an anchor are other words altogether.
FAR = 10_000_000_000

_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)  # 2**64 / golden ratio: spreads neighbouring values


class Edit(NamedTuple):
    """One step from text a to text b: a[start_a:end_a] becomes b[start_b:end_b].

    `kind` is equal, replace, delete (only a has it) or insert (only b has it). A list of edits covers both texts
    without gap and overlap, and no two neighbours are of one kind.
    """

    kind: str
    start_a: int
    end_a: int
    start_b: int
    end_b: int


@dataclass(frozen=True, slots=True)
class Folded:
    """A text as comparison sees it, and where each of its characters stands in the text as it is."""

    text: str
    places: np.ndarray


def fold_with_places(text: str) -> Folded:
    """`archive.fold.fold_text`, with the offset in `text` of each folded character (㎡ gives two of one offset)."""
    return Folded(*find_places(text))


def codes_of(text: str) -> np.ndarray:
    """The code points of a text, one number a character."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)


def hash_runs(text: str, length: int) -> np.ndarray:
    """One 64-bit hash for each run of `length` characters of a text, in order; empty for a shorter text."""
    codes = codes_of(text).astype(np.uint64)
    if len(codes) < length:
        return np.empty(0, dtype=np.uint64)
    with np.errstate(over="ignore"):
        hashes = np.zeros(len(codes) - length + 1, dtype=np.uint64)
        for offset in range(length):
            hashes = hashes * _MULTIPLIER + codes[offset : offset + len(hashes)]
        hashes ^= hashes >> np.uint64(31)
        hashes *= _MULTIPLIER
        return hashes ^ (hashes >> np.uint64(29))


def align(a: str, b: str) -> list[Edit]:
    """The edits that make `b` of `a`, character by character; of two equal texts a single "equal".

    Both are compared as they are: fold them first where punctuation and spacing should not count, or use align_texts.
    The same two texts always give the same edits.
    """
    return list(merge(match_stretch(a, b, 0, 0, 0)))


def align_texts(a: str, b: str) -> list[Edit]:
    """As `align`, of the texts as comparison sees them, with offsets into the texts as they are.

    Punctuation, white space, full or half width and traditional forms make no difference: what stands between two
    folded characters goes with the one before it, at the very beginning with the one behind.
    """
    one, other = fold_with_places(a), fold_with_places(b)
    found: list[Edit] = []
    at_a = at_b = 0
    edits = align(one.text, other.text)
    for number, edit in enumerate(edits):
        last = number == len(edits) - 1
        end_a = len(a) if last else place_of(one, edit.end_a, a) if edit.end_a > edit.start_a else at_a
        end_b = len(b) if last else place_of(other, edit.end_b, b) if edit.end_b > edit.start_b else at_b
        found.append(Edit(edit.kind, at_a, max(at_a, end_a), at_b, max(at_b, end_b)))
        at_a, at_b = found[-1].end_a, found[-1].end_b
    # Two texts of punctuation alone have nothing that counts.
    return found or ([Edit("equal", 0, len(a), 0, len(b))] if a or b else [])


def place_of(folded: Folded, index: int, text: str) -> int:
    """Where in `text` the folded character `index` stands; the end of the text for the one behind the last."""
    return int(folded.places[index]) if index < len(folded.places) else len(text)


def match_stretch(a: str, b: str, at_a: int, at_b: int, level: int) -> Iterator[Edit]:
    """The edits between two stretches that begin at `at_a` and `at_b`; `level` is the first of ANCHORS to try."""
    front = common_front(a, b)
    back = common_front(a[front:][::-1], b[front:][::-1])
    yield Edit("equal", at_a, at_a + front, at_b, at_b + front)
    inner_a, inner_b = a[front : len(a) - back], b[front : len(b) - back]
    yield from match_inner(inner_a, inner_b, at_a + front, at_b + front, level)
    end_a, end_b = at_a + len(a), at_b + len(b)
    yield Edit("equal", end_a - back, end_a, end_b - back, end_b)


def match_inner(a: str, b: str, at_a: int, at_b: int, level: int) -> Iterator[Edit]:
    """The edits between two stretches that neither begin nor end alike."""
    if not a or not b:
        yield Edit("delete" if a else "insert", at_a, at_a + len(a), at_b, at_b + len(b))
        return
    for deeper, length in enumerate(ANCHORS[level:], level):
        anchors = find_anchors(a, b, length)
        if not anchors:
            continue
        done_a = done_b = 0
        for here, there, long in (*anchors, (len(a), len(b), 0)):
            # Up to what an anchor begins with; the next stretch grows over the rest from its front.
            yield from match_stretch(a[done_a:here], b[done_b:there], at_a + done_a, at_b + done_b, deeper + 1)
            done_a, done_b = here + long, there + long
            yield Edit("equal", at_a + here, at_a + done_a, at_b + there, at_b + done_b)
        return
    if len(a) * len(b) > FAR:
        yield Edit("replace", at_a, at_a + len(a), at_b, at_b + len(b))
        return
    small = len(a) * len(b) <= TABLE
    for kind, start_a, end_a, start_b, end_b in (LCSseq if small else Levenshtein).opcodes(a, b):
        yield Edit(kind, at_a + start_a, at_a + end_a, at_b + start_b, at_b + end_b)


def common_front(a: str, b: str) -> int:
    """How many characters two texts begin with alike."""
    length = min(len(a), len(b))
    differing = np.flatnonzero(codes_of(a[:length]) != codes_of(b[:length]))
    return int(differing[0]) if len(differing) else length


def find_anchors(a: str, b: str, length: int) -> list[tuple[int, int, int]]:
    """Stretches that begin with a run of `length` characters which stands once in either text: places and length.

    They are the longest chain of such runs that is in order in both; runs that overlap in both alike are one stretch.
    """
    (runs_a, first_a), (runs_b, first_b) = (single_runs(text, length) for text in (a, b))
    _, which_a, which_b = np.intersect1d(runs_a, runs_b, assume_unique=True, return_indices=True)
    pairs = sorted(zip(first_a[which_a].tolist(), first_b[which_b].tolist(), strict=True))
    chosen: list[tuple[int, int, int]] = []
    for here, there in longest_chain(pairs):
        start_a, start_b, long = chosen[-1] if chosen else (0, 0, 0)
        if chosen and here - start_a == there - start_b <= long:
            chosen[-1] = (start_a, start_b, here - start_a + length)
        elif here >= start_a + long and there >= start_b + long:
            chosen.append((here, there, length))
    return chosen


def single_runs(text: str, length: int) -> tuple[np.ndarray, np.ndarray]:
    """Hashes of the runs that stand once in a text, and where."""
    hashes, first, counts = np.unique(hash_runs(text, length), return_index=True, return_counts=True)
    return hashes[counts == 1], first[counts == 1]


def longest_chain(pairs: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest selection of pairs, sorted by the first number, in which the second rises too (patience sorting)."""
    listed = list(pairs)
    if all(one[1] < other[1] for one, other in pairwise(listed)):  # of two copies most stretches are in order
        return listed
    tops: list[int] = []
    heads: list[int] = []
    before = [-1] * len(listed)
    for number, (_, there) in enumerate(listed):
        pile = bisect_left(tops, there)
        before[number] = heads[pile - 1] if pile else -1
        tops[pile : pile + 1] = [there]
        heads[pile : pile + 1] = [number]
    chain: list[tuple[int, int]] = []
    at = heads[-1] if heads else -1
    while at >= 0:
        chain.append(listed[at])
        at = before[at]
    return chain[::-1]


def merge(edits: Iterable[Edit]) -> Iterator[Edit]:
    """Neighbours of one kind as one, empty ones left out; what differs between two equal stretches is one edit."""
    pending: Edit | None = None
    for edit in edits:
        if edit.start_a == edit.end_a and edit.start_b == edit.end_b:
            continue
        if pending is not None and (pending.kind == "equal") != (edit.kind == "equal"):
            yield pending
            pending = None
        start_a, start_b = (pending.start_a, pending.start_b) if pending else (edit.start_a, edit.start_b)
        kind = "equal" if edit.kind == "equal" else kind_of(start_a, edit.end_a, start_b, edit.end_b)
        pending = Edit(kind, start_a, edit.end_a, start_b, edit.end_b)
    if pending is not None:
        yield pending


def kind_of(start_a: int, end_a: int, start_b: int, end_b: int) -> str:
    """The kind of an edit that is not equal."""
    return "insert" if start_a == end_a else "delete" if start_b == end_b else "replace"
