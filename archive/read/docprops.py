"""Properties in a .doc ([MS-DOC] 2.6, 2.9): which paragraphs are cells or numbered, which characters are hidden."""

from __future__ import annotations

import struct
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain

# Single property modifiers by their number ([MS-DOC] 2.6.1 and 2.6.2).
STYLE_OF_PARAGRAPH = 0x4600
IN_TABLE = 0x2416
ROW_END = 0x2417
TABLE_DEPTH = 0x6649
INNER_CELL_END = 0x244B
INNER_ROW_END = 0x244C
LIST_DEPTH = 0x260A
LIST = 0x460B
HUGE = (0x6645, 0x6646)
DELETED = 0x0800
HIDDEN = 0x083C
STYLE_OF_RUN = 0x4A30
SYMBOL = 0x6A09
PICTURE = 0x6A03

# Bytes of an operand by the top three bits of its modifier ([MS-DOC] 2.2.5.1); 6 says its length itself.
OPERANDS = (1, 1, 2, 4, 2, 2, 0, 3)
OPERAND_SAYS = 6
# Two of those say it otherwise.
TABLE_DEFINITION = 0xD608
TAB_STOPS = 0xC615

# Formatted pages are 512 bytes; the last one counts its runs ([MS-DOC] 2.9.33).
PAGE = 512
STYLE_NONE = 0xFFF
PARAGRAPH_STYLE, CHARACTER_STYLE = 1, 2

Modifiers = dict[int, bytes]


