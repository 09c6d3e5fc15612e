"""One spider a source file, made when asked for: `scrapy list` and `scrapy crawl NAME` work with no code a source."""

from __future__ import annotations

import builtins
import sys
from pathlib import Path
from typing import Self

from scrapy import Request
from scrapy.settings import BaseSettings

from archive.home import Home
from archive.sourcefile import Source
from archive.sources import read_sources
from crawler.spider import ReportSpider


class SourceLoader:
    """Scrapy's spider loader over the source files, the built-in ones and those of the home."""

    def __init__(self, home: Home) -> None:
        self.sources, self.mistakes = read_sources(home)

    @classmethod
    def from_settings(cls, settings: BaseSettings) -> Self:
        """The loader for a home. A bad source file is said in one line and stops no other source."""
        loader = cls(Home(Path(settings["BAOGAO_HOME"])))
        for mistake in loader.mistakes:
            print(f"baogao: {mistake}", file=sys.stderr)
        return loader

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
