"""What the gates look at, read from a snapshot."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Mapping
from statistics import median

from archive.furniture import is_furniture
from archive.publish.gates import Contents

# Columns that a report of any origin should have.
FILLED = ("region", "year", "title", "delivered_on")
# Words of a site's buttons and credits: only texts that have one are looked at line by line.
MARKS = ("字号", "字体", "打印", "扫一扫", "责任编辑", "关闭窗口", "上一篇", "下一篇", "分享到", "版权所有")
# A button row or credit is short; a sentence that speaks of printing is not.
LONGEST_FURNITURE = 40


def read_contents(
    db: sqlite3.Connection,
    integrity: str = "ok",
    searches: Mapping[str, tuple[frozenset[int], frozenset[int]]] | None = None,
) -> Contents:
    """What the gates look at in a snapshot."""
    rows = db.execute("select id, region, year, chars from reports").fetchall()
    return Contents(
        {id: chars or 0 for id, _, _, chars in rows},
        frozenset((region, year) for _, region, year, _ in rows if region and year),
        integrity,
        searches or {},
        read_filled(db, len(rows)),
        read_sources(db),
        read_furnished(db),
    )


def read_filled(db: sqlite3.Connection, count: int) -> dict[str, float]:
    """Column → share of the reports that have a value there."""
    counts = db.execute(f"select {', '.join(f'count([{column}])' for column in FILLED)} from reports").fetchone()
    return {column: found / max(count, 1) for column, found in zip(FILLED, counts, strict=True)}


def read_sources(db: sqlite3.Connection) -> dict[str, tuple[int, float]]:
    """Source → how many copies it gave, and their median length."""
    lengths: dict[str, list[int]] = defaultdict(list)
    for source, chars in db.execute("select source, chars from copies where source is not null and chars is not null"):
        lengths[source].append(chars)
    return {source: (len(found), float(median(found))) for source, found in lengths.items()}


def read_furnished(db: sqlite3.Connection) -> tuple[str, ...]:
    """The reports in whose text a line of a site stands, by id."""
    likely = " or ".join("instr(t.text, ?) > 0" for _ in MARKS)
    texts = db.execute(
        f"select r.id, t.text from reports r join texts t on t.sha256 = r.text_sha256 where {likely} order by r.id",
        MARKS,
    )
    return tuple(id for id, text in texts if any(is_site_line(line) for line in text.split("\n")))


def is_site_line(line: str) -> bool:
    """Whether a line is a site's and no speaker's."""
    return (
        len(line) <= LONGEST_FURNITURE
        and any(mark in line for mark in MARKS)
        and (is_furniture(line, "head") or is_furniture(line, "tail"))
    )
