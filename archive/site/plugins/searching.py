"""Search: the page, its results as JSON and CSV, and Datasette's own search box in Chinese."""

from __future__ import annotations

import csv
import io
import sqlite3
from collections.abc import Awaitable, Callable, Iterator
from itertools import islice
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt
from datasette import hookimpl
from datasette.app import Datasette
from datasette.utils import sqlite_timelimit
from datasette.utils.asgi import AsgiStream, BadRequest, Request, Response

from archive.hits import find_hits
from archive.search import fts_query
from archive.site import finding, queries, suggesting
from archive.site.asking import Asking, BadAskingError, read_asking
from archive.site.finding import BROAD, Catalogue, Numbers, Result

Row = dict[str, Any]

# As sql_time_limit_ms of the settings: no search takes longer.
MOST_MILLISECONDS = 2000
# A spreadsheet takes a CSV file for the local encoding unless it begins with this.
BOM = "\ufeff"
# Rows of a CSV file are read and written so many at a time, so that other pages come between.
CSV_ROWS, CSV_TEXTS = 500, 20
COLUMNS = (
    "id", "region", "region_name", "level", "year", "title", "delivered_on", "speaker", "trust", "origin", "chars",
    "source_url", "text_sha256",
)  # fmt: skip
# Regions of a facet shown before "more".
FACET_REGIONS = 24

catalogues: WeakKeyDictionary[Datasette, Catalogue] = WeakKeyDictionary()


@hookimpl(trylast=True)  # after Datasette has registered its own
def prepare_connection(conn: sqlite3.Connection) -> None:
    """Put our query language in place of Datasette's `escape_fts`."""
    conn.create_function("escape_fts", 1, lambda query: fts_query(str(query)), deterministic=True)


@hookimpl
def register_routes() -> list[tuple[str, Callable[..., Awaitable[Any]]]]:
    """The search page and its two other forms."""
    return [(r"^/search$", show_page), (r"^/search\.json$", show_json), (r"^/search\.csv$", show_csv)]


async def know(datasette: Datasette) -> Catalogue:
    """The catalogue of the snapshot served, read once."""
    if datasette not in catalogues:
        catalogues[datasette] = await datasette.get_database("reports").execute_fn(finding.read_catalogue)
    return catalogues[datasette]


def read_request(request: Request) -> Asking:
    """The search a request asks for. Raises BadRequest."""
    try:
        return read_asking({name: request.args.get(name) for name in request.args})
    except BadAskingError as error:
        raise BadRequest(str(error)) from error


