"""The indicators of indicators.csv, and where a sentence names them."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

# A sentence without a figure or a comparison says nothing of an indicator.
WORTH = re.compile(r"[0-9]|同步|高于|快于|不低于|正增长|一致|平均水平|完成|达到")
# What may stand before a core within its name: 规模以上, 城镇常住, each well under so many characters.
LONGEST_BEFORE_CORE = 24


@dataclass(frozen=True, slots=True)
class Indicator:
    """One row of indicators.csv. `codes`: two where the words name two indicators (城乡居民收入). `core`: every wording
    has a part that this matches, so that a sentence without one need not be searched for the wordings.
    """

    codes: tuple[str, ...]
    words: str
    core: str
    units: frozenset[str]
    main: bool


@dataclass(frozen=True, slots=True)
class Name:
    """An indicator's name in the text; `indicators` share the words: 生产总值 is growth or amount by its unit."""

    indicators: tuple[Indicator, ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Wording:
    """The words for an indicator, or for several that share them, and the core every one of the words has."""

    words: re.Pattern[str]
    core: re.Pattern[str]
    indicators: tuple[Indicator, ...]


@cache
def load_indicators() -> tuple[Indicator, ...]:
    """The indicators of indicators.csv, in its order."""
    with (Path(__file__).parent / "indicators.csv").open(encoding="utf-8", newline="") as file:
        return tuple(
            Indicator(
                codes=tuple(row["indicator"].split("+")),
                words=row["words"],
                core=row["core"],
                units=frozenset(row["units"].split("|")),
                main=row["main"] == "1",
            )
            for row in csv.DictReader(file)
        )


@cache
def cores_pattern() -> re.Pattern[str]:
    """A pattern that finds a core in every name of an indicator, and is quick where there is none."""
    return re.compile("|".join(dict.fromkeys(one.core for one in load_indicators() if one.core)))


@cache
def load_wordings() -> tuple[Wording, ...]:
    """The wordings of indicators.csv with their indicators. Of two that match at one place the first counts.

    生产总值 comes last: 生产总值能耗 begins as it does.
    """
    groups: dict[str, list[Indicator]] = {}
    for one in load_indicators():
        if one.words.startswith("@"):
            groups[next(words for words, them in groups.items() if them[0].codes[0] == one.words[1:])].append(one)
        else:
            groups[one.words] = [one]
    ordered = sorted(groups.items(), key=lambda item: item[1][0].codes[0] == "gdp_growth")
    return tuple(Wording(re.compile(words), re.compile(them[0].core), tuple(them)) for words, them in ordered)


@cache
def wordings_with(core: str) -> frozenset[int]:
    """The places in load_wordings of those that a core found in a sentence may belong to."""
    return frozenset(place for place, wording in enumerate(load_wordings()) if wording.core.fullmatch(core))


def find_names(text: str, start: int, end: int) -> list[Name]:
    """The names of indicators in a sentence that has a figure or a comparison."""
    cores = list(cores_pattern().finditer(text, start, end))
    if not cores or not WORTH.search(text, start, end):
        return []
    wordings = load_wordings()
    places = sorted(frozenset().union(*(wordings_with(core[0]) for core in cores)))
    # The next match of each wording; it is searched for again only when another has taken its place.
    begin = max(start, cores[0].start() - LONGEST_BEFORE_CORE)
    hits = {place: wordings[place].words.search(text, begin, end) for place in places}
    names: list[Name] = []
    while found := [(hit.start(), place) for place, hit in hits.items() if hit]:
        _, first = min(found)
        hit = hits[first]
        assert hit is not None
        names.append(Name(wordings[first].indicators, hit.start(), hit.end()))
        for place in places:
            if (other := hits[place]) and other.start() < hit.end():
                hits[place] = wordings[place].words.search(text, hit.end(), end)
    return names
