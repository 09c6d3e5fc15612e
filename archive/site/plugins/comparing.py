"""The page of comparison: two copies of a report, or the reports of two years, side by side or in one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from datasette import hookimpl
from datasette.app import Datasette
from datasette.utils.asgi import Request, Response

from archive.site import comparing

VIEWS = ("side", "inline")


@hookimpl
def register_routes() -> list[tuple[str, Callable[..., Awaitable[Response]]]]:
    """The page, and the same as JSON."""
    return [(r"^/compare(?P<json>\.json)?$", show_comparison)]


async def show_comparison(request: Request, datasette: Datasette) -> Response:
    """`a` and `b` are ids of reports or copies, `view` is side or inline, `only=changes` leaves out what is kept."""
    a, b = ((request.args.get(name) or "").strip() for name in "ab")
    view = request.args.get("view")
    only = request.args.get("only") == "changes"
    known: comparing.Row = {"a": None, "b": None, "comparison": None}
    if a and b:
        db = datasette.get_database("reports")
        known = await db.execute_fn(lambda conn: comparing.read_comparison(conn, a, b, only))
    lost = [id for id, side in ((a, known["a"]), (b, known["b"])) if id and b and side is None]
    status = 404 if lost and a else 200
    if request.url_vars["json"]:
        told = comparing.as_data(known) if known["comparison"] else {"ok": False, "error": "no such text", "ids": lost}
        return Response.json(told, status=status if known["comparison"] else 404)
    known |= {"asked_a": a, "asked_b": b, "lost": lost if a else [], "only": only}
    known["view"] = view if view in VIEWS else VIEWS[0]
    html = await datasette.render_template("compare.html", known, request=request)
    return Response.html(html, status=status)
