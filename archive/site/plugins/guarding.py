"""What keeps one visitor from spoiling it for others: heavy requests take turns, values have a bound.

Four clients that ran full-scan SQL at once pushed a report page from 5 ms to 8 s (READING §5.5): SQLite uses every core
it is given. So requests for data that may scan everything get half the cores; pages have the rest.
"""

from __future__ import annotations

import asyncio
import os
import re
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass

from datasette import hookimpl

from archive.site.config import DATA
from archive.site.language import say
from archive.site.plugins.answering import App, Receive, Scope, Send

# How many heavy requests run at once, how many may wait, and how long: each is cut off after two seconds.
AT_ONCE = max(1, (os.cpu_count() or 2) // 2)
MOST_WAITING, MOST_SECONDS = 32, 20
RETRY_SECONDS = 10
# The longest value a statement may make, in bytes: a hundred times the longest report. SQLite's own is a gigabyte.
LONGEST_VALUE = 64 << 20
# Functions that nothing interrupts: printf('%.*c', 900000000, 'x') runs for a minute whatever the time limit.
BARRED = {"printf", "format"}
# Files made row by row for as long as it takes.
LONG = re.compile(r"/(?:search|trends)\.csv|/reports/[^/]+\.csv")
# Datasette tells there which files it has open, which plugins and versions it runs.
INSIDE = re.compile(r"/-/(?!static/|static-plugins/)")


@dataclass(slots=True)
class Lane:
    """A queue for one kind of heavy request."""

    turns: asyncio.Semaphore
    waiting: int = 0


@hookimpl
def prepare_connection(conn: sqlite3.Connection) -> None:
    """Bound what one value may take of memory, and bar what the time limit does not stop."""
    conn.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST_VALUE)
    conn.set_authorizer(authorize)


def authorize(action: int, _: str | None, function: str | None, *rest: str | None) -> int:
    """SQLite's question whether a statement may do something."""
    barred = action == sqlite3.SQLITE_FUNCTION and (function or "").lower() in BARRED
    return sqlite3.SQLITE_DENY if barred else sqlite3.SQLITE_OK


@hookimpl
def asgi_wrapper() -> Callable[[App], App]:
    """Make heavy requests take turns; keep Datasette's own pages about itself closed."""

    def wrap(app: App) -> App:
        lanes: dict[str, Lane] = {}

        async def answer(scope: Scope, receive: Receive, send: Send) -> None:
            name = choose_lane(scope)
            if name is None:
                await app(scope, receive, send)
            elif name == "closed":
                await refuse(send, 404, str(say("没有这一页")))
            else:
                # Made here, for it belongs to the loop that runs it.
                lane = lanes.setdefault(name, Lane(asyncio.Semaphore(AT_ONCE)))
                await take_turn(lane, app, scope, receive, send)

        return answer

    return wrap


def choose_lane(scope: Scope) -> str | None:
    """Which queue a request belongs to: None for a page, `closed` for what is not shown at all."""
    if scope["type"] != "http":
        return None
    path, query = scope["path"], scope.get("query_string") or b""
    if INSIDE.match(path):
        return "closed"
    if LONG.fullmatch(path):
        return "long"
    return "data" if query and DATA.fullmatch(path) else None


async def take_turn(lane: Lane, app: App, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer when it is this request's turn, or say that it is busy."""
    if lane.waiting >= MOST_WAITING:
        await refuse(send, 503, str(say("查询太多，请稍后再试。")))
        return
    if lane.turns.locked():
        lane.waiting += 1
        try:
            await asyncio.wait_for(lane.turns.acquire(), MOST_SECONDS)
        except TimeoutError:
            await refuse(send, 503, str(say("查询太多，请稍后再试。")))
            return
        finally:
            lane.waiting -= 1
    else:
        await lane.turns.acquire()
    try:
        await app(scope, receive, send)
    finally:
        lane.turns.release()


async def refuse(send: Send, status: int, words: str) -> None:
    """A short answer in plain text."""
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"cache-control", b"no-store")]
    if status == 503:
        headers.append((b"retry-after", str(RETRY_SECONDS).encode()))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": f"{words}\n".encode()})
