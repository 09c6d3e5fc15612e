"""The trends page: phrases over years and regions as chart, table, CSV and JSON."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlencode

from datasette import hookimpl
from datasette.app import Datasette
from datasette.utils.asgi import BadRequest, Request, Response
from markupsafe import Markup

from archive.site import drawing, queries
from archive.site.asking import Asking
from archive.site.finding import count_facets
from archive.site.language import say
from archive.site.plugins.searching import BOM, know, limited, read_request, write_rows
from archive.site.trends import Cell, Trend, read_phrases, trace_phrases

MEASURES = ("per_1000", "count", "share")
COLUMNS = ("phrase", "region", "year", "reports", "reports_with", "count", "chars", "per_1000", "share")
# Rows of the table of regions shown before "more".
SHOWN_REGIONS = 40


@hookimpl
def register_routes() -> list[tuple[str, Callable[..., Awaitable[Any]]]]:
    """The trends page and its other forms."""
    return [
        (r"^/trends$", show_page),
        (r"^/trends\.json$", show_json),
        (r"^/trends\.csv$", show_csv),
        (r"^/trends\.svg$", show_svg),
    ]


def read_measure(request: Request) -> str:
    """What the chart shows. Raises BadRequest."""
    measure = request.args.get("measure") or MEASURES[0]
    if measure not in MEASURES:
        raise BadRequest(f"measure must be one of {', '.join(MEASURES)}")
    return measure


async def trace(request: Request, datasette: Datasette) -> tuple[Asking, list[Trend], dict[str, Any]]:
    """What was asked for, the trends, and what else the page shows."""
    asked = read_request(request)
    catalogue = await know(datasette)

    def run(db: sqlite3.Connection) -> tuple[list[Trend], dict[str, Any]]:
        trends = trace_phrases(db, catalogue, read_phrases(asked.query), asked.filters)
        places = catalogue.every()
        return trends, {
            "facets": count_facets(catalogue, places, asked.filters),
            "snapshot": queries.read_snapshot(db),
        }

    trends, context = await limited(datasette, run)
    return asked, trends, context


def address(asked: Asking, measure: str, form: str = "", **changes: str) -> str:
    """The address of a trends page with some parameters changed."""
    kept = {
        name: value for name, value in asked.parameters().items() if name in ("q", "region", "years", "level", "trust")
    }
    given = kept | {"measure": "" if measure == MEASURES[0] else measure} | changes
    query = urlencode({name: value for name, value in given.items() if value})
    return f"/trends{form}{'?' if query else ''}{query}"


def describe_measure(measure: str) -> str:
    """The name of a measure in the reader's language."""
    names = {"per_1000": say("每千字次数"), "count": say("次数"), "share": say("含有的报告所占比例")}
    return str(names[measure])


async def draw(trends: list[Trend], measure: str) -> str:
    """The chart as SVG; empty where there is nothing to draw."""
    years = sorted({year for trend in trends for year in trend.years})
    if not years:
        return ""
    span = range(years[0], years[-1] + 1)
    none = Cell(0, 0, 0, 0)
    lines = tuple(
        (trend.phrase, tuple((year, value_of(trend.years.get(year, none), measure)) for year in span))
        for trend in trends
    )
    titles = (str(say("年份")), describe_measure(measure))
    return await asyncio.to_thread(
        drawing.draw_lines, lines, *titles, measure == "share", f"{titles[1]}: {', '.join(line[0] for line in lines)}"
    )


def value_of(cell: Cell, measure: str) -> float | None:
    """One value of a chart, None where the year has no report."""
    if measure == "count":
        return cell.count if cell.reports else None
    value = cell.per_1000 if measure == "per_1000" else cell.share
    return None if value is None else round(value, 5)


async def show_page(request: Request, datasette: Datasette) -> Response:
    """The trends page."""
    measure = read_measure(request)
    asked, trends, context = await trace(request, datasette)
    context |= {
        "asking": asked,
        "q": asked.query,
        "trends": trends,
        "measure": measure,
        "measures": [(name, describe_measure(name)) for name in MEASURES],
        "chart": Markup(await draw(trends, measure)),  # noqa: S704 - Vega escapes what it writes
        "years": sorted({year for trend in trends for year in trend.years}),
        "address": lambda form="", **changes: address(asked, changes.pop("measure", measure), form, **changes),
        "shown_regions": SHOWN_REGIONS,
        "value_of": value_of,
    }
    return Response.html(await datasette.render_template("trends.html", context, request=request))


async def show_svg(request: Request, datasette: Datasette) -> Response:
    """The chart alone, to be kept or printed."""
    measure = read_measure(request)
    _, trends, _ = await trace(request, datasette)
    svg = await draw(trends, measure)
    if not svg:
        raise BadRequest("q must name a phrase: /trends?q=数字经济")
    # By itself it has no text around it whose colour it could take.
    headers = {"content-disposition": 'inline; filename="trends.svg"'}
    return Response(svg.replace("<svg ", '<svg color="#20242a" ', 1), content_type="image/svg+xml", headers=headers)


def list_rows(trends: list[Trend], region: str) -> list[list[Any]]:
    """The numbers as rows of COLUMNS: each phrase by year, then by region over all years."""
    rows = []
    for trend in trends:
        cells: list[tuple[str, int | None, Cell]] = [(region, year, cell) for year, cell in trend.years.items()]
        cells += [(below, None, cell) for below, cell in trend.regions.items() if below != region]
        for place, year, cell in cells:
            shares = [None if value is None else round(value, 6) for value in (cell.per_1000, cell.share)]
            rows.append([trend.phrase, place, year, cell.reports, cell.having, cell.count, cell.chars, *shares])
    return rows


async def show_csv(request: Request, datasette: Datasette) -> Response:
    """The numbers as CSV: rows with a year are of the region chosen, rows without of a region below it, all years."""
    asked, trends, _ = await trace(request, datasette)
    headers = {"content-disposition": 'attachment; filename="trends.csv"', "access-control-allow-origin": "*"}
    told = BOM + write_rows([list(COLUMNS), *list_rows(trends, asked.filters.region)])
    return Response(told, content_type="text/csv; charset=utf-8", headers=headers)


async def show_json(request: Request, datasette: Datasette) -> Response:
    """The numbers as JSON."""
    asked, trends, context = await trace(request, datasette)
    told = {
        "query": asked.query,
        "parameters": asked.parameters(),
        "version": context["snapshot"]["version"],
        "phrases": [
            {"phrase": trend.phrase, "unchecked": trend.unchecked, "first_reports": trend.first_reports}
            | {"first_years": trend.first_years, "total": tell(trend.total)}
            | {"years": {str(year): tell(cell) for year, cell in trend.years.items()}}
            | {"regions": {region: tell(cell) for region, cell in trend.regions.items()}}
            for trend in trends
        ],
    }
    return Response.json(told, headers={"access-control-allow-origin": "*"})


def tell(cell: Cell) -> dict[str, Any]:
    """A cell for a program."""
    numbers = {"reports": cell.reports, "reports_with": cell.having, "count": cell.count, "chars": cell.chars}
    return numbers | {"per_1000": cell.per_1000, "share": cell.share}
