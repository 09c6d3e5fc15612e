"""How alike two reports are worded, and which passages one has of the other. Pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from math import sqrt

import numpy as np

from archive.align import fold_with_places, hash_runs
from archive.fold import fold_text

# Characters of a shingle: the length at which copies and other texts part best (READING §3.1).
SHINGLE = 5
# A passage of so many characters without punctuation is no formula that every report has, and no chance.
SHORTEST = 30


@dataclass(frozen=True, slots=True)
class Likeness:
    """`shared`: share of the first text's shingles that stand in the second; `jaccard`: of all of both; `cosine`: of
    the angle between the counts of their two-character words. 0 to 1.
    """

    shared: float
    jaccard: float
    cosine: float


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of one text that stands in another too, punctuation aside, as places in both as they are."""

    start: int
    length: int
    other_start: int
    other_length: int


def measure_likeness(text: str, other: str) -> Likeness:
    """How alike two texts are worded."""
    one, two = fold_text(text), fold_text(other)
    a, b = np.unique(hash_runs(one, SHINGLE)), np.unique(hash_runs(two, SHINGLE))
    both = len(np.intersect1d(a, b, assume_unique=True))
    whole = len(a) + len(b) - both
    return Likeness(both / len(a) if len(a) else 0.0, both / whole if whole else 0.0, cosine(one, two))


def cosine(one: str, two: str) -> float:
    """The cosine of the angle between the counts of two-character words of two folded texts."""
    a, b = (Counter(text[place : place + 2] for place in range(len(text) - 1)) for text in (one, two))
    length = sqrt(sum(n * n for n in a.values())) * sqrt(sum(n * n for n in b.values()))
    return sum(n * b[word] for word, n in a.items()) / length if length else 0.0


def find_passages(text: str, other: str, shortest: int = SHORTEST) -> list[Passage]:
    """The passages of `text` with at least `shortest` characters that stand in `other` too, in the order of `text`.

    They never overlap; where one stands twice in `other`, its first place there is given.
    """
    one, two = fold_with_places(text), fold_with_places(other)
    runs, others = hash_runs(one.text, shortest), hash_runs(two.text, shortest)
    values, firsts = np.unique(others, return_index=True)
    if not len(values) or not len(runs):
        return []
    found = np.minimum(np.searchsorted(values, runs), len(values) - 1)
    hits = np.flatnonzero(values[found] == runs)
    passages: list[Passage] = []
    done = 0
    for hit in hits.tolist():
        if hit < done:
            continue
        there = int(firsts[found[hit]])
        length = common_length(one.text, hit, two.text, there)
        if length < shortest:  # two runs of one hash
            continue
        done = hit + length
        start, end = int(one.places[hit]), int(one.places[done - 1]) + 1
        other_start, other_end = int(two.places[there]), int(two.places[there + length - 1]) + 1
        passages.append(Passage(start, end - start, other_start, other_end - other_start))
    return passages


def common_length(one: str, start: int, two: str, other: int) -> int:
    """How far two texts go on alike from two places."""
    length = 0
    while start + length < len(one) and other + length < len(two) and one[start + length] == two[other + length]:
        length += 1
    return length
