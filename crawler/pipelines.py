"""Item → archive.ingest; nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Self, TypeVar

from scrapy.crawler import Crawler

from archive.database import open_archive
from archive.errors import DamagedInputError
from archive.ingest import Ingester
from archive.sources import load_sources
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
        stats, spider = self.crawler.stats, self.crawler.spider
        assert spider is not None
        try:
            outcome = await self.on_thread(self.ingester.ingest_capture, item["capture"])
        except DamagedInputError as error:
            stats.inc_value("baogao/unreadable")
            spider.logger.warning("%s", error)
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
            await self.on_thread(self.ingester.finish)
        finally:
            await self.on_thread(self.close_ingester)
            self.thread.shutdown()

    def open_ingester(self) -> Ingester:
        """The ingester, made on the thread that will use its connection."""
        spider = self.crawler.spider
        assert isinstance(spider, ReportSpider)
        return Ingester(spider.home, open_archive(spider.home), load_sources(spider.home))

    def close_ingester(self) -> None:
        """End the ingester's workers and close its connection."""
        self.ingester.close()
        self.ingester.db.close()

    async def on_thread(self, function: Callable[..., T], *args: Any) -> T:
        """Call a function on the ingesting thread."""
        return await asyncio.get_running_loop().run_in_executor(self.thread, function, *args)
