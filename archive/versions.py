"""What an address showed over time: which copies are one version of a text there, seen from when until when. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sighting:
    """A copy as one capture showed it.

    `url_key` is the address normalised, None where unknown; `seen_from` and `seen_until` (ISO, UTC) are the capture's
    first and last sighting of the same bytes, None where nobody knows.
    """

    copy: str
    capture: str
    url_key: str | None
    text_sha256: str
    seen_from: str | None
    seen_until: str | None


@dataclass(frozen=True, slots=True)
class Version:
    """What a copy is at its address: the number of its version there from 1, and when the text was seen.

    `repeats` is the copy that showed this version first, None for that copy itself. `number` is None where address or
    time are unknown.
    """

    number: int | None
    repeats: str | None
    seen_from: str | None
    seen_until: str | None


def date_versions(sightings: Iterable[Sighting]) -> dict[str, Version]:
    """The copies of one report → the version each shows at its address, by the copy's id.

    A text that is seen again there extends its version; where another stood there in between it is a version anew. The
    outcome does not depend on the order given.
    """
    versions: dict[str, Version] = {}
    addresses: dict[str, list[Sighting]] = defaultdict(list)
    for seen in sightings:
        if seen.url_key is None or seen.seen_from is None:
            versions[seen.copy] = Version(None, None, seen.seen_from, seen.seen_until)
        else:
            addresses[seen.url_key].append(seen)
    for there in addresses.values():
        for number, run in enumerate(find_runs(there), 1):
            until = max(seen.seen_until or seen.seen_from or "" for seen in run)
            for place, seen in enumerate(run):
                if place == 0:
                    versions[seen.copy] = Version(number, None, seen.seen_from, until)
                else:
                    versions[seen.copy] = Version(number, run[0].copy, seen.seen_from, seen.seen_until)
    return versions


def find_runs(there: Iterable[Sighting]) -> list[list[Sighting]]:
    """The sightings at one address as runs of one text that no other interrupts, in order of their beginning."""
    captures: dict[tuple[str | None, str], list[Sighting]] = defaultdict(list)
    for seen in there:
        captures[seen.seen_from, seen.capture].append(seen)
    runs: list[list[Sighting]] = []
    current: dict[str, list[Sighting]] = {}
    for moment in sorted(captures, key=lambda moment: (moment[0] or "", moment[1])):
        now: dict[str, list[Sighting]] = {}
        for seen in sorted(captures[moment], key=lambda seen: seen.copy):
            run = now.get(seen.text_sha256) or current.get(seen.text_sha256)
            if run is None:
                run = []
                runs.append(run)
            run.append(seen)
            now[seen.text_sha256] = run
        current = now
    return runs
