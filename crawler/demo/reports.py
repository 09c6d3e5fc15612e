"""Writes the fictional reports of the demo: nothing in them is real, and region and year decide every word."""

from __future__ import annotations

import csv
import random
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from crawler.demo.phrases import Deck, Theme, expand, load_stock

HERE = Path(__file__).parent

NUMERALS = "〇一二三四五六七八九"

# Whose leadership a report names, by the last character of its region's name.
ABOVE = {"市": "省委、省政府和市委", "区": "市委、市政府和区委", "县": "市委、市政府和县委"}

# A five-year plan by the years it covers, and what the reports call each of those years.
PLAN_YEARS = ("开局之年", "关键之年", "承上启下之年", "攻坚之年", "收官之年")
PLANS = {1996: "九五", 2001: "十五", 2006: "十一五", 2011: "十二五", 2016: "十三五", 2021: "十四五", 2026: "十五五"}

# Sections and sentences that bring a report to 6,000–9,000 characters, a third to a half of a real one.
REVIEW_THEMES = 11
PLAN_THEMES = 12
SENTENCES = (4, 6)
LOCAL_NAMES = 7


@dataclass(frozen=True, slots=True)
class FictionalRegion:
    """A region that exists in the demo only."""

    code: str
    name: str
    level: str
    province: str
    prefecture: str

    @property
    def path(self) -> str:
        """Full name from the province down: 示例省/样例市/甲子区."""
        return "/".join(dict.fromkeys(part for part in (self.province, self.prefecture, self.name) if part))


@dataclass(frozen=True, slots=True)
class Sitting:
    """One row of reports.csv: where, when and by whom a report was given. Dates are ISO; "" for no speaker."""

    region: str
    year: int
    delivered_on: str
    congress: str
    session: str
    session_form: str
    title: str
    speaker_line: str
    speaker: str
    speaker_post: str
    glossary: bool

    @property
    def id(self) -> str:
        """The id the archive must give the report: region and the year it plans."""
        return f"{self.region}-{self.year}"


@dataclass(frozen=True, slots=True)
class FictionalReport:
    """A report as it was given: head lines, then body paragraphs, then the glossary's, none of them empty."""

    sitting: Sitting
    region: FictionalRegion
    head: tuple[str, ...]
    body: tuple[str, ...]
    glossary: tuple[str, ...]

    @property
    def id(self) -> str:
        """Region and year."""
        return self.sitting.id

    @property
    def title(self) -> str:
        """The title as printed."""
        return self.head[0]

    @property
    def full_title(self) -> str:
        """A title that names year and region, for lists and for sites that write their own."""
        return f"{self.sitting.year}年{self.region.name}人民政府工作报告"

    @property
    def paragraphs(self) -> tuple[str, ...]:
        """The whole text, a paragraph an item."""
        return (*self.head, *self.body, *self.glossary)

    @property
    def text(self) -> str:
        """The whole text, a paragraph a line."""
        return "\n".join(self.paragraphs)


