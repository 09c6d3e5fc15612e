"""Gates: what must hold before a new snapshot replaces the old one. Pure: contents in, reasons out (ANCHORS §2.10)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from statistics import median

# A build that loses one report in fifty has lost a source or a rule, not a few false positives (ANCHORS, gates).
LEAST_SHARE = 0.98
# How far the median length of the same reports may move: chrome let in or bodies cut off move it further (ANCHORS).
MOST_DRIFT = 0.25
# Vanished reports named in a message; the rest is counted.
NAMED = 5


@dataclass(frozen=True, slots=True)
class Contents:
    """What the gates look at in one snapshot.

    `chars`: report id → its length; `places`: the (region, year) of each report that has both; `integrity`: the
    answer of SQLite's integrity_check; `searches`: probe → (reports the index finds, reports whose text has it).
    """

    chars: Mapping[str, int]
    places: frozenset[tuple[str, int]]
    integrity: str = "ok"
    searches: Mapping[str, tuple[frozenset[int], frozenset[int]]] = field(default_factory=dict)


def check_integrity(new: Contents, old: Contents) -> str | None:
    """The file is whole."""
    return None if new.integrity == "ok" else f"integrity_check of the new file says {new.integrity}"


def check_emptiness(new: Contents, old: Contents) -> str | None:
    """There is something to publish."""
    return None if new.chars else "the archive holds no reports: crawl or add pages, then `baogao build`"


def check_places(new: Contents, old: Contents) -> str | None:
    """No region and year that was published is gone."""
    gone = sorted(old.places - new.places)
    if not gone:
        return None
    named = ", ".join(f"{region} {year}" for region, year in gone[:NAMED])
    more = f" and {len(gone) - NAMED} more" if len(gone) > NAMED else ""
    return f"{len(gone)} published region-years are gone: {named}{more}"


def check_count(new: Contents, old: Contents) -> str | None:
    """Hardly fewer reports than were published."""
    if len(new.chars) >= LEAST_SHARE * len(old.chars):
        return None
    return f"{len(new.chars)} reports, {len(old.chars)} were published (at least {LEAST_SHARE:.0%} must stay)"


def check_length(new: Contents, old: Contents) -> str | None:
    """The reports that both snapshots hold are about as long as they were."""
    both = sorted(new.chars.keys() & old.chars.keys())
    if not both:
        return None
    before, now = median(old.chars[id] for id in both), median(new.chars[id] for id in both)
    if abs(now - before) <= MOST_DRIFT * before:
        return None
    return f"the median report has {now:.0f} characters, it had {before:.0f} (±{MOST_DRIFT:.0%} is let through)"


def check_search(new: Contents, old: Contents) -> str | None:
    """Searching finds exactly what a scan of the texts finds."""
    wrong = [
        f"{probe} ({len(found)} found, {len(there)} have it)"
        for probe, (found, there) in new.searches.items()
        if found != there
    ]
    return f"search does not find what the texts say: {', '.join(wrong)}" if wrong else None


GATES: tuple[Callable[[Contents, Contents], str | None], ...] = (
    check_integrity,
    check_emptiness,
    check_places,
    check_count,
    check_length,
    check_search,
)

NOTHING_PUBLISHED = Contents({}, frozenset())


def check_gates(new: Contents, old: Contents = NOTHING_PUBLISHED) -> list[str]:
    """Why `new` should not replace `old`, a reason a gate; empty where nothing speaks against it."""
    return [reason for gate in GATES if (reason := gate(new, old)) is not None]
