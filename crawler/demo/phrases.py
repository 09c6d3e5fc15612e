"""The stock of words of the fictional reports, and how a pattern from it becomes a sentence."""

from __future__ import annotations

import random
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

STOCK = Path(__file__).parent / "phrases.toml"

CHOICE = re.compile(r"\[([^\[\]]*)\]")
NUMBER = re.compile(r"\{(\d+(?:\.\d+)?)-(\d+(?:\.\d+)?)(?::(\d+))?\}")
NAME = re.compile(r"<(\w+)>")


@dataclass(frozen=True, slots=True)
class Theme:
    """What can be said of one field of work: patterns for headings, topic sentences, measures and figures."""

    id: str
    nouns: tuple[str, ...]
    headings: Mapping[str, str]
    topics: tuple[str, ...]
    measures: tuple[str, ...]
    figures: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Stock:
    """Everything phrases.toml holds. `patterns` are its lists by key; `glossary` maps a term to its definition."""

    patterns: Mapping[str, tuple[str, ...]]
    themes: tuple[Theme, ...]
    own: tuple[Theme, ...]
    names: Mapping[str, tuple[str, ...]]
    glossary: Mapping[str, str]


@cache
def load_stock(path: Path = STOCK) -> Stock:
    """Read the stock of words. Raises OSError or tomllib.TOMLDecodeError where the file is not as it was shipped."""
    written = tomllib.loads(path.read_text(encoding="utf-8"))
    return Stock(
        patterns={key: lines(value) for key, value in written.items() if isinstance(value, str)},
        themes=tuple(read_theme(id, table) for id, table in written["theme"].items()),
        own=tuple(read_theme(id, table) for id, table in written["own"].items()),
        names={key: tuple(value.split("|")) for key, value in written["names"].items()},
        glossary=written["glossary"],
    )


def read_theme(id: str, table: Mapping[str, Any]) -> Theme:
    """One theme from its table."""
    headings = {key: table[key] for key in ("review", "plan", "heading") if key in table}
    nouns = tuple(table["noun"].split("|"))
    return Theme(id, nouns, headings, lines(table.get("topics", "")), lines(table["measures"]), lines(table["figures"]))


def lines(block: str) -> tuple[str, ...]:
    """The items of a block, one a line."""
    return tuple(line for line in block.split("\n") if line)


class Deck:
    """Draws from a list without repeating an item before all have been drawn."""

    def __init__(self, items: tuple[str, ...], rng: random.Random) -> None:
        self.items = items
        self.rng = rng
        self.left: list[str] = []

    def draw(self) -> str:
        """The next item."""
        if not self.left:
            self.left = list(self.items)
            self.rng.shuffle(self.left)
        return self.left.pop()


def expand(pattern: str, names: Mapping[str, tuple[str, ...]], rng: random.Random) -> str:
    """Turn a pattern into words: choices from the innermost out, then names, then numbers.

    `names` maps the name in `<name>` to the values it may take. Raises KeyError for a name it does not hold.
    """
    while CHOICE.search(pattern):
        pattern = CHOICE.sub(lambda choice: rng.choice(choice[1].split("|")), pattern)
    pattern = NAME.sub(lambda name: rng.choice(names[name[1]]), pattern)
    return NUMBER.sub(lambda bounds: draw_number(bounds[1], bounds[2], bounds[3], rng), pattern)


def draw_number(low: str, high: str, step: str | None, rng: random.Random) -> str:
    """A number from low to high as it is printed: one decimal where the bounds have one, else whole, in steps."""
    if "." in low:
        return f"{rng.randint(round(float(low) * 10), round(float(high) * 10)) / 10:.1f}"
    return str(rng.randrange(int(low), int(high) + 1, int(step or 1)))
