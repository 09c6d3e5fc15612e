"""How the site answers: in the reader's language, with headers that keep pages to themselves, errors in plain words."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Awaitable, Callable
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qsl, urlencode

from datasette import hookimpl
from datasette.app import Datasette
from datasette.utils.asgi import Base400, Request, Response
from datasette.views.base import DatasetteError
from markupsafe import Markup

from archive.site import help_lost
from archive.site.config import DATA
from archive.site.language import COOKIE, COOKIE_SECONDS, LANGUAGES, Asked, asked, choose_language, take_language

logger = logging.getLogger(__name__)

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]

# No page needs a script, a frame, styles of its own or anything of another host.
HEADERS = (
    (
        b"content-security-policy",
        b"default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none';"
        b" frame-ancestors 'none'",
    ),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), payment=()"),
)


@hookimpl
def asgi_wrapper() -> Callable[[App], App]:
    """Choose the language, add HEADERS to every answer; an empty search box asks for everything."""

    def wrap(app: App) -> App:
        async def answer(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != "http":
                await app(scope, receive, send)
                return
            wanted, query = take_language((scope.get("query_string") or b"").decode("latin-1"))
            scope = {**scope, "query_string": without_blank_search(query).encode("latin-1")}
            told = {name: value.decode("latin-1") for name, value in scope.get("headers") or []}
            language = choose_language(wanted, read_cookie(told.get(b"cookie", "")), told.get(b"accept-language"))
            path = (scope.get("raw_path") or scope["path"].encode()).partition(b"?")[0].decode("latin-1")
            asked.set(Asked(language, path, query))

            async def send_with_headers(message: dict[str, Any]) -> None:
                if message["type"] == "http.response.start":
                    given: Headers = list(message.get("headers", []))
                    message = {**message, "headers": [*given, *headers_for(given, language, wanted)]}
                await send(message)

            await app(scope, receive, send_with_headers)

        return answer

    return wrap


def headers_for(given: Headers, language: str, wanted: str | None) -> Headers:
    """The headers an answer gets beside those it has: HEADERS, and for a page its language.

    A header that the page itself has set stays as it is. The choice `?lang=` makes is kept in a cookie.
    """
    there = {name.lower() for name, _ in given}
    added: Headers = [(name, value) for name, value in HEADERS if name not in there]
    content_type = next((value for name, value in given if name.lower() == b"content-type"), b"")
    if content_type.startswith(b"text/html"):
        added.append((b"content-language", LANGUAGES[language][0].encode()))
        added.append((b"vary", b"Accept-Language, Cookie"))
        if wanted in LANGUAGES:
            kept = f"{COOKIE}={wanted}; Path=/; Max-Age={COOKIE_SECONDS}; SameSite=Lax; HttpOnly"
            added.append((b"set-cookie", kept.encode()))
    return added


def read_cookie(header: str) -> str | None:
    """The language that a Cookie header keeps; None where it is not there or not well formed."""
    try:
        morsel = SimpleCookie(header).get(COOKIE)
    except CookieError:
        return None
    return morsel.value if morsel else None


def without_blank_search(query: str) -> str:
    """A query string without the parameter `_search` where it holds nothing but white space."""
    if "_search=" not in query:
        return query
    pairs = parse_qsl(query, keep_blank_values=True)
    kept = [(name, value) for name, value in pairs if name != "_search" or value.strip()]
    return query if kept == pairs else urlencode(kept)


# What Datasette's own pages end in where a parameter holds what they do not expect: no such column, no number, no JSON.
OF_PARAMETERS = (sqlite3.Error, LookupError, OverflowError, TypeError, ValueError)


def is_query(request: Request) -> bool:
    """Whether a request asks one of Datasette's own pages for something by parameters."""
    return bool(request.query_string) and DATA.fullmatch(request.path.partition("?")[0]) is not None


@hookimpl
def handle_exception(datasette: Datasette, request: Request, exception: Exception) -> Callable[[], Awaitable[Response]]:
    """An error as a page, or as JSON where that was asked for; an id that has moved leads to where it is now."""

    async def answer() -> Response:
        title = None
        extra: dict[str, Any] = {}
        if isinstance(exception, DatasetteError):
            status, message, title = exception.status, exception.message, exception.title
            message = Markup(message) if exception.message_is_html else message  # noqa: S704 - Datasette escaped it
            extra = exception.error_dict or {}
            # Datasette takes a column that is not there for a fault of its own.
            status = 400 if status == 500 and is_query(request) else status
        elif isinstance(exception, Base400):
            status, message = exception.status, str(exception.args[0])
        elif is_query(request) and isinstance(exception, OF_PARAMETERS):
            said = str(exception) if isinstance(exception, sqlite3.Error) else "a parameter means nothing here"
            status, message = 400, said
        else:
            status, message = 500, "internal error"
            logger.error("%s failed", request.path, exc_info=exception)
        # Without parameters it is the address that is wrong: a row of no table, which Datasette calls a bad query.
        status = 404 if title == "Invalid SQL" and not request.query_string else status
        path = request.path.partition("?")[0]
        lost: dict[str, Any] = {}
        if status == 404:
            lost = await datasette.get_database("reports").execute_fn(lambda db: help_lost.find(db, path))
            if "moved" in lost:
                return Response.redirect(lost["moved"], status=301)
        told = {**extra, "ok": False, "error": message, "status": status, "title": title}
        if path.endswith(".json"):
            return Response.json(told, status=status)
        html = await datasette.render_template("error.html", {**told, **lost, "path": path}, request=request)
        return Response.html(html, status=status)

    return answer
