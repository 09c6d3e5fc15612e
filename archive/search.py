"""Chinese search: two-character tokens for FTS5, the query language over them, and where the hits stand in a text.

A run of Han characters is indexed as its overlapping pairs and its last character: 数字经济 → 数字 字经 经济 济. A
phrase of consecutive pairs is then exactly a substring of a run, which no word list can promise (measured: READING
§5.2).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from archive.fold import FOLD, fold

# Ideographs with their extensions and compatibility forms, and 々 〇 which stand among them.
HAN = "\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
PIECE = re.compile(rf"(?P<han>[{HAN}]+)|(?P<word>[^\W_{HAN}]+)|(?P<sign>[%‰])")
# What stands between two pieces: neither letter, digit nor a sign that has a token of its own.
GAP = r"(?:[^\w%‰]|_)"
# FTS5 takes these signs for separators; 5% and 5 are not the same figure.
SIGNS = {"%": "pct", "‰": "permil"}
# A token every report has, so that a query of exclusions alone has something to exclude from. It is a private-use
# character, which unicode61 takes into tokens and no query can name.
EVERY = "\ue000"
NOTHING = '""'

QUOTES = '"“”„＂'
TERM = re.compile(
    rf"(?P<minus>[-－])?(?:[{QUOTES}](?P<quoted>[^{QUOTES}]*)[{QUOTES}]?|(?P<bare>[^\s|｜{QUOTES}]+))|(?P<bar>[|｜])"
)


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of folded text: a run of Han characters, a word or number, or a sign. `kind` is PIECE's group."""

    kind: str
    text: str


Phrase = tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """The phrases between two ORs: what a report must contain, and what it must not."""

    wanted: tuple[Phrase, ...]
    unwanted: tuple[Phrase, ...]


def cut_pieces(folded: str) -> Iterator[Piece]:
    """The pieces of a folded text, in order."""
    for found in PIECE.finditer(folded):
        yield Piece(str(found.lastgroup), found.group())


def cut_tokens(piece: Piece) -> list[str]:
    """The tokens of one piece: pairs and the last character of a Han run, the whole word, the name of a sign."""
    if piece.kind == "han":
        return [piece.text[start : start + 2] for start in range(len(piece.text))]
    return [SIGNS.get(piece.text, piece.text)]


def tokens(text: str) -> str:
    """What `reports_fts` holds of a text: its tokens with blanks between. 数字经济5G → `数字 字经 经济 济 5g`."""
    found: list[str] = []
    # One loop instead of cut_pieces and cut_tokens: publishing does this for every character of the archive.
    for piece in PIECE.finditer(fold(text)):
        run = piece.group()
        if piece.lastgroup == "han":
            found += [run[start : start + 2] for start in range(len(run))]
        else:
            found.append(SIGNS.get(run, run))
    return " ".join(found)


def parse_query(query: str) -> list[Group]:
    """The groups of a query a person typed; any string is a query.

    Blank = AND, `OR` or `|` between alternatives, `-` or `NOT` before what is not wanted, quotes (straight or
    Chinese) around what stands together. A term without letter, digit or sign says nothing and is left out.
    """
    groups: list[Group] = []
    wanted: list[Phrase] = []
    unwanted: list[Phrase] = []
    negated = False

    def close() -> None:
        if wanted or unwanted:
            groups.append(Group(tuple(wanted), tuple(unwanted)))
        wanted.clear()
        unwanted.clear()

    for found in TERM.finditer(query):
        bare = found["bare"]
        if found["bar"] or (bare == "OR" and not found["minus"]):
            close()
            negated = False
        elif bare in {"AND", "NOT"} and not found["minus"]:
            negated = bare == "NOT"
        else:
            phrase = tuple(cut_pieces(fold(bare if bare is not None else found["quoted"])))
            if phrase:
                (unwanted if negated or found["minus"] else wanted).append(phrase)
            negated = False
    close()
    return groups