async def run_search(datasette: Datasette, asked: Asking) -> Row:
    """One page of a search: total, facets, results, and where there are none, advice."""
    catalogue = await know(datasette)

    def run(db: sqlite3.Connection) -> Row:
        result = finding.search(db, catalogue, asked.query)
        kept = finding.choose(catalogue, result.places, asked.filters)
        total = int(kept.sum())
        pages = max(1, -(-total // asked.size))
        places, sort = order(db, catalogue, asked, result, kept)
        chosen = places[(asked.page - 1) * asked.size : asked.page * asked.size].tolist()
        return {
            "total": total,
            "pages": pages,
            "sort": sort,
            "unchecked": result.unchecked,
            "facets": finding.count_facets(catalogue, result.places, asked.filters),
            "results": finding.show_places(db, catalogue, chosen, asked.query) if chosen else [],
            "advice": None if total else suggesting.advise(db, catalogue, asked.query, asked.filters),
            "snapshot": queries.read_snapshot(db),
        }

    return await limited(datasette, run)


def order(
    db: sqlite3.Connection, catalogue: Catalogue, asked: Asking, result: Result, kept: npt.NDArray[np.bool_]
) -> tuple[Numbers, str]:
    """The places kept in the order asked for, and which that is."""
    sort = asked.sort(len(result.places))
    if sort == "relevance" and len(result.places) > BROAD and finding.asks_lone_character(asked.query):
        # How densely one character stands says nothing, and takes seconds to say.
        sort = "newest"
    scores = finding.score(db, asked.query, result)[kept] if sort == "relevance" else None
    return finding.sort_places(catalogue, result.places[kept], sort, scores), sort


async def limited(datasette: Datasette, run: Callable[[sqlite3.Connection], Any]) -> Any:
    """What `run` gives on a connection whose statements are cut off in time. Raises BadRequest where they are."""

    def in_time(db: sqlite3.Connection) -> Any:
        try:
            with sqlite_timelimit(db, MOST_MILLISECONDS):
                return run(db)
        except sqlite3.OperationalError as error:
            if str(error) != "interrupted":
                raise
            raise BadRequest(f"the search took longer than {MOST_MILLISECONDS / 1000:.0f} s and was stopped") from error

    return await datasette.get_database("reports").execute_fn(in_time)


async def show_page(request: Request, datasette: Datasette) -> Response:
    """The search page."""
    asked = read_request(request)
    found = await run_search(datasette, asked)
    context = {"asking": asked, "q": asked.query, "known_facets": FACET_REGIONS, **found}
    return Response.html(await datasette.render_template("search.html", context, request=request))


async def show_json(request: Request, datasette: Datasette) -> Response:
    """One page of a search as JSON; `marks` are places within `text`, `start` is where the paragraph begins."""
    asked = read_request(request)
    found = await run_search(datasette, asked)
    results = [
        {name: shown.report[name] for name in COLUMNS}
        | {"url": f"/reports/reports/{shown.report['id']}", "hits": shown.hits, "paragraphs_hit": shown.paragraphs}
        | {"passages": [tell_passage(passage) for passage in shown.passages]}
        for shown in found["results"]
    ]
    told = {
        "query": asked.query,
        "parameters": asked.parameters(),
        "version": found["snapshot"]["version"],
        "total": found["total"],
        "unchecked": found["unchecked"],
        "sort": found["sort"],
        "page": asked.page,
        "pages": found["pages"],
        "next": asked.address(".json", page=asked.page + 1) if asked.page < found["pages"] else None,
        "facets": {name: dict(values) for name, values in found["facets"].items()},
        "results": results,
    }
    return Response.json(told, headers={"Access-Control-Allow-Origin": "*"})


def tell_passage(passage: finding.Passage) -> Row:
    """A passage for a program: its words, which of them are marked, its paragraph."""
    marks, place = [], 0
    for words, marked in passage.snippet.parts:
        if marked:
            marks.append([place, place + len(words)])
        place += len(words)
    text = "".join(words for words, _ in passage.snippet.parts)
    told = {"paragraph": passage.snippet.paragraph, "start": passage.snippet.start, "hits": passage.snippet.hits}
    return {**told, "anchor": passage.anchor, "text": text, "marks": marks}


async def show_csv(request: Request, datasette: Datasette) -> AsgiStream:
    """All results as CSV: a row a report, or with `by=paragraph` a row a paragraph that holds a hit."""
    asked = read_request(request)
    by_paragraph = request.args.get("by") == "paragraph"
    catalogue = await know(datasette)

    def find(db: sqlite3.Connection) -> Numbers:
        result = finding.search(db, catalogue, asked.query)
        kept = finding.choose(catalogue, result.places, asked.filters)
        return order(db, catalogue, asked, result, kept)[0]

    places: Numbers = await limited(datasette, find)
    size = CSV_TEXTS if by_paragraph else CSV_ROWS
    make = paragraph_rows if by_paragraph else report_rows
    columns = [*COLUMNS, "paragraph", "hits", "paragraph_text"] if by_paragraph else list(COLUMNS)

    async def write(stream: Any) -> None:
        await stream.write(BOM + write_rows([columns]))
        remaining = iter(places.tolist())
        while chunk := list(islice(remaining, size)):
            ids = [catalogue.ids[place] for place in chunk]
            rows = await datasette.get_database("reports").execute_fn(
                lambda db, ids=ids: list(make(db, ids, asked.query))
            )
            await stream.write(write_rows(rows))

    name = f"search-{'paragraphs' if by_paragraph else 'reports'}.csv"
    headers = {"content-disposition": f'attachment; filename="{name}"', "access-control-allow-origin": "*"}
    return AsgiStream(write, headers=headers, content_type="text/csv; charset=utf-8")


def report_rows(db: sqlite3.Connection, ids: list[str], query: str) -> Iterator[list[Any]]:
    """A row for each report, in the order of `ids`."""
    sql = f"select {', '.join(COLUMNS)} from reports where id in ({', '.join('?' * len(ids))})"
    rows = {row[0]: list(row) for row in db.execute(sql, ids)}
    for id in ids:
        yield rows[id]


def paragraph_rows(db: sqlite3.Connection, ids: list[str], query: str) -> Iterator[list[Any]]:
    """A row for each paragraph of these reports that holds a hit."""
    for row in report_rows(db, ids, query):
        text = queries.read_text(db, row[0]) or ""
        counts: dict[int, int] = {}
        for start, _, _ in find_hits(text, query):
            line = text.rfind("\n", 0, start) + 1
            counts[line] = counts.get(line, 0) + 1
        for line, hits in counts.items():
            words = text[line:].partition("\n")[0] if line + 1 < len(text) else ""
            yield [*row, text.count("\n", 0, line) + 1, hits, words]


def write_rows(rows: list[list[Any]]) -> str:
    """Rows as CSV (RFC 4180). What a spreadsheet would take for a formula is kept as text."""
    buffer = io.StringIO()
    csv.writer(buffer).writerows([[guard(cell) for cell in row] for row in rows])
    return buffer.getvalue()


def guard(cell: object) -> object:
    """A cell that no spreadsheet runs: what begins like a formula gets an apostrophe in front (OWASP CSV injection)."""
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in "=+-@\t\r" and cell else cell
