"""When a report was given and which year it plans: days, damaged days, headings, opening, title, publication.

`year` is the year planned (DESIGN §5). The day of the speech decides, the headings of the text check it; what cannot be
settled stays open with a problem.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from archive.head import read_number, squeeze, title_year
from archive.model import Evidence, Problem

# Sessions from here on plan the next year (SOURCES §4, rule 1: Nov 拉萨, Dec 海淀, 武昌 …).
PLANS_NEXT_YEAR = 11
# Sessions of these months belong to a new term: what they plan, their headings say (SOURCES §4: 29 June, 29 July).
MIDYEAR = range(5, 11)

YEAR = r"(?:(?:19|20)\d\d|[一二][〇○零ＯO0一二三四五六七八九]{3})"
MARK = r"^(?:第?[一二三四五]部分[、：:\s]*|[一二三四五][、.．]\s*|[（(][一二三四五][)）])?"
REVIEWED = re.compile(
    rf"{MARK}[^，。]{{0,16}}?(?P<year>{YEAR})年(?!以来|上半年|前三季度|[至到—-])[^，。]{{0,24}}?(?:回顾|总结|成绩|成就|完成情况)"
)
PLANNED = re.compile(
    rf"{MARK}[^，。]{{0,20}}?(?<![到至—\-~～])(?P<year>{YEAR})年(?![至到—~～-]|远景)[^，。]{{0,16}}?(?:任务|安排|目标|重点|打算|工作|要求)"
)
RANGE = re.compile(rf"{YEAR}年?(?:至|到|—+|-+|~|～){YEAR}年")
# 报告2019年工作情况和2020年工作安排, in openings and in titles.
BOTH_YEARS = re.compile(
    rf"{YEAR}年[^，。]{{0,8}}(?:情况|回顾|总结)[^，。]{{0,6}}?(?P<year>{YEAR})年[^，。]{{0,8}}(?:安排|任务|计划|打算)"
)
# A heading is no longer than this, one without a mark in front no longer than that.
LONGEST_HEADING, LONGEST_UNMARKED = 60, 24


@dataclass(frozen=True, slots=True)
class Said:
    """A year that a witness says the report plans."""

    rule: str
    year: int
    words: str


def planned_by(day: date) -> int:
    """The year a speech of that day plans, by its month alone."""
    return day.year + (day.month >= PLANS_NEXT_YEAR)


def heading_years(lines: Iterable[str]) -> list[Said]:
    """The years that headings say: 回顾 of one year plans the next, 任务 of one year is that year."""
    found = []
    for line in lines:
        squeezed = squeeze(RANGE.sub("", line)) if len(line) <= LONGEST_HEADING else ""
        if not squeezed or (line[0].isdigit() and (len(squeezed) > LONGEST_UNMARKED or line[-1] in "。；：，")):
            continue
        if "工作报告" in squeezed:
            continue  # a title
        marked = re.match(r"[一二三四五第（(]", squeezed) is not None
        if not marked and not squeezed[0].isdigit():
            continue
        if match := REVIEWED.match(squeezed):
            found.append(Said("heading of the review", (read_number(match["year"]) or 0) + 1, line))
        elif match := PLANNED.match(squeezed):
            found.append(Said("heading of the plan", read_number(match["year"]) or 0, line))
    return found


def settle_day(readings: Sequence[date], published: date | None, headings: Sequence[Said]) -> tuple[date, str] | None:
    """Which of the days a damaged date may have been, and by what; None where that stays open.

    A speech is not published before it is given; its headings name the year it plans.
    """
    if len(readings) == 1:
        return readings[0], "the only reading"
    by = []
    left = list(readings)
    if published and (earlier := [day for day in left if day <= published]) and len(earlier) < len(left):
        left, by = earlier, ["the day of publication"]
    years = {said.year for said in headings}
    if len(left) > 1 and (agreeing := [day for day in left if planned_by(day) in years]):
        left, by = agreeing, [*by, "the headings"]
    return (left[0], " and ".join(by)) if len(left) == 1 else None


def settle_year(
    day: date | None,
    headings: Sequence[Said],
    opening: str,
    titles: Sequence[str],
    published: date | None,
) -> tuple[int | None, dict[str, Evidence], list[Problem]]:
    """The year the report plans, its evidence, and where the witnesses disagree.

    `titles` are the head's and the page's. Without a day the headings decide, then the opening, then the title, unless
    the title names the year before that of publication: then it may be the year reviewed (杨浦, SOURCES §4, 16).
    """
    claimed = next((year for title in titles if (year := title_year(title))), None)
    chosen, problem = choose(day, headings, opening, titles, published)
    if chosen is None:
        return None, {}, [Problem("unresolved_year", "minor", problem)]
    problems = [
        Problem(
            "year_disagrees",
            "minor",
            f"{chosen.rule} says {chosen.year} ({chosen.words}), {said.rule} says {said.year} ({said.words})",
        )
        for said in headings
        if said.year != chosen.year
    ]
    if claimed and claimed != chosen.year:
        text = f"the title says {claimed}, the report plans {chosen.year}"
        problems.append(Problem("title_year_differs", "note", text))
    return chosen.year, {"year": Evidence(chosen.rule, chosen.words)}, problems[:4]


def choose(
    day: date | None, headings: Sequence[Said], opening: str, titles: Sequence[str], published: date | None
) -> tuple[Said | None, str]:
    """The witness that decides the year, or None and why none does."""
    years = {said.year for said in headings}
    kinds = {said.rule for said in headings}
    if day:
        plans = {said.year for said in headings if said.rule == "heading of the plan"}
        if day.month in MIDYEAR and len(plans) == 1 and plans <= {day.year, day.year + 1}:
            return next(said for said in headings if said.rule == "heading of the plan"), ""
        spoken = Said("day of the speech", planned_by(day), day.isoformat())
        if len(kinds) == 2 and len(years) == 1 and spoken.year not in years:
            return None, f"the day of the speech says {spoken.year} ({day}), all headings say {years.pop()}"
        return spoken, ""
    claimed = [(year, title) for title in titles if (year := title_year(title))]
    if len(years) > 1:
        agreed = [said for said in headings if claimed and said.year == claimed[0][0]]
        text = ", ".join(f"{said.year} ({said.words})" for said in headings[:4])
        return (agreed[0], "") if agreed else (None, f"the headings say {text}")
    if headings:
        return headings[0], ""
    for rule, words in (("opening", opening), *(("title", title) for title in titles)):
        if match := BOTH_YEARS.search(squeeze(words)):
            return Said(rule, read_number(match["year"]) or 0, words), ""
    if not claimed:
        return None, "neither date nor headings nor title name a year"
    year, title = claimed[0]
    if published and planned_by(published) == year + 1:
        return None, f"the title says {year}, the page is of {published}: the year planned or the year reviewed?"
    return Said("title", year, title), ""
