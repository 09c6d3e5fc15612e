"""What the site's own pages show, asked of a snapshot. Every function takes a read-only connection."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from archive.hits import Snippet, cut_snippets, find_hits
from archive.outline import Paragraph, Section, outline
from archive.search import fts_query, parse_query
from archive.site import phrases
from archive.site.reading import Layout, Place, lay_out

Row = dict[str, Any]

NEWEST = 8
# Beyond this many regions the grid has a row a province: a page of a megabyte is no overview.
MOST_GRID_ROWS = 120
# Offered under the search box where the archive has them: a word, alternatives, an exclusion.
EXAMPLES = ("营商环境", "旧改 OR 城市更新", "数字经济 -5G", "水")


@dataclass(frozen=True, slots=True)
class GridRow:
    """One region (or province) of the coverage grid; `cells` holds a cell a year, None where nothing is known."""

    code: str
    name: str
    path: str
    level: str
    cells: tuple[Row | None, ...]


def fetch(db: sqlite3.Connection, sql: str, params: Any = ()) -> list[Row]:
    """The rows of a query as dicts."""
    cursor = db.execute(sql, params)
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor]


def read_front(db: sqlite3.Connection) -> Row:
    """What the front page shows: counts, the newest reports, the coverage grid, the version."""
    (counts,) = fetch(
        db,
        "select count(*) as reports, coalesce(sum(chars), 0) as chars, min(year) as first_year, max(year) as last_year,"
        " count(distinct region || coalesce(township, '')) as regions, count(distinct year) as years,"
        " coalesce(sum(region is null or year is null), 0) as unresolved,"
        " (select count(*) from copies) as copies, (select count(*) from sources) as sources from reports",
    )
    newest = fetch(
        db,
        "select id, title, region_name, name, year, trust, chars, delivered_on, first_seen_at from reports"
        " order by first_seen_at is null, first_seen_at desc, year desc, id limit ?",
        [NEWEST],
    )
    years, rows, by_province = read_grid(db)
    return {
        "counts": counts,
        "newest": newest,
        "years": years,
        "grid": rows,
        "by_province": by_province,
        "snapshot": read_snapshot(db),
        "examples": [example for example in EXAMPLES if count_found(db, example)],
    }


def count_found(db: sqlite3.Connection, query: str) -> int:
    """How many reports a query finds."""
    sql = "select count(*) from reports_fts where reports_fts match ?"
    return int(db.execute(sql, [fts_query(query)]).fetchone()[0])


def read_snapshot(db: sqlite3.Connection) -> Row:
    """The version of this file."""
    rows = fetch(db, "select version, published_at, note from snapshots where sha256 is null")
    return rows[-1] if rows else {"version": None, "published_at": None, "note": None}


def read_grid(db: sqlite3.Connection) -> tuple[list[int], list[GridRow], bool]:
    """The coverage grid: years, rows in the order of codes, and whether a row is a province."""
    reports = fetch(
        db,
        "select id, region, township, region_name, province, name, level, year, trust, copies from reports"
        " where region is not null and year is not null order by region, coalesce(township, ''), year, id",
    )
    missing = fetch(
        db,
        "select c.region, c.year, g.name, g.level, g.path from coverage c left join regions g on g.code = c.region"
        " and c.year >= g.valid_from and c.year <= coalesce(g.valid_until, 9999) where c.state = 'missing'",
    )
    wanted = [report["year"] for report in reports] + [gap["year"] for gap in missing]
    if not wanted:
        return [], [], False
    years = list(range(min(wanted), max(wanted) + 1))
    if len({(report["region"], report["township"]) for report in reports}) > MOST_GRID_ROWS:
        return years, group_by_province(reports, years), True
    rows: dict[tuple[str, str], Row] = {}
    for report in reports:
        key = report["region"], report["township"] or ""
        row = rows.setdefault(key, {"cells": {}})
        # The latest name stands for the row: rows come in the order of years.
        row |= {"name": report["township"] or report["name"], "path": report["region_name"], "level": report["level"]}
        cell = row["cells"].get(report["year"])
        row["cells"][report["year"]] = {**report, "count": cell["count"] + 1 if cell else 1}
    for gap in missing:
        row = rows.setdefault((gap["region"], ""), {"cells": {}, **gap})
        row["cells"].setdefault(gap["year"], {"trust": "missing", "year": gap["year"], "count": 0})
    return (
        years,
        [
            GridRow(
                code, row["name"] or code, row["path"] or code, row["level"] or "", tuple(map(row["cells"].get, years))
            )
            for (code, _), row in sorted(rows.items())
        ],
        False,
    )


def group_by_province(reports: list[Row], years: list[int]) -> list[GridRow]:
    """The grid with a row a province: how many reports of each year."""
    rows: dict[str, dict[int, Row]] = {}
    codes: dict[str, str] = {}
    for report in reports:
        province = report["province"] or report["name"] or ""
        codes.setdefault(province, report["region"])
        cell = rows.setdefault(province, {}).setdefault(report["year"], {"year": report["year"], "count": 0})
        cell["count"] += 1
    return [
        GridRow(codes[province], province, province, "province", tuple(map(cells.get, years)))
        for province, cells in sorted(rows.items(), key=lambda item: codes[item[0]])
    ]


@dataclass(frozen=True, slots=True)
class Found:
    """One report of a list, with what was found in it: `hits` places, some of them in `snippets`."""

    report: Row
    hits: int
    snippets: list[Snippet]


def read_found(db: sqlite3.Connection, ids: list[str], query: str) -> list[Found]:
    """The reports with these ids, in their order, with snippets where `query` wants words."""
    marks = "?, " * (len(ids) - 1) + "?"
    texts = any(group.wanted for group in parse_query(query))
    rows = fetch(
        db,
        f"select r.*, {'t.text' if texts else 'null as text'} from reports r"
        f" left join texts t on t.sha256 = r.text_sha256 where r.id in ({marks})",
        ids,
    )
    by_id = {row["id"]: row for row in rows}
    found = []
    for id in ids:
        row = by_id[id]
        text = row.pop("text") or ""
        hits = find_hits(text, query) if text else []
        found.append(Found(row, len(hits), cut_snippets(text, hits)))
    return found


def read_text(db: sqlite3.Connection, id: str) -> str | None:
    """The text of a report; None where there is no such report."""
    rows = fetch(
        db,
        "select coalesce(t.text, '') as text from reports r left join texts t on t.sha256 = r.text_sha256"
        " where r.id = ?",
        [id],
    )
    return str(rows[0]["text"]) if rows else None


def read_report(db: sqlite3.Connection, id: str, query: str) -> Row:
    """What a report's page shows. The report exists; `query` is the search it was found by, maybe empty."""
    (report,) = fetch(db, "select * from reports where id = ?", [id])
    text = read_text(db, id) or ""
    copies = fetch(
        db,
        "select c.*, p.fetched_at, p.last_seen_at, p.sha256 as payload_sha256, p.content_type, s.name as source_name"
        " from copies c left join captures p on p.id = c.capture left join sources s on s.id = c.source"
        " where c.report = ? order by c.rank, c.id",
        [id],
    )
    problems = fetch(
        db,
        "select * from problems where report = ? order by case severity when 'major' then 1 when 'minor' then 2 else 3"
        " end, copy is not ?, copy, start, code",
        [id, report["best_copy"]],
    )
    best = next((copy for copy in copies if copy["id"] == report["best_copy"]), None)
    # The places of a copy's problems are places in its text: a restored text has its own.
    shown = {None, best["id"] if best and best["text_sha256"] == report["text_sha256"] else None}
    hits = find_hits(text, query) if query else []
    places = [Place(start, end) for start, end, _ in hits]
    places += [
        Place(problem["start"], problem["start"] + max(problem["length"] or 1, 1), phrases.name_problem(problem))
        for problem in problems
        if problem["start"] is not None and problem["copy"] in shown
    ]
    siblings = fetch(
        db,
        "select id, year, title, trust from reports where region is ? and township is ? and region is not null"
        " order by year, id",
        [report["region"], report["township"]],
    )
    return {
        "report": report,
        "layout": lay_out_report(db, report, text, places),
        "hits": len(hits),
        "copies": copies,
        "best": best,
        "problems": problems,
        "siblings": siblings,
        "snapshot": read_snapshot(db),
    }


def lay_out_report(db: sqlite3.Connection, report: Row, text: str, places: list[Place]) -> Layout:
    """The report set by its stored outline, or by one made now where none is stored."""
    sections = [
        Section(**row)
        for row in fetch(
            db,
            "select n, kind, level, heading, start, length from sections where report = ? order by n",
            [report["id"]],
        )
    ]
    paragraphs = [
        Paragraph(**row)
        for row in fetch(
            db, "select n, section, start, length from paragraphs where report = ? order by n", [report["id"]]
        )
    ]
    if not paragraphs:
        sections, paragraphs = outline(text)
    return lay_out(text, report["title"], sections, paragraphs, places)


def is_link(url: object) -> bool:
    """Whether an address may be a link: http and https alone, for a page may claim to come from anywhere."""
    try:
        return urlsplit(str(url)).scheme.lower() in {"http", "https"}
    except ValueError:
        return False
