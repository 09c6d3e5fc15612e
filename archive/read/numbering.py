"""Automatic numbers of Word paragraphs (一、 （一） 1. ①): they stand in no run, yet the document shows them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from lxml import etree

DIGITS = "〇一二三四五六七八九"
LEGAL_DIGITS = "零壹贰叁肆伍陆柒捌玖"
STEMS = "甲乙丙丁戊己庚辛壬癸"
BRANCHES = "子丑寅卯辰巳午未申酉戌亥"
ROMAN = (
    *((1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL")),
    *((10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I")),
)

# Bullets of Word's lists are private characters of the Wingdings and Symbol fonts; these are the usual ones
# (READING §6.4), everything else private shows as a dot.
BULLETS: Mapping[str, str] = {"\uf0b7": "•", "\uf06c": "●", "\uf0d8": "➢", "\uf06e": "■", "\uf0fc": "✓"}

PLACE = re.compile(r"%([1-9])")


def count_chinese(number: int, digits: str = DIGITS, units: str = "十百千") -> str:
    """A number from 0 to 9999 as it is counted in Chinese: 十二, 一百零三. Larger ones stay in digits."""
    if not 0 < number < 10_000:
        return digits[0] if number == 0 else str(number)
    words, gap = "", False
    for power in (3, 2, 1, 0):
        digit = number // 10**power % 10
        if digit:
            words += ("零" if gap else "") + digits[digit] + (units[power - 1] if power else "")
        gap = not digit and bool(words)
    # 十二, not 一十二; the legal form keeps its 壹.
    return words[1:] if 10 <= number < 20 and digits == DIGITS else words


def count_roman(number: int) -> str:
    """A number in Roman capitals."""
    words = ""
    for value, letters in ROMAN:
        words += letters * (number // value)
        number %= value
    return words


def count_letters(number: int) -> str:
    """A number as Word letters it: A … Z, AA, BB … (ISO 29500-1 §17.18.59, upperLetter)."""
    return chr(ord("A") + (number - 1) % 26) * ((number - 1) // 26 + 1) if number > 0 else ""


def enclose(first: str, last: int) -> Callable[[int], str]:
    """A counter through a run of characters that begins with `first`; past `last` it goes on in digits."""
    return lambda number: chr(ord(first) + number - 1) if 1 <= number <= last else str(number)


# ISO 29500-1 §17.18.59 (ST_NumberFormat): the formats Chinese documents use. What is not here counts in digits.
FORMATS: Mapping[str, Callable[[int], str]] = {
    "none": lambda number: "",
    "decimalZero": lambda number: f"{number:02}",
    "upperRoman": count_roman,
    "lowerRoman": lambda number: count_roman(number).lower(),
    "upperLetter": count_letters,
    "lowerLetter": lambda number: count_letters(number).lower(),
    "chineseCounting": count_chinese,
    "chineseCountingThousand": count_chinese,
    "taiwaneseCounting": count_chinese,
    "taiwaneseCountingThousand": count_chinese,
    "japaneseCounting": count_chinese,
    "chineseLegalSimplified": lambda number: count_chinese(number, LEGAL_DIGITS, "拾佰仟"),
    "ideographDigital": lambda number: "".join(DIGITS[int(digit)] for digit in str(number)),
    "taiwaneseDigital": lambda number: "".join(DIGITS[int(digit)] for digit in str(number)),
    "japaneseDigitalTenThousand": lambda number: "".join(DIGITS[int(digit)] for digit in str(number)),
    "ideographTraditional": lambda number: STEMS[(number - 1) % 10],
    "ideographZodiac": lambda number: BRANCHES[(number - 1) % 12],
    "decimalEnclosedCircle": enclose("①", 20),
    "decimalEnclosedCircleChinese": enclose("①", 20),
    "decimalEnclosedParen": enclose("⑴", 20),
    "decimalEnclosedFullstop": enclose("⒈", 20),
    "ideographEnclosedCircle": enclose("㊀", 10),
    "decimalFullWidth": lambda number: "".join(chr(ord("０") + int(digit)) for digit in str(number)),
}


@dataclass(frozen=True, slots=True)
class Level:
    """One level of a list: how it counts and what it shows (`（%1）`).

    `follow` is what parts number and text; `legal` counts all in digits; `restart` is the level, from 1, after which it
    begins again (0: after none, None: after any higher one); `style` is the paragraph style that stands for the level.
    """

    format: str = "decimal"
    text: str = ""
    start: int = 1
    follow: str = "tab"
    legal: bool = False
    restart: int | None = None
    style: str | None = None


@dataclass(frozen=True, slots=True)
class NumberList:
    """A list paragraphs refer to: the abstract list whose count it shares, its levels from 0, and its own starts."""

    abstract: str
    levels: Mapping[int, Level]
    starts: Mapping[int, int] = field(default_factory=dict)


class NumberLists(dict[str, NumberList]):
    """The lists of a document by their numId."""

    def linked_depth(self, list_id: str, style: str) -> int | None:
        """The level of a list that a paragraph style stands for, or None."""
        levels = self[list_id].levels if list_id in self else {}
        return next((depth for depth, level in levels.items() if level.style == style), None)


class Counter:
    """Counts the numbered paragraphs of one document, in document order."""

    def __init__(self, lists: NumberLists) -> None:
        self.lists = lists
        self.counts: dict[str, dict[int, int]] = {}
        self.begun: set[tuple[str, int]] = set()

    def next_number(self, list_id: str, depth: int) -> str:
        """What the next paragraph of a list's level (from 0) shows before its text, with a space where one follows."""
        found = self.lists.get(list_id)
        if found is None or depth not in found.levels:
            return ""
        level = found.levels[depth]
        counts = self.counts.setdefault(found.abstract, {})
        if depth in found.starts and (list_id, depth) not in self.begun:
            counts[depth] = found.starts[depth]
        else:
            counts[depth] = counts[depth] + 1 if depth in counts else level.start
        self.begun.add((list_id, depth))
        for deeper in [below for below in counts if below > depth]:
            restart = found.levels[deeper].restart if deeper in found.levels else None
            # ISO 29500-1 §17.9.10.
            if restart is None or depth < restart:
                del counts[deeper]
        return show_number(level, found.levels, counts)