def load_regions() -> dict[str, FictionalRegion]:
    """The fictional regions by code."""
    with (HERE / "regions.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    fields = FictionalRegion.__slots__
    return {row["code"]: FictionalRegion(**{field: row[field] for field in fields}) for row in rows}


def load_sittings() -> dict[tuple[str, int], Sitting]:
    """The sessions at which the reports were given, by region and year planned."""
    with (HERE / "reports.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    changed = {"year": int, "glossary": bool}
    sittings = [Sitting(**{key: changed.get(key, str)(value) for key, value in row.items()}) for row in rows]
    return {(sitting.region, sitting.year): sitting for sitting in sittings}


@cache
def all_reports() -> tuple[FictionalReport, ...]:
    """Every report of the demo, by region and year."""
    return tuple(write_report(region, year) for region, year in sorted(load_sittings()))


@cache
def write_report(region: str, year: int) -> FictionalReport:
    """Write the report of a fictional region (code) for a year. Raises KeyError where reports.csv has no such row."""
    return Writer(load_sittings()[region, year]).write()


class Writer:
    """Writes one report: knows its names and its dice, and which words it has used already."""

    def __init__(self, sitting: Sitting, region: FictionalRegion | None = None) -> None:
        self.sitting = sitting
        self.stock = load_stock()
        self.region = region or load_regions()[sitting.region]
        self.rng = random.Random(f"{sitting.region}-{sitting.year}")  # noqa: S311 dice for prose
        self.names = self.local_names() | self.fixed_names()
        self.decks: dict[tuple[str, ...], Deck] = {}

    def local_names(self) -> dict[str, tuple[str, ...]]:
        """Roads, rivers, towns of the region: the same ones every year."""
        rng = random.Random(self.sitting.region)  # noqa: S311 dice for prose
        stock = self.stock.names.items()
        return {kind: tuple(rng.sample(names, min(LOCAL_NAMES, len(names)))) for kind, names in stock}

    def fixed_names(self) -> dict[str, tuple[str, ...]]:
        """Values that stay the same all through one report."""
        year, name = self.sitting.year, self.region.name
        level = name[-1]
        start = max(first for first in PLANS if first <= year)
        values = {
            "region": name,
            "short": name[:-1],
            "lv": level,
            "party": ABOVE[level],
            "around": "全省" if level == "市" else "全市",
            "rd": f"{level}人大",
            "zx": f"{level}政协",
            "year": str(year),
            "last": str(year - 1),
            "plan5": PLANS[start],
            "plan5year": PLAN_YEARS[year - start],
            "horizon": str(start + 4),
            "slogan": self.rng.choice(self.stock.names["slogan"]),
        }
        return {key: (value,) for key, value in values.items()}

    def write(self) -> FictionalReport:
        """The whole report."""
        sections = [self.review(), *self.term(), self.plan(), self.government()]
        body = ["各位代表：", self.say("opening")]
        for number, (heading, paragraphs) in enumerate(sections, 1):
            body += [f"{count(number)}、{heading}", *paragraphs]
        body.append(self.say("closing"))
        return FictionalReport(self.sitting, self.region, self.head(), tuple(body), self.glossary())

    def head(self) -> tuple[str, ...]:
        """Title, session line and, where one is named, the speaker's line."""
        lines = (self.sitting.title, session_line(self.sitting), self.sitting.speaker_line)
        return tuple(line for line in lines if line)

    def review(self) -> tuple[str, list[str]]:
        """The year behind."""
        themes = self.rng.sample(self.stock.themes, REVIEW_THEMES)
        paragraphs = [self.say("overview"), self.say("indicators"), self.say("lead_done")]
        paragraphs += self.subsections(themes, "review", "done")
        paragraphs += [self.say("method"), self.say("thanks"), self.say("trouble")]
        return f"{self.sitting.year - 1}年{self.rng.choice(('工作回顾', '政府工作回顾'))}", paragraphs

    def term(self) -> list[tuple[str, list[str]]]:
        """What a new government says of the five years behind, or a plan's first year of those ahead; else nothing."""
        behind, ahead = self.stock.patterns["term_title"]
        before, lessons, aims, focus = self.stock.patterns["term"]
        if self.sitting.session == "第一次会议":
            return [(self.fill(behind), [self.fill(before), self.fill(lessons)])]
        if self.sitting.year in PLANS:
            return [(self.fill(ahead), [self.fill(aims), self.fill(focus)])]
        return []

    def plan(self) -> tuple[str, list[str]]:
        """The year ahead."""
        themes = self.rng.sample(self.stock.themes, PLAN_THEMES)
        paragraphs = [self.say("requirement"), self.say("targets"), self.say("lead_plan")]
        paragraphs += self.subsections(themes, "plan", "plan")
        return f"{self.sitting.year}年{self.rng.choice(('主要目标和重点工作', '主要任务', '重点工作安排'))}", paragraphs

    def government(self) -> tuple[str, list[str]]:
        """The government itself."""
        themes = self.rng.sample(self.stock.own, 3)
        return "加强政府自身建设", [self.say("self_lead"), *self.subsections(themes, "heading", "plan")]

    def subsections(self, themes: list[Theme], heading: str, frames: str) -> list[str]:
        """（一）… with one or two paragraphs each."""
        paragraphs = []
        for number, theme in enumerate(themes, 1):
            paragraphs.append(f"（{count(number)}）{self.fill(theme.headings[heading])}")
            sentences = [self.sentence(theme, frames) for _ in range(self.rng.randint(*SENTENCES))]
            if theme.topics and frames == "done":
                sentences.insert(0, self.fill(self.draw(theme.topics)))
            middle = len(sentences) // 2 if len(sentences) > 4 else len(sentences)
            paragraphs += ["".join(part) for part in (sentences[:middle], sentences[middle:]) if part]
        return paragraphs

    def sentence(self, theme: Theme, frames: str) -> str:
        """One sentence on a theme: a frame with its measures, figures and nouns filled in."""
        frame = self.draw(self.stock.patterns[frames])
        for sign, items in (("$M", theme.measures), ("$F", theme.figures), ("$N", theme.nouns)):
            while sign in frame:
                frame = frame.replace(sign, self.draw(items), 1)
        return self.fill(frame)

    def glossary(self) -> tuple[str, ...]:
        """Terms explained, where the report has a glossary."""
        if not self.sitting.glossary:
            return ()
        terms = self.rng.sample(sorted(self.stock.glossary), self.rng.randint(5, 7))
        explained = [f"{n}.{term}：{self.fill(self.stock.glossary[term])}" for n, term in enumerate(terms, 1)]
        return ("名词解释", *explained)

    def say(self, key: str) -> str:
        """One of the sentences the stock holds for this place."""
        return self.fill(self.rng.choice(self.stock.patterns[key]))

    def draw(self, items: tuple[str, ...]) -> str:
        """An item not drawn lately."""
        return self.decks.setdefault(items, Deck(items, self.rng)).draw()

    def fill(self, pattern: str) -> str:
        """A pattern as words."""
        return expand(pattern, self.names, self.rng)


def session_line(sitting: Sitting) -> str:
    """The line under the title, in one of the forms seen (SOURCES §4: dash, brackets, bare, Chinese numerals)."""
    year, month, day = (int(part) for part in sitting.delivered_on.split("-"))
    at = f"在{sitting.congress}{sitting.session}上"
    if sitting.session_form == "numerals":
        return f"——{''.join(NUMERALS[int(digit)] for digit in str(year))}年{count(month)}月{count(day)}日{at}"
    line = f"{year}年{month}月{day}日{at}"
    return {"dash": f"——{line}", "brackets": f"（{line}）", "bare": line}[sitting.session_form]


def count(number: int) -> str:
    """A number from 1 to 99 as Chinese counts it: 十二, 二十."""
    tens, ones = divmod(number, 10)
    ten = "" if not tens else "十" if tens == 1 else f"{NUMERALS[tens]}十"
    return ten + (NUMERALS[ones] if ones or not tens else "")
