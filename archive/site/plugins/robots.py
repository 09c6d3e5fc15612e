"""What machines are told: robots.txt, and a sitemap of the reports."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any
from xml.sax.saxutils import escape

from datasette import hookimpl
from datasette.app import Datasette
from datasette.utils.asgi import NotFound, Request, Response

from archive.site.queries import Row, fetch

# Facet, sort and filter links multiply without end (READING §5.1): every address with a query is closed, except those
# that choose a language. Open are reports, coverage and the pages of the site; tables are for people and programs.
ROBOTS = """User-agent: *
Disallow: /*?
Allow: /*?lang=
Disallow: /*.csv
Disallow: /*.json
Disallow: /*.db
Disallow: /reports/
Allow: /reports/reports$
Allow: /reports/reports/
Disallow: /reports/reports/*.txt
Disallow: /downloads/
Disallow: /-/
Crawl-delay: 2
Sitemap: {root}/sitemap.xml
"""
# The most addresses one sitemap may hold (sitemaps.org).
A_SITEMAP = 50_000
# Pages that are always there.
PAGES = (
    "/",
    "/reports/reports",
    "/search",
    "/trends",
    "/downloads",
    "/coverage",
    "/sources",
    "/runs",
    "/problems",
    "/about",
)
NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"


@hookimpl
def register_routes() -> list[tuple[str, Callable[..., Awaitable[Response]]]]:
    """The addresses machines ask for first."""
    return [
        (r"^/robots\.txt$", show_robots),
        (r"^/sitemap\.xml$", show_sitemap),
        (r"^/sitemap-(?P<n>[1-9]\d{0,3})\.xml$", show_part),
    ]


def find_root(request: Request, datasette: Datasette) -> str:
    """The address of the site, without a slash at its end."""
    return datasette.absolute_url(request, datasette.urls.instance()).rstrip("/")


async def show_robots(request: Request, datasette: Datasette) -> Response:
    """Which pages robots may read."""
    return Response.text(ROBOTS.format(root=find_root(request, datasette)))


async def show_sitemap(request: Request, datasette: Datasette) -> Response:
    """The sitemap's index: as many parts as the reports need."""
    rows = await datasette.get_database("reports").execute("select count(*) from reports")
    parts = -(-(rows.single_value() + len(PAGES)) // A_SITEMAP)
    root = find_root(request, datasette)
    places = "".join(f"<sitemap><loc>{escape(root)}/sitemap-{n}.xml</loc></sitemap>\n" for n in range(1, parts + 1))
    return xml(f'<sitemapindex xmlns="{NAMESPACE}">\n{places}</sitemapindex>\n')


async def show_part(request: Request, datasette: Datasette) -> Response:
    """One part of the sitemap: our pages, then the reports in the order of their ids."""
    first = (int(request.url_vars["n"]) - 1) * A_SITEMAP
    root = find_root(request, datasette)
    pages: list[tuple[str, Any]] = [(page, None) for page in PAGES[first:]]
    skipped = max(0, first - len(PAGES))

    def read(conn: Any) -> list[Row]:
        sql = "select id, changed_at from reports order by id limit ? offset ?"
        return fetch(conn, sql, [A_SITEMAP - len(pages), skipped])

    reports = await datasette.get_database("reports").execute_fn(read)
    pages += [(datasette.urls.row("reports", "reports", row["id"]), row["changed_at"]) for row in reports]
    if not pages:
        raise NotFound("no such part of the sitemap")
    lines = "".join(
        f"<url><loc>{escape(root + path)}</loc>{f'<lastmod>{escape(day[:10])}</lastmod>' if day else ''}</url>\n"
        for path, day in pages
    )
    return xml(f'<urlset xmlns="{NAMESPACE}">\n{lines}</urlset>\n')


def xml(body: str) -> Response:
    """An answer in XML."""
    return Response(f'<?xml version="1.0" encoding="UTF-8"?>\n{body}', content_type="application/xml; charset=utf-8")
