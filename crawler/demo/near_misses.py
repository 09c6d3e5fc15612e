"""The pages of the sample sites that are no reports: interpretation, budget report, news, and one behind robots.txt."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache

from crawler.demo.reports import HERE

# The reason of a page that a polite crawler never sees.
FORBIDDEN = "forbidden"


@dataclass(frozen=True, slots=True)
class NearMiss:
    """A page (or an item of a bundle page: no `path`) that must not become a report, and the reason expected."""

    site: str
    published_on: str
    title: str
    reason: str
    paragraphs: tuple[str, ...]
    path: str = ""
    column: str = ""


@cache
def load_near_misses() -> tuple[NearMiss, ...]:
    """Every near miss, in the order of near_misses.toml."""
    pages = tomllib.loads((HERE / "near_misses.toml").read_text(encoding="utf-8"))["page"]
    return tuple(read_near_miss(page) for page in pages)


def read_near_miss(page: dict[str, str]) -> NearMiss:
    """One near miss from its table."""
    facts = {key: value for key, value in page.items() if key != "text"}
    return NearMiss(paragraphs=tuple(page["text"].strip().split("\n")), **facts)


def near_misses_at(site: str) -> list[NearMiss]:
    """Those of one site."""
    return [page for page in load_near_misses() if page.site == site]
