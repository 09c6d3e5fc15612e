"""The one spider: list page → next page → report page → its further pages and attachments."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

from scrapy import Request, Spider
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.offsite import OffsiteMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.spidermiddlewares.httperror import HttpError
from twisted.python.failure import Failure

from archive.captures import CaptureStore, utc_now
from archive.database import open_archive
from archive.errors import MachineError
from archive.home import Home
from archive.read.decode import declared_encoding, decode
from archive.sourcefile import Source
from archive.urls import is_fetchable
from crawler.discover import attachment_links, column_links, holds_report, report_links
from crawler.due import RESTS
from crawler.failures import FAILURES, failure_kind
from crawler.markup import MOST_MARKUP, Link, Markup
from crawler.pager import next_page, next_part, shown_on
from crawler.private import FOUND_INSIDE, PrivateAddressError
from crawler.runs import SITE_DOWN
from crawler.seen import Seen
from crawler.verdict import DOCUMENT_MAGIC

# A site that failed so many requests in a row, each three times, is not asked further today: at a minute a try that is
# half an hour of silence.
MOST_FAILURES = 10

# A link 政府工作报告 on a portal's front page leads to the column of that name: a list again, one level down.
MAX_LEVEL = 2
# Columns of a front page that are looked into: more are other bodies' or other years'.
MOST_COLUMNS = 4


class ReportSpider(Spider):
    """Crawls one source; the loader makes a subclass for each. Yields `{"capture": id}` for what may hold reports."""

    source: Source
    home: Home
    started_at: str
    replay: bool

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        """The spider, knowing its home and when its run began."""
        spider = super().from_crawler(crawler, *args, **kwargs)
        spider.home = Home(Path(crawler.settings["BAOGAO_HOME"]))
        spider.replay = crawler.settings.getbool("BAOGAO_REPLAY")
        spider.started_at = utc_now()
        return spider

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.seen = Seen(self.source)
        self.lists = 0
        self.listed: set[str] = set()
        self.refusal: MachineError | None = None
        # Requests that failed for good since the last answer.
        self.failures_in_row = 0
        self.ending = False

    @cached_property
    def run_id(self) -> str:
        """Source and start: the run's id and the stem of its WARC files, made different from any earlier one's."""
        stem = f"{self.name}-{self.started_at.translate(str.maketrans('', '', '-:'))}"
        id, n = stem, 1
        while any(self.home.captures.glob(f"{id}-*")) or self.known_run(id):
            n += 1
            id = f"{stem}.{n}"
        return id

    def known_run(self, id: str) -> bool:
        """Whether a run is called so already."""
        return bool(self.db.execute("select 1 from runs where id = ?", [id]).fetchone())

    @cached_property
    def db(self) -> Any:
        """The working database, for the reactor's thread."""
        return open_archive(self.home)

    @cached_property
    def captures(self) -> CaptureStore:
        """Where this run's captures go."""
        return CaptureStore(self.home, self.db, self.run_id)

    # ---- the way through a source

    async def start(self) -> AsyncIterator[Request]:
        """The source's start pages."""
        for url in self.source.start:
            if request := self.ask(Link(url, ""), self.parse, "list"):
                request.meta["start"] = True
                yield request

    def parse(self, response: Response) -> Iterator[Any]:
        """A page, by its verdict: a list is followed, what may hold a report is an item and then followed."""
        self.seen.add(response.url)
        verdict = response.meta["verdict"]
        if verdict == "list":
            yield from self.parse_list(response)
        elif verdict == "page":
            yield from self.parse_report(response)
            if response.meta["role"] == "list":
                # A bundle, or a list page that shows a report itself.
                yield from self.parse_list(response)

    def parse_list(self, response: Response) -> Iterator[Request]:
        """A list page: its report links, then the next list page."""
        page = self.markup_of(response)
        if page is None:
            return
        self.count("lists")
        links = report_links(page, self.source.list)
        asked = list(self.follow(links, response))
        yield from asked
        if not links and response.meta.get("start"):
            # A front page: the columns that may keep the reports are lists too.
            for link in column_links(page)[:MOST_COLUMNS]:
                if request := self.ask(link, self.parse, "list", response):
                    yield request
        # Past their last page some lists show it again under ever new numbers.
        shown = shown_on(page, itself=response.meta["verdict"] == "page")
        if shown - self.listed:
            self.listed |= shown
            yield from self.follow_next(page, response, 0 if asked else response.meta.get("bare", 0) + 1)

    def follow_next(self, page: Markup, response: Response, bare: int) -> Iterator[Request]:
        """The list page after this one, up to the number of list pages the source allows.

        `bare` counts the list pages up to this one that named no report not asked for before.
        """
        following = next_page(page, self.source.list.next)
        if following is None or not self.source.owns(following):
            return
        if bare >= self.source.crawl.patience:
            self.count("lists_given_up")
            self.logger.info("left a list after %d pages without a new report: crawl.patience", bare)
            return
        if self.lists >= self.source.crawl.max_pages:
            self.count("lists_left_out")
            self.logger.warning("stopped at %d list pages: crawl.max_pages", self.lists)
            return
        if self.unchanged(response) and self.rests(following):
            # A new report would have moved the entries of this page.
            self.count("rested")
            return
        if request := self.ask(Link(following, ""), self.parse, "list", response):
            request.meta["bare"] = bare
            yield request

    def parse_report(self, response: Response) -> Iterator[Any]:
        """A page that may hold a report: an item; then its further pages and attachments."""
        yield self.item(response)
        page = self.markup_of(response)
        if page is None:
            return
        first = response.meta.get("first") or response.url
        further = next_part(page, first)
        if further and (request := self.ask(Link(further, ""), self.parse, "report", response, first=first)):
            yield request
        layout = self.source.page
        for link in attachment_links(page, layout.attachment, layout.body):
            if request := self.ask(link, self.parse, "report", response):
                yield request
        if response.meta["level"] < MAX_LEVEL and not holds_report(page):
            yield from self.follow(report_links(page, self.source.list), response)

    def follow(self, links: list[Link], response: Response) -> Iterator[Request]:
        """Requests for report links."""
        for link in links:
            if request := self.ask(link, self.parse, "report", response):
                yield request

    # ---- the parts

    def ask(
        self, link: Link, callback: Any, role: str, parent: Response | None = None, first: str | None = None
    ) -> Request | None:
        """A request for a page of this source that this run has not asked for yet; `role` is "list" or "report"."""
        url = link.url
        if not is_fetchable(url) or not self.source.owns(url) or not self.seen.add(url, link.text):
            return None
        if role == "report" and self.rests(url):
            self.count("items")
            self.count("rested")
            return None
        level = parent.meta["level"] + (role == "report") if parent else 0
        if role == "list":
            self.lists += 1
        meta = {"role": role, "level": level, "first": first}
        # Reports before the rest of the list: a run that is cut off has them.
        priority = 1 if role == "report" else 0
        return Request(url, callback, errback=self.failed, meta=meta, priority=priority)

    def rests(self, url: str) -> bool:
        """Whether a page that can only be asked for whole was seen so lately that the source lets it rest."""
        if self.source.crawl.recheck is None or self.replay:
            return False
        capture = self.captures.newest(url, ("page", "list"))
        if capture is None or capture.etag or capture.last_modified:
            return False
        seen = capture.last_seen_at or capture.fetched_at
        rest = RESTS[self.source.crawl.recheck]
        return bool(seen) and datetime.now(UTC) - datetime.fromisoformat(str(seen)) < rest

    def unchanged(self, response: Response) -> bool:
        """Whether a page came as an earlier run has it."""
        return (self.captures.find(response.meta["capture"]).fetched_at or "") < self.started_at

    def item(self, response: Response) -> dict[str, str]:
        """What the pipeline gets of a page."""
        self.count("items")
        return {"capture": response.meta["capture"]}

    def markup_of(self, response: Response) -> Markup | None:
        """The page's tree, decoded as the archive's reader will; None for what is no markup, or no page at all."""
        if response.meta["verdict"] not in ("page", "list"):
            return None
        content_type = (response.headers.get("Content-Type") or b"").decode("latin-1")
        if response.body.startswith(DOCUMENT_MAGIC) or len(response.body) > MOST_MARKUP:
            return None
        decoded = decode(response.body, declared_encoding(response.body, content_type))
        return Markup(decoded.text, response.url)

    def failed(self, failure: Failure) -> None:
        """Count a request that failed for good; what was answered with an error is counted by its verdict."""
        error = failure.value
        assert error is not None
        if isinstance(error, HttpError):
            status = error.response.status
            if status >= 500 or status in (408, 429):
                self.count("failed")
            elif status == 304:
                # "Not changed", to a request that named nothing it could have changed from.
                self.count("failed")
                self.count("failed/broken")
        elif isinstance(error, PrivateAddressError):
            self.count("failed/private")
            self.logger.warning("not asked: %s", error)
        elif not isinstance(error, IgnoreRequest):
            url = getattr(getattr(failure, "request", None), "url", "")
            kind = "private" if urlsplit(url).hostname in FOUND_INSIDE else failure_kind(error)
            self.count("failed")
            self.count(f"failed/{kind}")
            self.logger.warning("%s: %s (%s)", url, FAILURES[kind], failure.getErrorMessage() or type(error).__name__)
            self.failures_in_row += 1
            if self.failures_in_row >= MOST_FAILURES:
                self.end_run(SITE_DOWN)

    def give_up(self, error: MachineError) -> None:
        """End the run because the machine refuses: what cannot be kept must not be fetched."""
        if self.refusal is None:
            self.refusal = error
            self.logger.error("%s", error)
            self.end_run("machine refused")

    def end_run(self, reason: str) -> None:
        """End the run before its time; what is under way may finish."""
        if self.crawler.crawling and not self.ending:
            self.ending = True
            asyncio.get_running_loop().create_task(self.crawler.engine.close_spider_async(reason=reason))

    def count(self, name: str) -> None:
        """Count something in the run's stats."""
        self.crawler.stats.inc_value(f"baogao/{name}")


class OwnHosts(OffsiteMiddleware):
    """Lets a request through where the source owns its host, redirects included."""

    def should_follow(self, request: Request, spider: Spider) -> bool:
        """Whether a request stays at its source."""
        return not isinstance(spider, ReportSpider) or spider.source.owns(request.url)
