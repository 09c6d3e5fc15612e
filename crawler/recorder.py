"""A crawl as a row: counts while it runs, a verdict when it ends, progress on the terminal."""

from __future__ import annotations

import logging
import re
import sqlite3
import sys
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final, Self

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.utils.asyncio import AsyncioLoopingCall, create_looping_call

from archive.captures import utc_now
from archive.captures.index import upsert_run
from archive.database import writing
from archive.errors import MachineError, refusal
from crawler.expect import given_by, shortfall
from crawler.runs import run_verdict
from crawler.spider import ReportSpider

# Seconds between two notes of how far the run is: in the table and on a terminal, and in a log.
NOTE_EVERY: Final = 2.0
LOG_EVERY: Final = 60.0

logger = logging.getLogger(__name__)


class RunRecorder:
    """Scrapy extension: the run's row from start to end, and how far it is."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.began = time.monotonic()
        self.logged = self.began
        self.known = 0
        self.notes: AsyncioLoopingCall | Any = None
        self.progress: Progress | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """The extension of a crawl, listening for its start and end."""
        recorder = cls(crawler)
        crawler.signals.connect(recorder.spider_opened, signals.spider_opened)
        crawler.signals.connect(recorder.spider_closed, signals.spider_closed)
        crawler.signals.connect(recorder.item_error, signals.item_error)
        crawler.signals.connect(recorder.answered, signals.response_received)
        return recorder

    def spider_opened(self, spider: ReportSpider) -> None:
        """Write the row of a run that has begun. A replay is no run: it asks nobody and captures nothing."""
        self.known = spider.db.execute("select count(*) from copies where source = ?", [spider.name]).fetchone()[0]
        if not spider.replay:
            self.write(spider)
        if sys.stderr.isatty():
            columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
            self.progress = Progress(*columns, console=Console(stderr=True), transient=True)
            self.progress.add_task(spider.name)
            self.progress.start()
        self.notes = create_looping_call(self.note, spider)
        self.notes.start(NOTE_EVERY, now=False)

    def answered(self, spider: ReportSpider) -> None:
        """Note that the site answers."""
        spider.failures_in_row = 0

    def item_error(self) -> None:
        """Count an item that the pipeline failed on: an error of the program, logged by Scrapy."""
        self.crawler.stats.inc_value("baogao/item_errors")

    def note(self, spider: ReportSpider) -> None:
        """Say how far the run is: in its row, and on the terminal or, once a minute, in the log."""
        row = self.row(spider)
        if not spider.replay:
            self.write(spider)
        said = describe(spider.name, row)
        if self.progress:
            self.progress.update(self.progress.task_ids[0], description=said)
        elif time.monotonic() - self.logged >= LOG_EVERY:
            self.logged = time.monotonic()
            logger.info("%s", said)

    def spider_closed(self, spider: ReportSpider, reason: str) -> None:
        """Write the row of a run that has ended, into the WARC file too, and close the file."""
        if self.notes and self.notes.running:
            self.notes.stop()
        if self.progress:
            self.progress.stop()
        verdict, words = run_verdict(self.stats(spider, reason))
        row = self.row(spider) | {"finished_at": utc_now(), "verdict": verdict, "reason": words}
        if not spider.replay:
            try:
                spider.captures.add_run(row)
            except MachineError as error:
                spider.give_up(error)
        spider.captures.close()
        spider.db.close()
        self.crawler.stats.set_value("baogao/verdict", verdict)
        line = f"{describe(spider.name, row)}: {verdict} ({words})"
        if self.progress:
            print(line, file=sys.stderr)
        else:
            logger.info("%s", line)

    def write(self, spider: ReportSpider) -> None:
        """Put the run's row into its table, as it stands."""
        try:
            with writing(spider.db):
                upsert_run(spider.db, self.row(spider))
        except sqlite3.OperationalError as error:
            spider.give_up(refusal(spider.home.database, error))

    def row(self, spider: ReportSpider) -> dict[str, Any]:
        """The run's row as it stands, without a verdict."""
        stats, written = self.crawler.stats, spider.captures.counts
        return {
            "id": spider.run_id,
            "source": spider.name,
            "started_at": spider.started_at,
            "requests": stats.get_value("downloader/request_count", 0),
            "captures": written["captures"],
            "revisits": written["revisits"],
            "bytes": stats.get_value("downloader/response_bytes", 0),
            "copies": stats.get_value("baogao/copies", 0),
            "rejections": stats.get_value("baogao/rejections", 0),
            "errors": stats.get_value("baogao/failed", 0) + stats.get_value("baogao/unreadable", 0),
            "seconds": round(time.monotonic() - self.began, 1),
            "seconds_reading": round(stats.get_value("baogao/ms_reading", 0) / 1000, 1),
            "seconds_settling": round(stats.get_value("baogao/ms_settling", 0) / 1000, 1),
        }

    def shortfall(self, spider: ReportSpider) -> str | None:
        """What is missing of what the source should give, now that its pages are read."""
        given = given_by(spider.db, spider.source, spider.started_at)
        return shortfall(spider.source.expect, given, datetime.now(UTC).date())

    def stats(self, spider: ReportSpider, reason: str) -> dict[str, Any]:
        """What run_verdict needs, from Scrapy's stats and ours."""
        stats = self.crawler.stats.get_stats()
        ours = {name.removeprefix("baogao/"): value for name, value in stats.items() if name.startswith("baogao/")}
        failures = {name.partition("/")[2]: value for name, value in ours.items() if name.startswith("failed/")}
        # One count a class of exception; newer versions of Scrapy also give their sum.
        broken = [n for name, n in stats.items() if re.fullmatch("spider_exceptions/(?!count).*", name)]
        verdicts = {name.partition("/")[2]: value for name, value in ours.items() if name.startswith("verdict/")}
        return {
            **ours,
            **self.row(spider),
            "finish_reason": reason,
            "responses": stats.get("downloader/response_count", 0),
            "timeouts": failures.get("timeout", 0),
            "failures": failures,
            "forbidden": stats.get("robotstxt/forbidden", 0),
            "exceptions": ours.get("item_errors", 0) + sum(broken) + stats.get("log_count/CRITICAL", 0),
            "verdicts": verdicts,
            "shortfall": None if spider.replay else self.shortfall(spider),
            "known": self.known,
        }


def describe(name: str, row: Mapping[str, Any]) -> str:
    """A run's counts as one line."""
    counts = ("requests", "captures", "revisits", "copies", "rejections", "errors")
    return f"{name}: " + ", ".join(f"{row.get(count) or 0} {count}" for count in counts)
