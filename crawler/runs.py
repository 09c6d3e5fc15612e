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

from archive.captures import CaptureStore, utc_now
from archive.captures.index import upsert_run
from archive.database import writing
from archive.errors import MachineError, refusal
from crawler.expect import given_by, shortfall
from crawler.failures import FAILURES, worst_kind
from crawler.spider import SITE_DOWN, ReportSpider

RUN_VERDICTS: Final = {
    "ok": "new pages came",
    "ok_nothing_new": "all pages were as before",
    "fewer_than_expected": "less than the source file expects: years, number or freshness of its reports",
    "empty": "list pages came, and never yet a link to a report",
    "blocked": "the site refused us, or asked for proof or an account",
    "robots_denied": "robots.txt forbids it",
    "moved": "nothing but redirects",
    "gone": "nothing answered, or all was not found",
    "dns_failure": "the name of the site could not be looked up",
    "tls_failure": "no secure connection could be made",
    "server_error": "the server answered with nothing but errors of its own",
    "broken": "every answer broke off, was none, or was no page: empty, damaged, of another type, far too long",
    "slow": "the site was too slow to be read",
    "parse_changed": "pages came, but the reports that were in them before are not found any more",
    "crashed": "the run broke off, or the program failed",
    "interrupted": "a person stopped the run",
}
# The verdict where nothing came at all, by what most requests failed with.
UNREACHED: Final = {
    "dns": "dns_failure",
    "tls": "tls_failure",
    "timeout": "slow",
    "broken": "broken",
    "too_large": "broken",
}
# Scrapy's word for a run that was ended at CLOSESPIDER_TIMEOUT.
TOO_LONG: Final = "closespider_timeout"
REFUSALS: Final = ("blocked", "challenge", "captcha", "login")
# A site is too slow where this share of what was asked for never came in time (three tries, a minute each).
SLOW_SHARE: Final = 0.5
# Seconds between two notes of how far the run is: in the table and on a terminal, and in a log.
NOTE_EVERY: Final = 2.0
LOG_EVERY: Final = 60.0
CUT_OFF: Final = "cut off before its end: the process was killed or the machine stopped"

logger = logging.getLogger(__name__)


def run_verdict(stats: Mapping[str, Any]) -> tuple[str, str]:
    """The verdict of RUN_VERDICTS on a run, and what it rests on in words. Pure.

    Keys used: `finish_reason`; the counts of RUN_COUNTS, of which `items` are pages that may hold reports, `failed`
    requests that failed for good, `timeouts` those among them that took too long, `forbidden` pages robots.txt keeps
    from us, `exceptions` errors of our own code, `known` copies the source gave in earlier runs; `failures`: a count
    for each kind of failures.FAILURES; `verdicts`: one for each verdict on a response; `shortfall`: what is missing of
    what the source file expects, in words, or None.
    """
    verdicts: Mapping[str, int] = stats.get("verdicts", {})
    count = {name: int(stats.get(name) or 0) for name in RUN_COUNTS}
    pages = sum(verdicts.get(name, 0) for name in ("page", "list"))
    refused = {name: verdicts[name] for name in REFUSALS if verdicts.get(name)}
    missing = verdicts.get("not_found", 0) + verdicts.get("soft_404", 0)
    reason = stats.get("finish_reason") or "finished"
    if reason == "shutdown":
        return "interrupted", f"stopped by a signal after {count['responses']} responses"
    if count["exceptions"]:
        return "crashed", f"{count['exceptions']} errors of the program: see the log"
    failures: Mapping[str, int] = stats.get("failures", {})
    if reason == TOO_LONG:
        return "slow", f"not done in its time; {pages} pages came, the rest another time"
    if reason == SITE_DOWN:
        worst = worst_kind(failures) or "other"
        return UNREACHED.get(worst, "gone"), f"stopped answering after {pages} pages: {FAILURES[worst]}"
    if reason != "finished":
        return "crashed", f"Scrapy ended the run: {reason}"
    if count["timeouts"] and count["timeouts"] >= SLOW_SHARE * (pages + count["failed"]):
        return "slow", f"{count['timeouts']} of {pages + count['failed']} requests never came in time"
    if not pages:
        if refused:
            return "blocked", ", ".join(f"{name} {number}" for name, number in refused.items())
        if count["forbidden"]:
            return "robots_denied", f"robots.txt forbids {count['forbidden']} of the pages asked for"
        if verdicts.get("redirect"):
            return "moved", f"{verdicts['redirect']} redirects and no page"
        if missing:
            return "gone", f"{missing} times not found and no page"
        if verdicts.get("server_error"):
            return "server_error", f"{verdicts['server_error']} errors of the server and no page"
        most = worst_kind(failures)
        useless = {name: verdicts[name] for name in ("damaged", "empty", "wrong_type") if verdicts.get(name)}
        if most is None and useless:
            return "broken", "no page came, but " + ", ".join(f"{name} {number}" for name, number in useless.items())
        return UNREACHED.get(most or "", "gone"), f"no page came; {FAILURES[most] if most else 'nothing answered'}"
    if sum(refused.values()) > pages:
        return "blocked", ", ".join(f"{name} {number}" for name, number in refused.items()) + f", pages {pages}"
    if not count["items"]:
        if count["forbidden"]:
            return "robots_denied", f"robots.txt forbids {count['forbidden']} of the pages linked to"
        if count["known"]:
            return "parse_changed", f"{count['lists']} list pages and no link to a report; earlier runs found some"
        return "empty", f"{count['lists']} list pages and no link to a report"
    if count["known"] and not count["copies"] and count["rejections"] and not count["skipped"]:
        return "parse_changed", f"{count['items']} pages read and no report in them; earlier runs found some"
    if stats.get("shortfall"):
        return "fewer_than_expected", str(stats["shortfall"])
    trouble = f"; {count['failed']} requests failed" if count["failed"] else ""
    if refused:
        trouble += "; " + ", ".join(f"{name} {number}" for name, number in refused.items())
    if count["captures"]:
        return "ok", f"{count['captures']} new captures, {count['copies']} copies{trouble}"
    return "ok_nothing_new", f"{count['revisits']} pages as before{trouble}"


RUN_COUNTS: Final = (
    "requests",
    "responses",
    "captures",
    "revisits",
    "items",
    "lists",
    "copies",
    "rejections",
    "skipped",
    "failed",
    "timeouts",
    "forbidden",
    "exceptions",
    "known",
)


def close_cut_off(store: CaptureStore) -> int:
    """Give the runs that never ended their verdict; the caller holds the home's lock, so none is still going."""
    rows = list(store.db.query("select id, source, started_at from runs where verdict is null"))
    for row in rows:
        store.add_run(row | {"verdict": "crashed", "reason": CUT_OFF})
    return len(rows)


def repair(store: CaptureStore) -> list[str]:
    """What a run does first, alone on its home: index what a killed run left behind. Says what it found, in words."""
    found = store.catch_up()
    said = [f"{line}: cut off" if "is lost" not in line else line for line in found.torn] + found.damaged
    if cut_off := close_cut_off(store):
        said.append(f"{cut_off} runs that were cut off")
    if found.captures:
        said.append(f"{found.captures} captures of a killed run are in the index again")
    for line in said:
        logger.info("%s", line)
    return said


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
