"""The search page's results: which reports a query finds, how they spread, what stands in them. Read-only connections.

One pass over the index gives every report found; filters, counts and order come from arrays held in memory, for a
snapshot never changes (READING §5.5: Datasette runs the match again for each facet).
"""

from __future__ import annotations

import sqlite3
import threading
from collections import Counter, OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from archive.fold import fold
from archive.hits import Hit, Snippet, contains, cut_snippets, find_hits
from archive.search import Group, Phrase, group_query, parse_query, quote_phrase

Row = dict[str, Any]
Numbers = npt.NDArray[np.int64]
Scores = npt.NDArray[np.float64]

# The title counts eight times as much as the text (READING §5.2 trap 4).
TITLE_WEIGHT = 8.0
# A phrase over punctuation is looked for in the texts the index gives: a millisecond each, best first.
MOST_CHECKED = 1000
# Results of so many queries are kept, for the next page and another facet: 24 bytes a report found.
KEPT_RESULTS = 64


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What filters, counts and sorting need of every report; place i of each is the report with `n` = i + 1.

    `year` is 0 where unresolved; `path` the number of the report's region_name in `paths`, `level` and `trust`
    likewise in `levels` and `trusts`; `chars` its length.
    """

    ids: list[str]
    year: npt.NDArray[np.int64]
    path: npt.NDArray[np.int64]
    level: npt.NDArray[np.int64]
    trust: npt.NDArray[np.int64]
    chars: npt.NDArray[np.int64]
    paths: list[str]
    levels: list[str]
    trusts: list[str]
    results: OrderedDict[str, Result] = field(default_factory=OrderedDict)
    lock: threading.Lock = field(default_factory=threading.Lock)


@dataclass(frozen=True, slots=True)
class Result:
    """The reports a query finds: their places in the catalogue, ascending, with a score each (lower is better).

    `unchecked`: reports that may hold a phrase over punctuation and were not looked into, being too many.
    """

    places: Numbers
    scores: Scores
    unchecked: int = 0


@dataclass(frozen=True, slots=True)
class Filters:
    """What narrows a search: a region's path (示例省/样例市), level, trust, years from and until; "" or 0 for all."""

    region: str = ""
    level: str = ""
    trust: str = ""
    first: int = 0
    last: int = 0

    def __bool__(self) -> bool:
        return self != NO_FILTERS


NO_FILTERS = Filters()


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of a paragraph shown, and the anchor of that paragraph on the report's page."""

    anchor: str
    snippet: Snippet


@dataclass(frozen=True, slots=True)
class Shown:
    """One report of a page of results: its row, how many hits it has in how many paragraphs, some passages."""

    report: Row
    hits: int
    paragraphs: int
    passages: list[Passage]


def read_catalogue(db: sqlite3.Connection) -> Catalogue:
    """The catalogue of a snapshot; its reports are numbered from 1 without a gap (publish/snapshot.py)."""
    rows = db.execute(
        "select id, coalesce(year, 0), coalesce(region_name, ''), coalesce(level, ''), coalesce(trust, ''),"
        " coalesce(chars, 0) from reports order by n"
    ).fetchall()
    coded = [code_values(row[column] for row in rows) for column in (2, 3, 4)]
    (path, paths), (level, levels), (trust, trusts) = coded
    years, chars = (np.array([row[column] for row in rows], np.int64) for column in (1, 5))
    return Catalogue([row[0] for row in rows], years, path, level, trust, chars, paths, levels, trusts)


def code_values(values: Iterable[str]) -> tuple[npt.NDArray[np.int64], list[str]]:
    """Each value's number in the sorted list of distinct values, and that list."""
    values = list(values)
    distinct = sorted(set(values))
    numbers = {value: number for number, value in enumerate(distinct)}
    return np.array([numbers[value] for value in values], np.int64), distinct


