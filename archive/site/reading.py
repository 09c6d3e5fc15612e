"""A report set for reading: its text in blocks, with headings, search hits and problem places marked. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from archive.fold import fold_text
from archive.outline import Paragraph, Section

# The head of a report is a few short lines (title, session, speaker, sometimes a note) before the salutation.
HEAD_LINES, HEAD_CHARS = 6, 60
# A heading that begins its paragraph stands in the table of contents down to this level: below it they are too many.
CONTENTS = 2


@dataclass(frozen=True, slots=True)
class Place:
    """Something to mark: characters from `start` up to `end` of the text. `note` is None for a search hit, else what
    is wrong there.
    """

    start: int
    end: int
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of one block in which the marks do not change. `first_hit`: the first hit of the page begins here."""

    text: str
    hit: bool = False
    note: str | None = None
    first_hit: bool = False


@dataclass(frozen=True, slots=True)
class Block:
    """One paragraph: `kind` is title, head, heading, glossary or paragraph; `level` 1 to 3 for a heading, else 0."""

    kind: str
    anchor: str
    level: int
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Layout:
    """A report's blocks, and its headings as (anchor, level, words) for the table of contents."""

    blocks: tuple[Block, ...]
    headings: tuple[tuple[str, int, str], ...]


def lay_out(
    text: str,
    title: str | None,
    sections: Sequence[Section],
    paragraphs: Sequence[Paragraph],
    places: Iterable[Place] = (),
) -> Layout:
    """Set `text` for reading. `sections` and `paragraphs` as outline gives them, `places` what to mark in it."""
    marks = sorted(places, key=lambda place: (place.start, place.end))
    first_hit = next((place.start for place in marks if place.note is None), -1)
    headings = {section.start: section for section in sections if section.heading}
    kinds = {section.n: section.kind for section in sections}
    blocks: list[Block] = []
    contents: list[tuple[str, int, str]] = []
    in_head = True
    for paragraph in paragraphs:
        start, end = paragraph.start, paragraph.start + paragraph.length
        words = text[start:end]
        if not words.strip():
            continue
        parts = tuple(cut_parts(text, start, end, marks, first_hit))
        section = headings.get(start)
        in_head = in_head and section is None and len(blocks) < HEAD_LINES and is_head(words)
        if section is not None and section.heading.split("\n")[0] == words:
            anchor = f"s{section.n}"
            contents.append((anchor, section.level, section.heading.replace("\n", " ")))
            blocks.append(Block("heading", anchor, section.level, parts))
        elif in_head:
            kind = "title" if title and fold_text(words) == fold_text(title) else "head"
            blocks.append(Block(kind, f"p{paragraph.n}", 0, parts))
        else:
            if section is not None and section.level <= CONTENTS:
                contents.append((f"p{paragraph.n}", section.level, section.heading))
            kind = "glossary" if kinds.get(paragraph.section or 0) == "glossary" else "paragraph"
            blocks.append(Block(kind, f"p{paragraph.n}", 0, parts))
    return Layout(tuple(blocks), tuple(contents))


def is_head(words: str) -> bool:
    """Whether a line before the first section may belong to the head: short, and neither salutation nor sentence."""
    return len(words) <= HEAD_CHARS and not words.endswith(("：", ":", "。", "！", "，"))


def cut_parts(text: str, start: int, end: int, marks: Sequence[Place], first_hit: int) -> Iterable[Part]:
    """`text[start:end]` cut wherever a mark begins or ends."""
    touching = [place for place in marks if place.start < end and place.end > start]
    edges = {start, end, *(max(place.start, start) for place in touching), *(min(place.end, end) for place in touching)}
    ordered = sorted(edges)
    for first, last in pairwise(ordered):
        covering = [place for place in touching if place.start <= first and place.end >= last]
        hit = any(place.note is None for place in covering)
        note = next((place.note for place in covering if place.note is not None), None)
        yield Part(text[first:last], hit, note, hit and first == first_hit)
