"""Gates: what must hold before a new snapshot replaces the old one. Pure: contents in, reasons out (ANCHORS §2.10)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from statistics import median

# A build that loses one report in fifty has lost a source or a rule, not a few false positives (ANCHORS, gates).
LEAST_SHARE = 0.98
# How far the median length of the same reports may move: chrome let in or bodies cut off move it further (ANCHORS).
MOST_DRIFT = 0.25
# How far the share of reports with a region, a year, a title, a day may fall: a rule that reads heads has broken.
MOST_UNFILLED = 0.02
# A source's texts are looked at by themselves where both snapshots hold so many; fewer move too far by chance.
SOURCE_COPIES = 5
# In so many of the reports a site's own lines may stand; and so few are no sign of anything.
MOST_FURNITURE, FEW_FURNISHED = 0.02, 3
# Vanished reports named in a message; the rest is counted.
NAMED = 5


@dataclass(frozen=True, slots=True)
class Contents:
    """What the gates look at in one snapshot.

    `chars`: report id → its length; `places`: the (region, year) of each report that has both; `integrity`: the
    answer of SQLite's integrity_check; `searches`: probe → (reports the index finds, reports whose text has it);
    `filled`: column → share of reports that have a value; `sources`: source → its copies and their median length;
    `furnished`: reports in whose text a site's own lines stand.
    """

    chars: Mapping[str, int]
    places: frozenset[tuple[str, int]]
    integrity: str = "ok"
    searches: Mapping[str, tuple[frozenset[int], frozenset[int]]] = field(default_factory=dict)
    filled: Mapping[str, float] = field(default_factory=dict)
    sources: Mapping[str, tuple[int, float]] = field(default_factory=dict)
    furnished: tuple[str, ...] = ()


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


def check_filled(new: Contents, old: Contents) -> str | None:
    """Hardly fewer reports know their region, year, title and day."""
    fallen = [
        f"{column} {new.filled.get(column, 0):.0%} (it was {share:.0%})"
        for column, share in old.filled.items()
        if new.filled.get(column, 0) < share - MOST_UNFILLED
    ]
    return f"fewer reports have: {', '.join(fallen)}" if fallen else None


def check_sources(new: Contents, old: Contents) -> str | None:
    """No source's texts have grown or shrunk: its layout may have changed, and only its."""
    moved = []
    for source, (count, before) in sorted(old.sources.items()):
        held, now = new.sources.get(source, (0, 0.0))
        if min(count, held) >= SOURCE_COPIES and abs(now - before) > MOST_DRIFT * before:
            moved.append(f"{source} {now:.0f} characters (it had {before:.0f})")
    return f"the median text has moved: {', '.join(moved[:NAMED])}" if moved else None


def check_furniture(new: Contents, old: Contents) -> str | None:
    """Hardly any report has the buttons and credits of a site in its text, and not more than before."""
    share, before = (len(found.furnished) / max(len(found.chars), 1) for found in (new, old))
    if len(new.furnished) <= FEW_FURNISHED or share <= max(MOST_FURNITURE, before):
        return None
    named = ", ".join(new.furnished[:NAMED])
    return f"lines of a site stand in {len(new.furnished)} reports ({share:.0%}; {MOST_FURNITURE:.0%} may): {named} …"


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
    check_filled,
    check_sources,
    check_furniture,
    check_search,
)

NOTHING_PUBLISHED = Contents({}, frozenset())


def check_gates(new: Contents, old: Contents = NOTHING_PUBLISHED) -> list[str]:
    """Why `new` should not replace `old`, a reason a gate; empty where nothing speaks against it."""
    return [reason for gate in GATES if (reason := gate(new, old)) is not None]
