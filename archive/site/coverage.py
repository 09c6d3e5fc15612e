"""The coverage map: region × year, what the archive has and why it has no more. Takes a read-only connection.

A place is a code: 000000 shows provinces, a province its prefectures, a prefecture its counties, a county itself and
its townships.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from archive.site.queries import Row, fetch

NATION = "000000"
# Up to so many rows and cells the map of a place shows each region; beyond, a row a province or prefecture. Sixty rows
# are three screens; a cell is some 200 bytes of the page, and half a megabyte is no overview.
MOST_ROWS, MOST_CELLS = 60, 2000
# Sessions end in March and reports are published up to the end of April (USERS §5.4): before, a year is not due yet.
LAST_MONTH = 4

# Why a cell is empty, in the order of asking; words.REASONS says them.
# missing: a source should give it · gone: the unit did not exist · not_due: the session may be still to come ·
# before: its source's reports begin later · unsaid: its source does not say which years it has · no_source: nobody asks
REASONS = ("missing", "gone", "not_due", "before", "unsaid", "no_source")


@dataclass(frozen=True, slots=True)
class Cell:
    """One region (or place) in one year.

    `state`: the trust of the report, or one of REASONS, or for a place "count". `have` of `units` regions have a
    report; `ids` are the reports. `told` fills in the words of the reason.
    """

    year: int
    state: str
    ids: tuple[str, ...] = ()
    copies: int = 0
    have: int = 0
    units: int = 0
    told: Mapping[str, Any] = field(default_factory=dict)

    @property
    def share(self) -> int:
        """How full a place is, in fifths, 0 to 5; 0 is none at all."""
        return min(5, -(-self.have * 5 // self.units)) if self.units else 5 * bool(self.have)


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the map. `place`: it stands for all regions below `code`; `township`: its name, for a township."""

    code: str
    name: str
    path: str
    level: str
    cells: tuple[Cell, ...]
    place: bool = False
    township: str | None = None


@dataclass(frozen=True, slots=True)
class Coverage:
    """The map of a place: its years and its rows, by code. `waiting`: regions with a source but no report or row."""

    years: tuple[int, ...]
    lines: tuple[Line, ...]
    waiting: int = 0


def span(code: str) -> tuple[str, str]:
    """The first and last code of a place: 990100 → 990100, 990199."""
    if code == NATION:
        return "000000", "999999"
    stem = code[:2] if code.endswith("0000") else code[:4] if code.endswith("00") else code
    return stem.ljust(6, "0"), stem.ljust(6, "9")


def parents(code: str) -> list[str]:
    """The places a code may lie in, the nearest first: 990101 → 990100, 990000, 000000."""
    stems = [stem.ljust(6, "0") for stem in (code[:4], code[:2], "")]
    return [stem for stem in stems if stem != code] if code != NATION else []


def read_coverage(db: sqlite3.Connection, code: str = NATION) -> Coverage:
    """The map of a place. An unknown code has no rows."""
    low, high = span(code)
    reports = fetch(
        db,
        "select id, region, township, name, region_name, province, prefecture, level, year, trust, copies from reports"
        " where region between ? and ? and year is not null order by region, coalesce(township, ''), year, id",
        [low, high],
    )
    gaps = fetch(
        db,
        "select region, year, state, why from coverage where region between ? and ?"
        " and state not in ('have', 'damaged')",
        [low, high],
    )
    units = read_units(db, low, high)
    holding = {report["region"] for report in reports}
    waiting = {gap["region"] for gap in gaps} - holding
    townships = {(report["region"], report["township"]) for report in reports if report["township"]}
    if code == NATION and len(holding | waiting) + len(townships) > MOST_ROWS >= len(holding) + len(townships):
        # A young archive: what sources still owe would hide what is there.
        gaps = [gap for gap in gaps if gap["region"] in holding]
    else:
        holding, waiting = holding | waiting, set()
    years = find_years(db, reports, gaps)
    if not years:
        return Coverage((), ())
    # Of the nation only what holds something: three thousand empty rows tell nothing.
    if code != NATION:
        holding |= {unit for unit, rows in units.items() if any(valid(rows, year) for year in years)}
    rows = len(holding) + len(townships)
    if rows <= MOST_ROWS and rows * len(years) <= MOST_CELLS:
        shown = [unit for unit in units if unit in holding]
        return Coverage(years, each_region(db, years, units, shown, reports, gaps), len(waiting))
    return Coverage(years, by_place(db, code, years, units, reports, gaps))