@dataclass(frozen=True, slots=True)
class Plex:
    """A list of boundaries and, for each stretch between two of them, a structure ([MS-DOC] 2.2.2)."""

    bounds: Sequence[int]
    items: Sequence[bytes]

    @classmethod
    def read(cls, data: bytes, size: int) -> Plex:
        """The plex that `data` holds, its structures of `size` bytes. An empty one where it holds none."""
        count = max((len(data) - 4) // (4 + size), 0)
        if len(data) < 4:
            return cls((), ())
        start = 4 * (count + 1)
        items = [data[start + size * n : start + size * (n + 1)] for n in range(count)]
        return cls(struct.unpack_from(f"<{count + 1}I", data), items)


@dataclass(frozen=True, slots=True)
class Runs:
    """Stretches of a file's bytes with the modifiers of each; `starts` is sorted."""

    starts: Sequence[int] = ()
    ends: Sequence[int] = ()
    modifiers: Sequence[Modifiers] = ()

    def at(self, place: int) -> Modifiers:
        """The modifiers at a byte of the file."""
        found = bisect_right(self.starts, place) - 1
        return self.modifiers[found] if found >= 0 and place < self.ends[found] else {}

    @classmethod
    def gather(cls, runs: Iterator[tuple[int, int, Modifiers]]) -> Runs:
        """The runs in the order of their beginnings."""
        ordered = sorted(runs, key=lambda run: run[:2])
        return cls([run[0] for run in ordered], [run[1] for run in ordered], [run[2] for run in ordered])


@dataclass(frozen=True, slots=True)
class Properties:
    """What a .doc says of its paragraphs, its characters and its styles, each style with modifiers of both kinds."""

    paragraphs: Runs = field(default_factory=Runs)
    characters: Runs = field(default_factory=Runs)
    styles: Sequence[tuple[Modifiers, Modifiers]] = ()

    def paragraph(self, place: int) -> Modifiers:
        """The modifiers of the paragraph whose mark is at a byte of the file, those of its style included."""
        own = self.paragraphs.at(place)
        return {**self.style(own.get(STYLE_OF_PARAGRAPH))[0], **own}

    def style(self, index: bytes | None) -> tuple[Modifiers, Modifiers]:
        """The modifiers of a style; none of no style."""
        number = int.from_bytes(index or b"", "little") if index is not None else -1
        return self.styles[number] if 0 <= number < len(self.styles) else ({}, {})

    def is_hidden(self, run: Modifiers) -> bool:
        """Whether a run of characters is deleted or hidden, by itself or by its character style."""
        style = self.style(run.get(STYLE_OF_RUN))[1] if STYLE_OF_RUN in run else {}
        # 129 is the opposite of what the style says ([MS-DOC] 2.2.6.3, ToggleOperand); styles hardly ever hide.
        return run.get(DELETED, b"\0")[0] == 1 or run.get(HIDDEN, style.get(HIDDEN, b"\0"))[0] in (1, 129)


def read_properties(document: bytes, sheet: bytes, paragraphs: Plex, characters: Plex, data: bytes) -> Properties:
    """The properties of a .doc from its main stream, its style sheet, the two plexes of formatted pages and its data.

    Raises struct.error or IndexError for what is damaged.
    """
    return Properties(
        Runs.gather(chain.from_iterable(paragraph_runs(page, data) for page in pages(document, paragraphs))),
        Runs.gather(chain.from_iterable(character_runs(page) for page in pages(document, characters))),
        read_styles(sheet),
    )


def pages(document: bytes, plex: Plex) -> Iterator[bytes]:
    """The formatted pages that a plex refers to."""
    for item in plex.items:
        start = (int.from_bytes(item, "little") & 0x3FFFFF) * PAGE
        page = document[start : start + PAGE]
        if len(page) == PAGE:
            yield page


def paragraph_runs(page: bytes, data: bytes) -> Iterator[tuple[int, int, Modifiers]]:
    """The paragraphs of a formatted page ([MS-DOC] 2.9.175): first and last byte and modifiers of each."""
    count = page[-1]
    bounds = struct.unpack_from(f"<{count + 1}I", page)
    for n in range(count):
        start = 2 * page[4 * (count + 1) + 13 * n]
        if not start:
            yield bounds[n], bounds[n + 1], {}
            continue
        half = page[start]
        start, size = (start + 1, 2 * half - 1) if half else (start + 2, 2 * page[start + 1])
        found = read_modifiers(page[start + 2 : start + size])
        for huge in HUGE:
            if huge in found:
                found |= read_huge(data, int.from_bytes(found[huge], "little"))
        yield bounds[n], bounds[n + 1], {STYLE_OF_PARAGRAPH: page[start : start + 2], **found}


def read_huge(data: bytes, start: int) -> Modifiers:
    """The modifiers that are too many for a formatted page and lie in the data stream ([MS-DOC] 2.9.209)."""
    size = int.from_bytes(data[start : start + 2], "little")
    return read_modifiers(data[start + 2 : start + 2 + size])


def character_runs(page: bytes) -> Iterator[tuple[int, int, Modifiers]]:
    """The runs of a formatted page that say anything ([MS-DOC] 2.9.33)."""
    count = page[-1]
    bounds = struct.unpack_from(f"<{count + 1}I", page)
    for n in range(count):
        if start := 2 * page[4 * (count + 1) + n]:
            yield bounds[n], bounds[n + 1], read_modifiers(page[start + 1 : start + 1 + page[start]])


def read_modifiers(data: bytes) -> Modifiers:
    """The operand of each modifier in a row of them, the last of each kind."""
    found: Modifiers = {}
    place = 0
    while place + 2 < len(data):
        number = int.from_bytes(data[place : place + 2], "little")
        place += 2
        size = OPERANDS[number >> 13]
        if number >> 13 == OPERAND_SAYS:
            if number == TABLE_DEFINITION:
                size = int.from_bytes(data[place : place + 2], "little") + 1
            elif number == TAB_STOPS and data[place] == 0xFF:
                # Its length does not fit one byte ([MS-DOC] 2.6.2): no modifier that matters here follows it.
                break
            else:
                size = data[place] + 1
        if place + size <= len(data):
            found[number] = data[place : place + size]
        place += size
    return found


def read_styles(sheet: bytes) -> list[tuple[Modifiers, Modifiers]]:
    """The styles of a style sheet ([MS-DOC] 2.9.271) by index, each with the modifiers of those it is based on."""
    if len(sheet) < 6:
        return []
    head = int.from_bytes(sheet[:2], "little")
    count, base = struct.unpack_from("<HH", sheet, 2)
    raw: list[RawStyle] = []
    place = 2 + head
    for _ in range(count):
        size = int.from_bytes(sheet[place : place + 2], "little")
        raw.append(read_style(sheet[place + 2 : place + 2 + size], base))
        place += 2 + size + size % 2
    return [inherit(raw, index) for index in range(len(raw))]


@dataclass(frozen=True, slots=True)
class RawStyle:
    """A style as it is written: the index of the one it is based on, and its own modifiers."""

    parent: int = STYLE_NONE
    paragraph: Modifiers = field(default_factory=dict)
    character: Modifiers = field(default_factory=dict)


def read_style(data: bytes, base: int) -> RawStyle:
    """One style ([MS-DOC] 2.9.258); `base` is the size of its fixed part."""
    if len(data) < base + 2 or base < 10:
        return RawStyle()
    kind, parent = data[2] & 0xF, int.from_bytes(data[2:4], "little") >> 4
    place = base + 2 + 2 * int.from_bytes(data[base : base + 2], "little") + 2
    style = RawStyle(parent)
    if kind == PARAGRAPH_STYLE:
        size = int.from_bytes(data[place : place + 2], "little")
        style = replace(style, paragraph=read_modifiers(data[place + 4 : place + 2 + size]))
        place += 2 + size + size % 2
    if kind in (PARAGRAPH_STYLE, CHARACTER_STYLE):
        size = int.from_bytes(data[place : place + 2], "little")
        style = replace(style, character=read_modifiers(data[place + 2 : place + 2 + size]))
    return style


def inherit(styles: Sequence[RawStyle], index: int) -> tuple[Modifiers, Modifiers]:
    """The modifiers of a style over those of the styles it is based on."""
    line: list[RawStyle] = []
    seen: set[int] = set()
    while index < len(styles) and index not in seen:
        seen.add(index)
        line.append(styles[index])
        index = styles[index].parent
    paragraph: Modifiers = {}
    character: Modifiers = {}
    for style in reversed(line):
        paragraph |= style.paragraph
        character |= style.character
    return paragraph, character
