"""Item → archive.ingest; nothing else."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Self, TypeVar

from scrapy.crawler import Crawler

from archive.database import open_archive
from archive.errors import DamagedInputError, MachineError, refusal
from archive.ingest import Ingester
from archive.sources import read_sources
from crawler.spider import ReportSpider

T = TypeVar("T")


class IngestPipeline:
    """Takes each captured page into the archive, on one thread with its own connection: the reactor never waits."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.thread = ThreadPoolExecutor(1, thread_name_prefix="ingest")
        self.ingester: Ingester

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """The pipeline of a crawl."""
        return cls(crawler)

    async def open_spider(self) -> None:
        """Open the archive on the ingesting thread."""
        self.ingester = await self.on_thread(self.open_ingester)

    async def process_item(self, item: dict[str, str]) -> dict[str, str]:
        """Ingest one capture and count what it gave. A damaged one is logged and costs only itself."""
        stats, spider = self.crawler.stats, self.spider
        if spider.refusal:
            # The capture is kept; the next run ingests it.
            return item
        try:
            begun = time.monotonic()
            outcome = await self.on_thread(self.ingester.ingest_capture, item["capture"])
            stats.inc_value("baogao/ms_reading", round((time.monotonic() - begun) * 1000))
        except DamagedInputError as error:
            stats.inc_value("baogao/unreadable")
            spider.logger.warning("%s", error)
            return item
        except MachineError as error:
            spider.give_up(error)
            return item
        if outcome.unreadable:
            stats.inc_value("baogao/unreadable")
            spider.logger.warning("capture %s could not be read: %s", outcome.capture, outcome.unreadable)
        for name in ("copies", "rejections", "problems", "skipped"):
            stats.inc_value(f"baogao/{name}", int(getattr(outcome, name)))
        return item

    async def close_spider(self) -> None:
        """Settle what the crawl has changed, and end the workers."""
        try:
            if not self.spider.refusal:
                begun = time.monotonic()
                await self.on_thread(self.ingester.finish)
                took = round((time.monotonic() - begun) * 1000)
                self.crawler.stats.inc_value("baogao/ms_settling", took)
                for line in self.ingester.idle:
                    self.spider.logger.warning("%s", line)
        except MachineError as error:
            self.spider.give_up(error)
        finally:
            await self.on_thread(self.close_ingester)
            self.thread.shutdown()

    def open_ingester(self) -> Ingester:
        """The ingester, made on the thread that will use its connection."""
        home = self.spider.home
        return Ingester(home, open_archive(home), read_sources(home)[0])

    def close_ingester(self) -> None:
        """End the ingester's workers and close its connection."""
        self.ingester.close()
        self.ingester.db.close()

    async def on_thread(self, function: Callable[..., T], *args: Any) -> T:
        """Call a function on the ingesting thread. Raises MachineError where the disk refuses the database."""
        try:
            return await asyncio.get_running_loop().run_in_executor(self.thread, function, *args)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode == sqlite3.SQLITE_ERROR:
                raise  # wrong SQL is no fault of the machine's
            raise refusal(self.spider.home.database, error) from error

    @property
    def spider(self) -> ReportSpider:
        """Whose pages these are."""
        assert isinstance(self.crawler.spider, ReportSpider)
        return self.crawler.spider
