"""One spider a source file, made when asked for: `scrapy list` and `scrapy crawl NAME` work with no code a source."""

from __future__ import annotations

import builtins
import re
import sys
from pathlib import Path
from typing import Self

from scrapy import Request
from scrapy.settings import BaseSettings
from selectolax.lexbor import LexborHTMLParser, SelectolaxError

from archive.errors import BadArgumentsError
from archive.home import Home
from archive.sources import Source, load_sources
from crawler.spider import ReportSpider


class SourceLoader:
    """Scrapy's spider loader over the source files, the built-in ones and those of the home."""

    def __init__(self, home: Home) -> None:
        self.sources = load_sources(home)
        for source in self.sources.values():
            check_rules(source)

    @classmethod
    def from_settings(cls, settings: BaseSettings) -> Self:
        """The loader for a home. A bad source file ends the command with one line and exit code 2."""
        try:
            return cls(Home(Path(settings["BAOGAO_HOME"])))
        except BadArgumentsError as error:
            print(f"baogao: {error}", file=sys.stderr)
            raise SystemExit(error.exit_code) from None

    def load(self, spider_name: str) -> type[ReportSpider]:
        """The spider of a source. Raises KeyError where there is none, as Scrapy asks."""
        return spider_class(self.sources[spider_name])

    def list(self) -> builtins.list[str]:
        """The names of all sources."""
        return builtins.list(self.sources)

    def find_by_request(self, request: Request) -> builtins.list[str]:
        """The sources at whose hosts a request goes."""
        return [source.id for source in self.sources.values() if source.owns(request.url)]


def spider_class(source: Source) -> type[ReportSpider]:
    """The spider class of a source, with the source's own delay."""
    settings = {"DOWNLOAD_DELAY": source.crawl.delay, "AUTOTHROTTLE_START_DELAY": source.crawl.delay}
    members = {"name": source.id, "source": source, "custom_settings": settings}
    return type("ReportSpider", (ReportSpider,), members)


def check_rules(source: Source) -> None:
    """Raise BadArgumentsError for a selector or regular expression of a source that is none."""
    try:
        re.compile(source.list.text)
    except re.error as error:
        raise BadArgumentsError(f"source {source.id}: list.text: no regular expression ({error})") from error
    page = source.page
    named = {"list.link": source.list.link, "list.next": source.list.next, "page.body": page.body}
    named |= {"page.bundle": page.bundle, "page.title": page.title, "page.attachment": page.attachment}
    named |= {f"page.drop {n}": css for n, css in enumerate(page.drop, 1)}
    empty = LexborHTMLParser("")
    for key, css in named.items():
        try:
            empty.css(css) if css is not None else None
        except SelectolaxError as error:
            message = f"source {source.id}: {key}: {css!r} is no CSS selector this reader knows"
            raise BadArgumentsError(message) from error
