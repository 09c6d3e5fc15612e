"""Which copies are one text, how each differs, and which is best. Pure: folded texts in, decisions out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from archive.align import hash_runs

# Five-character shingles part duplicates (containment ≥ .776) from others (≤ .253) widest; one in 64 is kept, one in
# 8 of a short text (READING §3.1, §3.5).
SHINGLE = 5
SAMPLE, SAMPLE_SHORT, SHORT = 64, 8, 600
# A pair is looked at when it shares so many sampled shingles and the estimate of containment is so high (§3.5).
SHARED, CONTAINMENT = 4, 0.35
# Share of the shorter text that stands in the other in runs of at least RUN characters: duplicates ≥ .75, others
# ≤ .136 (§3.2); at COVERED they are one text.
RUN, COVERED = 16, 0.50
# Below this ratio of lengths a copy is a part, not a whole (§3.5).
WHOLE = 0.8
# A whole copy has nearly the length of the longest undamaged one (§3.5, canonical copy).
FULL_LENGTH = 0.97

# Order of trust (DESIGN §11). An unknown address may be anything: after the forums, before those that change texts.
ORIGINS = ("official", "press", "database", "aggregator", "forum", "unknown", "network", "farm")


def fingerprint(folded: str) -> list[int]:
    """The sampled shingles of a folded text, sorted, as integers SQLite can hold (below 2**63)."""
    hashes = np.unique(hash_runs(folded, SHINGLE))
    sample = SAMPLE_SHORT if len(folded) < SHORT else SAMPLE
    return [int(value) for value in np.unique((hashes[hashes % np.uint64(sample) == 0]) >> np.uint64(1))]


def cover(shorter: str, longer: str) -> tuple[float, np.ndarray]:
    """Share of `shorter` that stands in `longer` in runs of at least RUN characters (0 to 1), and which characters."""
    covered = np.zeros(len(shorter) + 1, dtype=np.int64)
    if len(shorter) < RUN:
        return float(shorter in longer), covered[:-1].astype(bool)
    found = np.flatnonzero(np.isin(hash_runs(shorter, RUN), hash_runs(longer, RUN)))
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


def relate(copy: str, best: str) -> tuple[str, float]:
    """How a copy's folded text stands to the best one: same, near, truncated, excerpt or edited; and the similarity."""
    if copy == best:
        return "same", 1.0
    shorter, longer = sorted((copy, best), key=lambda text: (len(text), text))
    share, _ = cover(shorter, longer)
    if len(shorter) >= WHOLE * len(longer):
        return ("near" if share >= WHOLE else "edited"), share
    if len(copy) > len(best) or share < WHOLE:
        return "edited", share
    shift, agreeing = find_shift(copy, best)
    if agreeing < WHOLE:
        return "edited", share
    at_an_end = shift <= 2 * RUN or shift + len(copy) >= len(best) - 2 * RUN
    return ("truncated" if at_an_end else "excerpt"), share


def find_shift(part: str, whole: str) -> tuple[int, float]:
    """Where in `whole` the text `part` begins, and the share of its runs that agree within a fifth of its length."""
    runs, known = hash_runs(part, RUN), hash_runs(whole, RUN)
    order = np.argsort(known, kind="stable")
    places = np.searchsorted(known, runs, sorter=order)
    found = np.flatnonzero(places < len(known))
    hits = order[places[found]]
    found, hits = (side[known[hits] == runs[found]] for side in (found, hits))
    if len(found) == 0:
        return 0, 0.0
    shifts = hits - found
    middle = int(np.median(shifts))
    return max(0, middle), float(np.mean(np.abs(shifts - middle) <= len(part) / 5))


@dataclass(frozen=True, slots=True)
class Standing:
    """What a copy's rank rests on. `seen_from` is ISO or None (unknown: after the known)."""

    id: str
    folded: str
    chars: int
    damage: int
    complete: bool
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

    The outcome does not depend on the order given: candidates are taken best first, ties break by digest and id.
    """
    longest = max((copy.chars for copy in copies if not copy.damage), default=0)
    groups: list[list[tuple[Standing, str, float]]] = []
    for copy in sorted(copies, key=lambda copy: rank_key(copy, longest)):
        for group in groups:
            relation, share = relate(copy.folded, group[0][0].folded)
            if share >= COVERED:
                group.append((copy, relation, share))
                break
        else:
            groups.append([(copy, "best", 1.0)])
    return [
        [
            Ranked(copy.id, rank, relation, round(share, 4), explain(copy, group[0][0], longest))
            for rank, (copy, relation, share) in enumerate(group, 1)
        ]
        for group in groups
    ]


def is_full(copy: Standing, longest: int) -> bool:
    """Whether a copy is complete and about as long as the longest undamaged one of its region and year."""
    return copy.complete and copy.chars >= FULL_LENGTH * longest


def rank_key(copy: Standing, longest: int) -> tuple[object, ...]:
    """Best first: undamaged, whole, by origin, with paragraphs, oldest, then by digest (DESIGN §7, READING §3.5)."""
    return (
        copy.damage > 0,
        not is_full(copy, longest),
        origin_rank(copy.origin),
        copy.run_together,
        copy.seen_from or "9999",
        copy.sha256,
        copy.id,
    )


def explain(copy: Standing, best: Standing, longest: int) -> str:
    """In words, the first thing that puts a copy at its place."""
    if copy.id == best.id:
        state = "damaged" if copy.damage else "whole" if is_full(copy, longest) else "cut"
        return f"best: {state}, {copy.origin}"
    for behind, words in (
        (copy.damage > best.damage, "damaged"),
        (is_full(best, longest) and not is_full(copy, longest), "cut"),
        (origin_rank(copy.origin) > origin_rank(best.origin), f"{copy.origin} after {best.origin}"),
        (copy.run_together and not best.run_together, "paragraphs run together"),
        ((copy.seen_from or "9999") > (best.seen_from or "9999"), "captured later"),
    ):
        if behind:
            return words
    return "equal, by digest"
