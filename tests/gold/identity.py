"""Heads and near misses: made pages whose fields are known, and how many of them come out right, unresolved or wrong.

`heads/*.toml` hold one table a case: the head as printed and what must be read from it; `near_misses.toml` what is no
report and why. Every file of the folder counts. A field that a case does not name must stay unresolved. Bodies are made
up (tests/speech.py).
"""

from __future__ import annotations

import html
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from functools import cache
from pathlib import Path
from typing import Any

from archive.clean import clean_text
from archive.examine import Circumstances, examine
from archive.identify import Clues, identify
from archive.model import Finding
from archive.regions import Regions, load_regions
from tests import speech
from tests.heads import make_head

HEADS = Path(__file__).parent / "heads"
REGIONS = HEADS / "regions.csv"
NEAR_MISSES = "near_misses"
# Heads put together at random for the table of `make gold`.
MADE = 2000

OPENING = "现在，我代表本级人民政府，向大会报告政府工作，请予审议，并请列席人员提出意见。"
CLOSING = "各位代表，让我们携手同行，为建设更加美好的家园而努力奋斗！"
# What a case must say, or else the field must come out empty.
FIELDS = ("region", "township", "year", "day", "session", "speaker")


class BrokenCaseError(Exception):
    """A case of the gold set that cannot be used, with its name and what is wrong."""


@dataclass(frozen=True, slots=True)
class HeadCase:
    """One report: its head, what is known beside it, and what must be read. None: must stay unresolved.

    `speaker` is post and name with a space between, or the name alone; `session` congress and session likewise.
    `problems` must be among those found; `candidates` are codes that the problem of an unresolved region names.
    """

    name: str
    head: str
    title: str | None = None
    sitename: str | None = None
    site: str | None = None
    source: str | None = None
    published: Any = None
    salutation: str = speech.SALUTATION
    opening: str = OPENING
    headings: tuple[str, ...] = ()
    body: Mapping[str, Any] = field(default_factory=dict)
    region: str | None = None
    township: str | None = None
    year: int | None = None
    day: Any = None
    session: str | None = None
    speaker: str | None = None
    problems: tuple[str, ...] = ()
    candidates: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NearMissCase:
    """One text that is no report, and the reason it must be given."""

    name: str
    title: str
    text: str
    body: str
    reason: str
    end: str = ""


def read_cases(kind: type, path: Path) -> list[Any]:
    """The cases of one file. Raises BrokenCaseError."""
    known = {item.name for item in fields(kind)}
    cases = []
    for name, table in tomllib.loads(path.read_text("utf-8")).items():
        if unknown := set(table) - known:
            raise BrokenCaseError(f"{path.name}, [{name}]: {sorted(unknown)[0]} is no field of a case")
        given = {key: tuple(value) if isinstance(value, list) else value for key, value in table.items()}
        try:
            cases.append(kind(name=name, **given))
        except TypeError as error:
            raise BrokenCaseError(f"{path.name}, [{name}]: {error}") from error
    return cases


@cache
def head_cases() -> tuple[HeadCase, ...]:
    """Every head, by file and place. Raises BrokenCaseError where a name is used twice."""
    paths = [path for path in sorted(HEADS.glob("*.toml")) if path.stem != NEAR_MISSES]
    cases = [case for path in paths for case in read_cases(HeadCase, path)]
    if twice := [name for name, count in Counter(case.name for case in cases).items() if count > 1]:
        raise BrokenCaseError(f"[{twice[0]}] is there twice")
    return tuple(cases)


@cache
def near_miss_cases() -> tuple[NearMissCase, ...]:
    """Every near miss."""
    return tuple(read_cases(NearMissCase, HEADS / f"{NEAR_MISSES}.toml"))


def body_lines(case: HeadCase) -> list[str]:
    """A made-up body: its headings name years, none (`plain`), or five years (`term`)."""
    planned = case.body.get("year") or case.year or (case.day.year if case.day else 2024)
    lines = speech.body(planned)
    headings = case.headings
    if case.body.get("plain"):
        headings = ("一、过去一年工作回顾", "二、今后工作安排", "三、加强政府自身建设")
    elif case.body.get("term"):
        headings = ("一、过去五年工作回顾", "二、今后五年目标任务", f"三、{planned}年重点工作")
    old = [line for line in lines if line[1] == "、"]
    renamed = dict(zip(old, headings, strict=True)) if headings else {}
    return [renamed.get(line, line) for line in lines]


def page_of_head(case: HeadCase) -> bytes:
    """The page of a head: the tags of the government page standard, and the text a paragraph a line."""
    lines = [*case.head.strip("\n").split("\n"), *([case.salutation] if case.salutation else []), case.opening]
    return page([*lines, *body_lines(case), CLOSING], case.title or lines[0], case.sitename, case.site, case.published)


def page_of_near_miss(case: NearMissCase) -> bytes:
    """The page of a near miss."""
    lines = case.text.strip("\n").split("\n")
    if case.body == "speech":
        lines += [*speech.body(), CLOSING]
    elif case.body == "prose":
        lines += [speech.paragraph(number) for number in range(16)]
    return page([*lines, *([case.end] if case.end else [])], case.title)


