"""Sources: one TOML file each, with presets a platform shares. Load, validate, merge; find the source of a URL."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterator, Mapping
from datetime import date
from fnmatch import fnmatch
from pathlib import Path
from types import UnionType
from typing import Any, Literal, get_args
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from selectolax.lexbor import LexborHTMLParser, SelectolaxError

from archive.errors import BadArgumentsError
from archive.home import Home
from archive.model import PageRules
from archive.urls import is_fetchable

BUILT_IN = Path(__file__).parent / "sources"

Kind = Literal["government", "press", "database", "aggregator", "forum", "network", "farm"]

# A government site's copies are official; every other kind keeps its own name as the origin (DESIGN §8).
ORIGINS: Mapping[str, str] = {"government": "official"}


class Rules(BaseModel):
    """What every table of a source file shares: unknown keys are errors, nothing changes after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ListRules(Rules):
    """How a list page shows its reports."""

    link: str = "a"
    text: str = "工作报告"
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


class Cadence(Rules):
    """How often a source is due, in and out of the season of sessions."""

    season: Literal["daily", "weekly", "monthly"] = "daily"
    otherwise: Literal["daily", "weekly", "monthly"] = "monthly"


class CrawlRules(Rules):
    """How politely a source is crawled; `delay` in seconds between two requests to a host."""

    delay: float = Field(default=2.0, ge=0)
    cadence: Cadence = Cadence()
    max_pages: int = Field(default=200, ge=1)


class Expectation(Rules):
    """What a source should give: `years` = first and last (a year or "now"), `minimum` reports in all."""

    years: tuple[int, int | Literal["now"]] | None = None
    minimum: int | None = Field(default=None, ge=0)


class Retired(Rules):
    """Why and since when a source is no longer crawled."""

    since: date
    why: str


class Source(Rules):
    """One source file, its platform's preset merged in. `id` is the file's name without `.toml`."""

    id: str
    name: str
    kind: Kind = "government"
    region: str | None = Field(default=None, pattern=r"^\d{6}$")
    platform: str | None = None
    start: tuple[str, ...] = Field(min_length=1)
    hosts: tuple[str, ...] = ()
    unverified: bool = False
    list: ListRules = ListRules()
    page: PageLayouts = PageLayouts()
    crawl: CrawlRules = CrawlRules()
    expect: Expectation = Expectation()
    retired: Retired | None = None

    @property
    def origin(self) -> str:
        """What a copy found at this source counts as (DESIGN §8, §11)."""
        return ORIGINS.get(self.kind, self.kind)

    def all_hosts(self) -> tuple[str, ...]:
        """Host names this source may be found at; `*.` stands for any subdomain."""
        return tuple(dict.fromkeys((*(urlsplit(url).hostname or "" for url in self.start), *self.hosts)))

    def owns(self, url: str) -> bool:
        """Whether `url` is at one of this source's hosts."""
        host = urlsplit(url).hostname or ""
        return any(fnmatch(host, pattern) for pattern in self.all_hosts())

    def page_rules(self, fetched_at: str | None) -> PageRules:
        """The layout in use on the day of capture (ISO date or time; None: today's layout)."""
        layout = self.page.model_dump(exclude={"until"})
        for old in sorted(self.page.until, key=lambda old: old.date):
            if fetched_at and fetched_at[:10] <= old.date.isoformat():
                layout |= old.model_dump(exclude={"date"}, exclude_unset=True)
                break
        return PageRules(layout["body"], layout["drop"], layout["bundle"], layout["title"], layout["published"])


def load_sources(home: Home | None = None, folder: Path | None = None) -> dict[str, Source]:
    """Every source by id, sorted: the built-in ones (or those of `folder`), then those of the home, which win.

    Raises BadArgumentsError naming file, key and the nearest right key of the first mistake.
    """
    sources, mistakes = read_sources(home, folder)
    if mistakes:
        raise BadArgumentsError(mistakes[0])
    return sources


def read_sources(home: Home | None = None, folder: Path | None = None) -> tuple[dict[str, Source], list[str]]:
    """The sources whose files are right, and a line for each file that is not: one bad file stops no other source."""
    folders = [folder or BUILT_IN] + ([home.sources] if home and home.sources.is_dir() else [])
    mistakes: list[str] = []
    platforms: dict[str, dict[str, Any]] = {}
    sources: dict[str, Source] = {}
    for path in (path for place in (BUILT_IN, *folders) for path in sorted((place / "platforms").glob("*.toml"))):
        try:
            platforms[path.stem] = read_toml(path)
        except BadArgumentsError as error:
            mistakes.append(str(error))
    found = {path.stem: path for place in folders for path in sorted(place.glob("*.toml"))}
    for id, path in sorted(found.items()):
        try:
            sources[id] = load_source(path, platforms)
        except BadArgumentsError as error:
            mistakes.append(str(error))
    return sources, mistakes


