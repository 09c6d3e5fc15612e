"""A site that does what the web does at its worst, each way under an address of its own. Standard library only."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
import time
import zlib
from collections import Counter
from collections.abc import Callable
from functools import cache
from types import TracebackType
from typing import Self

from tests.server import CHALLENGE, list_page, report_page

HTML = "text/html; charset=utf-8"
Behaviour = Callable[[socket.socket, "Misbehaving", dict[str, str]], None]

# What one start page does → the verdict of a run that gets nothing else from it.
EXPECTED = {
    "closed_at_once": "broken",
    "closed_after_head": "broken",
    "garbage": "broken",
    "stall": "slow",
    "one_byte_a_second": "slow",
    "endless": "broken",
    "endless_head": "broken",
    "too_long_by_far": "broken",
    "shorter_than_said": "broken",
    "broken_chunks": "broken",
    "gzip_bomb": "broken",
    "redirect_loop": "moved",
    "redirect_to_file": "moved",
    "redirect_inside": "moved",
    "image": "broken",
    "challenge_200": "blocked",
    "shield_412": "blocked",
    "challenge_521": "blocked",
    "soft_404": "gone",
    "login": "blocked",
    "captcha": "blocked",
    "not_tls": "tls_failure",
    "always_500": "server_error",
    "500_then_200": "ok",
    "304_to_all": "broken",
    "gzip_that_is_plain": "ok",
    "charset_that_lies": "ok",
    "no_such_host": "dns_failure",
    "nothing_listens": "gone",
    "robots_forbids": "robots_denied",
}


def send(
    connection: socket.socket, status: str, headers: dict[str, str], body: bytes = b"", length: int | None = None
) -> None:
    """Send an answer; `length` is what it says its length is."""
    said = {"Content-Type": HTML, "Content-Length": str(len(body) if length is None else length), "Connection": "close"}
    lines = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in (said | headers).items() if value)]
    connection.sendall("\r\n".join([*lines, "", ""]).encode("latin-1") + body)


def page(*headers: tuple[str, str], status: str = "200 OK", body: bytes = b"", length: int | None = None) -> Behaviour:
    """A behaviour that sends one answer."""
    return lambda connection, site, asked: send(connection, status, dict(headers), body, length)


@cache
def bomb(megabytes: int) -> bytes:
    """Zeros, packed a thousand to one."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
    return b"".join([*(packer.compress(bytes(1_000_000)) for _ in range(megabytes)), packer.flush()])


def stall(connection: socket.socket, site: Misbehaving, asked: dict[str, str]) -> None:
    """Say nothing until the other side gives up."""
    with contextlib.suppress(OSError):
        connection.recv(1)


def drip(connection: socket.socket, site: Misbehaving, asked: dict[str, str]) -> None:
    """A byte, and a second later another."""
    send(connection, "200 OK", {}, b"", 10_000)
    while not site.stopped.wait(site.drip):
        connection.sendall(b"x")


def endless(connection: socket.socket, site: Misbehaving, asked: dict[str, str]) -> None:
    """A page without an end."""
    connection.sendall(f"HTTP/1.1 200 OK\r\nContent-Type: {HTML}\r\n\r\n<html>".encode())
    while not site.stopped.is_set():
        connection.sendall("政府工作报告".encode() * 5000)


def endless_head(connection: socket.socket, site: Misbehaving, asked: dict[str, str]) -> None:
    """Headers without an end."""
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    while not site.stopped.is_set():
        connection.sendall(b"X-More: " + b"x" * 60_000 + b"\r\n")


def too_long(connection: socket.socket, site: Misbehaving, asked: dict[str, str]) -> None:
    """A PDF of 300 MB that says so."""
    send(connection, "200 OK", {"Content-Type": "application/pdf"}, b"%PDF-1.4\n", 300_000_000)
    while not site.stopped.is_set():
        connection.sendall(bytes(100_000))


def first_fails(connection: socket.socket, site: Misbehaving, asked: dict[str, str]) -> None:
    """An error of the server, and all is well when asked again."""
    if site.asked[asked["path"]] == 1:
        send(connection, "500 Internal Server Error", {}, "<html>服务器错误</html>".encode())
    else:
        send(connection, "200 OK", {}, report_page(2024))