def quote_phrase(phrase: Phrase) -> str:
    """One phrase in FTS5's language.

    The last run goes on in the text, so its pairs alone are asked for; a lone character asks for every pair it begins.
    """
    *before, last = phrase
    ends_open = last.kind == "han" and len(last.text) == 1
    asked = [token for piece in before for token in cut_tokens(piece)]
    asked += cut_tokens(last)[:-1] if last.kind == "han" and not ends_open else cut_tokens(last)
    return f'"{" ".join(asked)}"' + ("*" if ends_open else "")


def fts_query(query: str) -> str:
    """A query a person typed, in FTS5's language; never a syntax error, and without any word it finds nothing."""
    groups = []
    for group in parse_query(query):
        wanted = " AND ".join(quote_phrase(phrase) for phrase in group.wanted) or f'"{EVERY}"'
        unwanted = " OR ".join(quote_phrase(phrase) for phrase in group.unwanted)
        groups.append(f"(({wanted}) NOT ({unwanted}))" if unwanted else f"({wanted})")
    return " OR ".join(groups) or NOTHING


def match_phrase(phrase: Phrase) -> str:
    """A regular expression for what `quote_phrase` finds, on folded text."""
    pattern = ""
    for before, piece in zip((None, *phrase), phrase, strict=False):
        if before is not None:
            # Two runs, or two words, would be one if nothing stood between them.
            pattern += GAP + ("+" if before.kind == piece.kind != "sign" else "*")
        if piece.kind == "word":
            pattern += rf"(?<![^\W_{HAN}]){re.escape(piece.text)}(?![^\W_{HAN}])"
        else:
            pattern += re.escape(piece.text)
    return pattern


# A query may hold thousands of phrases, each a pass over each text shown. What is beyond these is found, not marked.
MOST_MARKED, MOST_PIECES = 16, 64


def find_hits(text: str, query: str) -> list[tuple[int, int, int]]:
    """Where the wanted phrases of `query` stand in `text`: (start, end, which phrase), in order, never overlapping."""
    phrases = dict.fromkeys(phrase for group in parse_query(query) for phrase in group.wanted)
    marked = [phrase for phrase in phrases if len(phrase) <= MOST_PIECES][:MOST_MARKED]
    folded = fold(text) if marked else ""
    found = sorted(
        # The longer of two that begin together comes first: where 城市更新 and 城市 do, all four are marked.
        (hit.start(), -hit.end(), number)
        for number, phrase in enumerate(marked)
        for hit in re.finditer(match_phrase(phrase), folded)
    )
    hits: list[tuple[int, int, int]] = []
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


# Characters shown before and after a hit: about two lines of a phone, so that several results stay in view.
BEFORE, AFTER = 28, 72


@dataclass(frozen=True, slots=True)
class Snippet:
    """A stretch of a text around a hit, as (words, whether they are the hit); `cut_before`/`cut_after`: not the
    whole paragraph.
    """

    parts: tuple[tuple[str, bool], ...]
    cut_before: bool
    cut_after: bool


def cut_snippets(text: str, hits: list[tuple[int, int, int]], most: int = 2) -> list[Snippet]:
    """At most `most` stretches of `text` around `hits`, the first of each phrase before others, in text order."""
    firsts: dict[int, tuple[int, int, int]] = {}
    for hit in hits:
        firsts.setdefault(hit[2], hit)
    snippets: list[Snippet] = []
    shown_until = 0
    for start, end, _ in sorted(firsts.values())[:most]:
        if start < shown_until:
            continue
        line_start = text.rfind("\n", 0, start) + 1
        line_end = text.find("\n", end)
        line_end = len(text) if line_end < 0 else line_end
        first, last = max(line_start, start - BEFORE), min(line_end, end + AFTER)
        # No other hit is cut in two.
        first = min((hit[0] for hit in hits if hit[0] < first < hit[1]), default=first)
        last = max((hit[1] for hit in hits if hit[0] < last < hit[1]), default=last)
        snippets.append(Snippet(tuple(mark_parts(text, first, last, hits)), first > line_start, last < line_end))
        shown_until = last
    return snippets


def mark_parts(text: str, first: int, last: int, hits: list[tuple[int, int, int]]) -> Iterator[tuple[str, bool]]:
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
