"""A local site for tests: lists and reports, and most of what real sites do wrong. Standard library only."""

from __future__ import annotations

import contextlib
import gzip
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from crawler.demo.pdf import write_pdf
from tests import speech

Answer = tuple[int, dict[str, str], bytes]
HTML = "text/html; charset=utf-8"


def report_page(year: int, more: str = "") -> bytes:
    """A government page with the report of 甲子区 for a year."""
    head = [f"{year}年甲子区政府工作报告", f"——{year}年1月16日在示例省样例市甲子区第三届人民代表大会第四次会议上"]
    lines = speech.report(head=[*head, speech.SPEAKER], year=year, seed=year % 100)
    text = "".join(f"<p>{line}</p>" for line in lines)
    return f"<html><head><title>{head[0]}</title></head><body><div id='zoom'>{text}</div>{more}</body></html>".encode()


def list_page(links: dict[str, str], following: str = "") -> bytes:
    """A list of links, address to words, with a link to the next page."""
    items = "".join(f'<li><a href="{url}">{words}</a></li>' for url, words in links.items())
    following = f'<a href="{following}">下一页</a>' if following else ""
    return f"<html><head><title>政府工作报告</title></head><body><ul>{items}</ul>{following}</body></html>".encode()


CHALLENGE = b"<html><script>document.cookie='__jsl_clearance=1';location.reload()</script></html>"

FIRST = {
    "/2024.html": "2024年甲子区政府工作报告",
    "/2023.html": "2023年甲子区政府工作报告",
    "/moved.html": "2022年甲子区政府工作报告",
    "/gone.html": "2019年甲子区政府工作报告",
    "/shield.html": "2018年甲子区政府工作报告",
    "/forbidden/2017.html": "2017年甲子区政府工作报告",
    "/news.html": "甲子区新闻",
    "http://elsewhere.example/2016.html": "2016年甲子区政府工作报告",
}
SECOND = {"/2021.html": "2021年甲子区政府工作报告", "/stub.html": "2020年甲子区政府工作报告"}


class Server(ThreadingHTTPServer):
    """A server that says nothing of visitors that were killed."""

    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A traceback for what is wrong here only."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class Listening:
    """A server on a free port of 127.0.0.1 while its context lasts."""

    def __init__(self, handler: type[BaseHTTPRequestHandler]) -> None:
        self.server = Server(("127.0.0.1", 0), handler)
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    @property
    def url(self) -> str:
        """Its address, without a slash at the end."""
        return f"http://127.0.0.1:{self.server.server_port}"

    def __enter__(self) -> Self:
        self.thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


class Site(Listening):
    """The site on 127.0.0.1 while its context lasts. `asked` counts what was asked for; `delay` slows every answer."""

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()
        self.conditional: Counter[str] = Counter()
        self.agents: set[str] = set()
        self.delay = 0.0
        self.pages: dict[str, Callable[[], Answer]] = {}
        self.page("/robots.txt", b"User-agent: baogao\nDisallow: /forbidden/\n", "text/plain")
        self.page("/zfgzbg/index.html", list_page(FIRST, "index_2.html"))
        self.page("/zfgzbg/index_2.html", list_page(SECOND))
        self.page("/2024.html", report_page(2024), etag='"a1"')
        self.page("/2023.html", gzip.compress(report_page(2023), mtime=0), encoding="gzip")
        self.page("/2022.html", report_page(2022), modified="Sun, 16 Jan 2022 08:00:00 GMT")
        self.page("/2021.html", report_page(2021), etag='"a4"')
        self.page("/news.html", report_page(2015))
        self.page("/forbidden/2017.html", report_page(2017))
        self.page("/stub.html", '<html><body>附件：<a href="files/2020.pdf">下载</a></body></html>'.encode())
        lines = speech.report(head=[], year=2020, seed=20)
        session = "——2020年1月16日在示例省样例市甲子区第二届人民代表大会第六次会议上"
        pdf = write_pdf("2020年甲子区政府工作报告", [session, speech.SPEAKER], lines)
        self.page("/files/2020.pdf", pdf, "application/pdf")
        self.pages["/moved.html"] = lambda: (301, {"Location": "/2022.html"}, b"")
        self.pages["/gone.html"] = lambda: (404, {"Content-Type": HTML}, "<html>页面不存在</html>".encode())
        self.pages["/shield.html"] = lambda: (200, {"Content-Type": HTML}, CHALLENGE)
        super().__init__(handler_for(self))

    def page(
        self,
        path: str,
        body: bytes,
        content_type: str = HTML,
        etag: str | None = None,
        modified: str | None = None,
        encoding: str | None = None,
    ) -> None:
        """Put a page on the site, in place of an earlier one."""
        headers = {"Content-Type": content_type, "ETag": etag, "Last-Modified": modified, "Content-Encoding": encoding}
        given = {name: value for name, value in headers.items() if value}
        self.pages[path] = lambda: (200, given, body)


def handler_for(site: Site) -> type[BaseHTTPRequestHandler]:
    """A request handler that serves a site."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            site.asked[self.path] += 1
            site.agents.add(self.headers.get("User-Agent", ""))
            time.sleep(site.delay)
            missing = lambda: (404, {"Content-Type": HTML}, b"<html>404</html>")  # noqa: E731
            status, headers, body = site.pages.get(self.path, missing)()
            wanted, since = self.headers.get("If-None-Match"), self.headers.get("If-Modified-Since")
            site.conditional[self.path] += bool(wanted or since)
            if (wanted and wanted == headers.get("ETag")) or (since and since == headers.get("Last-Modified")):
                status, body = 304, b""
                headers = {name: value for name, value in headers.items() if name in ("ETag", "Last-Modified")}
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            with contextlib.suppress(ConnectionError):  # a crawler that was killed
                self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            pass

    return Handler
