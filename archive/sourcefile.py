"""What a source file and a platform's preset may say: the keys, their types, their defaults."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from fnmatch import fnmatch
from typing import Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field

from archive.model import PageRules

Every = Literal["daily", "weekly", "monthly"]
Kind = Literal["government", "press", "database", "aggregator", "forum", "network", "farm"]

# A government site's copies are official; every other kind keeps its own name as the origin (DESIGN §8).
ORIGINS: Mapping[str, str] = {"government": "official"}


class Rules(BaseModel):
    """What every table of a source file shares: unknown keys are errors, nothing changes after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ListRules(Rules):
    """How a list page shows its reports: `link` and `next` are CSS; `text` and `but` regular expressions.

    A link is followed where its words match `text` and do not match `but`.
    """

    link: str = "a"
    text: str = "工作报告"
    but: str | None = None
    next: str | None = None


class Layout(Rules):
    """How a report page is built: CSS selectors. `published` finds the day of publication."""

    body: str | None = None
    drop: tuple[str, ...] = ()
    bundle: str | None = None
    title: str | None = None
    published: str | None = None
    attachment: str = "a"


class OldLayout(Layout):
    """A layout in use up to and including the day `date`; what it does not say is as in today's."""

    date: date


class PageLayouts(Layout):
    """Today's layout, and older ones."""

    until: tuple[OldLayout, ...] = ()

    def on(self, fetched_at: str | None) -> PageRules:
        """The layout in use on the day of capture (ISO date or time; None: today's layout)."""
        layout = self.model_dump(exclude={"until"})
        for old in sorted(self.until, key=lambda old: old.date):
            if fetched_at and fetched_at[:10] <= old.date.isoformat():
                layout |= old.model_dump(exclude={"date"}, exclude_unset=True)
                break
        return PageRules(layout["body"], layout["drop"], layout["bundle"], layout["title"], layout["published"])


class Cadence(Rules):
    """How often a source is due, in and out of the season of sessions."""

    season: Every = "daily"
    otherwise: Every = "monthly"


class CrawlRules(Rules):
    """How politely and how far a source is crawled.

    `delay` in seconds between two requests to a host. `max_pages` list pages in all, and `patience` of them one after
    another that name no new report: then the list is left. `same` are pairs (regular expression, replacement) that
    bring the addresses of one page to one form; `mirrors`: all hosts of the source show the same pages. `recheck`: a
    report page that came without validators is asked for again only after so long; None: at every crawl.
    """

    delay: float = Field(default=2.0, ge=0)
    cadence: Cadence = Cadence()
    max_pages: int = Field(default=200, ge=1)
    patience: int = Field(default=12, ge=1)
    same: tuple[tuple[str, str], ...] = ()
    mirrors: bool = False
    recheck: Every | None = None


class Expectation(Rules):
    """What a source should give: reports for all `years` (first and last, a year or "now"), `minimum` reports in all.

    `cadence`: how often something new should come; "yearly" means the report of the year.
    """

    years: tuple[int, int | Literal["now"]] | None = None
    minimum: int | None = Field(default=None, ge=0)
    cadence: Literal["monthly", "yearly"] | None = None


class Retired(Rules):
    """Why and since when a source is no longer crawled, and where the site has moved to."""

    since: date
    why: str
    moved_to: str | None = None


class Detection(Rules):
    """By which signs a platform is known: regular expressions on the address and on the markup of a page."""

    url: tuple[str, ...] = ()
    page: tuple[str, ...] = ()


class ColumnRules(Rules):
    """How an article's list page is found: pairs (regular expression, address) on the article's address and markup.

    `\\1` in an address is the first group; expressions joined by ` && ` must all match, their groups counted on.
    """

    url: tuple[tuple[str, str], ...] = ()
    page: tuple[tuple[str, str], ...] = ()


class Platform(Rules):
    """A CMS or site family: how it is known, and the rules its sources share. `id` is the file's name.

    `like`: another platform, whose rules hold where this one says nothing.
    """

    id: str
    name: str
    like: str | None = None
    detect: Detection = Detection()
    column: ColumnRules = ColumnRules()
    kind: Kind = "government"
    list: ListRules = ListRules()
    page: PageLayouts = PageLayouts()
    crawl: CrawlRules = CrawlRules()


class Source(Rules):
    """One source file, its platform's preset merged in. `id` is the file's name without `.toml`.

    `unverified`: nobody has seen the live page yet. `wall`: what the site asks for before it shows its texts; what is
    behind is left alone. `refused`: why the source is never crawled (its hosts are known, for pages added by hand).
    """

    id: str
    name: str
    kind: Kind = "government"
    region: str | None = Field(default=None, pattern=r"^\d{6}$")
    platform: str | None = None
    start: tuple[str, ...] = Field(min_length=1)
    hosts: tuple[str, ...] = ()
    unverified: bool = False
    wall: Literal["login", "captcha", "paywall"] | None = None
    refused: str | None = None
    list: ListRules = ListRules()
    page: PageLayouts = PageLayouts()
    crawl: CrawlRules = CrawlRules()
    expect: Expectation = Expectation()
    retired: Retired | None = None

    @property
    def origin(self) -> str:
        """What a copy found at this source counts as (DESIGN §8, §11)."""
        return ORIGINS.get(self.kind, self.kind)

    @property
    def crawled(self) -> bool:
        """Whether the source is crawled at all."""
        return self.retired is None and self.refused is None

    @property
    def state(self) -> str | None:
        """Why it is not crawled, in words; None where it is."""
        if self.refused:
            return f"refused: {self.refused}"
        if self.retired is None:
            return None
        moved = f"; moved to {self.retired.moved_to}" if self.retired.moved_to else ""
        return f"{self.retired.since}: {self.retired.why}{moved}"

    def all_hosts(self) -> tuple[str, ...]:
        """Host names this source may be found at; `*.` stands for any subdomain."""
        return tuple(dict.fromkeys((*(urlsplit(url).hostname or "" for url in self.start), *self.hosts)))

    def owns(self, url: str) -> bool:
        """Whether `url` is at one of this source's hosts; with and without `www.` is one host."""
        host = bare_host(urlsplit(url).hostname or "")
        return any(fnmatch(host, bare_host(pattern)) for pattern in self.all_hosts())

    def page_rules(self, fetched_at: str | None) -> PageRules:
        """The layout in use on the day of capture (ISO date or time; None: today's layout)."""
        return self.page.on(fetched_at)


def bare_host(host: str) -> str:
    """A host name without `www.`: portals answer under both names and link to either."""
    return host.removeprefix("www.")
