"""The command `scrapy crawl NAME`: one source, on a home."""

from __future__ import annotations

import argparse
import logging
import os
import sys
import threading
from pathlib import Path

from scrapy.commands.crawl import Command as CrawlCommand
from scrapy.exceptions import UsageError

from archive.captures import CaptureStore, utc_now
from archive.database import open_archive
from archive.errors import BadArgumentsError, BaogaoError
from archive.home import LOCK_HELD, Home
from archive.settings import load_settings
from archive.sources import nearest
from archive.terminal import known_corrections
from crawler.crawl import PARENT_PIPE, compact
from crawler.runs import repair
from crawler.spider import ReportSpider


class Command(CrawlCommand):
    """`scrapy crawl NAME` on a home: holds its lock, repairs what a killed run left, ends with our exit codes."""

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Crawl one source."""
        if len(args) != 1:
            raise UsageError("name one source; `scrapy list` shows them")
        try:
            self.crawl(args[0], opts)
        except BaogaoError as error:
            print(f"baogao: {error}", file=sys.stderr)
            self.exitcode = error.exit_code

    def crawl(self, name: str, opts: argparse.Namespace) -> None:
        """Crawl one source under the home's lock. Raises BadArgumentsError, LockedError, MachineError."""
        process = self.crawler_process
        assert process is not None
        known = process.spider_loader.list()
        if name not in known:
            raise BadArgumentsError(f"no source is called {name!r}{nearest(name, known)}")
        assert self.settings is not None
        home = Home(Path(self.settings["BAOGAO_HOME"]))
        self.settings.set("BAOGAO_PRIVATE", list(load_settings(home).crawl.private), priority="cmdline")
        if pipe := os.environ.get(PARENT_PIPE):
            threading.Thread(target=die_with_parent, args=(int(pipe),), daemon=True).start()
        known_corrections(home)
        child = os.environ.get(LOCK_HELD) == str(home.root)
        with home.lock():
            if not child:
                db = open_archive(home)
                with CaptureStore(home, db, f"repair-{compact(utc_now())}") as store:
                    repair(store)
                db.close()
            for part in ("addons", "crawler", "middleware"):
                # Seventy lines a run that say what stands in settings.py.
                logging.getLogger(f"scrapy.{part}").setLevel(logging.WARNING)
            # A robots.txt that could not be fetched is logged with a trace through the whole of Twisted; the pages of
            # that host fail the same way and say so in a line.
            logging.getLogger("scrapy.downloadermiddlewares.robotstxt").setLevel(logging.CRITICAL)
            crawler = process.create_crawler(name)
            process.crawl(crawler, **opts.spargs)
            process.start()
        spider = crawler.spider
        if isinstance(spider, ReportSpider) and spider.refusal:
            raise spider.refusal
        if process.bootstrap_failed:
            self.exitcode = 1
        elif crawler.stats.get_value("baogao/verdict") == "interrupted":
            self.exitcode = 13


def die_with_parent(pipe: int) -> None:
    """Wait until the parent of a crawl is gone, then end at once: its lock is gone too."""
    os.read(pipe, 1)
    os._exit(13)
