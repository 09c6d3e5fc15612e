"""Backing off: a host that refuses or asks for time gets it; one whose robots.txt cannot be had is left alone."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final, Self
from urllib.parse import urlsplit

from scrapy import Request, signals
from scrapy.core.downloader import Slot
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response, TextResponse
from scrapy.robotstxt import RobotParser

from crawler.failures import failure_kind

# How servers and the shields before them say "not now" and "not you" (verdict.BLOCKED_STATUS has the whole list of
# the latter; these are the ones that a slower visitor may be spared).
BACK_OFF: Final = frozenset({403, 412, 418, 429, 503})
# After so many refusals in a row a host is left alone for the rest of the run.
MOST_REFUSALS: Final = 5
# Seconds a run waits for a host at most. Who asks for more time gets it: the host is left alone until the next run.
LONGEST_PAUSE: Final = 300.0

DISALLOW_ALL: Final = b"User-agent: *\nDisallow: /\n"


def asked_pause(retry_after: str, now: datetime) -> float | None:
    """The seconds a Retry-After asks for, as a number or as a date (RFC 9110 §10.2.3); None where it says nothing."""
    said = retry_after.strip()
    if said.isdigit():
        return float(said)
    try:
        moment = parsedate_to_datetime(said) if said else None
    except ValueError:
        return None
    if moment is None:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max((moment - now).total_seconds(), 0.0)


class BackOff:
    """Downloader middleware: pauses a host that refuses, leaves it alone when it goes on refusing."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.first_pause = crawler.settings.getfloat("BAOGAO_FIRST_PAUSE")
        self.refusals: Counter[str] = Counter()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """The middleware of a crawl."""
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Drop what would go to a host that is left alone. Raises IgnoreRequest."""
        if self.refusals[host_of(request)] >= MOST_REFUSALS:
            self.crawler.stats.inc_value("baogao/left_alone")
            raise IgnoreRequest(f"{host_of(request)} refuses: left alone for this run")

    def process_response(self, request: Request, response: Response) -> Response:
        """Count refusals in a row, and pause the host."""
        host = host_of(request)
        if "cached" in response.flags or response.status not in BACK_OFF:
            self.refusals[host] = 0 if response.status < 400 else self.refusals[host]
            return response
        self.refusals[host] += 1
        said = (response.headers.get("Retry-After") or b"").decode("latin-1")
        pause = asked_pause(said, datetime.now(UTC))
        if pause is None:
            pause = min(self.first_pause * 2 ** (self.refusals[host] - 1), LONGEST_PAUSE)
        if pause > LONGEST_PAUSE:
            self.refusals[host] = MOST_REFUSALS
        else:
            self.pause(request, pause)
        return response

    def pause(self, request: Request, seconds: float) -> None:
        """Send the host nothing for so long. AutoThrottle brings its delay down again, by halves, as answers come."""
        self.crawler.stats.inc_value("baogao/pauses")
        _, slot = slot_of(self.crawler, request)
        if slot is not None:
            # The slot counts from the start of its last request.
            slot.delay = max(slot.delay, seconds + request.meta.get("download_latency", 0.0))


class UnreachableRobots:
    """Downloader middleware: a robots.txt that the server fails to give, or never gives in time, forbids all.

    RFC 9309 §2.3.1.4. One that is not there (4xx), or is no robots.txt, allows all (§2.3.1.3). Scrapy takes all alike.
    Where nothing answers at all the pages will not either, and the run says so.
    """

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """The middleware of a crawl."""
        return cls(crawler)

    def process_response(self, request: Request, response: Response) -> Response:
        """Read an error of the server as a refusal."""
        return forbid(request) if response.status >= 500 and is_robots(request) else response

    def process_exception(self, request: Request, exception: Exception) -> Response | None:
        """Read an answer that never comes as a refusal."""
        if failure_kind(exception) != "timeout" or not is_robots(request):
            return None
        for name in ("failed", "failed/timeout"):
            self.crawler.stats.inc_value(f"baogao/{name}")
        return forbid(request)


class AskedDelay:
    """Extension: a host whose robots.txt asks for more time between requests (Crawl-delay) gets it.

    Not in RFC 9309, but common; Scrapy reads it and leaves the rest to us. It must be made after AutoThrottle, which
    lowers the delay with each answer: receivers of a signal are called in the order in which they were connected.
    """

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.agent = crawler.settings["ROBOTSTXT_USER_AGENT"]
        self.delays: dict[str, float] = {}
        crawler.signals.connect(self.hear, signal=signals.robots_parsed)
        crawler.signals.connect(self.hold, signal=signals.response_downloaded)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """The extension of a crawl."""
        return cls(crawler)

    def hear(self, robotparser: RobotParser, request: Request) -> None:
        """Note what a robots.txt asks for; a host that wants more than LONGEST_PAUSE gets that."""
        asked = robotparser.crawl_delay(self.agent) or 0.0
        if asked > 0:
            host, _ = slot_of(self.crawler, request)
            self.delays[host] = min(asked, LONGEST_PAUSE)
            self.hold(request)

    def hold(self, request: Request) -> None:
        """Ask a host no faster than it asked for."""
        host, slot = slot_of(self.crawler, request)
        if slot is not None:
            slot.delay = max(slot.delay, self.delays.get(host, 0.0))


def slot_of(crawler: Crawler, request: Request) -> tuple[str, Slot | None]:
    """The key of a request's slot in the downloader, which keeps the delay of a host, and the slot where it is made."""
    assert crawler.engine is not None
    downloader = crawler.engine.downloader
    key = downloader.get_slot_key(request)
    return key, downloader.slots.get(key)


def is_robots(request: Request) -> bool:
    """Whether a request is for a robots.txt."""
    return urlsplit(request.url).path == "/robots.txt"


def forbid(request: Request) -> Response:
    """A robots.txt that forbids everything."""
    return TextResponse(request.url, body=DISALLOW_ALL, encoding="utf-8", flags=["unreachable"])


def host_of(request: Request) -> str:
    """The host a request goes to, with its port."""
    return urlsplit(request.url).netloc
