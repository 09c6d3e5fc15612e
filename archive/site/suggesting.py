"""What can be said to someone whose search found nothing: which word is to blame, and what would find something."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from archive.search import Phrase, group_query, parse_query
from archive.site.finding import NO_FILTERS, Catalogue, Filters, choose, count_found, search

# Words counted one by one, and places at which a long one is tried in two: each is a look into the index.
MOST_WORDS, MOST_SPLITS = 8, 10


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A search that finds `count` reports. `kind`: filters (the same without filters), any (one word is enough),
    loose (without the punctuation), split (a long word in two).
    """

    kind: str
    query: str
    count: int


@dataclass(frozen=True, slots=True)
class Advice:
    """How many reports each wanted word finds by itself, and what else to search for."""

    words: list[tuple[str, int]]
    suggestions: list[Suggestion]


def advise(db: sqlite3.Connection, catalogue: Catalogue, query: str, filters: Filters) -> Advice:
    """Advice for a query that finds nothing under `filters`."""
    groups = parse_query(query)
    wanted = list(dict.fromkeys(phrase for group in groups for phrase in group.wanted))[:MOST_WORDS]
    suggestions = []
    if filters != NO_FILTERS:
        result = search(db, catalogue, query)
        kept = int(choose(catalogue, result.places, NO_FILTERS).sum())
        suggestions.append(Suggestion("filters", query, kept))
    words = [(phrase.literal, len(search(db, catalogue, quote(phrase)).places)) for phrase in wanted]
    found = [word for word, count in words if count]
    if len(wanted) > 1 and found:
        either = " OR ".join(quote_word(word) for word in found)
        suggestions.append(Suggestion("any", either, len(search(db, catalogue, either).places)))
    for phrase, (_, count) in zip(wanted, words, strict=True):
        if count == 0:
            suggestions += [loosen(db, phrase), split(db, phrase)]
    distinct = {suggestion.query: suggestion for suggestion in suggestions if suggestion.count}
    return Advice(words, list(distinct.values()))


def quote(phrase: Phrase) -> str:
    """A query for one phrase as it stands."""
    return f'"{phrase.literal}"'


def quote_word(word: str) -> str:
    """A word for a query, in quotes where it holds what would mean something there."""
    return f'"{word}"' if any(sign in word for sign in ' |-"') or word in {"OR", "AND", "NOT"} else word


def loosen(db: sqlite3.Connection, phrase: Phrase) -> Suggestion:
    """The words of a phrase without the punctuation between them."""
    runs = " ".join(piece.text for piece in phrase.pieces if piece.kind != "sign")
    if phrase.decided or not runs:
        return Suggestion("loose", runs, 0)
    return Suggestion("loose", runs, count_query(db, runs))


def split(db: sqlite3.Connection, phrase: Phrase) -> Suggestion:
    """A long word in two, at the place where most reports have both: 数字乡村振兴 → 数字乡村 振兴."""
    word = phrase.literal
    if len(phrase.pieces) > 1 or phrase.pieces[0].kind != "han":
        return Suggestion("split", word, 0)
    tried = [f"{word[:place]} {word[place:]}" for place in range(2, len(word) - 1)][:MOST_SPLITS]
    counted = [(count_query(db, query), query) for query in tried]
    count, query = max(counted, default=(0, word))
    return Suggestion("split", query, count)


def count_query(db: sqlite3.Connection, query: str) -> int:
    """How many reports a query without punctuation finds."""
    return count_found(db, " OR ".join(group_query(group) for group in parse_query(query)))
