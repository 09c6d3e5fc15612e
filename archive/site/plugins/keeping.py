"""The site's own pages beside Datasette's: coverage, sources, runs, problems, about; each as JSON too, and a feed."""

from __future__ import annotations

import csv
import io
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from functools import partial
from typing import Any
from weakref import WeakKeyDictionary

from datasette import hookimpl
from datasette.app import Datasette
from datasette.utils.asgi import NotFound, Request, Response

from archive.corrections import COLUMNS, FIELDS
from archive.site import keeping, queries
from archive.site.config import CONTACT
from archive.site.coverage import NATION, Coverage, read_coverage, read_region

Row = dict[str, Any]

# The map of the whole country is asked for again and again, and never changes with one snapshot.
nations: WeakKeyDictionary[Datasette, Coverage] = WeakKeyDictionary()


@hookimpl
def register_routes() -> list[tuple[str, Callable[..., Awaitable[Response]]]]:
    """Our pages."""
    return [
        (r"^/coverage(?:/(?P<code>\d{6}))?(?P<json>\.json)?$", show_coverage),
        (r"^/sources(?P<json>\.json)?$", show_sources),
        (r"^/runs(?P<json>\.json)?$", show_runs),
        (r"^/problems(?P<json>\.json)?$", show_problems),
        (r"^/about$", show_about),
        (r"^/feed\.atom$", show_feed),
    ]


async def show(request: Request, datasette: Datasette, template: str, known: Row) -> Response:
    """A page, or what it shows as JSON."""
    if request.url_vars.get("json"):
        return Response.json(known)
    return Response.html(await datasette.render_template(template, known, request=request))


async def show_coverage(request: Request, datasette: Datasette) -> Response:
    """The coverage map of the country or of a place, and the years of a region."""
    code = request.url_vars["code"] or NATION
    db = datasette.get_database("reports")
    if code != NATION:
        coverage = await db.execute_fn(lambda conn: read_coverage(conn, code))
    else:
        coverage = nations.get(datasette) or await db.execute_fn(read_coverage)
        nations[datasette] = coverage
    region = await db.execute_fn(lambda conn: read_region(conn, code, coverage))
    if region is None:
        raise NotFound(f"no region has the code {code}")
    if request.url_vars["json"]:
        years = [{**row, "cell": asdict(row["cell"])} for row in region["years"]]
        return Response.json({**region, "years": years, "coverage": asdict(coverage)})
    return await show(request, datasette, "coverage.html", {"region": region, "coverage": coverage})


async def show_sources(request: Request, datasette: Datasette) -> Response:
    """Every source and how it fares."""
    sources = await datasette.get_database("reports").execute_fn(keeping.read_sources)
    return await show(request, datasette, "sources.html", {"sources": sources})


async def show_runs(request: Request, datasette: Datasette) -> Response:
    """The newest runs, of all sources or of one."""
    source = request.args.get("source")
    runs = await datasette.get_database("reports").execute_fn(partial(keeping.read_runs, source=source))
    return await show(request, datasette, "runs.html", {"runs": runs, "source": source})


async def show_problems(request: Request, datasette: Datasette) -> Response:
    """What was found wrong, by kind, and what was not taken for a report."""
    known = await datasette.get_database("reports").execute_fn(keeping.read_problems)
    return await show(request, datasette, "problems.html", known)


async def show_about(request: Request, datasette: Datasette) -> Response:
    """What this is, the terms of the texts, removal, and how to report an error: a line of corrections.csv."""
    snapshot = await datasette.get_database("reports").execute_fn(queries.read_snapshot)
    values = {column: request.args.get(column) or "" for column in COLUMNS}
    line = io.StringIO()
    csv.writer(line).writerow(values.values())
    known = {
        "snapshot": snapshot,
        "columns": COLUMNS,
        "fields": FIELDS,
        "values": values,
        "line": line.getvalue().strip(),
    }
    known |= {"contact": CONTACT, "root": datasette.absolute_url(request, datasette.urls.instance())}
    return await show(request, datasette, "about.html", known)


async def show_feed(request: Request, datasette: Datasette) -> Response:
    """New and changed reports as an Atom feed (RFC 4287), of all regions or of one and those below it."""
    region = request.args.get("region")
    region = region if region and len(region) == 6 and region.isdecimal() else None
    changes = await datasette.get_database("reports").execute_fn(partial(keeping.read_changes, region=region))
    root = datasette.absolute_url(request, datasette.urls.instance())
    known = {"changes": changes, "region": region, "root": root.rstrip("/")}
    words = await datasette.render_template("feed.xml", known, request=request)
    return Response(words, content_type="application/atom+xml; charset=utf-8")
