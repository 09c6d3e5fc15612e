"""What can be said to someone who asked for a page that is not there. Takes a read-only connection."""

from __future__ import annotations

import re
import sqlite3
from typing import Any
from urllib.parse import quote

from datasette.utils import tilde_decode

# The address of a report's page or of one of its forms: /reports/reports/310101-2020.txt
OF_REPORT = re.compile(r"/reports/reports/(?P<id>[^/]+?)(?P<form>\.(?:txt|json|bib|ris|csl\.json))?$")
ID = re.compile(r"(?P<region>\d{6})-(?:.+-)?(?P<year>\d{4})(?:-[b-z])?")
# So many years of a region fit under one another; no region has given more than one report a year since 1949.
MOST = 100


def find(db: sqlite3.Connection, path: str) -> dict[str, Any]:
    """What is known of an address without a page.

    `moved`: where a report that had this id is now. Else, for a report's address: `wanted` (id), and where the id is
    made as ours are `region`, `year`, `name` of the region and `others`, the region's reports.
    """
    found = OF_REPORT.fullmatch(path)
    if found is None:
        return {}
    id = tilde_decode(found["id"])
    moved = db.execute("select id from aliases where old_id = ?", [id]).fetchone()
    if moved is not None and moved[0]:
        return {"moved": f"/reports/reports/{quote(moved[0])}{found['form'] or ''}"}
    told: dict[str, Any] = {"wanted": id, "of_report": True}
    made = ID.fullmatch(id)
    if made is None:
        return told
    region, year = made["region"], int(made["year"])
    name = db.execute(
        "select path from regions where code = ? order by valid_from > ?, valid_from desc", [region, year]
    ).fetchone()
    others = db.execute(
        "select id, year, title from reports where region = ? order by year, id limit ?", [region, MOST]
    ).fetchall()
    why = db.execute("select state, why from coverage where region = ? and year = ?", [region, year]).fetchone()
    return told | {
        "region": region,
        "year": year,
        "name": name[0] if name else None,
        "others": [{"id": row[0], "year": row[1], "title": row[2]} for row in others],
        "why": why[1] if why else None,
    }
