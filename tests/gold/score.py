"""How near a text comes to the expected one, by characters and by paragraph boundaries. Pure.

Both texts are folded (NFKC) and lose their white space. They are aligned by their longest common subsequence, not by
multisets of 4-grams as in READING §2: a multiset cannot see a paragraph in the wrong place, and only an alignment says
which boundary is which. Characters: what is in the subsequence is right; the rest of the found text costs precision,
the rest of the expected one recall. Boundaries: the places between two paragraphs; one that was found is right where
the character before it or the one after it is aligned with that of an expected boundary.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate


@dataclass(frozen=True, slots=True)
class Score:
    """Counts of one text or of several: right, found and expected characters and paragraph boundaries.

    `crossing` and `whole` count the expected paragraphs that cross a page, and those of them found as they are.
    """

    right: int = 0
    found: int = 0
    expected: int = 0
    right_ends: int = 0
    found_ends: int = 0
    expected_ends: int = 0
    crossing: int = 0
    whole: int = 0

    @property
    def precision(self) -> float:
        """Share of the found characters that are expected."""
        return share(self.right, self.found)

    @property
    def recall(self) -> float:
        """Share of the expected characters that are found."""
        return share(self.right, self.expected)

    @property
    def f1(self) -> float:
        """Of characters."""
        return share(2 * self.right, self.found + self.expected)

    @property
    def ends_precision(self) -> float:
        """Share of the found paragraph boundaries that are expected."""
        return share(self.right_ends, self.found_ends)

    @property
    def ends_recall(self) -> float:
        """Share of the expected paragraph boundaries that are found."""
        return share(self.right_ends, self.expected_ends)

    @property
    def ends_f1(self) -> float:
        """Of paragraph boundaries."""
        return share(2 * self.right_ends, self.found_ends + self.expected_ends)


def share(part: int, whole: int) -> float:
    """A part of a whole; 1 of nothing."""
    return part / whole if whole else 1.0


def fold(text: str) -> str:
    """A text as it is compared: compatibility forms folded, no white space."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def score(found: Sequence[str], expected: Sequence[str], crossing: Iterable[str] = ()) -> Score:
    """The score of found paragraphs against expected ones; `crossing` are those expected that cross a page."""
    found_lines, expected_lines = fold_lines(found), fold_lines(expected)
    one, other = "".join(found_lines), "".join(expected_lines)
    partner = align(one, other)
    ends = set(inner_ends(expected_lines))
    found_ends = inner_ends(found_lines)
    # A boundary is named by the place of the character after it.
    right_ends = {
        partner[end] if partner[end] in ends else partner[end - 1] + 1
        for end in found_ends
        if partner[end] in ends or (partner[end - 1] >= 0 and partner[end - 1] + 1 in ends)
    }
    cut = [fold(paragraph) for paragraph in crossing]
    kept = set(found_lines)
    return Score(
        right=sum(place >= 0 for place in partner),
        found=len(one),
        expected=len(other),
        right_ends=len(right_ends),
        found_ends=len(found_ends),
        expected_ends=len(ends),
        crossing=len(cut),
        whole=sum(paragraph in kept for paragraph in cut),
    )


def score_characters(found: str, expected: str) -> Score:
    """The score by characters alone: for labels without paragraphs, and in little memory."""
    one, other = fold(found), fold(expected)
    *_, last = subsequence_rows(one, other)
    unmatched = last.bit_count() if other else 0
    return Score(right=len(other) - unmatched, found=len(one), expected=len(other))


def fold_lines(lines: Iterable[str]) -> list[str]:
    """Folded paragraphs, none empty."""
    return [folded for line in lines if (folded := fold(line))]


def inner_ends(lines: Sequence[str]) -> list[int]:
    """Where paragraphs end but the last, in characters."""
    return list(accumulate(map(len, lines)))[:-1]


def align(one: str, other: str) -> list[int]:
    """For each character of `one` its place in `other` by a longest common subsequence, -1 for none."""
    rows = list(subsequence_rows(one, other))
    partner = [-1] * len(one)
    i, j = len(one), len(other)
    while i and j:
        if rows[i] >> (j - 1) & 1:
            j -= 1
        else:
            i -= 1
            if rows[i] >> (j - 1) & 1:
                partner[i] = j - 1
                j -= 1
    return partner


def subsequence_rows(one: str, other: str) -> Iterable[int]:
    """The rows of the table of longest common subsequences: row i, for the first i characters of `one`, has a zero bit
    where it grows by one along `other` (Hyyrö 2004, "Bit-parallel LCS-length computation revisited").
    """
    places: dict[str, int] = {}
    for place, character in enumerate(other):
        places[character] = places.get(character, 0) | 1 << place
    full = (1 << len(other)) - 1
    row = full
    yield row
    for character in one:
        met = row & places.get(character, 0)
        row = ((row + met) | (row - met)) & full
        yield row


def total(scores: Iterable[Score]) -> Score:
    """The counts of several texts as one."""
    fields = Score.__slots__
    sums = [0] * len(fields)
    for item in scores:
        for number, name in enumerate(fields):
            sums[number] += getattr(item, name)
    return Score(*sums)


def mean(values: Iterable[float]) -> float:
    """The arithmetic mean; 1 of nothing."""
    numbers = list(values)
    return sum(numbers) / len(numbers) if numbers else 1.0
