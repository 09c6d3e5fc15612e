"""How often phrases stand in the reports of each year and region, and where each stood first. Read-only connections.

Counting does not read the texts: FTS5's BM25 score of one phrase in one column holds how often it stands there, and the
formula is documented (sqlite.org/fts5.html#the_bm25_function). A test compares the counts with a scan of the texts.
"""

from __future__ import annotations

import math
import sqlite3
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt

from archive.fold import fold
from archive.hits import find_phrase
from archive.search import Phrase, parse_query, quote_phrase
from archive.site.finding import MOST_CHECKED, Catalogue, Filters, Numbers, choose, match, read_texts
from archive.site.recent import Recent

Floats = npt.NDArray[np.float64]

# The constants of FTS5's BM25, and the least weight it gives a phrase that most rows have.
K1, B, LEAST_IDF = 1.2, 0.75, 1e-6
# Lines that can be told apart in one chart.
MOST_PHRASES = 8
KEPT_COUNTS = 64
# Earliest reports named for a phrase.
FIRST_NAMED = 3


@dataclass(slots=True)
class Lengths:
    """What BM25 needs of the index: tokens of each report (both columns) and their mean."""

    tokens: Floats
    mean: float


@dataclass(slots=True)
class Memory:
    """What was worked out for one catalogue: its lengths, and the counts of the phrases last asked for."""

    lengths: Lengths | None = None
    counts: Recent[Phrase, Counts] = field(default_factory=lambda: Recent(KEPT_COUNTS))


@dataclass(frozen=True, slots=True)
class Counts:
    """How often a phrase stands in each report that has it: places in the catalogue, ascending, and numbers.

    `unchecked`: reports that may have a phrase over punctuation and were not looked into.
    """

    places: Numbers
    numbers: Numbers
    unchecked: int = 0


@dataclass(frozen=True, slots=True)
class Cell:
    """A phrase in the reports of one year or region. `reports`, `chars`: what there is; `having`: how many have it."""

    reports: int
    chars: int
    having: int
    count: int

    @property
    def per_1000(self) -> float | None:
        """Occurrences in a thousand characters; None where there is no text."""
        return 1000 * self.count / self.chars if self.chars else None

    @property
    def share(self) -> float | None:
        """Share of the reports that have it, 0 to 1; None where there is no report."""
        return self.having / self.reports if self.reports else None


@dataclass(frozen=True, slots=True)
class Trend:
    """One phrase: by year, by region (path → cell), the first reports that have it, the first year of each region."""

    phrase: str
    years: dict[int, Cell]
    regions: dict[str, Cell]
    total: Cell
    first_reports: list[dict[str, Any]]
    first_years: dict[str, int]
    unchecked: int


memories: WeakKeyDictionary[Catalogue, Memory] = WeakKeyDictionary()


def read_phrases(query: str) -> list[Phrase]:
    """The phrases of a query, each by itself: blanks, commas and line ends part them, except within quotes."""
    parted = []
    for place, piece in enumerate(query.replace("“", '"').replace("”", '"').split('"')):
        parted.append(f'"{piece}"' if place % 2 else piece.translate(dict.fromkeys(map(ord, ",，、;；|｜\n"), " ")))
    phrases = [phrase for group in parse_query(" ".join(parted)) for phrase in group.wanted]
    return list(dict.fromkeys(phrases))[:MOST_PHRASES]


def count_phrase(db: sqlite3.Connection, catalogue: Catalogue, memory: Memory, phrase: Phrase) -> Counts:
    """How often a phrase stands in each report's text."""
    if (kept := memory.counts.find(phrase)) is not None:
        return kept
    counts = count_by_score(db, catalogue, memory, phrase) if phrase.decided else count_by_text(db, phrase)
    memory.counts.keep(phrase, counts)
    return counts


def count_by_text(db: sqlite3.Connection, phrase: Phrase) -> Counts:
    """Counts of a phrase over punctuation: in the texts the index gives."""
    candidates = match(db, quote_phrase(phrase))
    found = []
    for place, text in read_texts(db, candidates[:MOST_CHECKED]):
        number = sum(1 for _ in find_phrase(fold(text.partition("\n")[2]), phrase))
        if number:
            found.append((place, number))
    table = np.array(found, np.int64).reshape(-1, 2)
    return Counts(table[:, 0], table[:, 1], max(0, len(candidates) - MOST_CHECKED))