def load_source(path: Path, platforms: Mapping[str, Mapping[str, Any]]) -> Source:
    """One source from its file, over its platform's preset. Raises BadArgumentsError."""
    written = read_toml(path)
    preset: Mapping[str, Any] = {}
    if (platform := written.get("platform")) is not None:
        if platform not in platforms:
            raise BadArgumentsError(
                f"{path}: platform: no platform is called {platform!r}{nearest(platform, platforms)}"
            )
        preset = platforms[platform]
    try:
        source = Source.model_validate({**merge(preset, written), "id": path.stem})
    except ValidationError as error:
        # A misspelt key shows twice, as unknown and as missing: the first says more.
        unknown = [found for found in error.errors() if found["type"] == "extra_forbidden"]
        said = "; ".join(explain(found) for found in unknown or error.errors())
        raise BadArgumentsError(f"{path}: {said}") from error
    if mistake := find_mistake(source):
        raise BadArgumentsError(f"{path}: {mistake}")
    return source


def find_mistake(source: Source) -> str | None:
    """What is wrong with the addresses, selectors or regular expression of a source; None where all are right."""
    for url in source.start:
        if not is_fetchable(url):
            return f"start: {url!r} is no web address: begin it with http:// or https://"
    try:
        re.compile(source.list.text)
    except re.error as error:
        return f"list.text: {source.list.text!r} is no regular expression ({error})"
    page = source.page
    named = {"list.link": source.list.link, "list.next": source.list.next}
    for where, layout in (("page", page), *((f"page.until {old.date}", old) for old in page.until)):
        for key in ("body", "bundle", "title", "published", "attachment"):
            named[f"{where}.{key}"] = getattr(layout, key)
        named |= {f"{where}.drop {number}": css for number, css in enumerate(layout.drop, 1)}
    empty = LexborHTMLParser("")
    for key, css in named.items():
        try:
            empty.css(css) if css is not None else None
        except SelectolaxError:
            return f"{key}: {css!r} is no CSS selector this reader knows"
    return None


def read_toml(path: Path) -> dict[str, Any]:
    """The tables of a TOML file. Raises BadArgumentsError with the place of a mistake."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise BadArgumentsError(f"{path}: not readable as TOML: {error}") from error


def merge(preset: Mapping[str, Any], written: Mapping[str, Any]) -> dict[str, Any]:
    """`written` over `preset`, table by table."""
    merged = dict(preset)
    for key, value in written.items():
        under = merged.get(key)
        merged[key] = merge(under, value) if isinstance(under, Mapping) and isinstance(value, Mapping) else value
    return merged


def explain(error: Mapping[str, Any]) -> str:
    """One validation error in words: the key, what is wrong, the nearest right key where the key is unknown."""
    key = ".".join(str(part) for part in error["loc"])
    if error["type"] == "extra_forbidden":
        *tables, wrong = error["loc"]
        return f"{key}: unknown key{nearest(str(wrong), known_keys(tables))}"
    if error["type"] == "missing":
        return f"{key}: is missing; a source needs it"
    return f"{key}: {error['msg'][0].lower()}{error['msg'][1:]} (it says {error['input']!r})"


def known_keys(tables: list[Any]) -> list[str]:
    """The keys allowed in a table of a source file, given the way to it."""
    model: type[BaseModel] = Source
    for table in tables:
        if isinstance(table, str):
            model = next(models_of(model.model_fields[table].annotation), model)
    return [key for key in model.model_fields if key != "id"]


def models_of(annotation: Any) -> Iterator[type[BaseModel]]:
    """The model classes named in a type annotation."""
    if isinstance(annotation, type) and not isinstance(annotation, UnionType) and issubclass(annotation, BaseModel):
        yield annotation
        return
    for inner in get_args(annotation):
        yield from models_of(inner)


def nearest(wrong: str, right: Mapping[str, Any] | list[str]) -> str:
    """`; did you mean 'x'?` for the nearest of the right words, or the list of all where none is near."""
    near = difflib.get_close_matches(wrong, list(right), n=1)
    return f"; did you mean {near[0]!r}?" if near else f"; known are {', '.join(sorted(right)) or 'none'}"


def source_of(url: str | None, sources: Mapping[str, Source]) -> Source | None:
    """The source at whose hosts `url` is: one that names the host before one that matches it by a wildcard."""
    if not url:
        return None
    owners = [source for source in sources.values() if source.owns(url)]
    host = urlsplit(url).hostname or ""
    return min(owners, key=lambda source: (host not in source.all_hosts(), source.id), default=None)
