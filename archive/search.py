"""Chinese search: two-character tokens for FTS5, and the query language over them.

A run of Han characters is indexed as its overlapping pairs and its last character: 数字经济 → 数字 字经 经济 济. A
phrase of consecutive pairs is then exactly a substring of a run, which no word list can promise (measured: READING
§5.2). Words and numbers are tokens of their own, whole: 4亿元 is not found in 14亿元 nor in 3.4亿元.
Where the hits stand in a text, and what tokens cannot decide, is hits.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from archive.fold import fold

# Ideographs with their extensions and compatibility forms, and 々 〇 which stand among them.
HAN = "\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
LETTER = rf"[^\W_{HAN}]"
# A word or a number; a number holds its decimals (45.5) and thousands (1,234). In 1.2024年 the 1. counts a list.
WORD = rf"{LETTER}+(?:(?<=\d)(?:\.(?!\d{{4}}年)|,(?=\d{{3}}(?!\d)))(?=\d){LETTER}+)*"
PIECE = re.compile(rf"(?P<han>[{HAN}]+)|(?P<word>{WORD})|(?P<sign>[%‰])")
# FTS5 takes these signs for separators; 5% and 5 are not the same figure.
SIGNS = {"%": "pct", "‰": "permil"}
# A token every report has, so that a query of exclusions alone has something to exclude from. It is a private-use
# character, which unicode61 takes into tokens and no query can name.
EVERY = "\ue000"
# Stands beside a word or sign where it does not touch its neighbour: 5G网络 is not 5G、网络. A Han run needs none: its
# pairs end with it.
GAP = "\ue001"
NOTHING = '""'
# Before the first character of a run that touches a word in front of it: 2700人 is `2700 +人`, found by one look, where
# a lone character asks for all the pairs it begins.
FIRST = "+"
# FTS5's own tokenizer, so that the file searches without any extension; the signs are FIRST and those inside numbers.
TOKENIZE = "unicode61 tokenchars '.,+'"

QUOTES = '"“”„＂'
TERM = re.compile(
    rf"(?P<minus>[-－])?(?:[{QUOTES}](?P<quoted>[^{QUOTES}]*)[{QUOTES}]?|(?P<bare>[^\s|｜{QUOTES}]+))|(?P<bar>[|｜])"
)
# What a person leaves around a word without meaning it (folded); within quotes it counts.
EDGES = " \t\n,.;:!?、。·…()[]{}<>《》〈〉「」『』【】‘’'"


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of folded text: a run of Han characters, a word or number, or a sign. `kind` is PIECE's group."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Phrase:
    """What must stand together. `literal` is the folded phrase, `pieces` what the index holds of it."""

    literal: str
    pieces: tuple[Piece, ...]

    @property
    def decided(self) -> bool:
        """Whether the index alone decides it; a phrase over punctuation is decided on the texts it finds."""
        return self.literal == "".join(piece.text for piece in self.pieces)


@dataclass(frozen=True, slots=True)
class Group:
    """The phrases between two ORs: what a report must contain, and what it must not."""

    wanted: tuple[Phrase, ...]
    unwanted: tuple[Phrase, ...]


def cut_pieces(folded: str) -> Iterator[Piece]:
    """The pieces of a folded text, in order."""
    for found in PIECE.finditer(folded):
        yield Piece(str(found.lastgroup), found.group())


def cut_tokens(folded: str) -> list[str]:
    """The tokens of a folded text: pairs and the last character of a Han run, whole words, names of signs, and what
    says how they touch: GAP, FIRST.
    """
    found: list[str] = []
    end, touching = 0, True
    for piece in PIECE.finditer(folded):
        run, kind = piece.group(), piece.lastgroup
        apart = piece.start() > end
        if apart and not touching:
            found.append(GAP)
        if kind == "han":
            if not touching and not apart:
                found.append(FIRST + run[0])
            found += [run[start : start + 2] for start in range(len(run))]
        else:
            if apart:
                found.append(GAP)
            found.append(SIGNS.get(run, run))
        touching = kind == "han"
        end = piece.end()
    return found


def tokens(text: str) -> str:
    """What `reports_fts` holds of a text: its tokens with blanks between. 数字经济5G → `数字 字经 经济 济 5g`."""
    return " ".join(cut_tokens(fold(text)))


def make_phrase(words: str, quoted: bool) -> Phrase | None:
    """The phrase of one term; None where it has neither letter, digit nor sign."""
    folded = fold(words)
    literal = folded.strip() if quoted else folded.strip(EDGES)
    pieces = tuple(cut_pieces(literal))
    return Phrase(literal, pieces) if pieces else None


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
            groups.append(Group(tuple(dict.fromkeys(wanted)), tuple(dict.fromkeys(unwanted))))
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
            phrase = make_phrase(found["quoted"] if bare is None else bare, bare is None)
            if phrase:
                (unwanted if negated or found["minus"] else wanted).append(phrase)
            negated = False
    close()
    return groups


def quote_phrase(phrase: Phrase) -> str:
    """One phrase in FTS5's language.

    The last run goes on in the text, so its pairs alone are asked for; a lone character asks for every pair it begins.
    """
    last = phrase.pieces[-1]
    # Without the edges: what stands there is for the text to decide.
    inner = phrase.literal[PIECE.search(phrase.literal).start() :]  # type: ignore[union-attr]
    asked = cut_tokens(inner)
    if last.kind == "han" and len(asked) > 1:
        alone = asked.pop()
        ends_open = len(alone) == len(last.text) and not asked[-1].startswith(FIRST)
        asked += [alone] * ends_open
    else:
        ends_open = last.kind == "han"
    return f'"{" ".join(asked)}"' + ("*" if ends_open else "")


def group_query(group: Group) -> str:
    """One group in FTS5's language: what it finds, and where a phrase is not decided by tokens, more than that."""
    wanted = " AND ".join(quote_phrase(phrase) for phrase in group.wanted) or f'"{EVERY}"'
    unwanted = " OR ".join(quote_phrase(phrase) for phrase in group.unwanted if phrase.decided)
    return f"(({wanted}) NOT ({unwanted}))" if unwanted else f"({wanted})"


def fts_query(query: str) -> str:
    """A query a person typed, in FTS5's language; never a syntax error, and without any word it finds nothing."""
    return " OR ".join(group_query(group) for group in parse_query(query)) or NOTHING
