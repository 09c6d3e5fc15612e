"""Whether a text has both its ends: a head before the speech, and an end that is one. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from archive.model import Problem

# How a report ends: 让我们…奋斗, 谢谢; or with its glossary (SOURCES §5: no closing = truncated).
CLOSING_WORDS = re.compile(r"让我?们|奋斗|谢谢|新篇章|新局面|贡献|名词解释|用语解释|名词注释|注释|力量|胜利")
CUT = re.compile(r"(?:\.{3,}|…+)\s*$")
# All of 99 whole texts (62 reports of provinces, 7 of districts, 30 of the demo) end in one of these, as do nine in ten
# of their last paragraphs.
STOPS = frozenset("。！？!?”’）)》：:；;…")
FORMER, SENTENCE = 40, 40  # lines that are asked; characters of a line that is more than a heading


def find_missing_ends(lines: Sequence[str], *, headless: bool) -> list[Problem]:
    """The problems of a text that lacks an end; none for a complete one. `headless`: neither salutation nor title."""
    problems = []
    if headless:
        problems.append(Problem("headless", "minor", "neither salutation nor title: a later page or an excerpt"))
    last = lines[-1] if lines else ""
    if CUT.search(last[-12:]):
        problems.append(Problem("cut", "major", f"ends in {last[-12:]}"))
    elif ends_within(lines):
        problems.append(Problem("cut", "major", f"ends within a sentence: {last[-12:]}"))
    elif not CLOSING_WORDS.search("\n".join(lines[len(lines) // 2 :])) and last[-1:] not in "。！!”":
        problems.append(Problem("cut", "major", f"no closing, ends in {last[-12:]}"))
    return problems


def ends_within(lines: Sequence[str]) -> bool:
    """Whether the last line stops within a sentence, in a text whose paragraphs do not.

    A signature, a date or a heading has no stop either: it is short and has no marks within.
    """
    last = lines[-1] if lines else ""
    if last[-1:] in STOPS or (len(last) < SENTENCE and not re.search("[，、；：。,;]", last)):
        return False
    before = [line for line in lines[-FORMER - 1 : -1] if len(line) >= SENTENCE]
    return len(before) >= 5 and sum(line[-1] in STOPS for line in before) >= 0.9 * len(before)