def page(
    lines: Iterable[str], title: str, site_name: str | None = None, code: str | None = None, published: Any = None
) -> bytes:
    """A page of a government site."""
    facts = {"SiteName": site_name, "SiteIDCode": code, "ArticleTitle": title, "PubDate": published}
    tags = "".join(
        f'<meta name="{name}" content="{html.escape(str(value))}">' for name, value in facts.items() if value
    )
    body = "".join(f"<p>{html.escape(line)}</p>\n" for line in lines)
    return f'<html><head><title>{html.escape(title)}</title>{tags}</head><body><div id="zoom">{body}</div></body></html>'.encode()


def examine_page(data: bytes, source: str | None = None) -> Finding:
    """What the whole way makes of a page: its one finding."""
    known = Circumstances(content_type="text/html; charset=utf-8", region=source, extra_regions=REGIONS)
    findings = examine(data, known).findings
    if len(findings) != 1:
        raise BrokenCaseError(f"{len(findings)} candidates on a page of one")
    return findings[0]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one case: for each field right, unresolved or wrong; `said` is a line for each that is not right."""

    name: str
    fields: Mapping[str, str]
    said: tuple[str, ...]


def judge_head(case: HeadCase) -> Outcome:
    """Examine a head and compare."""
    finding = examine_page(page_of_head(case), case.source)
    identity = finding.identity
    found = {
        "region": identity.region,
        "township": identity.township,
        "year": identity.year,
        "day": identity.delivered_on,
        "session": " ".join(filter(None, (identity.congress, identity.session))) or None,
        "speaker": " ".join(filter(None, (identity.speaker_post, identity.speaker))) or None,
    }
    verdicts = {"report": "right" if identity.is_report else "wrong"}
    said = [] if identity.is_report else [f"no report: {identity.reason} ({identity.detail})"]
    for name in FIELDS if identity.is_report else ():
        expected = getattr(case, name)
        expected = None if expected is None else str(expected)
        value = None if found[name] is None else str(found[name])
        verdicts[name] = "right" if value == expected else "unresolved" if value is None else "wrong"
        if value != expected:
            said.append(f"{name}: {value} for {expected}")
    codes = {problem.code for problem in finding.problems}
    missing = [code for code in case.problems if code not in codes]
    unnamed = [code for code in case.candidates if not any(code in problem.detail for problem in finding.problems)]
    verdicts["problems"] = "wrong" if missing or unnamed else "right"
    said += [f"problem {code} is not told" for code in missing] + [f"candidate {code} is not named" for code in unnamed]
    return Outcome(case.name, verdicts, tuple(said))


def judge_near_miss(case: NearMissCase) -> Outcome:
    """Examine a near miss and compare."""
    identity = examine_page(page_of_near_miss(case)).identity
    verdicts = {
        "no report": "wrong" if identity.is_report else "right",
        "reason": "right" if identity.reason == case.reason else "wrong",
    }
    said = () if identity.reason == case.reason else (f"{identity.reason} for {case.reason} ({identity.detail})",)
    return Outcome(case.name, verdicts, said)


@cache
def outcomes() -> tuple[Outcome, ...]:
    """What comes of every case."""
    return (*map(judge_head, head_cases()), *map(judge_near_miss, near_miss_cases()))


def counts() -> dict[str, Counter[str]]:
    """For each field how many are right, unresolved and wrong."""
    table: dict[str, Counter[str]] = {}
    for outcome in outcomes():
        for name, verdict in outcome.fields.items():
            table.setdefault(name, Counter())[verdict] += 1
    return table


def made_counts(seeds: Iterable[int], regions: Regions) -> dict[str, Counter[str]]:
    """For each field of heads put together at random (tests/heads.py) how many are right, unresolved and wrong."""
    table: dict[str, Counter[str]] = {}
    for seed in seeds:
        head = make_head(seed)
        found = identify(clean_text(head.page()), Clues(), regions)
        pairs = {
            "report": (found.is_report or None, True),
            "region": (found.region, head.region),
            "year": (found.year, head.year),
            "day": (found.delivered_on, head.day.isoformat()),
            "speaker": (found.speaker, head.speaker),
            "post": (found.speaker_post, head.post),
            "congress": (found.congress, head.congress),
        }
        for name, (value, truth) in pairs.items():
            verdict = "right" if value == truth else "unresolved" if value is None else "wrong"
            table.setdefault(name, Counter())[verdict] += 1
    return table


def reached() -> dict[str, dict[str, float]]:
    """What is pinned: the share right of each field, and the share without a false value."""
    return {
        f"heads: {name}": {
            "right": verdicts["right"] / verdicts.total(),
            "not_wrong": 1 - verdicts["wrong"] / verdicts.total(),
        }
        for name, verdicts in counts().items()
    }


def print_table() -> None:
    """The table of `make gold`, and a line for each case that is not right."""
    print(f"\nheads: {len(head_cases())} reports and {len(near_miss_cases())} near misses")
    print_counts(counts())
    for outcome in outcomes():
        for line in outcome.said:
            print(f"    {outcome.name}: {line}")
    print(f"heads put together at random: {MADE}")
    print_counts(made_counts(range(MADE), load_regions(REGIONS)))


def print_counts(table: Mapping[str, Counter[str]]) -> None:
    """A line a field."""
    print(f"  {'':12}{'right':>8}{'unresolved':>12}{'wrong':>8}")
    for name, verdicts in table.items():
        print(f"  {name:12}{verdicts['right']:8}{verdicts['unresolved']:12}{verdicts['wrong']:8}")