def search(db: sqlite3.Connection, catalogue: Catalogue, query: str) -> Result:
    """The reports a query finds; without a word in it, all of them, alike."""
    with catalogue.lock:
        if query in catalogue.results:
            catalogue.results.move_to_end(query)
            return catalogue.results[query]
    groups = parse_query(query)
    if not groups:
        everything = np.arange(len(catalogue.ids))
        return Result(everything, np.zeros(len(everything)))
    undecided = any(not phrase.decided for group in groups for phrase in (*group.wanted, *group.unwanted))
    if undecided:
        result = unite([check_group(db, group) for group in groups])
    else:
        result = match(db, " OR ".join(group_query(group) for group in groups))
    with catalogue.lock:
        catalogue.results[query] = result
        if len(catalogue.results) > KEPT_RESULTS:
            catalogue.results.popitem(last=False)
    return result


def match(db: sqlite3.Connection, asked: str) -> Result:
    """What the index finds for a query in its own language."""
    rows = db.execute(
        "select rowid - 1, bm25(reports_fts, 1.0, ?) from reports_fts where reports_fts match ?", [TITLE_WEIGHT, asked]
    ).fetchall()
    if not rows:
        return Result(np.zeros(0, np.int64), np.zeros(0))
    table = np.array(rows)
    return Result(table[:, 0].astype(np.int64), table[:, 1])


def check_group(db: sqlite3.Connection, group: Group) -> Result:
    """What a group finds that holds phrases over punctuation: the index's candidates, decided on their texts."""
    found = match(db, group_query(group))
    unchecked = 0
    for wanted, phrases in ((True, group.wanted), (False, group.unwanted)):
        for phrase in phrases:
            if not phrase.decided:
                found, left = check_phrase(db, found, phrase, wanted)
                unchecked += left
    return Result(found.places, found.scores, unchecked)


def check_phrase(db: sqlite3.Connection, found: Result, phrase: Phrase, wanted: bool) -> tuple[Result, int]:
    """`found` without the reports whose text does not hold a wanted phrase, or holds an unwanted one.

    Also how many may and were not looked into; those are left out.
    """
    order = found.places[np.argsort(found.scores, kind="stable")]
    may = np.isin(order, match(db, quote_phrase(phrase)).places, assume_unique=True)
    candidates = order[may]
    checked, left = candidates[:MOST_CHECKED], candidates[MOST_CHECKED:]
    holding = [place for place, text in read_texts(db, checked) if contains(fold(text), phrase)]
    keep = np.isin(found.places, holding) if wanted else ~np.isin(found.places, [*holding, *left])
    return Result(found.places[keep], found.scores[keep]), len(left)


def read_texts(db: sqlite3.Connection, places: Numbers) -> Iterable[tuple[int, str]]:
    """Place and title with text of each report asked for."""
    for place in places.tolist():
        row = db.execute(
            "select coalesce(r.title, '') || char(10) || coalesce(t.text, '') from reports r"
            " left join texts t on t.sha256 = r.text_sha256 where r.n = ?",
            [place + 1],
        ).fetchone()
        yield place, row[0]


def unite(results: list[Result]) -> Result:
    """What any of several results has, with its best score."""
    best: dict[int, float] = {}
    for result in results:
        for place, score in zip(result.places.tolist(), result.scores.tolist(), strict=True):
            best[place] = min(score, best.get(place, score))
    places = np.array(sorted(best), np.int64)
    scores = np.array([best[place] for place in places.tolist()])
    return Result(places, scores, sum(result.unchecked for result in results))


def choose(catalogue: Catalogue, places: Numbers, filters: Filters, without: str = "") -> npt.NDArray[np.bool_]:
    """Which of `places` a filter lets through, `without` the one of that name: region, level, trust or year."""
    kept = np.ones(len(places), bool)
    if filters.region and without != "region":
        within = [
            number
            for number, path in enumerate(catalogue.paths)
            if path == filters.region or path.startswith(f"{filters.region}/")
        ]
        kept &= np.isin(catalogue.path[places], within)
    for name, values in (("level", catalogue.levels), ("trust", catalogue.trusts)):
        wanted = getattr(filters, name)
        if wanted and without != name:
            code = values.index(wanted) if wanted in values else -1
            kept &= getattr(catalogue, name)[places] == code
    if without != "year":
        years = catalogue.year[places]
        if filters.first:
            kept &= years >= filters.first
        if filters.last:
            kept &= (years <= filters.last) & (years > 0)
    return kept


