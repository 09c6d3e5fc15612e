"""Automatic lists in a .doc → the same lists that numbering.py counts for a docx ([MS-DOC] 2.9.131 to 2.9.150)."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import replace

from archive.read.numbering import Level, NumberList, NumberLists

# [MS-OSHARED] 2.2.1.3 (MSONFC) lists the formats in the order of ISO 29500-1 §17.18.59 (ST_NumberFormat).
FORMATS: Sequence[str] = (
    *("decimal", "upperRoman", "lowerRoman", "upperLetter", "lowerLetter", "ordinal", "cardinalText", "ordinalText"),
    *("hex", "chicago", "ideographDigital", "japaneseCounting", "aiueo", "iroha", "decimalFullWidth"),
    *("decimalHalfWidth", "japaneseLegal", "japaneseDigitalTenThousand", "decimalEnclosedCircle", "decimalFullWidth2"),
    *("aiueoFullWidth", "irohaFullWidth", "decimalZero", "bullet", "ganada", "chosung", "decimalEnclosedFullstop"),
    *("decimalEnclosedParen", "decimalEnclosedCircleChinese", "ideographEnclosedCircle", "ideographTraditional"),
    *("ideographZodiac", "ideographZodiacTraditional", "taiwaneseCounting", "ideographLegalTraditional"),
    *("taiwaneseCountingThousand", "taiwaneseDigital", "chineseCounting", "chineseLegalSimplified"),
    "chineseCountingThousand",
)
NO_NUMBER = 0xFF
FOLLOWERS = ("tab", "space", "nothing")
LEVELS = 9


class Cursor:
    """Reads structures one after the other. Raises struct.error at the end of the data."""

    def __init__(self, data: bytes, place: int = 0) -> None:
        self.data = data
        self.place = place

    def take(self, pattern: str) -> tuple[int, ...]:
        """The numbers that a struct pattern stands for."""
        found: tuple[int, ...] = struct.unpack_from("<" + pattern, self.data, self.place)
        self.place += struct.calcsize("<" + pattern)
        return found

    def take_bytes(self, size: int) -> bytes:
        """So many bytes."""
        return bytes(self.take(f"{size}B"))


def name_format(number: int) -> str:
    """The name of a number format; what is not known counts in digits."""
    if number == NO_NUMBER:
        return "none"
    return FORMATS[number] if number < len(FORMATS) else "decimal"


def read_lists(table: bytes, lists_at: int, overrides_at: int) -> NumberLists:
    """The lists of a .doc from its table stream, by the number paragraphs name them with (from 1).

    `lists_at` and `overrides_at` are where PlfLst and PlfLfo begin. Raises struct.error for what is damaged.
    """
    cursor = Cursor(table, lists_at)
    (count,) = cursor.take("H")
    heads = [cursor.take("ii9H2B") for _ in range(count)]
    # The levels of all lists stand after all their heads; a simple list has one.
    abstracts = {head[0]: [read_level(cursor) for _ in range(1 if head[11] & 1 else LEVELS)] for head in heads}
    return read_overrides(Cursor(table, overrides_at), abstracts)


def read_overrides(cursor: Cursor, abstracts: dict[int, list[Level]]) -> NumberLists:
    """The lists paragraphs refer to: each an abstract list with levels and starts of its own."""
    (count,) = cursor.take("I")
    heads = [cursor.take("iIIBBBB") for _ in range(count)]
    lists = NumberLists()
    for number, (abstract, _, _, changes, *_) in enumerate(heads, 1):
        cursor.take("I")
        levels = dict(enumerate(abstracts.get(abstract, ())))
        starts = {}
        for _ in range(changes):
            start, flags = cursor.take("iI")
            depth = flags & 0xF
            if flags & 0x20:
                levels[depth] = read_level(cursor)
            elif flags & 0x10:
                starts[depth] = start
        lists[str(number)] = NumberList(str(abstract), levels, starts)
    return lists


def read_level(cursor: Cursor) -> Level:
    """One level of a list ([MS-DOC] 2.9.150)."""
    start, form, flags = cursor.take("iBB")
    cursor.take("9B")
    (follow,) = cursor.take("B")
    cursor.take("ii")
    characters, paragraphs, limit, _ = cursor.take("4B")
    cursor.take_bytes(paragraphs + characters)
    (length,) = cursor.take("H")
    units = cursor.take(f"{length}H")
    # The place of a level's number is the level itself, as a character.
    text = "".join(f"%{unit + 1}" if unit < LEVELS else chr(unit) for unit in units)
    level = Level(
        format=name_format(form),
        text=text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace"),
        start=start,
        follow=FOLLOWERS[follow] if follow < len(FOLLOWERS) else "tab",
        legal=bool(flags & 0x4),
    )
    return replace(level, restart=limit) if flags & 0x8 else level
