"""What a page says of itself: the meta tags of the government page standard, days, the note of a saving browser."""

from __future__ import annotations

import re
import unicodedata
from datetime import date

from selectolax.lexbor import LexborHTMLParser

from archive.read.markup import words

# 国办发〔2017〕47号, 网页设计规范: the tags of site, column and article; the last four are not required but met
# (SOURCES §3a).
META_NAMES = words(
    "sitename sitedomain siteidcode columnname columndescription columnkeywords columntype "
    "articletitle pubdate contentsource keywords author description image url"
)

# A day as sites write it: 2019-01-22, 2019/1/22, 2019.1.22, 2019年1月22日, with spaces anywhere between.
DAY = re.compile(r"(?<!\d)((?:19|20)\d\d)\s*([-/.年])\s*(\d{1,2})\s*(?:\2|月)\s*(\d{1,2})(?!\d)")
# 二〇一九年一月二十二日
HAN_DAY = re.compile(
    "([一二][〇○O零0一二三四五六七八九]{3})年([一二三四五六七八九十]{1,2})月([一二三四五六七八九十]{1,3})日"
)
HAN_DIGITS = {character: value for value, character in enumerate("〇一二三四五六七八九")} | dict.fromkeys("○O零0", 0)

# Labels beside the day of publication (SOURCES §3c), the most telling first. 成文日期 and 生效日期 are other days.
LABELS = (
    re.compile(r"(?:发布|发文|公开|更新|刊发)\s*(?:时间|日期)"),
    re.compile(r"发表于|(?<![文成效止])(?:时\s*间|日\s*期)"),
    re.compile(r"来\s*源|稿\s*源"),
)
LONGEST = 400  # characters in which a day is sought: to fold marks that stack takes quadratic time
BESIDE = 40  # characters after a label in which its day must begin: 来源 names a site first

# What browsers write at the top of a page they save; the number is the length of the address.
SAVED_FROM = re.compile(r"<!--\s*saved from url=\(\d+\)(\S+?)\s*-->", re.IGNORECASE)
HEAD_OF_FILE = 4096  # characters: the note stands before or just after <html>


def page_facts(tree: LexborHTMLParser) -> dict[str, str]:
    """The page's government meta tags by lower-case name; empty ones and the literal "null" are left out.

    Names are read in any case and attribute order; of a tag given twice the first that says something counts.
    """
    facts: dict[str, str] = {}
    for meta in tree.css("meta[name][content]"):
        name = (meta.attributes.get("name") or "").strip().lower()
        content = " ".join((meta.attributes.get("content") or "").split())
        if name in META_NAMES and content and content.lower() != "null":
            facts.setdefault(name, content)
    return facts


def saved_from(text: str) -> str | None:
    """The address in the comment a browser leaves in a page it saves; None if there is none."""
    found = SAVED_FROM.search(text[:HEAD_OF_FILE])
    return found[1] if found else None


def find_day(text: str) -> str | None:
    """The first real day in a text, as an ISO date; Arabic or Chinese numerals, full-width or spaced digits."""
    folded = unicodedata.normalize("NFKC", text[:LONGEST])
    for found in DAY.finditer(folded):
        if day := iso_day(int(found[1]), int(found[3]), int(found[4])):
            return day
    for found in HAN_DAY.finditer(folded):
        year = int("".join(str(HAN_DIGITS[digit]) for digit in found[1]))
        if day := iso_day(year, han_number(found[2]), han_number(found[3])):
            return day
    return None


def find_labelled_day(lines: list[str]) -> str | None:
    """The day beside 发布时间, 时间, 日期 or 来源 in the lines of a page's head; the most telling label wins."""
    for label in LABELS:
        for line in lines:
            for found in label.finditer(line):
                if day := find_day(line[found.end() : found.end() + BESIDE]):
                    return day
    return None


def iso_day(year: int, month: int, day: int) -> str | None:
    """The ISO form of a day that exists, else None."""
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None


def han_number(numeral: str) -> int:
    """A Chinese numeral below one hundred: 二十二 → 22."""
    tens, ten, ones = numeral.rpartition("十")
    return (HAN_DIGITS.get(tens, 1) * 10 if ten else 0) + HAN_DIGITS.get(ones, 0)