def find_years(db: sqlite3.Connection, reports: Iterable[Row], gaps: Iterable[Row]) -> tuple[int, ...]:
    """The years of a map: those of its reports and gaps and all between; else those of the archive."""
    wanted = {row["year"] for row in reports} | {row["year"] for row in gaps}
    if not wanted:
        wanted = {year for year in db.execute("select min(year), max(year) from reports").fetchone() if year}
    return tuple(range(min(wanted), max(wanted) + 1)) if wanted else ()


def read_units(db: sqlite3.Connection, low: str, high: str) -> dict[str, list[Row]]:
    """Code → the rows of `regions` it has had, in the order of their years; the nation left out."""
    units: dict[str, list[Row]] = {}
    rows = fetch(
        db,
        "select code, name, level, path, valid_from, valid_until, successors from regions"
        " where code between ? and ? and code <> ? order by code, valid_from",
        [low, high, NATION],
    )
    for row in rows:
        units.setdefault(row["code"], []).append(row)
    return units


def valid(rows: Iterable[Row], year: int) -> Row | None:
    """The row of a unit that holds in a year."""
    return next((row for row in rows if row["valid_from"] <= year <= (row["valid_until"] or year)), None)


class Reasons:
    """Why cells are empty, for the regions of a map."""

    def __init__(self, db: sqlite3.Connection, gaps: Iterable[Row]) -> None:
        self.gaps = {(gap["region"], gap["year"]): gap for gap in gaps}
        self.sources: dict[str, list[Row]] = defaultdict(list)
        rows = fetch(
            db,
            "select s.id, s.name, s.region, s.expect_from, t.verdict, t.last_run from sources s"
            " left join source_status t on t.id = s.id where s.region is not null order by s.id",
        )
        for row in rows:
            self.sources[row["region"]].append(row)
        published = db.execute("select max(published_at) from snapshots").fetchone()[0] or ""
        self.year, self.month = int(published[:4] or 9999), int(published[5:7] or 12)

    def find(self, code: str, unit: Sequence[Row], year: int) -> tuple[str, dict[str, Any]]:
        """The reason (of REASONS) why a region has no report of a year, and what fills in its words."""
        if gap := self.gaps.get((code, year)):
            failed = [row for row in self.sources[code] if row["verdict"] and not row["verdict"].startswith("ok")]
            return "missing", {"why": gap["why"], "verdict": failed[0]["verdict"] if failed else None}
        if unit and valid(unit, year) is None:
            until = unit[-1]["valid_until"] or ""
            return "gone", {"from": unit[0]["valid_from"], "until": until, "to": unit[-1]["successors"] or ""}
        if year > self.year or (year == self.year and self.month <= LAST_MONTH):
            return "not_due", {}
        for row in self.sources[code]:
            told = {"source": row["name"], "from": row["expect_from"]}
            return ("before", told) if row["expect_from"] and year < row["expect_from"] else ("unsaid", told)
        return "no_source", {}


def each_region(
    db: sqlite3.Connection,
    years: tuple[int, ...],
    units: Mapping[str, list[Row]],
    shown: Iterable[str],
    reports: Iterable[Row],
    gaps: Iterable[Row],
) -> tuple[Line, ...]:
    """A row a region, and one a township that has reports."""
    reasons = Reasons(db, gaps)
    had: dict[tuple[str, str], dict[int, list[Row]]] = defaultdict(lambda: defaultdict(list))
    for report in reports:
        had[report["region"], report["township"] or ""][report["year"]].append(report)
    for code in shown:
        had.setdefault((code, ""), defaultdict(list))
    lines = []
    for (code, township), by_year in sorted(had.items()):
        unit = units.get(code, [])
        last = next((by_year[year][-1] for year in sorted(by_year, reverse=True)), None)
        now = unit[-1] if unit else {}
        name = township or now.get("name") or (last or {}).get("name") or code
        path = (last or {}).get("region_name") or now.get("path") or code
        level = "township" if township else now.get("level") or (last or {}).get("level") or ""
        cells = tuple(make_cell(year, by_year.get(year, []), code, unit, reasons) for year in years)
        lines.append(Line(code, name, path, level, cells, township=township or None))
    return tuple(lines)


