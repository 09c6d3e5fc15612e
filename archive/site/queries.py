"""What the site's own pages show, asked of a snapshot. Every function takes a read-only connection."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from archive.hits import Snippet, cut_snippets, find_hits
from archive.search import fts_query, parse_query

Row = dict[str, Any]

# Offered under the search box where the archive has them: a word, alternatives, an exclusion.
EXAMPLES = ("营商环境", "旧改 OR 城市更新", "数字经济 -5G", "水")


def fetch(db: sqlite3.Connection, sql: str, params: Any = ()) -> list[Row]:
    """The rows of a query as dicts."""
    cursor = db.execute(sql, params)
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor]


def count_found(db: sqlite3.Connection, query: str) -> int:
    """How many reports a query finds."""
    sql = "select count(*) from reports_fts where reports_fts match ?"
    return int(db.execute(sql, [fts_query(query)]).fetchone()[0])


def read_snapshot(db: sqlite3.Connection) -> Row:
    """The version of this file."""
    rows = fetch(db, "select version, published_at, note from snapshots where sha256 is null")
    return rows[-1] if rows else {"version": None, "published_at": None, "note": None}


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


def read_cited(db: sqlite3.Connection, id: str) -> Row | None:
    """What a citation of a report rests on: the report, its best copy, the snapshot. None for an unknown id."""
    reports = fetch(db, "select * from reports where id = ?", [id])
    if not reports:
        return None
    best = fetch(
        db,
        "select c.id, p.fetched_at from copies c left join captures p on p.id = c.capture where c.id = ?",
        [reports[0]["best_copy"]],
    )
    return {"report": reports[0], "best": best[0] if best else None, "snapshot": read_snapshot(db)}


def is_link(url: object) -> bool:
    """Whether an address may be a link: http and https alone, for a page may claim to come from anywhere."""
    try:
        return urlsplit(str(url)).scheme.lower() in {"http", "https"}
    except ValueError:
        return False
