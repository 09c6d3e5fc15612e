"""Numbers as reports print them, with their values, so that 53082万 and 5.31亿 can be held against each other. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

TIMES = {"千": 10**3, "万": 10**4, "百万": 10**6, "千万": 10**7, "亿": 10**8, "万亿": 10**12}
# 1.2018年 is the first point, on 2018, not a number with four decimals.
POINT = r"[.．](?!(?:19|20)\d\d年)"
NUMBER = re.compile(
    rf"(?P<whole>\d{{1,3}}(?:[,，]\d{{3}})+(?!\d)|\d+)(?:{POINT}(?P<part>\d+))?"
    rf"(?P<times>万亿|千万|百万|亿|万|千(?![瓦克米伏卡兆]))?(?P<unit>[%％‰]|个百分点|平方米|平方公里|公里|[\u4e00-\u9fff])?"
)


@dataclass(frozen=True, slots=True)
class Number:
    """A number and its place in a text.

    `start` to `end` are its digits and what multiplies them, `words` has the unit behind it too; `digits` counts the
    significant ones.
    """

    start: int
    end: int
    value: Decimal
    digits: int
    words: str


def find_numbers(text: str) -> list[Number]:
    """The numbers of a text in Arabic digits, in order."""
    found = []
    for match in NUMBER.finditer(text):
        whole = re.sub("[,，]", "", match["whole"])
        part = match["part"] or ""
        value = Decimal(f"{whole}.{part or 0}") * TIMES.get(match["times"] or "", 1)
        end = match.end("times") if match["times"] else match.end("part") if part else match.end("whole")
        digits = len((whole + part).lstrip("0") if part else whole.strip("0"))
        found.append(Number(match.start(), end, value, max(1, digits), match[0]))
    return found


def is_rounded(one: Number, other: Number) -> bool:
    """Whether two numbers are equal, or one is the other with fewer digits: 5.31亿 for 53082万."""
    if one.value == other.value:
        return True
    exact, rough = (one, other) if one.digits > other.digits else (other, one)
    if exact.digits == rough.digits or rough.digits < 2 or not rough.value:
        return False
    step = Decimal(10) ** (rough.value.adjusted() - rough.digits + 1)
    return abs(exact.value - rough.value) <= step / 2
