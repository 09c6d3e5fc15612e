"""Counting phrases in reports: with denominators, explicit zeros, and where a phrase was seen first.

A phrase is counted in the folded text (fold.py), without overlapping: 養老 counts for 养老, ＡＩ for ai. A naive
recount is `fold(text).count(fold(phrase))`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from archive.fold import fold


@dataclass(frozen=True, slots=True)
class Counted:
    """How often a report uses each of the phrases asked for, in their order.

    `chars` and `paragraphs` are the denominators, of the same part of the text as was counted.
    """

    report: str
    region: str
    region_name: str | None
    year: int
    level: str | None
    delivered_on: str | None
    chars: int
    paragraphs: int
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Share:
    """Reports together: how often they use a phrase, how many of them do, and what to divide by."""

    count: int
    using: int
    reports: int
    chars: int
    paragraphs: int

    @property
    def per_1000(self) -> float:
        """Uses in a thousand characters."""
        return 1000 * self.count / self.chars if self.chars else 0.0


def count_phrases(text: str, phrases: Sequence[str]) -> tuple[int, ...]:
    """How often each phrase stands in a text; 0 for one without a letter, digit or sign."""
    folded = fold(text)
    return tuple(folded.count(fold(phrase)) if phrase.strip() else 0 for phrase in phrases)


def count_reports(
    connection: sqlite3.Connection,
    phrases: Sequence[str],
    found: Collection[str] | None = None,
    where: str = "1",
    parameters: Sequence[object] = (),
) -> Iterator[Counted]:
    """Each report with region and year, by region and year, and its counts, the zeros among them.

    `found` are the ids of the reports that hold one of the phrases, where the search index has told them: the texts of
    all others are not read. `where` is a condition on the columns of `reports` (as `r`).
    """
    sql = (
        "select r.id, r.region, r.region_name, r.year, r.level, r.delivered_on, r.chars, r.paragraphs, r.text_sha256"
        f" from reports r where r.region is not null and r.year is not null and ({where})"
        " order by r.region, r.year, r.id"
    )
    zeros = (0,) * len(phrases)
    for *columns, sha256 in connection.execute(sql, parameters).fetchall():
        counts = zeros
        if found is None or columns[0] in found:
            (text,) = connection.execute("select text from texts where sha256 = ?", [sha256]).fetchone()
            counts = count_phrases(text, phrases)
        report, region, name, year, level, delivered_on, chars, paragraphs = columns
        yield Counted(report, region, name, year, level, delivered_on, chars, paragraphs or 0, counts)


def sum_counts(rows: Iterable[Counted], place: int = 0) -> dict[int, Share]:
    """The reports of each year together, for one of the phrases, in the order of the years."""
    sums: dict[int, list[int]] = {}
    for row in rows:
        numbers = (row.counts[place], int(row.counts[place] > 0), 1, row.chars, row.paragraphs or 0)
        sums[row.year] = [a + b for a, b in zip(sums.get(row.year, [0] * 5), numbers, strict=True)]
    return {year: Share(*sums[year]) for year in sorted(sums)}


@dataclass(frozen=True, slots=True)
class FirstUse:
    """When a region's reports first and last used a phrase, and who was before it.

    `held` counts its reports in the archive and `before` those of them before the first use: 0 says that the archive
    cannot tell whether it was new. `parent_year` is the first year of the region above, `siblings_before` how many of
    the `siblings` (regions under the same parent with reports) used it in an earlier year, `descendants_before` how
    many of the `descendants`, the regions below it.
    """

    region: str
    region_name: str | None
    first_year: int
    first_report: str
    last_year: int
    uses: int
    held: int
    before: int
    parent: str | None
    parent_year: int | None
    siblings: int
    siblings_before: int
    descendants: int
    descendants_before: int


def parent_code(code: str, known: Collection[str]) -> str | None:
    """The code of the region above, of those known: the prefecture, else the province, else the nation.

    310101 黄浦区 is directly under 310000: there is no report of a 310100.
    """
    above = (f"{code[:4]}00", f"{code[:2]}0000", "000000")
    return next((one for one in above if one != code and one in known and code != "000000"), None)


def first_uses(rows: Iterable[Counted], place: int = 0) -> list[FirstUse]:
    """For each region that has used a phrase, the first use and its spread; the earliest first."""
    by_region: dict[str, list[Counted]] = {}
    for row in rows:
        by_region.setdefault(row.region, []).append(row)
    using = {
        region: sorted((row for row in held if row.counts[place]), key=lambda row: (row.year, row.report))
        for region, held in by_region.items()
    }
    firsts = {region: used[0].year for region, used in using.items() if used}
    parents = {region: parent_code(region, by_region) for region in by_region}
    children: dict[str | None, list[str]] = {}
    below: dict[str, list[str]] = {}
    for region, parent in parents.items():
        children.setdefault(parent, []).append(region)
        above = parent
        while above is not None:
            below.setdefault(above, []).append(region)
            above = parents[above]
    uses = []
    for region, year in firsts.items():
        siblings = [other for other in children[parents[region]] if other != region]
        parent = parents[region]
        uses.append(
            FirstUse(
                region=region,
                region_name=using[region][0].region_name,
                first_year=year,
                first_report=using[region][0].report,
                last_year=using[region][-1].year,
                uses=sum(row.counts[place] for row in using[region]),
                held=len(by_region[region]),
                before=sum(row.year < year for row in by_region[region]),
                parent=parent,
                parent_year=firsts.get(parent) if parent else None,
                siblings=len(siblings),
                siblings_before=sum(firsts.get(other, year) < year for other in siblings),
                descendants=len(below.get(region, ())),
                descendants_before=sum(firsts.get(other, year) < year for other in below.get(region, ())),
            )
        )
    return sorted(uses, key=lambda use: (use.first_year, use.region))
