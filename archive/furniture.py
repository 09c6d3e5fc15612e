"""Page furniture: lines a site put around a report. The rules are data in furniture.csv, with where each was seen."""

from __future__ import annotations

import csv
import re
from functools import cache
from pathlib import Path

TABLE = Path(__file__).parent / "furniture.csv"


# What stands between the words on a row of buttons.
BETWEEN = re.compile(r"[\s【】\[\]()（）<>＜＞|｜/·•、,，:：+-]+")


@cache
def rules(where: str) -> tuple[str, ...]:
    """All rules for a place.

    `head` is between title and salutation, `tail` after the last sentence, `body` between two paragraphs; `button` is
    what stands in a row of buttons, anywhere.
    """
    with TABLE.open(encoding="utf-8", newline="") as file:
        return tuple(row["pattern"] for row in csv.DictReader(file) if row["where"] == where)


@cache
def patterns(where: str) -> re.Pattern[str]:
    """The rules for a place as one."""
    return re.compile("|".join(f"(?:{rule})" for rule in rules(where)))


@cache
def buttons() -> re.Pattern[str]:
    """A row of nothing but buttons, whatever stood between them.

    The longest words come first and none is taken back: 返回顶部 is one button or two, and a row of thirty could be
    parted in more ways than time would allow.
    """
    words = sorted((word for rule in rules("button") for word in rule.split("|")), key=len, reverse=True)
    return re.compile(f"(?:{'|'.join(words)})++")


def is_furniture(line: str, where: str) -> bool:
    """Whether a whole line is furniture there. Never asked of the body: 分享, 来源, 附件 occur in reports."""
    line = line.strip()
    return patterns(where).match(line) is not None or buttons().fullmatch(BETWEEN.sub("", line)) is not None
