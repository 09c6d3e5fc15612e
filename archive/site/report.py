"""What a report's page shows of a snapshot. Takes a read-only connection."""

from __future__ import annotations

import json
import sqlite3

from archive.hits import find_hits
from archive.outline import Paragraph, Section, outline
from archive.site.coverage import parents
from archive.site.queries import Row, fetch, read_snapshot, read_text
from archive.site.reading import Place, lay_out

# Neighbours shown at first; a prefecture has at most some 25 counties, the nation 31 provinces with reports.
MOST_NEIGHBOURS = 60
# Places shown in which a copy differs; the table and the comparison hold the rest.
MOST_DIFFERENCES = 8


def read_report(db: sqlite3.Connection, id: str, query: str) -> Row:
    """What a report's page shows. The report exists; `query` is the search it was found by, maybe empty."""
    (report,) = fetch(db, "select * from reports where id = ?", [id])
    text = read_text(db, id) or ""
    copies = fetch(
        db,
        "select c.*, p.fetched_at, p.last_seen_at, p.sha256 as payload_sha256, p.content_type, p.warc_file,"
        " p.warc_offset, s.name as source_name from copies c left join captures p on p.id = c.capture"
        " left join sources s on s.id = c.source where c.report = ? and c.repeats is null order by c.rank, c.id",
        [id],
    )
    add_differences(db, copies)
    problems = fetch(
        db,
        "select * from problems where report = ? order by case severity when 'major' then 1 when 'minor' then 2 else 3"
        " end, copy is not ?, copy, start, code",
        [id, report["best_copy"]],
    )
    sections, paragraphs = read_outline(db, id, text)
    for number, problem in enumerate(problems, 1):
        problem |= {"number": number, "paragraph": find_paragraph(paragraphs, problem["start"])}
    terms = fetch(db, "select * from terms where report = ? order by n", [id])
    for term in terms:
        term["paragraph"] = find_paragraph(paragraphs, term["start"])
    restored = fetch(db, "select * from restored where report = ? order by n", [id])
    best = next((copy for copy in copies if copy["id"] == report["best_copy"]), None)
    # The places of a copy's problems are places in its text: a restored text has its own.
    shown = {None, best["id"] if best and best["text_sha256"] == report["text_sha256"] else None}
    hits = find_hits(text, query) if query else []
    places = [Place(start, end) for start, end, _ in hits]
    places += [
        Place(problem["start"], problem["start"] + max(problem["length"] or 1, 1), "problem", problem)
        for problem in problems
        if problem["start"] is not None and problem["copy"] in shown
    ]
    places += [Place(place["start"], place["start"] + place["length"], "restored", place) for place in restored]
    places += place_mentions(db, id, terms)
    siblings = read_siblings(db, report)
    return {
        "report": report,
        "layout": lay_out(text, report["title"], sections, paragraphs, places),
        "hits": len(hits),
        "copies": copies,
        "best": best,
        "problems": problems,
        "terms": terms,
        "restored": restored,
        "targets": read_targets(db, id, text),
        "siblings": siblings,
        "earlier": next((row for row in reversed(siblings) if (row["year"] or 9999) < (report["year"] or 0)), None),
        "family": read_family(db, report),
        "snapshot": read_snapshot(db),
    }


def read_targets(db: sqlite3.Connection, id: str, text: str) -> dict[str, list[Row]]:
    """What the report plans and claims in figures, each with its figure as `printed`: planned, achieved and absent."""
    found: dict[str, list[Row]] = {"planned": [], "achieved": [], "absent": []}
    for target in fetch(db, "select * from targets where report = ? order by n", [id]):
        start, length = target["figure_start"], target["figure_length"]
        target["printed"] = text[start : start + length] if start is not None else None
        found.setdefault(target["kind"], []).append(target)
    return found


def place_mentions(db: sqlite3.Connection, id: str, terms: list[Row]) -> list[Place]:
    """Where the speech uses a term of its glossary, the first time in each paragraph."""
    by_number = {term["n"]: term for term in terms}
    mentions = fetch(db, "select term, paragraph, start, length from mentions where report = ? order by start", [id])
    first: dict[tuple[int, int], Place] = {}
    for place in mentions:
        term = by_number.get(place["term"])
        if term is not None:
            found = Place(place["start"], place["start"] + place["length"], "term", term)
            first.setdefault((place["term"], place["paragraph"]), found)
    return list(first.values())


def find_paragraph(paragraphs: list[Paragraph], start: int | None) -> int | None:
    """The number of the paragraph a place of the text lies in."""
    if start is None:
        return None
    return next((part.n for part in paragraphs if part.start <= start <= part.start + part.length), None)


def add_differences(db: sqlite3.Connection, copies: list[Row]) -> None:
    """Give each copy its `differences` from the best one: counts by kind, and the first places of each."""
    for copy in copies:
        counts: dict[str, int] = json.loads(copy["differs"]) if copy["differs"] else {}
        places = fetch(
            db,
            "select kind, words, best_words, times from differences where copy = ? order by n limit ?",
            [copy["id"], MOST_DIFFERENCES],
        )
        copy["differences"] = {"counts": {kind: n for kind, n in counts.items() if n}, "places": places}


def read_outline(db: sqlite3.Connection, id: str, text: str) -> tuple[list[Section], list[Paragraph]]:
    """The stored outline of a report, or one made now where none is stored."""
    sections = fetch(
        db, "select n, kind, level, heading, start, length from sections where report = ? order by n", [id]
    )
    paragraphs = fetch(db, "select n, section, start, length from paragraphs where report = ? order by n", [id])
    if not paragraphs:
        return outline(text)
    return [Section(**row) for row in sections], [Paragraph(**row) for row in paragraphs]


def read_siblings(db: sqlite3.Connection, report: Row) -> list[Row]:
    """The same region's reports, year by year, this one among them."""
    return fetch(
        db,
        "select id, year, title, name, township, trust from reports where region is ? and township is ?"
        " and region is not null order by year, id",
        [report["region"], report["township"]],
    )


def read_family(db: sqlite3.Connection, report: Row) -> Row:
    """The reports of the same year above and beside this one: `parents`, the nearest last, and `neighbours`.

    Neighbours are regions of the same level under the same parent; of a township, townships of the same county.
    """
    region, year = report["region"], report["year"]
    if region is None or year is None:
        return {"parents": [], "neighbours": []}
    above = parents(region) if not report["township"] else [region, *parents(region)]
    columns = "id, region, title, name, township, year, trust"
    marks = ", ".join("?" for _ in above) or "null"
    found = fetch(
        db,
        f"select {columns} from reports where region in ({marks}) and township is null and year = ?"
        " order by region, id",
        [*above, year],
    )
    # The nearest place above that holds anything of the year beside this report: a county of Shanghai is directly
    # under the city, where no prefecture lies between.
    if report["township"]:
        low, high, beside = region, region, "township is not null"
    elif report["level"] == "province":
        low, high, beside = "000000", "999999", "level = 'province'"
    elif report["level"] == "prefecture":
        low, high, beside = region[:2] + "0000", region[:2] + "9999", "level = 'prefecture'"
    else:
        low, high, beside = region[:4] + "00", region[:4] + "99", "level = 'county' and township is null"
    neighbours = fetch(
        db,
        f"select {columns} from reports where region between ? and ? and {beside} and year = ? and id <> ?"
        " and not (region = ? and township is ?) order by region, township, id limit ?",
        [low, high, year, report["id"], region, report["township"], MOST_NEIGHBOURS],
    )
    return {"parents": found, "neighbours": neighbours}
