"""Whether the characters of a printed page are text: pages without any, garble, look-alikes of characters. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence

from archive.characters import RADICALS
from archive.model import Problem
from archive.read.decode import COMMON
from archive.read.lines import HAN, Sheet

# READING §6.1: all characters are held until the end, 335 MB for 1980 pages; a report has some 60 pages at most.
MOST_PAGES = 600

# READING §6.2, when a page wants text recognition and when its text is garbled.
FEW_CHARACTERS = 50
IMAGE_SHARE = 0.3
GARBLE_SHARE = 0.05
USUAL_SHARE = 0.12
USUAL_LEAST = 60  # Han characters below which the share of usual ones says nothing
UNKNOWN = "\ufffd"  # stands for a character whose font does not say which it is
GARBLE = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ue000-\uf8ff\ufffd\U000f0000-\U0010ffff]")

# What a font's table may say for a glyph: radicals for ideographs, a two-em dash for the dash of two characters. Fonts
# for simplified Chinese draw radical 63 as 户, though Unicode decomposes it to 戶.
LOOK_ALIKES: Mapping[str, str] = {**RADICALS, "\u2f3e": "户", "\u2e3a": "——"}


def read_character(text: str) -> str:
    """A character as it reads: many PDFs say a radical, or a two-em dash, for the glyph that looks the same.

    The rules of layout read words, so that this cannot wait for cleaning. Compatibility decomposition maps all 214
    Kangxi radicals, but next to none of the supplement (READING §6.4).
    """
    if text in LOOK_ALIKES:
        return LOOK_ALIKES[text]
    if "\u2f00" <= text <= "\u2fd5":
        return unicodedata.normalize("NFKC", text)
    return text


def text_of(sheet: Sheet) -> str:
    """The characters of a sheet in the order they were written, without white space."""
    return "".join("".join(glyph.text for glyph in sheet.glyphs).split())


def count_good(sheets: Sequence[Sheet]) -> int:
    """How many characters of the sheets are characters, not garble."""
    return sum(len(GARBLE.sub("", text_of(sheet))) for sheet in sheets)


def is_garbled(text: str) -> bool:
    """Whether characters are unknown, or are Han characters that hardly a text would use (READING §6.2)."""
    if not text:
        return False
    han = HAN.findall(text)
    unusual = len(han) >= USUAL_LEAST and sum(character in COMMON for character in han) < USUAL_SHARE * len(han)
    return unusual or len(GARBLE.findall(text)) > GARBLE_SHARE * len(text)


def is_scan(sheet: Sheet) -> bool:
    """Whether a sheet is a picture without text to speak of."""
    return len(text_of(sheet)) < FEW_CHARACTERS and sheet.images > IMAGE_SHARE


def judge_sheet(sheet: Sheet, number: int) -> Iterator[Problem]:
    """What is wrong with a sheet; its number, from 1, is in the detail."""
    text = text_of(sheet)
    if sheet.failure:
        yield Problem("unreadable_page", "major", f"page {number}: {sheet.failure}")
    elif is_scan(sheet):
        yield Problem("page_without_text", "major", f"page {number}")
    if is_garbled(text):
        yield Problem("garbled_page", "major", f"page {number}")
