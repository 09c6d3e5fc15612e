"""Of what time a sentence speaks, and whether it promises or reports: by its chapter and the words before it. Pure."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from archive.outline import GOALS, Section

FIVE = re.compile(r"“?十[三四五六]五”?(?:时期|以来|期间|末|发展)|五年来|过去五年|五年间|[这今]后?五年|未来五年")
HEADING_FIVE = re.compile("五年|本届|“十[一二三四五六]五”")
HEADING_YEAR = re.compile(r"\d{4}年|一年")
# Parts of a year, with the name stored.
PARTS = (
    ("three_quarters", re.compile("前三季度|[1一][-—至到]9月|前9个月")),
    ("half_year", re.compile("上半年|[1一][-—至到]6月")),
    ("january_november", re.compile("[1一][-—至到]11月|前11个月")),
    ("first_quarter", re.compile("一季度|首季")),
)
# What a plan says of the year before it.
PAST = re.compile("去年|上年|过去一年|已经|已完成")


@dataclass(frozen=True, slots=True)
class State:
    """`kind` planned or achieved; `period` year, half_year, …, five_years_average or five_years; `of_year` the year."""

    kind: str
    period: str
    of_year: int | None


class Clock:
    """Tells the time of places in one report's text. `year` is the year the report plans."""

    def __init__(self, text: str, sections: Sequence[Section], year: int) -> None:
        self.text = text
        self.year = year
        self.chapters = [section for section in sections if section.level == 1]
        self.starts = [chapter.start for chapter in self.chapters]
        own = f"(?:{year - 1}|{year})年(?![底末的])"
        named = f"{own}|去年|过去一年|一年来|刚刚过去|全年|今年|当年|过去的一年"
        self.named_year = re.compile(named)
        # Goals without a word on time are the year's, but in a chapter on five years.
        self.one_year = re.compile(f"{named}|{GOALS.pattern}")
        self.later = re.compile("|".join(f"{later}年" for later in range(year + 2, year + 12)))

    def chapter(self, place: int) -> Section | None:
        """The chapter a place stands in."""
        found = bisect_right(self.starts, place) - 1
        return self.chapters[found] if found >= 0 else None

    def speaks_at(self, place: int) -> bool:
        """Whether the report speaks here of what was or will be done: not in its head, closing words or glossary,
        nor in a part that nobody can say what it is; the lists in an attachment are plans.
        """
        chapter = self.chapter(place)
        if chapter is None or chapter.kind in ("closing", "glossary"):
            return False
        return chapter.kind != "other" or chapter.heading.startswith("附")

    def state(self, sentence: int, place: int, average: bool, total: bool) -> State | None:
        """What the figure at `place` of the sentence that begins at `sentence` is; None where that is not clear."""
        chapter = self.chapter(place)
        if chapter is None:
            return None
        kind = "achieved" if chapter.kind in ("review", "term") else "planned"
        # Words on time hold up to the full stop: 今年目标是：…；…；…。
        sentence = max(self.text.rfind(stop, 0, sentence) for stop in "。！？\n") + 1
        words = self.text[sentence:place]
        if chapter.kind == "term" and self.looks_ahead(chapter, place):
            kind = "planned"
        several = self.is_several(chapter, sentence, place)
        if kind == "planned" and not several and (PAST.search(words) or self.past_year(words)):
            kind = "achieved"
        if average:
            return State(kind, "five_years_average", None)
        if several:
            return State(kind, "five_years", None)
        if total:
            return State(kind, "five_years", None) if HEADING_FIVE.search(chapter.heading) else None
        period = next((name for name, pattern in PARTS if pattern.search(words)), "year")
        return State(kind, period, self.year if kind == "planned" else self.year - 1)

    def past_year(self, words: str) -> bool:
        """Whether the words before a figure in a plan name the year before, and not this one behind it."""
        return words.rfind(f"{self.year - 1}年") > max(words.rfind(f"{self.year}年"), words.rfind("今年"))

    def looks_ahead(self, chapter: Section, place: int) -> bool:
        """Whether a chapter on the term has come to the next one."""
        plans = sorted(set(re.findall("“十([一二三四五六])五”", chapter.heading)), key="一二三四五六".index)
        if len(plans) < 2:
            return False
        turn = re.compile(f"“十{plans[-1]}五”时期|纲要|{self.later.pattern}").search(
            self.text, chapter.start + len(chapter.heading), place
        )
        return turn is not None

    def is_several(self, chapter: Section, sentence: int, place: int) -> bool:
        """Whether the place is about several years: by the last words on time before it.

        In a chapter on one year such words hold for their sentence, in one on five for their paragraph; in one on both,
        or whose heading names no time, up to the next.
        """
        five, one = HEADING_FIVE.search(chapter.heading), HEADING_YEAR.search(chapter.heading)
        begin = sentence
        if bool(five) == bool(one):
            begin = chapter.start + len(chapter.heading)
        elif five:
            begin = self.text.rfind("\n", 0, sentence) + 1
        last_five = max((hit.start() for hit in FIVE.finditer(self.text, begin, place)), default=-1)
        last_later = max((hit.start() for hit in self.later.finditer(self.text, sentence, place)), default=-1)
        years = self.named_year if five and not one else self.one_year
        last_one = max((hit.start() for hit in years.finditer(self.text, begin, place)), default=-1)
        if max(last_five, last_later, last_one) < 0:
            return five is not None and (one is None or five.start() < one.start())
        return max(last_five, last_later) > last_one

    def plan_of_year(self) -> tuple[int, int] | None:
        """Place and length of the sentence that names the goals, else of the plan's heading; None without a plan."""
        plans = [chapter for chapter in self.chapters if chapter.kind == "plan"]
        if not plans:
            return None
        goals = None
        for chapter in plans:
            for hit in GOALS.finditer(self.text, chapter.start, chapter.start + chapter.length):
                if not self.is_several(chapter, self.text.rfind("\n", 0, hit.start()) + 1, hit.end()):
                    goals = goals or hit
        if goals is None:
            return plans[-1].start, len(plans[-1].heading)
        start = max(self.text.rfind(sign, 0, goals.start()) for sign in "。！\n") + 1
        stop = min(place for sign in "。\n" if (place := self.text.find(sign, goals.end())) > 0)
        return start, stop - start
