"""Which site shows which report, and in what state: the rows of copies.csv."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from crawler.demo.reports import HERE, FictionalReport, write_report

# Days from the speech to the page, at least; portals take their time (SOURCES §2).
SOONEST = 6

HALF_WIDTH = str.maketrans("，：；（）！？", ",:;()!?")


@dataclass(frozen=True, slots=True)
class DemoCopy:
    """One copy of a report at a site. `form`: html or pdf; plain, contents, truncated or wrong-year; lost-国 …"""

    report: FictionalReport
    site: str
    form: str

    @property
    def lost(self) -> str:
        """The character this copy has lost throughout, "" for none."""
        return self.form.removeprefix("lost-") if self.form.startswith("lost-") else ""

    @property
    def complete(self) -> bool:
        """Whether the copy has the whole text."""
        return self.form != "truncated"

    @property
    def published_on(self) -> str:
        """The day the site put it up: a week or two after the speech, the secondary sites a month later still."""
        given = date.fromisoformat(self.report.sitting.delivered_on)
        wait = SOONEST + int(self.report.sitting.region) % 7 + (0 if self.site == "portal" else 35)
        return (given + timedelta(days=wait)).isoformat()


def load_copies() -> Iterator[DemoCopy]:
    """Every copy of the demo, in the order of copies.csv."""
    with (HERE / "copies.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            yield DemoCopy(write_report(row["region"], int(row["year"])), row["site"], row["form"])


def copies_at(site: str) -> list[DemoCopy]:
    """The copies at one site, the newest first as its lists show them."""
    there = [copy for copy in load_copies() if copy.site == site]
    return sorted(there, key=lambda copy: (copy.published_on, copy.report.id), reverse=True)


def narrow_punctuation(text: str) -> str:
    """Text as aggregators print it: half-width marks, but 。 、 and quotes as they were."""
    return text.translate(HALF_WIDTH)