def show_number(level: Level, levels: Mapping[int, Level], counts: Mapping[int, int]) -> str:
    """The number of a level as it is printed."""
    if level.format == "bullet":
        shown = "".join(BULLETS.get(mark, "•" if "\ue000" <= mark <= "\uf8ff" else mark) for mark in level.text)
    else:

        def fill(place: re.Match[str]) -> str:
            depth = int(place[1]) - 1
            of = levels.get(depth, Level())
            return FORMATS.get("decimal" if level.legal else of.format, str)(counts.get(depth, of.start))

        shown = PLACE.sub(fill, level.text)
    # A tab or space after the number is layout where a mark ends it (一、 1.), and parts words after a word (第一章).
    is_word = bool(shown) and (shown[-1].isalpha() or shown[-1].isdecimal())
    return shown + " " if is_word and level.follow != "nothing" else shown


def read_lists(root: etree._Element | None) -> NumberLists:
    """The lists of numbering.xml."""
    abstracts = {attribute(found, "abstractNumId") or "": found for found in children_named(root, "abstractNum")}
    # A list that only names a list style borrows the levels of the one that defines it (ISO 29500-1 §17.9.21).
    defining = {value_of(abstract, "styleLink"): id for id, abstract in abstracts.items()}
    lists = NumberLists()
    for number in children_named(root, "num"):
        id = value_of(number, "abstractNumId") or ""
        abstract = abstracts.get(id)
        if (style := value_of(abstract, "numStyleLink")) is not None and style in defining:
            abstract = abstracts[id := defining[style]]
        levels = dict(read_levels(abstract))
        starts = {}
        for override in children_named(number, "lvlOverride"):
            levels |= read_levels(override)
            if (start := value_of(override, "startOverride")) is not None:
                starts[number_of(attribute(override, "ilvl"), 0)] = number_of(start, 1)
        lists[attribute(number, "numId") or ""] = NumberList(id, levels, starts)
    return lists


def read_levels(parent: etree._Element | None) -> Iterator[tuple[int, Level]]:
    """The levels defined below an abstract list or an override, each with its depth from 0."""
    for level in children_named(parent, "lvl"):
        restart = value_of(level, "lvlRestart")
        legal = child_named(level, "isLgl")
        yield (
            number_of(attribute(level, "ilvl"), 0),
            Level(
                format=value_of(level, "numFmt") or "decimal",
                text=value_of(level, "lvlText") or "",
                # ISO 29500-1 §17.9.25: a level without a start begins at 0.
                start=number_of(value_of(level, "start"), 0),
                follow=value_of(level, "suff") or "tab",
                legal=legal is not None and attribute(legal, "val") not in ("0", "false", "off"),
                restart=None if restart is None else number_of(restart, 0),
                style=value_of(level, "pStyle"),
            ),
        )


def local_name(element: etree._Element) -> str:
    """The name of an element without its namespace: transitional and strict documents differ in that alone."""
    return str(element.tag).rpartition("}")[2]


def children_named(parent: etree._Element | None, name: str) -> Iterator[etree._Element]:
    """The children of that name; none of no parent."""
    return (child for child in (parent if parent is not None else ()) if local_name(child) == name)


def child_named(parent: etree._Element | None, name: str) -> etree._Element | None:
    """The first child of that name."""
    return next(children_named(parent, name), None)


def attribute(element: etree._Element, name: str) -> str | None:
    """An attribute by its name without namespace."""
    return next((str(value) for key, value in element.items() if str(key).rpartition("}")[2] == name), None)


def value_of(parent: etree._Element | None, name: str) -> str | None:
    """The `val` of the first child of that name: how WordprocessingML writes most properties."""
    child = child_named(parent, name)
    return None if child is None else attribute(child, "val")


def number_of(value: str | None, default: int, base: int = 10, most: int = 0x10FFFF) -> int:
    """A whole number some program wrote, or `default` for what is none.

    So is a number above `most`; no character has one above the usual (§22.9.2).
    """
    try:
        number = int(value or "", base)
    except ValueError:
        return default
    return number if 0 <= number <= most else default
