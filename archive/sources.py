"""Sources: one TOML file each, with presets a platform shares. Load, validate, merge; find the source of a URL."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import UnionType
from typing import Any, TypeVar, get_args
from urllib.parse import urlsplit

from pydantic import BaseModel, ValidationError
from selectolax.lexbor import LexborHTMLParser, SelectolaxError

from archive.errors import BadArgumentsError
from archive.home import Home
from archive.sourcefile import PageLayouts, Platform, Source, bare_host
from archive.urls import is_fetchable

BUILT_IN = Path(__file__).parent / "sources"

Model = TypeVar("Model", Source, Platform)
# What a platform does not take over from the one it is like.
OWN = ("name", "like", "detect", "column")


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
    folders = folders_of(home, folder)
    platforms, mistakes = read_platforms(home, folder)
    sources: dict[str, Source] = {}
    found = {path.stem: path for place in folders for path in sorted(place.glob("*.toml"))}
    for id, path in sorted(found.items()):
        try:
            sources[id] = load_source(path, platforms)
        except BadArgumentsError as error:
            mistakes.append(str(error))
    return sources, mistakes


def read_platforms(home: Home | None = None, folder: Path | None = None) -> tuple[dict[str, Platform], list[str]]:
    """The platforms whose files are right, by id, and a line for each file that is not. Those of the home win."""
    mistakes: list[str] = []
    tables: dict[Path, dict[str, Any]] = {}
    places = dict.fromkeys((BUILT_IN, *folders_of(home, folder)))
    for path in (path for place in places for path in sorted((place / "platforms").glob("*.toml"))):
        try:
            tables[path] = read_toml(path)
        except BadArgumentsError as error:
            mistakes.append(str(error))
    by_id = {path.stem: table for path, table in tables.items()}
    platforms: dict[str, Platform] = {}
    for path, table in tables.items():
        model = {key: value for key, value in by_id.get(table.get("like", ""), {}).items() if key not in OWN}
        try:
            platforms[path.stem] = validate(path, merge(model, table), Platform)
        except BadArgumentsError as error:
            mistakes.append(str(error))
    return platforms, mistakes


def folders_of(home: Home | None, folder: Path | None) -> list[Path]:
    """Where the source files are: the built-in ones (or `folder`), then the home's."""
    return [folder or BUILT_IN] + ([home.sources] if home and home.sources.is_dir() else [])


def load_source(path: Path, platforms: Mapping[str, Platform]) -> Source:
    """One source from its file, over its platform's preset. Raises BadArgumentsError."""
    written = read_toml(path)
    preset: Mapping[str, Any] = {}
    if (platform := written.get("platform")) is not None:
        if platform not in platforms:
            raise BadArgumentsError(
                f"{path}: platform: no platform is called {platform!r}{nearest(platform, platforms)}"
            )
        preset = platforms[platform].model_dump(exclude={"id", *OWN}, exclude_unset=True)
    return validate(path, merge(preset, written), Source)


def validate(path: Path, tables: Mapping[str, Any], model: type[Model]) -> Model:
    """A file's tables as a source or platform. Raises BadArgumentsError."""
    try:
        thing = model.model_validate({**tables, "id": path.stem})
    except ValidationError as error:
        # A misspelt key shows twice, as unknown and as missing: the first says more.
        unknown = [found for found in error.errors() if found["type"] == "extra_forbidden"]
        said = "; ".join(explain(found, model) for found in unknown or error.errors())
        raise BadArgumentsError(f"{path}: {said}") from error
    if mistake := find_mistake(thing):
        raise BadArgumentsError(f"{path}: {mistake}")
    return thing


def find_mistake(thing: Source | Platform) -> str | None:
    """What is wrong with the addresses, selectors or regular expressions of a file; None where all are right."""
    if isinstance(thing, Source):
        for url in thing.start:
            if not is_fetchable(url):
                return f"start: {url!r} is no web address: begin it with http:// or https://"
    for key, pattern in patterns_of(thing):
        try:
            re.compile(pattern)
        except re.error as error:
            return f"{key}: {pattern!r} is no regular expression ({error})"
    empty = LexborHTMLParser("")
    links = {"list.link": thing.list.link, "list.next": thing.list.next}
    for key, css in (selectors_of(thing.page) | links).items():
        try:
            empty.css(css) if css is not None else None
        except SelectolaxError:
            return f"{key}: {css!r} is no CSS selector this reader knows"
    return None


def patterns_of(thing: Source | Platform) -> Iterator[tuple[str, str]]:
    """Every regular expression of a file with its key."""
    yield "list.text", thing.list.text
    yield "list.but", thing.list.but or ""
    for pattern, _ in thing.crawl.same:
        yield "crawl.same", pattern
    if isinstance(thing, Platform):
        for key, patterns in (("detect.url", thing.detect.url), ("detect.page", thing.detect.page)):
            yield from ((key, pattern) for pattern in patterns)
        for key, pairs in (("column.url", thing.column.url), ("column.page", thing.column.page)):
            yield from ((key, part) for pattern, _ in pairs for part in pattern.split(" && "))


def selectors_of(page: PageLayouts) -> dict[str, str | None]:
    """Every selector of a file's page rules by its key, those of older layouts too."""
    named: dict[str, str | None] = {}
    for where, layout in (("page", page), *((f"page.until {old.date}", old) for old in page.until)):
        for key in ("body", "bundle", "title", "published", "attachment"):
            named[f"{where}.{key}"] = getattr(layout, key)
        named |= {f"{where}.drop {number}": css for number, css in enumerate(layout.drop, 1)}
    return named


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


def explain(error: Mapping[str, Any], model: type[BaseModel]) -> str:
    """One validation error in words: the key, what is wrong, the nearest right key where the key is unknown."""
    key = ".".join(str(part) for part in error["loc"])
    if error["type"] == "extra_forbidden":
        *tables, wrong = error["loc"]
        return f"{key}: unknown key{nearest(str(wrong), known_keys(tables, model))}"
    if error["type"] == "missing":
        return f"{key}: is missing; the file needs it"
    return f"{key}: {error['msg'][0].lower()}{error['msg'][1:]} (it says {error['input']!r})"


def known_keys(tables: list[Any], model: type[BaseModel]) -> list[str]:
    """The keys allowed in a table of a file, given the way to it."""
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
    """The source at whose hosts `url` is: one still crawled, then one that names the host, not one of its wildcards."""
    if not url:
        return None
    owners = [source for source in sources.values() if source.owns(url)]
    host = bare_host(urlsplit(url).hostname or "")
    named = {source.id: host in map(bare_host, source.all_hosts()) for source in owners}
    return min(owners, key=lambda source: (not source.crawled, not named[source.id], source.id), default=None)
