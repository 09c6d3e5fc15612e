"""How the site answers: errors as pages in plain words, and headers that keep pages to themselves."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qsl, urlencode

from datasette import hookimpl
from datasette.app import Datasette
from datasette.utils.asgi import Base400, Request, Response
from datasette.views.base import DatasetteError
from markupsafe import Markup

logger = logging.getLogger(__name__)

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

# No page needs a script, a frame or anything of another host.
HEADERS = (
    (
        b"content-security-policy",
        b"default-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; form-action 'self';"
        b" base-uri 'none'; frame-ancestors 'none'",
    ),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
)


@hookimpl
def asgi_wrapper() -> Callable[[App], App]:
    """Add HEADERS to every answer; an empty search box asks for everything."""

    def wrap(app: App) -> App:
        async def answer(scope: Scope, receive: Receive, send: Send) -> None:
            async def send_with_headers(message: dict[str, Any]) -> None:
                if message["type"] == "http.response.start":
                    message = {**message, "headers": [*message.get("headers", []), *HEADERS]}
                await send(message)

            await app(without_blank_search(scope), receive, send_with_headers)

        return answer

    return wrap


def without_blank_search(scope: Scope) -> Scope:
    """A request without the parameter `_search` where it holds nothing but white space."""
    asked = scope.get("query_string") or b""
    if b"_search=" not in asked:
        return scope
    pairs = parse_qsl(asked.decode("latin-1"), keep_blank_values=True)
    kept = [(name, value) for name, value in pairs if name != "_search" or value.strip()]
    return scope if kept == pairs else {**scope, "query_string": urlencode(kept).encode("ascii")}


@hookimpl
def handle_exception(datasette: Datasette, request: Request, exception: Exception) -> Callable[[], Awaitable[Response]]:
    """An error as a page, or as JSON where that was asked for."""

    async def answer() -> Response:
        title = None
        extra: dict[str, Any] = {}
        if isinstance(exception, DatasetteError):
            status, message, title = exception.status, exception.message, exception.title
            message = Markup(message) if exception.message_is_html else message  # noqa: S704 - Datasette escaped it
            extra = exception.error_dict or {}
        elif isinstance(exception, Base400):
            status, message = exception.status, str(exception.args[0])
        else:
            status, message = 500, "internal error"
            logger.error("%s failed", request.path, exc_info=exception)
        told = {**extra, "ok": False, "error": message, "status": status, "title": title}
        if request.path.partition("?")[0].endswith(".json"):
            return Response.json(told, status=status)
        template = datasette.jinja_env.get_template("error.html")
        of_report = request.path.startswith("/reports/reports/")
        known = {"urls": datasette.urls, "path": request.path, "of_report": of_report}
        return Response.html(await template.render_async({**told, **known}), status=status)

    return answer
