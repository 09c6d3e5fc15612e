"""Where the phrases of a query stand in a text, whether they do, and the passages shown around them. Pure."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from archive.fold import FOLD, fold
from archive.search import LETTER, PIECE, Phrase, parse_query

Hit = tuple[int, int, int]

# A query may hold thousands of phrases, each a pass over each text shown. What is beyond these is found, not marked.
MOST_MARKED, MOST_PIECES = 16, 64


@lru_cache(maxsize=256)
def match_phrase(phrase: Phrase) -> re.Pattern[str]:
    """A regular expression for a phrase in folded text. White space is any white space, the rest as it was typed."""
    pattern = r"\s+".join(re.escape(words) for words in phrase.literal.split())
    before = rf"(?<!{LETTER})" if re.match(LETTER, phrase.literal) else ""
    after = rf"(?!{LETTER})" if re.search(rf"{LETTER}\Z", phrase.literal) else ""
    return re.compile(before + pattern + after)


def find_phrase(folded: str, phrase: Phrase) -> Iterator[tuple[int, int]]:
    """Where a phrase stands in a folded text, words and numbers whole: (start, end)."""
    if phrase.pieces[0].kind == phrase.pieces[-1].kind == "han" and phrase.decided:
        start = folded.find(phrase.literal)
        while start >= 0:
            yield start, start + len(phrase.literal)
            start = folded.find(phrase.literal, start + 1)
        return
    for found in match_phrase(phrase).finditer(folded):
        if not cuts_number(folded, found.start()) and not cuts_number(folded, found.end()):
            yield found.span()


def cuts_number(folded: str, place: int) -> bool:
    """Whether a place lies within a number of several parts: before the 4 of 3.4 or after the 1 of 1,234."""
    around = folded[max(0, place - 2) : place + 2]
    if not re.search(r"\d[.,]|[.,]\d", around):
        return False
    line = folded.rfind("\n", 0, place) + 1
    end = folded.find("\n", place)
    pieces = PIECE.finditer(folded, line, len(folded) if end < 0 else end)
    return any(piece.start() < place < piece.end() for piece in pieces if piece.lastgroup == "word")


def contains(folded: str, phrase: Phrase) -> bool:
    """Whether a phrase stands in a folded text."""
    return next(find_phrase(folded, phrase), None) is not None


def find_hits(text: str, query: str) -> list[Hit]:
    """Where the wanted phrases of `query` stand in `text`: (start, end, which phrase), in order, never overlapping."""
    phrases = dict.fromkeys(phrase for group in parse_query(query) for phrase in group.wanted)
    marked = [phrase for phrase in phrases if len(phrase.pieces) <= MOST_PIECES][:MOST_MARKED]
    folded = fold(text) if marked else ""
    found = sorted(
        # The longer of two that begin together comes first: where 城市更新 and 城市 do, all four are marked.
        (start, -end, number)
        for number, phrase in enumerate(marked)
        for start, end in find_phrase(folded, phrase)
    )
    hits: list[Hit] = []
    for start, minus_end, number in found:
        if not hits or start >= hits[-1][1]:
            hits.append((start, -minus_end, number))
    origin = trace_origins(text) if hits else int
    return [(origin(start), origin(end - 1) + 1, number) for start, end, number in hits]


def trace_origins(text: str) -> Callable[[int], int]:
    """A function from a place in the folded text to the place in `text` it came from."""
    widths = {character: len(FOLD[ord(character)]) for character in set(text)}
    # Few characters fold to several or to none; between them the distance stays the same.
    odd = "".join(character for character, width in widths.items() if width != 1)
    if not odd:
        return int
    places, begins, grown = [-1], [-1], [0]
    for found in re.finditer(f"[{re.escape(odd)}]", text):
        places.append(found.start())
        begins.append(found.start() + grown[-1])
        grown.append(grown[-1] + widths[found.group()] - 1)

    def origin(place: int) -> int:
        last = bisect_right(begins, place) - 1
        # Within what one character became, that character; after it, as many further as here.
        return max(places[last], place - grown[last])

    return origin


# Characters shown before the first hit of a paragraph, and in all: about three lines of a phone, so that several
# results stay in view.
BEFORE, SHOWN = 28, 110


@dataclass(frozen=True, slots=True)
class Snippet:
    """A stretch of a paragraph around its hits, as (words, whether they are a hit).

    `paragraph` counts from 1; `start` is where the paragraph begins in the text; `cut_before`/`cut_after`: not the
    whole paragraph; `hits`: how many the whole paragraph has.
    """

    parts: tuple[tuple[str, bool], ...]
    cut_before: bool
    cut_after: bool
    paragraph: int
    start: int
    hits: int


def cut_snippets(text: str, hits: list[Hit], most: int = 2) -> list[Snippet]:
    """A stretch of each of at most `most` paragraphs of `text`, those with the most phrases first, in text order."""
    paragraphs: dict[int, list[Hit]] = {}
    for hit in hits:
        paragraphs.setdefault(text.rfind("\n", 0, hit[0]) + 1, []).append(hit)
    chosen: list[int] = []
    seen: set[int] = set()
    # Each next paragraph is the one that shows most phrases not shown yet, then most phrases, then the earlier.
    while paragraphs.keys() - set(chosen) and len(chosen) < most:
        best = min(
            (start for start in paragraphs if start not in chosen),
            key=lambda start: (
                -len({hit[2] for hit in paragraphs[start]} - seen),
                -len({hit[2] for hit in paragraphs[start]}),
                start,
            ),
        )
        chosen.append(best)
        seen |= {hit[2] for hit in paragraphs[best]}
    return [cut_snippet(text, start, paragraphs[start]) for start in sorted(chosen)]


def cut_snippet(text: str, start: int, hits: list[Hit]) -> Snippet:
    """A stretch of the paragraph that begins at `start`, around its hits."""
    end = text.find("\n", start)
    end = len(text) if end < 0 else end
    first = max(start, hits[0][0] - BEFORE)
    last = min(end, max(first + SHOWN, hits[0][1]))
    # What remains in front of a late hit is better shown than a short piece.
    first = max(start, min(first, last - SHOWN))
    # No hit is cut in two.
    first = min((hit[0] for hit in hits if hit[0] < first < hit[1]), default=first)
    last = max((hit[1] for hit in hits if hit[0] < last < hit[1]), default=last)
    paragraph = text.count("\n", 0, start) + 1
    return Snippet(tuple(mark_parts(text, first, last, hits)), first > start, last < end, paragraph, start, len(hits))


def mark_parts(text: str, first: int, last: int, hits: list[Hit]) -> Iterator[tuple[str, bool]]:
    """`text[first:last]` in pieces: (words, whether they are a hit)."""
    position = first
    for start, end, _ in hits:
        if end <= position or start >= last:
            continue
        if start > position:
            yield text[position:start], False
        yield text[max(start, position) : min(end, last)], True
        position = min(end, last)
    if position < last:
        yield text[position:last], False