LOGIN = '<html><body>请先登录<form><input type="password" name="p"></form></body></html>'.encode()
BEHAVIOURS: dict[str, Behaviour] = {
    "closed_at_once": lambda connection, site, asked: None,
    "closed_after_head": page(body=b"<html>", length=5000),
    "garbage": lambda connection, site, asked: connection.sendall(bytes(range(256)) * 8),
    "stall": stall,
    "one_byte_a_second": drip,
    "endless": endless,
    "endless_head": endless_head,
    "too_long_by_far": too_long,
    "shorter_than_said": page(body=report_page(2024), length=len(report_page(2024)) + 100),
    "broken_chunks": page(("Transfer-Encoding", "chunked"), ("Content-Length", ""), body=b"5\r\nhello\r\nzz\r\nno\r\n"),
    "gzip_bomb": lambda connection, site, asked: send(
        connection, "200 OK", {"Content-Encoding": "gzip"}, bomb(site.bomb)
    ),
    "redirect_loop": lambda connection, site, asked: send(
        connection, "302 Found", {"Location": asked["path"] + "?" + asked["query"] + "x"}
    ),
    "redirect_to_file": page(("Location", "file:///etc/passwd"), status="302 Found"),
    "redirect_inside": lambda connection, site, asked: send(
        connection, "302 Found", {"Location": f"http://127.0.0.1:{site.inner}/secret"}
    ),
    "image": page(("Content-Type", "image/png"), body=b"\x89PNG\r\n\x1a\n" + bytes(200)),
    "challenge_200": page(body=CHALLENGE),
    "shield_412": page(status="412 Precondition Failed", body=b"<html><script>$_ts=1</script></html>"),
    "challenge_521": page(status="521 ", body=b"<script>document.cookie='x'</script>"),
    "soft_404": page(body="<html><title>404</title><body>您访问的页面不存在或已被删除</body></html>".encode()),
    "login": page(body=LOGIN),
    "captcha": page(body="<html><body>请输入验证码<img src='c.png'></body></html>".encode()),
    "always_500": page(status="500 Internal Server Error", body="<html>服务器错误</html>".encode()),
    "500_then_200": first_fails,
    "304_to_all": page(status="304 Not Modified"),
    "gzip_that_is_plain": page(("Content-Encoding", "gzip"), body=report_page(2023)),
    "charset_that_lies": page(
        ("Content-Type", "text/html; charset=utf-8"), body=report_page(2022).decode().encode("gb18030")
    ),
    "robots_forbids": page(body=report_page(2021)),
}


class Misbehaving:
    """The site on 127.0.0.1 while its context lasts: `/NAME/index.html` does NAME, `/all.html` links to all that are quick.

    `asked` counts requests by path, `drip` is the pause between two bytes in seconds, `bomb` the megabytes a bomb holds,
    `inner` a port of this machine that redirects lead to, `secrets` how often somebody came there.
    """

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()
        self.drip, self.bomb, self.secrets = 1.0, 300, 0
        self.stopped = threading.Event()
        self.listening = socket.create_server(("127.0.0.1", 0), backlog=100)
        self.inside = socket.create_server(("127.0.0.1", 0), backlog=10)
        self.port, self.inner = (int(found.getsockname()[1]) for found in (self.listening, self.inside))
        self.threads = [
            threading.Thread(target=self.accept, args=(self.listening, self.answer), daemon=True),
            threading.Thread(target=self.accept, args=(self.inside, self.count_secret), daemon=True),
        ]

    @property
    def url(self) -> str:
        """Its address, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    def start_page(self, name: str) -> str:
        """Where a source begins that sees nothing but one misbehaviour."""
        if name == "not_tls":
            return f"https://127.0.0.1:{self.port}/not_tls/index.html"
        # Reserved for names that never are (RFC 6761 §6.4).
        places = {"no_such_host": "http://portal.invalid/", "nothing_listens": "http://127.0.0.1:9/"}
        return places.get(name, f"{self.url}/{name}/index.html")

    def accept(self, listening: socket.socket, answer: Callable[[socket.socket], None]) -> None:
        """Answer every connection on a thread of its own."""
        while not self.stopped.is_set():
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            threading.Thread(target=answer, args=(connection,), daemon=True).start()

    def count_secret(self, connection: socket.socket) -> None:
        """Somebody came where nobody may be led."""
        self.secrets += 1
        with contextlib.suppress(OSError), connection:
            connection.recv(10_000)
            send(connection, "200 OK", {}, report_page(2020))

    def answer(self, connection: socket.socket) -> None:
        """Read one request and misbehave."""
        with contextlib.suppress(OSError, ssl.SSLError), connection:
            connection.settimeout(120)
            asked = connection.recv(65_536).decode("latin-1")
            path, _, query = [*asked.split(" "), "", ""][1].partition("?")
            self.asked[path] += 1
            name = path.strip("/").partition("/")[0]
            if path == "/robots.txt":
                send(
                    connection, "200 OK", {"Content-Type": "text/plain"}, b"User-agent: *\nDisallow: /robots_forbids/\n"
                )
            elif path == "/all.html":
                links = {
                    f"/{name}/index.html": f"{name} 政府工作报告"
                    for name in BEHAVIOURS
                    if name not in ("stall", "one_byte_a_second")
                }
                send(connection, "200 OK", {}, list_page(links | {"/good.html": "2019年甲子区政府工作报告"}))
            elif path == "/good.html":
                send(connection, "200 OK", {}, report_page(2019))
            elif name in BEHAVIOURS:
                BEHAVIOURS[name](connection, self, {"path": path, "query": query})
            else:
                send(connection, "400 Bad Request", {})
            # What is still on its way is read, so that closing does not reset the connection under it.
            connection.shutdown(socket.SHUT_WR)
            time.sleep(0.01)

    def __enter__(self) -> Self:
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stopped.set()
        for listening in (self.listening, self.inside):
            with contextlib.suppress(OSError):
                listening.shutdown(socket.SHUT_RDWR)
            listening.close()
