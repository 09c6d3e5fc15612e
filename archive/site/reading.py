"""A report set for reading: its text in blocks, with headings, and with places of the text marked. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import pairwise
from typing import Any

from archive.fold import fold_text
from archive.outline import Paragraph, Section

# The head of a report is a few short lines (title, session, speaker, sometimes a note) before the salutation.
HEAD_LINES, HEAD_CHARS = 6, 60
# A heading that begins its paragraph stands in the table of contents down to this level: below it they are too many.
CONTENTS = 2
# Digits of a paragraph's digest in its address: among a report's paragraphs, a thousand at most, two agree by chance in
# one report of 8,000.
KEY_DIGITS = 8


@dataclass(frozen=True, slots=True)
class Place:
    """Something to mark: characters from `start` up to `end` of the text.

    `kind` is hit, problem, restored, term or lead (a heading that begins its paragraph); `about` what is known of it,
    a row of the table it comes from.
    """

    start: int
    end: int
    kind: str = "hit"
    about: Any = None


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of one block in which the marks do not change. `first_hit`: the first hit of the page begins here."""

    text: str
    hit: bool = False
    first_hit: bool = False
    problem: Any = None
    restored: Any = None
    term: Any = None
    lead: bool = False


@dataclass(frozen=True, slots=True)
class Block:
    """One paragraph: `kind` is title, head, heading, glossary or paragraph; `level` 1 to 3 for a heading, else 0.

    `n` is its number in the text. `key` stays when other paragraphs come or go: it is made from the paragraph's words,
    so that an address never leads to other words than it did.
    """

    kind: str
    n: int
    key: str
    level: int
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Layout:
    """A report's blocks, and its headings as (number of the paragraph, level, words) for the table of contents."""

    blocks: tuple[Block, ...]
    headings: tuple[tuple[int, int, str], ...]


def lay_out(
    text: str,
    title: str | None,
    sections: Sequence[Section],
    paragraphs: Sequence[Paragraph],
    places: Iterable[Place] = (),
) -> Layout:
    """Set `text` for reading. `sections` and `paragraphs` as outline gives them, `places` what to mark in it."""
    marks = sorted([*places, *find_leads(text, sections)], key=lambda place: (place.start, place.end))
    first_hit = next((place.start for place in marks if place.kind == "hit"), -1)
    headings = {section.start: section for section in sections if section.heading}
    kinds = {section.n: section.kind for section in sections}
    blocks: list[Block] = []
    contents: list[tuple[int, int, str]] = []
    keys: dict[str, int] = {}
    in_head = True
    for paragraph in paragraphs:
        start, end = paragraph.start, paragraph.start + paragraph.length
        words = text[start:end]
        if not words.strip():
            continue
        parts = tuple(cut_parts(text, start, end, marks, first_hit))
        key = make_key(words, keys)
        section = headings.get(start)
        in_head = in_head and section is None and len(blocks) < HEAD_LINES and is_head(words)
        level = 0
        if section is not None and section.heading.split("\n")[0] == words:
            kind, level = "heading", section.level
            contents.append((paragraph.n, level, section.heading.replace("\n", " ")))
        elif in_head:
            kind = "title" if title and fold_text(words) == fold_text(title) else "head"
        else:
            if section is not None and section.level <= CONTENTS:
                contents.append((paragraph.n, section.level, section.heading))
            kind = "glossary" if kinds.get(paragraph.section or 0) == "glossary" else "paragraph"
        blocks.append(Block(kind, paragraph.n, key, level, parts))
    return Layout(tuple(blocks), tuple(contents))


def find_leads(text: str, sections: Sequence[Section]) -> Iterable[Place]:
    """The headings that begin their paragraphs: （一）稳住经济。…"""
    for section in sections:
        end = section.start + len(section.heading)
        if section.heading and end < len(text) and text[end] != "\n":
            yield Place(section.start, end, "lead", section)


def make_key(words: str, taken: dict[str, int]) -> str:
    """The key of a paragraph; of several with the same words the second ends in -2. `taken` counts them."""
    key = f"k{sha256(fold_text(words).encode()).hexdigest()[:KEY_DIGITS]}"
    taken[key] = taken.get(key, 0) + 1
    return key if taken[key] == 1 else f"{key}-{taken[key]}"


def is_head(words: str) -> bool:
    """Whether a line before the first section may belong to the head: short, and neither salutation nor sentence."""
    return len(words) <= HEAD_CHARS and not words.endswith(("：", ":", "。", "！", "，"))


def cut_parts(text: str, start: int, end: int, marks: Sequence[Place], first_hit: int) -> Iterable[Part]:
    """`text[start:end]` cut wherever a mark begins or ends."""
    touching = [place for place in marks if place.start < end and place.end > start]
    edges = {start, end, *(max(place.start, start) for place in touching), *(min(place.end, end) for place in touching)}
    for first, last in pairwise(sorted(edges)):
        covering = [place for place in touching if place.start <= first and place.end >= last]
        about = {place.kind: place.about for place in reversed(covering)}
        yield Part(
            text[first:last],
            "hit" in about,
            "hit" in about and first == first_hit,
            about.get("problem"),
            about.get("restored"),
            about.get("term"),
            "lead" in about,
        )