def count_facets(catalogue: Catalogue, places: Numbers, filters: Filters) -> dict[str, list[tuple[str, int]]]:
    """How the results spread: for region, year, level and trust the values with their counts.

    Each is counted under the other filters, so that one can change to another value. Regions are those one step below
    the region chosen, by count; years come newest first.
    """
    facets: dict[str, list[tuple[str, int]]] = {}
    within = places[choose(catalogue, places, filters)]
    counts = np.bincount(catalogue.path[within], minlength=len(catalogue.paths))
    depth = filters.region.count("/") + 1 if filters.region else 0
    regions: Counter[str] = Counter()
    for path, count in zip(catalogue.paths, counts.tolist(), strict=True):
        if count:
            steps = path.split("/")
            regions["/".join(steps[: depth + 1]) if len(steps) > depth else path] += count
    regions.pop(filters.region, None) if filters.region and len(regions) > 1 else None
    facets["region"] = regions.most_common()
    years = catalogue.year[places[choose(catalogue, places, filters, "year")]]
    values, numbers = np.unique(years, return_counts=True)
    facets["year"] = [(str(y or ""), int(n)) for y, n in zip(values.tolist(), numbers.tolist(), strict=True)][::-1]
    for name, known in (("level", catalogue.levels), ("trust", catalogue.trusts)):
        codes = getattr(catalogue, name)[places[choose(catalogue, places, filters, name)]]
        found = np.bincount(codes, minlength=len(known)).tolist()
        facets[name] = sorted(((known[i], n) for i, n in enumerate(found) if n), key=lambda item: -item[1])
    return facets


# Name of an order → what it sorts by. Reports of a year stand in the order of region codes.
SORTS = ("relevance", "newest", "oldest")


def sort_places(catalogue: Catalogue, result: Result, kept: npt.NDArray[np.bool_], sort: str) -> Numbers:
    """The places kept, in the order of `sort`, one of SORTS."""
    places, scores = result.places[kept], result.scores[kept]
    years = catalogue.year[places]
    keys = {
        "relevance": (places, -years, scores),
        "newest": (places, -years),
        "oldest": (places, years, years == 0),
    }[sort]
    return places[np.lexsort(keys)]


def show_places(
    db: sqlite3.Connection, catalogue: Catalogue, places: Iterable[int], query: str, most: int = 3
) -> list[Shown]:
    """The reports at these places with the passages in which `query` is found, at most `most` a report."""
    ids = [catalogue.ids[place] for place in places]
    marks = ", ".join("?" * len(ids))
    wanted = any(group.wanted for group in parse_query(query))
    cursor = db.execute(
        f"select r.*, {'t.text' if wanted else 'null'} as text from reports r"
        f" left join texts t on t.sha256 = r.text_sha256 where r.id in ({marks})",
        ids,
    )
    names = [column[0] for column in cursor.description]
    rows = {row[0]: dict(zip(names, row, strict=True)) for row in cursor}
    shown = []
    for id in ids:
        row = rows[id]
        text = row.pop("text") or ""
        hits: list[Hit] = find_hits(text, query) if text else []
        snippets = cut_snippets(text, hits, most)
        passages = [Passage(f"p{s.paragraph}", s) for s in snippets]
        paragraphs = len({text.rfind("\n", 0, hit[0]) for hit in hits})
        shown.append(Shown(row, len(hits), paragraphs, passages))
    return shown


def count_found(db: sqlite3.Connection, asked: str) -> int:
    """How many reports the index finds for a query in its own language."""
    return int(db.execute("select count(*) from reports_fts where reports_fts match ?", [asked]).fetchone()[0])
