"""Asking a few pages with all the manners of a crawl and none of its rows: for `sources new` and `check --live`.

A plan is a coroutine that is given `ask`, and may call it for as many pages as it likes, of one host or of many.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from scrapy import Request, Spider
from scrapy.crawler import CrawlerProcess
from scrapy.exceptions import IgnoreRequest
from scrapy.settings import Settings

from archive.captures import utc_now
from archive.read.decode import declared_encoding, decode
from crawler.failures import failure_kind
from crawler.markup import Markup
from crawler.settings import EXTENSIONS
from crawler.verdict import DOCUMENT_MAGIC, judge


@dataclass(frozen=True)
class Answer:
    """What came of asking for an address.

    `url` is where redirects led; `verdict` one of verdict.VERDICTS, "robots_denied", or "failed" with `why` in a word.
    """

    asked: str
    url: str
    verdict: str
    body: bytes = b""
    content_type: str | None = None
    fetched_at: str = ""
    why: str = ""

    @cached_property
    def markup(self) -> Markup | None:
        """The page's tree, also where it shows nothing until a script runs; None for a document and for no page."""
        if self.verdict not in ("page", "empty") or not self.body or self.body.startswith(DOCUMENT_MAGIC):
            return None
        return Markup(decode(self.body, declared_encoding(self.body, self.content_type)).text, self.url)


Ask = Callable[[str], Awaitable[Answer]]
Plan = Callable[[Ask], Awaitable[None]]

# Nothing is kept: what is asked here belongs to no run. One request at a time a host, as always; several hosts at once.
SETTINGS: Final[Mapping[str, Any]] = {
    "HTTPCACHE_ENABLED": False,
    "ITEM_PIPELINES": {},
    "EXTENSIONS": {**EXTENSIONS, "crawler.recorder.RunRecorder": None},
    "CONCURRENT_REQUESTS": 16,
    "DOWNLOAD_TIMEOUT": 30,
    "RETRY_TIMES": 1,
    "LOG_LEVEL": "ERROR",
}


class AskSpider(Spider):
    """Carries out a plan and ends."""

    name = "ask"
    plan: Plan

    async def start(self) -> AsyncIterator[Request]:
        """Follow the plan; it asks by itself."""
        await self.plan(self.ask)
        nothing: tuple[Request, ...] = ()
        for request in nothing:
            yield request

    async def ask(self, url: str) -> Answer:
        """One page, robots.txt and delays obeyed."""
        assert self.crawler.engine is not None
        try:
            response = await self.crawler.engine.download_async(Request(url, dont_filter=True))
        except IgnoreRequest as error:
            denied = "robots" in str(error).lower()
            return Answer(url, url, "robots_denied" if denied else "failed", why=str(error))
        except Exception as error:
            return Answer(url, url, "failed", why=failure_kind(error) or type(error).__name__)
        content_type = (response.headers.get("Content-Type") or b"").decode("latin-1")
        headers = {"content-type": content_type}
        verdict = judge(response.status, headers, response.body)
        if verdict == "wrong_type" and response.body.lstrip()[:1] in (b"{", b"["):
            verdict = "page"  # a list served as JSON
        return Answer(url, response.url, verdict, response.body, content_type, utc_now())


def follow_plan(plan: Plan, private: Sequence[str] = (), settings: Mapping[str, Any] | None = None) -> None:
    """Carry a plan out, once a process (Twisted's reactor starts once).

    `private`: hosts inside this network that may be asked. Raises what the plan raises.
    """
    given = Settings()
    given.setmodule("crawler.settings", priority="project")
    given.setdict({**SETTINGS, "BAOGAO_PRIVATE": list(private), **(settings or {})}, priority="cmdline")
    failures: list[BaseException] = []

    async def guarded(ask: Ask) -> None:
        try:
            await plan(ask)
        except Exception as error:
            failures.append(error)

    spider = type("AskSpider", (AskSpider,), {"plan": staticmethod(guarded)})
    process = CrawlerProcess(given)
    process.crawl(spider)
    process.start()
    if failures:
        raise failures[0]
