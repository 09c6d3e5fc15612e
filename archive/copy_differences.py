"""What differs between a copy and the best one of its report, as it is stored: numbers by value, bounded. Pure."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from archive.differences import Difference, find_differences
from archive.fold import fold, fold_text
from archive.numbers import Number, find_numbers, is_rounded

# Differences kept of one copy, and characters of their words; all are counted.
KEPT, WORDS = 40, 60
# In this order they are kept (archive.differences says what the kinds mean).
KINDS = ("numbers", "missing", "added", "wording", "damage")


@dataclass(frozen=True, slots=True)
class CopyDifference:
    """One difference; `times` says how often the same stands in the text, the place is that of the first.

    `start` and `length` are a place in the copy's text, `best_start` and `best_length` in the best copy's; a length is
    0 where a text has nothing there. `rounded` is of numbers: one is the other, rounded.
    """

    kind: str
    start: int
    length: int
    words: str
    best_start: int
    best_length: int
    best_words: str
    times: int = 1
    rounded: bool = False


def compare_with_best(copy: str, best: str) -> list[CopyDifference]:
    """All differences of a copy from the best one, in the order of the best text; equal words and damage are one."""
    numbers = tuple(find_numbers(copy)), tuple(find_numbers(best))
    folded = fold_text(copy), fold_text(best)
    found = [
        describe(each, copy, best, numbers, folded)
        for each in find_differences(copy, best)
        if each.kind != "numbers" or not is_layout(copy[each.start_a : each.end_a], best[each.start_b : each.end_b])
    ]
    return sorted(join_equal(found), key=lambda each: (each.best_start, each.start, each.kind))


def count_kinds(differences: Iterable[CopyDifference]) -> dict[str, int]:
    """In how many places two texts differ, by kind, in the order of KINDS; kinds without any are left out."""
    counts: Counter[str] = Counter()
    for each in differences:
        counts[each.kind] += each.times
    return {kind: counts[kind] for kind in KINDS if counts[kind]}


def keep_first(differences: Sequence[CopyDifference]) -> list[CopyDifference]:
    """The KEPT differences that tell most, in text order."""
    ranked = sorted(range(len(differences)), key=lambda n: (KINDS.index(differences[n].kind), n))
    return [differences[n] for n in sorted(ranked[:KEPT])]


def describe(
    found: Difference, copy: str, best: str, numbers: tuple[Sequence[Number], Sequence[Number]], folded: tuple[str, str]
) -> CopyDifference:
    """A difference as it is stored: passages that are only out of place are damage, equal values are wording."""
    kind, rounded = found.kind, False
    words, best_words = copy[found.start_a : found.end_a], best[found.start_b : found.end_b]
    if (kind == "added" and fold_text(words) in folded[1]) or (
        kind == "missing" and fold_text(best_words) in folded[0]
    ):
        kind = "damage"
    elif kind == "numbers":
        ours = numbers_at(numbers[0], found.start_a, found.end_a)
        theirs = numbers_at(numbers[1], found.start_b, found.end_b)
        if [number.value for number in ours] == [number.value for number in theirs]:
            kind = "wording"
        else:
            rounded = bool(ours) and len(ours) == len(theirs) and all(map(is_rounded, ours, theirs))
            words = "、".join(number.words for number in ours) or words
            best_words = "、".join(number.words for number in theirs) or best_words
    place = found.start_a, found.end_a - found.start_a
    best_place = found.start_b, found.end_b - found.start_b
    return CopyDifference(kind, *place, shorten(words), *best_place, shorten(best_words), rounded=rounded)


def is_layout(words: str, best_words: str) -> bool:
    """Whether two numbers have the same digits and points: 12345 and 12,345, or 5 .3 and 5.3."""
    bare, best_bare = (re.sub("[^0-9.]", "", fold(said)) for said in (words, best_words))
    return bool(bare) and bare == best_bare and not set("十百千万亿").intersection({*words} ^ {*best_words})


def numbers_at(numbers: Sequence[Number], start: int, end: int) -> list[Number]:
    """The numbers that a stretch of their text touches."""
    at = bisect_left(numbers, start + 1, key=lambda number: number.end)
    found = []
    while at < len(numbers) and numbers[at].start < end:
        found.append(numbers[at])
        at += 1
    return found


def shorten(words: str) -> str:
    """Words in one line, cut where they are long."""
    line = words.replace("\n", " ")
    return line if len(line) <= WORDS else f"{line[: WORDS - 1]}…"


def join_equal(differences: Iterable[CopyDifference]) -> Iterator[CopyDifference]:
    """Equal wording and damage as one difference, at its first place."""
    times: Counter[tuple[str, str, str]] = Counter()
    first: dict[tuple[str, str, str], CopyDifference] = {}
    for each in differences:
        said = (each.kind, each.words, each.best_words)
        if each.kind not in ("wording", "damage"):
            yield each
            continue
        times[said] += 1
        first.setdefault(said, each)
    for said, each in first.items():
        yield replace(each, times=times[said])
