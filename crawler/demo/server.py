"""Serves the sample sites on loopback: as a forward proxy to a crawler, by host in the path to a person."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from functools import cache
from html import escape
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from types import TracebackType
from typing import cast
from urllib.parse import unquote, urlsplit

from crawler.demo import aggregator, investment, portal
from crawler.demo.resource import HTML, Resource

Site = Mapping[str, Resource]

MAKERS: Mapping[str, Callable[[], Site]] = {
    portal.HOST: portal.pages,
    aggregator.HOST: aggregator.pages,
    investment.HOST: investment.pages,
}
FRONT = {portal.HOST: "样例市人民政府", aggregator.HOST: "文库样例网", investment.HOST: "样例招商网"}

# How long stop() waits for the thread of the server, in seconds; it polls every half second.
PATIENCE = 5


@cache
def sample_sites() -> Mapping[str, Site]:
    """The three sites by host name, made once."""
    return {host: make() for host, make in MAKERS.items()}


@dataclass(frozen=True, slots=True)
class Request:
    """One request that was answered: the address asked for, and with which status."""

    method: str
    url: str
    status: int


class SampleSites:
    """The sites on 127.0.0.1, from entering the context (or `start`) to leaving it (or `stop`).

    `sites` maps a host name to its paths and their answers; without it the three of the demo are served. `port` 0 takes
    a free one; OSError where the port given is taken. `requests` lists what was asked so far.
    """

    def __init__(self, sites: Mapping[str, Site] | None = None, port: int = 0) -> None:
        self.sites = sample_sites() if sites is None else sites
        self.requests: list[Request] = []
        self.server = ThreadingHTTPServer(("127.0.0.1", port), Handler, bind_and_activate=True)
        self.server.daemon_threads = True
        self.server.sample_sites = self  # type: ignore[attr-defined]
        self.thread = Thread(target=self.server.serve_forever, name="sample sites", daemon=True)

    @property
    def proxy_url(self) -> str:
        """What a crawler gets as `http_proxy`, and a person opens in a browser."""
        return f"http://127.0.0.1:{self.server.server_port}"

    def start(self) -> SampleSites:
        """Begin to answer."""
        self.thread.start()
        return self

    def stop(self) -> None:
        """Stop answering and give the port back."""
        if self.thread.is_alive():
            self.server.shutdown()
            self.thread.join(PATIENCE)
        self.server.server_close()

    def asked_for(self, url: str) -> int:
        """How often an address was asked for."""
        return sum(request.url == url for request in self.requests)

    def __enter__(self) -> SampleSites:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


class Handler(BaseHTTPRequestHandler):
    """Answers GET and HEAD, by the host of an absolute request line or the first part of a path."""

    protocol_version = "HTTP/1.1"
    server_version = "SampleSites"
    # A crawler that goes away without closing must not keep a thread for ever.
    timeout = 30
    # Headers and body leave as two writes; without this the second waits for the crawler's delayed acknowledgement.
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        """Answer with the page."""
        self.answer()

    def do_HEAD(self) -> None:
        """Answer with the headers alone."""
        self.answer()

    def answer(self) -> None:
        """Find the page and send it, or say why not."""
        asked = urlsplit(self.path)
        if asked.scheme:
            host, path, url = asked.hostname or "", asked.path or "/", self.path
        else:
            first, slash, rest = asked.path.lstrip("/").partition("/")
            host, path, url = first, f"/{rest}", f"http://{first}/{rest}"
            if not host:
                return self.send(HTTPStatus.OK, self.front_page(), url)
            if not slash:
                return self.redirect(f"/{host}/", url)
        site = self.sites.sites.get(host)
        if site is None:
            return self.send_failure(HTTPStatus.BAD_GATEWAY, f"no sample site is called {host}", url)
        resource = site.get(unquote(path))
        if resource is None:
            return self.send_failure(HTTPStatus.NOT_FOUND, "您访问的页面不存在", url)
        unchanged = is_unchanged(resource, self.headers.get("If-None-Match"), self.headers.get("If-Modified-Since"))
        return self.send(HTTPStatus.NOT_MODIFIED if unchanged else HTTPStatus.OK, resource, url)

    @property
    def sites(self) -> SampleSites:
        """Who is served."""
        return cast(SampleSites, self.server.sample_sites)  # type: ignore[attr-defined]

    def front_page(self) -> Resource:
        """The list of the sites, for a person."""
        items = "".join(
            f'<li><a href="/{host}/">{escape(FRONT.get(host, host))}</a> <code>{host}</code></li>'
            for host in self.sites.sites
        )
        html = f'<!DOCTYPE html><meta charset="utf-8"><title>样例站点</title><h1>样例站点</h1><ul>{items}</ul>'
        return Resource(html.encode(), HTML, "2026-01-01")

    def send(self, status: HTTPStatus, resource: Resource, url: str) -> None:
        """Send a page with its validators, or only these where it has not changed."""
        self.note(url, status)
        self.send_response(status)
        self.send_header("ETag", resource.etag)
        self.send_header("Last-Modified", resource.last_modified)
        if status != HTTPStatus.NOT_MODIFIED:
            self.send_header("Content-Type", resource.content_type)
            self.send_header("Content-Length", str(len(resource.body)))
        self.end_headers()
        if status != HTTPStatus.NOT_MODIFIED and self.command != "HEAD":
            self.wfile.write(resource.body)

    def redirect(self, to: str, url: str) -> None:
        """Send elsewhere."""
        self.note(url, HTTPStatus.FOUND)
        self.send_response(HTTPStatus.FOUND)
        self.send_header("Location", to)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def send_failure(self, status: HTTPStatus, words: str, url: str) -> None:
        """Send an error page."""
        self.note(url, status)
        head = f'<!DOCTYPE html><meta charset="utf-8"><title>{status}</title>'
        body = f"{head}<h1>{status}</h1><p>{escape(words)}</p>".encode()
        self.send_response(status)
        self.send_header("Content-Type", HTML)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def note(self, url: str, status: HTTPStatus) -> None:
        """Remember what was asked."""
        self.sites.requests.append(Request(self.command, url, int(status)))

    def log_message(self, *args: object) -> None:
        """Keep quiet: `requests` has it all, and the terminal belongs to the crawl."""


def is_unchanged(resource: Resource, if_none_match: str | None, if_modified_since: str | None) -> bool:
    """Whether a conditional request already has this page. A tag goes before a date (RFC 9110 §13.2.2)."""
    if if_none_match is not None:
        tags = [tag.strip().removeprefix("W/") for tag in if_none_match.split(",")]
        return "*" in tags or resource.etag in tags
    since = read_date(if_modified_since)
    return since is not None and resource.modified <= since


def read_date(words: str | None) -> datetime | None:
    """The moment an HTTP date names; None for none, and for one to be ignored as no HTTP date (RFC 9110 §13.1.3)."""
    try:
        moment = parsedate_to_datetime(words) if words else None
    except ValueError:
        return None
    return moment if moment is None or moment.tzinfo else None
