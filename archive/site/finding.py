"""The search page's results: which reports a query finds, how they spread, what stands in them. Read-only connections.

One pass over the index gives every report found; filters, counts and order come from arrays held in memory, for a
snapshot never changes (READING §5.5: Datasette runs the match again for each facet).
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from archive.fold import fold
from archive.hits import Hit, Snippet, contains, cut_snippets, find_hits
from archive.search import NOTHING, Group, Phrase, group_query, parse_query, quote_phrase
from archive.site.recent import Recent

Row = dict[str, Any]
Numbers = npt.NDArray[np.int64]
Scores = npt.NDArray[np.float64]

# The title counts eight times as much as the text (READING §5.2 trap 4).
TITLE_WEIGHT = 8.0
# A phrase over punctuation is looked for in the texts the index gives: a millisecond each.
MOST_CHECKED = 1000
# Results of so many queries are kept, for the next page and another facet: 16 bytes a report found.
KEPT_RESULTS = 64


@dataclass(frozen=True, eq=False)
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
    results: Recent[str, Result] = field(default_factory=lambda: Recent(KEPT_RESULTS))

    def every(self) -> Numbers:
        """The places of all reports."""
        return np.arange(len(self.ids))


@dataclass(slots=True)
class Result:
    """The reports a query finds: their places in the catalogue, ascending; `scores` (lower is better) once asked for.

    `unchecked`: reports that may hold a phrase over punctuation and were not looked into, being too many.
    """

    places: Numbers
    unchecked: int = 0
    scores: Scores | None = None


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
    if (kept := catalogue.results.find(query)) is not None:
        return kept
    groups = parse_query(query)
    if not groups:
        return Result(catalogue.every())
    undecided = any(not phrase.decided for group in groups for phrase in (*group.wanted, *group.unwanted))
    if undecided:
        checked = [check_group(db, group) for group in groups]
        places = np.unique(np.concatenate([places for places, _ in checked]))
        result = Result(places, sum(left for _, left in checked))
    else:
        result = Result(match(db, " OR ".join(group_query(group) for group in groups)))
    catalogue.results.keep(query, result)
    return result


def match(db: sqlite3.Connection, asked: str) -> Numbers:
    """The places of what the index finds for a query in its own language, ascending."""
    found = db.execute("select rowid - 1 from reports_fts where reports_fts match ?", [asked])
    return np.fromiter((place for (place,) in found), np.int64)


def score(db: sqlite3.Connection, query: str, result: Result) -> Scores:
    """A score for each report of a result by BM25, worked out when first asked for: it costs more than finding."""
    if result.scores is None:
        asked = " OR ".join(group_query(group) for group in parse_query(query))
        table = np.array(
            db.execute(
                "select rowid - 1, bm25(reports_fts, 1.0, ?) from reports_fts where reports_fts match ?",
                [TITLE_WEIGHT, asked or NOTHING],
            ).fetchall()
        ).reshape(-1, 2)
        scores = np.zeros(len(result.places))
        if len(table):
            # What is decided on texts is among what the index finds.
            at = np.minimum(np.searchsorted(table[:, 0], result.places), len(table) - 1)
            scores = np.where(table[at, 0] == result.places, table[at, 1], 0.0)
        result.scores = scores
    return result.scores


def asks_lone_character(query: str) -> bool:
    """Whether a query wants a single Han character, which the index answers by all the pairs it begins."""
    return any(quote_phrase(phrase).endswith("*") for group in parse_query(query) for phrase in group.wanted)


def check_group(db: sqlite3.Connection, group: Group) -> tuple[Numbers, int]:
    """What a group finds that holds phrases over punctuation: the index's candidates, decided on their texts.

    Also how many may be meant and were not looked into.
    """
    found = match(db, group_query(group))
    unchecked = 0
    for wanted, phrases in ((True, group.wanted), (False, group.unwanted)):
        for phrase in phrases:
            if not phrase.decided:
                found, left = check_phrase(db, found, phrase, wanted)
                unchecked += left
    return found, unchecked


def check_phrase(db: sqlite3.Connection, found: Numbers, phrase: Phrase, wanted: bool) -> tuple[Numbers, int]:
    """`found` without the reports whose text does not hold a wanted phrase, or holds an unwanted one.

    Also how many may hold it and were not looked into; those are left out.
    """
    candidates = np.intersect1d(found, match(db, quote_phrase(phrase)), assume_unique=True)
    checked, left = candidates[:MOST_CHECKED], candidates[MOST_CHECKED:]
    holding = [place for place, text in read_texts(db, checked) if contains(fold(text), phrase)]
    keep = np.isin(found, holding) if wanted else ~np.isin(found, [*holding, *left])
    return found[keep], len(left)


def read_texts(db: sqlite3.Connection, places: Numbers) -> Iterable[tuple[int, str]]:
    """Place and title with text of each report asked for."""
    for place in places.tolist():
        row = db.execute(
            "select coalesce(r.title, '') || char(10) || coalesce(t.text, '') from reports r"
            " left join texts t on t.sha256 = r.text_sha256 where r.n = ?",
            [place + 1],
        ).fetchone()
        yield place, row[0]


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
# A word that more reports hold than this tells them apart by its density alone (READING §5.2): unless asked for, they
# come newest first, which spares their scores.
BROAD = 2000


def sort_places(catalogue: Catalogue, places: Numbers, sort: str, scores: Scores | None = None) -> Numbers:
    """`places` in the order of `sort`, one of SORTS; relevance needs a score for each."""
    years = catalogue.year[places]
    keys: tuple[npt.NDArray[Any], ...] = (places, -years)
    if sort == "oldest":
        keys = (places, years, years == 0)
    elif sort == "relevance" and scores is not None:
        keys = (places, -years, scores)
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
