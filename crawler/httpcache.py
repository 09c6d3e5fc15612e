"""Scrapy's HTTP-cache slots, filled so that the cache is the archive's WARC files.

WarcStorage keeps every response before anyone parses it. RevalidatePolicy asks again each time, with the validators of
the last capture; a 304 is kept as a revisit. In a replay all answers come from the files and nothing is written.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

from scrapy import Request
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Headers, Response
from scrapy.responsetypes import responsetypes
from scrapy.settings import BaseSettings

from archive.captures import CaptureStore, utc_now, utc_time, warc
from archive.errors import DamagedInputError, MachineError
from archive.model import Capture
from archive.read.decode import declared_encoding, decode
from crawler.discover import holds_report, shows_column
from crawler.markup import MOST_MARKUP, Markup
from crawler.verdict import DOCUMENT_MAGIC, SOUND, judge

if TYPE_CHECKING:
    from crawler.spider import ReportSpider

# For how many days after its bytes last came a page may be called unchanged without being sent: so that a text that
# was changed under the same validators is found at the next monthly sweep.
TRUST_DAYS = 25

CONDITIONAL = (b"If-None-Match", b"If-Modified-Since")


@dataclass(frozen=True, slots=True)
class Known:
    """The capture a cached response was made from, and what today's rules would call it."""

    spider: ReportSpider
    capture: Capture
    verdict: str


# Storage and policy are two objects to Scrapy and know only each other's responses; this is where they meet.
KNOWN: WeakKeyDictionary[Response, Known] = WeakKeyDictionary()


class WarcStorage:
    """HTTPCACHE_STORAGE: keeps responses in the run's WARC file, finds the last sound one of a URL."""

    def __init__(self, settings: BaseSettings) -> None:
        self.replay = settings.getbool("BAOGAO_REPLAY")

    def open_spider(self, spider: ReportSpider) -> None:
        """Nothing to do: the spider's store opens its file with the first record."""

    def close_spider(self, spider: ReportSpider) -> None:
        """Nothing to do: recorder.py closes the store after writing the run into it."""

    def retrieve_response(self, spider: ReportSpider, request: Request) -> Response | None:
        """The last capture of the request's URL as a response; None where there is none worth asking about again."""
        if request.method != "GET":
            return None
        store: CaptureStore = spider.captures
        capture = store.newest(request.url, SOUND)
        if capture is None and self.replay:
            capture = store.newest(request.url)
        if capture is None:
            return None
        stored = store.response(capture)
        headers = headers_for_scrapy(stored.headers)
        cls = responsetypes.from_args(headers=headers, url=request.url, body=stored.body)
        response = cls(url=request.url, status=stored.status, headers=headers, body=stored.body)
        today = verdict_of(spider, request, stored.status, stored.headers, stored.body)
        KNOWN[response] = Known(spider, capture, today)
        request.meta.update(capture=capture.id, verdict=capture.verdict)
        if self.replay:
            spider.count(f"verdict/{capture.verdict}")
        return response

    def store_response(self, spider: ReportSpider, request: Request, response: Response) -> None:
        """Keep a response. The spider and the pipeline find the capture's id and verdict in the request's meta."""
        headers = headers_of(response.headers)
        verdict = verdict_of(spider, request, response.status, headers, response.body)
        try:
            capture = spider.captures.add_response(
                request.url,
                utc_now(),
                response.status,
                headers,
                response.body,
                source=spider.name,
                verdict=verdict,
                http_version=response.protocol or "HTTP/1.1",
            )
        except MachineError as error:
            spider.give_up(error)
            raise IgnoreRequest(str(error)) from error
        request.meta.update(capture=capture.id, verdict=capture.verdict)
        spider.count(f"verdict/{verdict}")


