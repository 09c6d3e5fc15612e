"""Which copies are one text, how each differs, and which is best. Pure: folded texts in, decisions out."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from archive.align import hash_runs

# Five-character shingles part duplicates (containment ≥ .776) from others (≤ .253) widest; one in 64 is kept, one in
# 8 of a short text (READING §3.1, §3.5). Sampled are the smallest of all possible hashes, so that what a long text
# keeps a short one keeps too; 49 bits of a hash are enough to tell the shingles of a million reports apart.
SHINGLE, HASH_BITS = 5, 49
SAMPLE, SAMPLE_SHORT, SHORT = 64, 8, 600
# Estimated containment from which a pair is worth verifying (§3.5).
CONTAINMENT = 0.35
# Share of the shorter text that stands in the other in runs of at least RUN characters: duplicates ≥ .75, others
# ≤ .136 (§3.2); at COVERED they are one text, from NEAR on one is not edited.
RUN, COVERED, NEAR = 16, 0.50, 0.70
# So many runs next to an end of a part say where it stands.
NEXT_TO_END = 100
# Numbers of two digits and more tell a report from a template filled in by another; fewer than so many tell nothing.
NUMBER, NUMBERS = re.compile(r"\d{2,}"), 10
# Below this ratio of lengths a copy is a part, not a whole (§3.5).
WHOLE = 0.8
# A whole copy has nearly the length of the longest (§3.5, canonical copy).
FULL_LENGTH = 0.97

# Order of trust (DESIGN §11). An unknown address may be anything: after the forums, before those that change texts.
ORIGINS = ("official", "press", "database", "aggregator", "forum", "unknown", "network", "farm")


def fingerprint(folded: str) -> np.ndarray:
    """The sampled shingles of a folded text: distinct hashes below 2**49, sorted, as int64 (FracMinHash)."""
    hashes = hash_runs(folded, SHINGLE) >> np.uint64(64 - HASH_BITS)
    least = 2**HASH_BITS // (SAMPLE_SHORT if len(folded) < SHORT else SAMPLE)
    return np.unique(hashes[hashes < np.uint64(least)]).astype(np.int64)


def sample_long(fingerprint: np.ndarray) -> np.ndarray:
    """The part of a fingerprint that it would have were its text a long one."""
    return fingerprint[fingerprint < 2**HASH_BITS // SAMPLE]


def contain(one: np.ndarray, other: np.ndarray) -> float:
    """Estimated share of the smaller of two texts that stands in the other, from their fingerprints (0 to 1)."""
    if any(len(sample_long(each)) == len(each) for each in (one, other)):
        one, other = sample_long(one), sample_long(other)
    shared = np.intersect1d(one, other, assume_unique=True).size
    return shared / max(1, min(len(one), len(other)))


def cover(shorter: str, longer: str) -> tuple[float, np.ndarray]:
    """Share of `shorter` that stands in `longer` in runs of at least RUN characters (0 to 1), and which characters."""
    covered = np.zeros(len(shorter) + 1, dtype=np.int64)
    if len(shorter) < RUN:
        return float(shorter in longer), covered[:-1].astype(bool)
    # Sorting and searching takes a quarter of the time of numpy.isin.
    runs, known = hash_runs(shorter, RUN), np.sort(hash_runs(longer, RUN))
    places = np.minimum(np.searchsorted(known, runs), len(known) - 1)
    found = np.flatnonzero(known[places] == runs)
    np.add.at(covered, found, 1)
    np.add.at(covered, found + RUN, -1)
    inside = np.cumsum(covered)[:-1] > 0
    return float(inside.mean()), inside


def similarity(a: str, b: str) -> float:
    """Share of the shorter of two folded texts that stands in the other, in the same units as COVERED."""
    if a == b:
        return 1.0
    shorter, longer = sorted((a, b), key=lambda text: (len(text), text))
    return cover(shorter, longer)[0]


def share_numbers(part: str, whole: str) -> bool:
    """Whether two folded texts have most of the shorter one's numbers in common, where it has enough to tell.

    Two districts that filled in one template have the same sentences and other figures.
    """
    shorter, longer = sorted((part, whole), key=lambda text: (len(text), text))
    numbers = NUMBER.findall(shorter)
    if len(numbers) < NUMBERS:
        return True
    there = set(NUMBER.findall(longer))
    return sum(number in there for number in numbers) >= len(numbers) / 2


def relate(copy: str, best: str) -> tuple[str, float]:
    """How a copy's folded text stands to the best one: same, near, truncated, excerpt or edited; and the similarity.

    A part of the best text is "truncated" where it is one stretch at its beginning or end, else an "excerpt": a page
    from the middle, or an abridged text.
    """
    if copy == best:
        return "same", 1.0
    shorter, longer = sorted((copy, best), key=lambda text: (len(text), text))
    share, _ = cover(shorter, longer)
    if share < NEAR:
        return "edited", share
    if len(shorter) >= WHOLE * len(longer):
        return "near", share
    if len(copy) > len(best):
        return "edited", share
    front, behind, agreeing = place_part(copy, best)
    at_an_end = min(front, behind) <= 2 * RUN
    return ("truncated" if agreeing >= WHOLE and at_an_end else "excerpt"), share


def place_part(part: str, whole: str) -> tuple[int, int, float]:
    """How many characters of `whole` stand before and behind the text `part`, and the share of its runs that agree.

    Either end is told by the runs next to it: characters that one of the texts has lost throughout shift what lies
    between by and by. A run agrees where it is shifted within a fifth of the part's length of most.
    """
    runs, known = hash_runs(part, RUN), hash_runs(whole, RUN)
    order = np.argsort(known, kind="stable")
    places = np.searchsorted(known, runs, sorter=order)
    found = np.flatnonzero(places < len(known))
    hits = order[places[found]]
    found, hits = (side[known[hits] == runs[found]] for side in (found, hits))
    if len(found) == 0:
        return 0, 0, 0.0
    shifts = hits - found
    first, last = np.median(shifts[:NEXT_TO_END]), np.median(shifts[-NEXT_TO_END:])
    agreeing = np.mean(np.abs(shifts - np.median(shifts)) <= len(part) / 5)
    return max(0, int(first)), max(0, len(whole) - len(part) - int(last)), float(agreeing)


@dataclass(frozen=True, slots=True)
class Standing:
    """What a copy's rank rests on.

    `damage` counts its major problems; `inflated` says that one of them made it longer than it was (a page repeated,
    tags behind the end). `seen_from` is ISO or None (unknown: after the known).
    """

    id: str
    folded: str
    chars: int
    damage: int
    complete: bool
    inflated: bool
    run_together: bool
    origin: str
    seen_from: str | None
    sha256: str


@dataclass(frozen=True, slots=True)
class Ranked:
    """A copy in its group: its rank from 1, its relation and similarity to the best, and why it stands there."""

    id: str
    rank: int
    relation: str
    similarity: float
    why: str


def origin_rank(origin: str) -> int:
    """Place in the order of trust; what the list does not know comes last."""
    return ORIGINS.index(origin) if origin in ORIGINS else len(ORIGINS)


def group_copies(copies: list[Standing]) -> list[list[Ranked]]:
    """Copies of one region and year → groups that are one text each, ranked; the group of the best copy first.

    A copy joins the longest text that it is near to or a part of; nothing is joined through a third, so that two
    reports on one page bridge nothing. The outcome does not depend on the order given: ties break by digest and id.
    """
    shares: dict[tuple[str, str], float] = {}

    def share_of(one: Standing, other: Standing) -> float:
        pair = (one.sha256, other.sha256)
        if pair not in shares:
            shares[pair] = similarity(one.folded, other.folded)
        return shares[pair]

    groups: list[list[Standing]] = []
    for copy in sorted(copies, key=lambda copy: (copy.inflated, -copy.chars, copy.sha256, copy.id)):
        near = [(share_of(copy, group[0]), -number) for number, group in enumerate(groups)]
        share, number = max(near, default=(0.0, 0))
        if share >= COVERED:
            groups[-number].append(copy)
        else:
            groups.append([copy])
    whole = find_whole(copies) if copies else 0
    order = sorted(groups, key=lambda group: min(rank_key(copy, whole) for copy in group))
    return [rank_group(group) for group in order]


def find_whole(copies: list[Standing]) -> int:
    """The length of a whole copy: that of the longest complete one that is not inflated, else of the longest."""
    sound = [copy for copy in copies if not copy.inflated] or copies
    return max(copy.chars for copy in [copy for copy in sound if copy.complete] or sound)


def rank_group(group: list[Standing]) -> list[Ranked]:
    """The copies of one text, ranked."""
    whole = find_whole(group)
    best, *others = sorted(group, key=lambda copy: rank_key(copy, whole))
    ranked = [Ranked(best.id, 1, "best", 1.0, explain(best, best, whole))]
    for rank, copy in enumerate(others, 2):
        relation, share = relate(copy.folded, best.folded)
        ranked.append(Ranked(copy.id, rank, relation, round(share, 4), explain(copy, best, whole)))
    return ranked


def is_full(copy: Standing, whole: int) -> bool:
    """Whether a copy is complete and about as long as the longest complete copy of its text."""
    return copy.complete and copy.chars >= FULL_LENGTH * whole


def is_part(copy: Standing, whole: int) -> bool:
    """Whether a copy is so much shorter than the longest that it is a part of the text."""
    return copy.chars < WHOLE * whole


def rank_key(copy: Standing, whole: int) -> tuple[object, ...]:
    """Best first: no part, undamaged, whole, by origin, with paragraphs, oldest, then by digest.

    DESIGN §7 and READING §3.5; an undamaged page of a report comes after a damaged copy of all of it.
    """
    return (
        is_part(copy, whole),
        copy.damage > 0,
        not is_full(copy, whole),
        origin_rank(copy.origin),
        copy.run_together,
        copy.seen_from or "9999",
        copy.sha256,
        copy.id,
    )


def explain(copy: Standing, best: Standing, whole: int) -> str:
    """In words, the first thing that puts a copy at its place."""
    if copy.id == best.id:
        state = "damaged" if copy.damage else "whole" if is_full(copy, whole) else "cut"
        return f"best: {state}, {copy.origin}"
    for behind, words in (
        (is_part(copy, whole) and not is_part(best, whole), "a part"),
        (copy.damage > 0 and not best.damage, "damaged"),
        (is_full(best, whole) and not is_full(copy, whole), "cut"),
        (origin_rank(copy.origin) > origin_rank(best.origin), f"{copy.origin} after {best.origin}"),
        (copy.run_together and not best.run_together, "paragraphs run together"),
        ((copy.seen_from or "9999") > (best.seen_from or "9999"), "captured later"),
    ):
        if behind:
            return words
    return "equal, by digest"