def make_cell(year: int, reports: Sequence[Row], code: str, unit: Sequence[Row], reasons: Reasons) -> Cell:
    """One region in one year."""
    if reports:
        ids = tuple(report["id"] for report in reports)
        return Cell(year, reports[0]["trust"] or "republished", ids, sum(report["copies"] or 0 for report in reports))
    state, told = reasons.find(code, unit, year)
    return Cell(year, state, told=told)


def by_place(
    db: sqlite3.Connection,
    code: str,
    years: tuple[int, ...],
    units: Mapping[str, list[Row]],
    reports: Sequence[Row],
    gaps: Sequence[Row],
) -> tuple[Line, ...]:
    """A row a province or prefecture that stands for all below it; regions directly under the place have their own."""
    digits = 2 if code == NATION else 4
    # Head of a place → its name; a report's place may be missing from the table of regions.
    heads = {unit: rows[-1]["name"] for unit, rows in units.items() if unit[digits:] == "0" * (6 - digits)}
    for report in reports:
        name = report["province" if code == NATION else "prefecture"]
        if name or code == NATION:
            heads.setdefault(report["region"][:digits].ljust(6, "0"), name)
    heads.pop(code, None)
    below = {head: head[:digits] for head in heads}
    regions = {*units, *(report["region"] for report in reports)}
    direct = sorted(region for region in regions if region[:digits].ljust(6, "0") not in below)
    had_report = {report["region"] for report in reports}
    direct = [unit for unit in direct if unit in had_report or any(valid(units[unit], year) for year in years)]
    own = [report for report in reports if report["region"] in direct]
    lines = [*each_region(db, years, units, direct, own, [gap for gap in gaps if gap["region"] in direct])]
    had: dict[tuple[str, int], set[tuple[str, str]]] = defaultdict(set)
    for report in reports:
        had[report["region"][:digits], report["year"]].add((report["region"], report["township"] or ""))
    there: dict[tuple[str, int], int] = defaultdict(int)
    for unit, rows in units.items():
        for year in years:
            there[unit[:digits], year] += valid(rows, year) is not None
    for head, stem in below.items():
        now = units[head][-1] if head in units else {}
        name = now.get("name") or heads[head] or head
        cells = tuple(
            Cell(year, "count", have=len(had[stem, year]), units=max(there[stem, year], len(had[stem, year])))
            for year in years
        )
        if any(cell.units for cell in cells):
            level = now.get("level") or ("province" if code == NATION else "prefecture")
            lines.append(Line(head, name, now.get("path") or name, level, cells, place=True))
    return tuple(sorted(lines, key=lambda line: (line.code, line.township or "")))


def read_region(db: sqlite3.Connection, code: str, coverage: Coverage) -> Row | None:
    """A region's page: its names, its own reports year by year with the reason for each gap, and what lies above it.

    `coverage` is its map, shown beside.

    None where neither the table of regions nor any report knows the code or one below it.
    """
    unit = [] if code == NATION else read_units(db, code, code).get(code, [])
    reports = fetch(
        db,
        "select id, title, name, township, region_name, year, trust, copies, delivered_on, speaker, chars, level"
        " from reports where region = ? and township is null and year is not null order by year, id",
        [code],
    )
    if not unit and not coverage.lines and code != NATION:
        return None
    gaps = fetch(
        db,
        "select region, year, state, why from coverage where region = ? and state not in ('have', 'damaged')",
        [code],
    )
    reasons = Reasons(db, gaps)
    by_year: dict[int, list[Row]] = defaultdict(list)
    for report in reports:
        by_year[report["year"]].append(report)
    wanted = sorted({*coverage.years, *(report["year"] for report in reports)}) if code != NATION else sorted(by_year)
    above = []
    for parent in reversed(parents(code)):
        found = fetch(db, "select code, name from regions where code = ? order by valid_from desc limit 1", [parent])
        above += [row for row in found if row["code"] != NATION]
    return {
        "code": code,
        "name": unit[-1]["name"] if unit else (reports[-1]["name"] if reports else None),
        "level": unit[-1]["level"] if unit else (reports[-1]["level"] if reports else None),
        "names": unit,
        "above": above,
        "years": [
            {"year": year, "reports": by_year[year], "cell": make_cell(year, by_year[year], code, unit, reasons)}
            for year in reversed(wanted)
        ],
    }