class RevalidatePolicy:
    """HTTPCACHE_POLICY: every response is kept, no kept one is taken for fresh, a 304 makes it valid again."""

    def __init__(self, settings: BaseSettings) -> None:
        self.replay = settings.getbool("BAOGAO_REPLAY")

    def should_cache_request(self, request: Request) -> bool:
        """Every request goes through the cache. One that a redirect or a retry copied sheds the other's validators."""
        for name in CONDITIONAL:
            request.headers.pop(name, None)
        request.meta.pop("cached_response", None)
        return True

    def should_cache_response(self, response: Response, request: Request) -> bool:
        """Whether to store a response: all but a 304, and but the kept response that a 304 confirmed."""
        return response.status != 304 and response not in KNOWN

    def is_cached_response_fresh(self, cachedresponse: Response, request: Request) -> bool:
        """Only in a replay. Else the request is given the capture's validators."""
        if self.replay:
            return True
        known = KNOWN[cachedresponse]
        # What the rules would call something else today is asked for whole, so that it is captured under its new name.
        # So is, now and then, what a server calls unchanged: some never change their validators.
        same, store = known.verdict == known.capture.verdict, known.spider.captures
        if same and store.received_since(known.capture, trusted_from()):
            for name, value in zip(CONDITIONAL, (known.capture.etag, known.capture.last_modified), strict=True):
                if value:
                    request.headers[name] = value.encode("latin-1", "replace")
        return False

    def is_cached_response_valid(self, cachedresponse: Response, response: Response, request: Request) -> bool:
        """Whether the server says the page has not changed; that it says so is kept as a revisit, here.

        Scrapy up to 2.18 does not call the storage on a 304, and later versions call it with the kept response.
        """
        if response.status != 304:
            return False
        known = KNOWN[cachedresponse]
        spider = known.spider
        spider.captures.add_revisit(known.capture, utc_now(), "not-modified", 304, headers_of(response.headers))
        request.meta.update(capture=known.capture.id, verdict=known.capture.verdict)
        spider.count(f"verdict/{known.capture.verdict}")
        return True


class ContentDecoding:
    """Undoes the content encoding of answers as the archive's readers will, lies of servers included."""

    def process_response(self, request: Request, response: Response) -> Response:
        """The response with its body plain. Raises IgnoreRequest for one that cannot be unpacked, kept as "damaged"."""
        if not response.headers.getlist("Content-Encoding"):
            return response
        try:
            body = warc.decode_body(response.body, headers_of(response.headers))
        except DamagedInputError as error:
            raise IgnoreRequest(f"{request.url}: {error}") from error
        headers = response.headers.copy()
        del headers["Content-Encoding"]
        cls = responsetypes.from_args(headers=headers, url=response.url, body=body)
        return response.replace(cls=cls, headers=headers, body=body)


class NoStaleAnswers:
    """Keeps the cache from answering with an old page where the request failed: a dead site must look dead."""

    def process_exception(self, request: Request, exception: Exception) -> None:
        """Take the kept response away before the cache sees the failure."""
        request.meta.pop("cached_response", None)


def trusted_from() -> str:
    """The time before which a page's bytes were received too long ago to trust a 304 on them."""
    return utc_time((datetime.now(UTC) - timedelta(days=TRUST_DAYS)).isoformat())


def verdict_of(spider: ReportSpider, request: Request, status: int, headers: warc.Headers, body: bytes) -> str:
    """What a response to this request is: judged by itself, then by what was asked for."""
    if urlsplit(request.url).path == "/robots.txt":
        return "robots"
    try:
        payload = warc.decode_body(body, headers)
    except DamagedInputError:
        return "damaged"
    named = {name.lower(): value for name, value in headers}
    verdict = judge(status, named, payload)
    role = request.meta.get("role")
    if role == "list" and verdict == "wrong_type" and payload.lstrip()[:1] in (b"{", b"["):
        return "list"  # some lists are served as JSON
    # A list page is no report and is not read as one, unless it is a bundle or shows a report itself; nor is a column
    # that a link called 政府工作报告 leads to.
    if verdict != "page" or role is None or spider.source.page.bundle or payload.startswith(DOCUMENT_MAGIC):
        return verdict
    if len(payload) > MOST_MARKUP:
        return verdict
    page = Markup(decode(payload, declared_encoding(payload, named.get("content-type"))).text, request.url)
    if role == "list":
        return "page" if holds_report(page) else "list"
    return "list" if not holds_report(page) and shows_column(page, spider.source.list) else verdict


def headers_of(headers: Headers) -> list[tuple[str, str]]:
    """Scrapy's headers as pairs, one a value."""
    return [
        (name.decode("latin-1"), value.decode("latin-1")) for name, values in headers.items() for value in values or ()
    ]


def headers_for_scrapy(pairs: warc.Headers) -> Headers:
    """Pairs as Scrapy's headers."""
    headers = Headers()
    for name, value in pairs:
        headers.appendlist(name.encode("latin-1"), value.encode("latin-1"))
    return headers