def count_by_score(db: sqlite3.Connection, catalogue: Catalogue, memory: Memory, phrase: Phrase) -> Counts:
    """Counts of a phrase the index decides, out of its BM25 scores: score = idf·f·(k1+1) / (f + k1·(1-b+b·D/mean))."""
    if memory.lengths is None:
        memory.lengths = read_lengths(db, len(catalogue.ids))
    rows = db.execute(
        "select rowid - 1, -bm25(reports_fts, 1.0, 0.0) from reports_fts where reports_fts match ?",
        [quote_phrase(phrase)],
    ).fetchall()
    table = np.array(rows).reshape(-1, 2)
    places = table[:, 0].astype(np.int64)
    every, having = len(catalogue.ids), len(places)
    idf = math.log((every - having + 0.5) / (having + 0.5)) if having else LEAST_IDF
    scores = table[:, 1] / (idf if idf > 0 else LEAST_IDF)
    norm = K1 * (1 - B + B * memory.lengths.tokens[places] / memory.lengths.mean)
    numbers = np.rint(scores * norm / (K1 + 1 - scores)).astype(np.int64)
    # Those that have it in the title alone count none.
    return Counts(places[numbers > 0], numbers[numbers > 0])


def read_lengths(db: sqlite3.Connection, count: int) -> Lengths:
    """How many tokens FTS5 keeps for each report: varints, one a column, in its table `docsize`."""
    tokens = np.zeros(count)
    for n, sizes in db.execute("select id, sz from reports_fts_docsize"):
        total = value = 0
        for byte in sizes:
            value = value << 7 | byte & 0x7F
            if byte < 0x80:
                total, value = total + value, 0
        tokens[n - 1] = total
    return Lengths(tokens, float(tokens.sum() / count) if count else 1.0)


def trace_phrases(db: sqlite3.Connection, catalogue: Catalogue, phrases: list[Phrase], filters: Filters) -> list[Trend]:
    """The trend of each phrase in the reports that `filters` let through and whose year is known."""
    memory = memories.setdefault(catalogue, Memory())
    every = catalogue.every()
    kept = choose(catalogue, every, filters) & (catalogue.year > 0)
    paths = np.array([step_below(path, filters.region) for path in catalogue.paths], dtype=object)
    regions = paths[catalogue.path] if len(paths) else np.array([], dtype=object)
    trends = []
    for phrase in phrases:
        counts = count_phrase(db, catalogue, memory, phrase)
        numbers = np.zeros(len(every), np.int64)
        numbers[counts.places] = counts.numbers
        years = tabulate(catalogue.year[kept], catalogue.chars[kept], numbers[kept])
        by_region = tabulate(regions[kept], catalogue.chars[kept], numbers[kept])
        having = np.flatnonzero(kept & (numbers > 0))
        first_years: dict[str, int] = {}
        for region, year in zip(regions[having].tolist(), catalogue.year[having].tolist(), strict=True):
            first_years[region] = min(year, first_years.get(region, year))
        trends.append(
            Trend(
                phrase.literal,
                dict(sorted(years.items())),
                dict(sorted(by_region.items(), key=lambda item: (-(item[1].per_1000 or 0), item[0]))),
                add(years.values()),
                name_first(db, catalogue, having),
                first_years,
                counts.unchecked,
            )
        )
    return trends


def step_below(path: str, region: str) -> str:
    """The region of a path one step below `region`: 示例省/样例市 for 示例省/样例市/甲子区 below 示例省."""
    steps = path.split("/")
    depth = region.count("/") + 2 if region else 1
    return "/".join(steps[:depth])


def tabulate(keys: npt.NDArray[Any], chars: Numbers, numbers: Numbers) -> dict[Any, Cell]:
    """A cell for each distinct key."""
    if not len(keys):
        return {}
    distinct, at = np.unique(keys, return_inverse=True)
    sums = [
        np.bincount(at, weights, len(distinct)).astype(np.int64).tolist()
        for weights in (None, chars, numbers > 0, numbers)
    ]
    return {key: Cell(*cells) for key, *cells in zip(distinct.tolist(), *sums, strict=True)}


def add(cells: Any) -> Cell:
    """The sum of cells."""
    found = list(cells)
    return Cell(*(sum(getattr(cell, name) for cell in found) for name in ("reports", "chars", "having", "count")))


def name_first(db: sqlite3.Connection, catalogue: Catalogue, having: Numbers) -> list[dict[str, Any]]:
    """The first reports of the first year, by the day of the speech where it is known."""
    if not len(having):
        return []
    years = catalogue.year[having]
    earliest = having[years == years.min()]
    found = []
    for start in range(0, len(earliest), 500):
        numbers = [int(place) + 1 for place in earliest[start : start + 500]]
        cursor = db.execute(
            "select id, title, name, region_name, year, delivered_on from reports"
            f" where n in ({', '.join('?' * len(numbers))})",
            numbers,
        )
        names = [column[0] for column in cursor.description]
        found += [dict(zip(names, row, strict=True)) for row in cursor]
    found.sort(key=lambda row: (row["delivered_on"] is None, row["delivered_on"], row["id"]))
    return found[:FIRST_NAMED]
