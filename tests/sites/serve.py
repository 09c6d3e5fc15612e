"""Serves the test world on loopback as a forward proxy, and measures the manners of who asks. Standard library only."""

from __future__ import annotations

import itertools
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from urllib.parse import unquote, urlsplit

from tests.server import Listening
from tests.sites.make import HTML, Answer, Site

MISSING = Answer("<html><title>404</title>您访问的页面不存在</html>".encode(), HTML, 404)


@dataclass(frozen=True, slots=True)
class Asked:
    """One request: where to, when it came and when it was answered (seconds), with what, and how many bytes."""

    host: str
    path: str
    began: float
    ended: float
    status: int
    sent: int


class World(Listening):
    """The sites on 127.0.0.1 while its context lasts. `asked` lists the requests; `rules` may answer in a site's place."""

    def __init__(self, sites: Iterable[Site]) -> None:
        self.answers: dict[str, dict[str, Answer]] = {}
        for site in sites:
            for host in (site.host, *site.spec.get("mirrors", ())):
                self.answers[host] = site.answers
        self.asked: list[Asked] = []
        self.now: dict[str, int] = defaultdict(int)
        self.most_at_once: dict[str, int] = defaultdict(int)
        self.rules: dict[str, Callable[[str, int], Answer | None]] = {}
        self.lock = threading.Lock()
        super().__init__(handler_for(self))

    @property
    def proxy(self) -> str:
        """What a crawler gets as `http_proxy`."""
        return self.url

    def at(self, host: str) -> list[Asked]:
        """What a host was asked for, in order."""
        return [asked for asked in self.asked if asked.host == host]

    def gaps(self, host: str) -> list[float]:
        """The seconds between the beginnings of two requests to a host."""
        began = sorted(asked.began for asked in self.at(host))
        return [after - before for before, after in itertools.pairwise(began)]


def handler_for(world: World) -> type[BaseHTTPRequestHandler]:
    """A request handler that serves a world."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        timeout = 30

        def do_GET(self) -> None:
            asked = urlsplit(self.path)
            host = asked.hostname or ""
            path = unquote(asked.path or "/") + (f"?{asked.query}" if asked.query else "")
            began = time.monotonic()
            with world.lock:
                world.now[host] += 1
                world.most_at_once[host] = max(world.most_at_once[host], world.now[host])
                count = sum(other.host == host and other.path == path for other in world.asked)
            rule = world.rules.get(host)
            answer = (rule and rule(path, count)) or world.answers.get(host, {}).get(path, MISSING)
            unchanged = bool(answer.etag) and self.headers.get("If-None-Match") == answer.etag
            status, body = (304, b"") if unchanged else (answer.status, answer.body)
            with world.lock:
                world.now[host] -= 1
                world.asked.append(Asked(host, path, began, time.monotonic(), status, len(body)))
            self.send_response(status)
            for name, value in answer.headers:
                self.send_header(name, value)
            if answer.etag:
                self.send_header("ETag", answer.etag)
            if not unchanged:
                self.send_header("Content-Type", answer.content_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            try:
                self.wfile.write(body)
            except ConnectionError:
                self.close_connection = True

        def log_message(self, *args: object) -> None:
            pass

    return Handler
