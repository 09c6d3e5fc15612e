"""What a text is: a report or which near miss, of which region and year, given when, where and by whom.

Every value is read from the text or the page, with its evidence; a value that cannot be settled stays None and a
problem says why. Order of evidence: session line, head title, inner evidence, page, source (DESIGN §7).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from archive.head import (
    DAMAGED_DATE,
    DAMAGED_SESSION,
    LONE_NAME,
    LONGEST_HEAD,
    OPENING,
    SALUTATION,
    Session,
    find_salutation,
    is_date_line,
    is_title,
    read_date,
    read_session,
    read_session_speaker,
    read_speaker,
    tidy_title,
    title_year,
)
from archive.model import Evidence, Identity, Problem
from archive.near_miss import Decision, decide
from archive.regions import NATION, Mention, Region, Regions

# The head ends at the salutation; without one, in so many first lines.
HEADLESS_LINES = 8
# Sessions from here on plan the next year (SOURCES §4, rule 1: Nov 拉萨, Dec 海淀, 武昌 …).
PLANS_NEXT_YEAR = 11


@dataclass(frozen=True, slots=True)
class Clues:
    """What the page and its source say beside the text. All optional.

    `title` is the page's title; `site_code` the SiteIDCode of the page standard, whose first six digits are the area;
    `region` the code in the source file; `published_on` the page's day of publication (ISO).
    """

    title: str | None = None
    site_code: str | None = None
    region: str | None = None
    published_on: str | None = None


@dataclass(slots=True)
class Head:
    """The head of a text: its lines before the salutation, and what they were read as."""

    lines: tuple[str, ...]
    title: str | None
    session: Session | None
    delivered: date | None
    speaker: str | None
    post: str | None
    evidence: dict[str, Evidence] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def identify(text: str, clues: Clues, regions: Regions) -> Identity:
    """What `text` (cleaned, one paragraph a line) is."""
    lines = text.split("\n")
    salutation = find_salutation(lines)
    head = read_head(lines, salutation)
    shown = clues.title or head.title
    decision = decide(text, shown, has_session=head.session is not None)
    if not decision.is_report:
        return Identity(False, decision.reason, decision.detail, title=head.title, title_year=title_year(shown))
    year, year_evidence, year_problems = settle_year(head, lines, shown)
    region, township, region_evidence, region_problems = settle_region(head, lines, year, clues, regions)
    evidence = {**head.evidence, **year_evidence, **region_evidence}
    complete, incomplete = is_complete(lines, salutation, decision)
    return Identity(
        True,
        "report",
        decision.detail,
        title=head.title,
        region=region.code if region else None,
        region_name=(region.path + (f"/{township}" if township else "")) if region else None,
        township=township if region else None,
        year=year,
        title_year=title_year(shown),
        delivered_on=head.delivered.isoformat() if head.delivered else None,
        congress=head.session.congress if head.session else None,
        session=head.session.session if head.session else None,
        speaker=head.speaker,
        speaker_post=head.post,
        complete=complete,
        evidence=evidence,
        problems=(
            *(place_words(problem, text) for problem in (*head.problems, *incomplete)),
            *year_problems,
            *region_problems,
        ),
    )


def place_words(problem: Problem, text: str) -> Problem:
    """A problem that quotes the text, with the place of the words it ends in; as it is where they are on two lines."""
    words = problem.detail.rpartition(": ")[2].rpartition("ends in ")[2]
    start = text.rfind(words) if problem.code == "cut" else text.find(words)
    return replace(problem, start=start, length=len(words)) if words and start >= 0 else problem


def read_head(lines: list[str], salutation: int | None) -> Head:
    """Read title, session line, date and speaker from the lines before the salutation."""
    above = tuple(line[:LONGEST_HEAD] for line in lines[: HEADLESS_LINES if salutation is None else salutation])
    titles = [line for line in above if is_title(line)]
    head = Head(above, tidy_title(titles[0]) if titles else None, None, None, None, None)
    if titles:
        head.evidence["title"] = Evidence("title line", titles[0])
    # A session line may be cut over two or three lines (SOURCES §4, rule 3).
    spans = [*above, *("".join(above[n : n + 2]) for n in range(len(above) - 1)), "".join(above)]
    for line in spans:
        if (session := read_session(line)) is not None:
            head.session = session
            head.evidence["session"] = Evidence("session line", line[:120])
            break
    for line in sorted(spans, key=lambda line: read_session(line) is None):
        if (delivered := read_date(line)) is not None:
            head.delivered = delivered
            head.evidence["delivered_on"] = Evidence("date in the head", line[:120])
            break
    read_speaker_lines(head)
    joined = "".join(above)
    if head.delivered is None and (broken := DAMAGED_DATE.search(joined)):
        head.problems.append(Problem("damaged_date", "minor", f"the date has lost characters: {broken[0]}"))
    if head.session is None and (broken := DAMAGED_SESSION.search(joined)):
        head.problems.append(Problem("damaged_session", "minor", f"the session has lost its numbers: {broken[0]}"))
    return head


def read_speaker_lines(head: Head) -> None:
    """Fill the speaker from the head's lines: with a post before a bare name, the last of them counts."""
    found = [(line, read) for line in head.lines if not is_title(line) and (read := read_speaker(line))]
    for above, line in zip(head.lines, head.lines[1:], strict=False):
        if not found and LONE_NAME.match(line) and (read_session(above) or is_date_line(above)):
            found.append((line, (line, None)))
    if not found:
        found = [(line, read) for line in head.lines if (read := read_session_speaker(line))]
    with_post = [item for item in found if item[1][1]]
    for line, (name, post) in (with_post or found)[-1:]:
        head.speaker, head.post = name, post
        head.evidence["speaker"] = Evidence("speaker line", line)


REVIEWED = re.compile(r"^[一二]、[^，。]{0,16}?(?P<year>(?:19|20)\d\d)年[^，。]{0,24}?(?:回顾|总结|成绩|成就|完成情况)")
PLANNED = re.compile(
    r"^[一二三四]、[^，。]{0,8}?(?P<year>(?:19|20)\d\d)年[^，。]{0,12}?(?:任务|安排|目标|重点|打算|工作|要求)"
)


def settle_year(
    head: Head, lines: list[str], shown: str | None
) -> tuple[int | None, dict[str, Evidence], list[Problem]]:
    """The year the report plans, its evidence, and where the witnesses disagree.

    The day of the speech decides; without one, the headings (回顾 of Y plans Y+1), then the title.
    """
    witnesses: list[tuple[str, int, str]] = []
    if head.delivered:
        planned = head.delivered.year + (head.delivered.month >= PLANS_NEXT_YEAR)
        witnesses.append(("day of the speech", planned, head.delivered.isoformat()))
    for line in lines:
        if len(line) > 60:
            continue
        if match := REVIEWED.match(line):
            witnesses.append(("heading of the review", int(match["year"]) + 1, line))
        elif match := PLANNED.match(line):
            witnesses.append(("heading of the plan", int(match["year"]), line))
    claimed = title_year(shown)
    if not witnesses and claimed:
        witnesses.append(("title", claimed, shown or ""))
    if not witnesses:
        return None, {}, [Problem("unresolved_year", "minor", "neither date nor headings nor title name a year")]
    rule, year, words = witnesses[0]
    problems = [
        Problem("year_disagrees", "minor", f"{rule} says {year} ({words}), {other} says {value} ({said})")
        for other, value, said in witnesses[1:]
        if value != year
    ]
    if claimed and claimed != year:
        problems.append(Problem("title_year_differs", "note", f"the title says {claimed}, the report plans {year}"))
    return year, {"year": Evidence(rule, words)}, problems[:3]


def settle_region(
    head: Head, lines: list[str], year: int | None, clues: Clues, regions: Regions
) -> tuple[Region | None, str | None, dict[str, Evidence], list[Problem]]:
    """The region, the township's name where it is one's, the evidence, and the problems.

    The witnesses in order: session line, speaker line, head title, opening, page title, SiteIDCode, source. The first
    that names exactly one unit decides; parents named by any witness narrow a shared name.
    """
    opening = next((match[0] for line in lines[:60] if (match := OPENING.search(line[:200]))), "")
    speaker = head.evidence["speaker"].words if "speaker" in head.evidence else ""
    spoken = [
        ("session line", head.session.place if head.session else ""),
        ("speaker line", speaker),
        ("head title", head.title or ""),
        ("opening", opening),
        ("page title", clues.title or ""),
    ]
    chains = [(rule, words, list(regions.find(re.sub(r"\s", "", words)))) for rule, words in spoken]
    coded = [regions.at(code, year) for code in (clues.site_code and clues.site_code[:6], clues.region)]
    context = [unit for unit in coded if unit]
    if head.session and head.session.place.startswith(("全国", "中华人民共和国")):
        return regions.at(NATION, year), None, {"region": Evidence("session line", head.session.congress)}, []
    open_candidates: list[Region] = []
    for rule, words, chain in chains:
        units = narrow_by_context(regions.narrow(chain, year), chains, context)
        if len(units) == 1:
            unit = units[0]
            township = find_township(words, chain) if rule == "session line" else None
            problems = disagreements(unit, rule, chains, year, regions, context)
            return unit, township, {"region": Evidence(rule, words)}, problems
        open_candidates = open_candidates or units
    for rule, known in zip(("SiteIDCode of the page", "source file"), coded, strict=True):
        if known and (not open_candidates or known in open_candidates):
            return known, None, {"region": Evidence(rule, known.code)}, []
    detail = "; ".join(f"{unit.code} {unit.path}" for unit in open_candidates[:8]) or "no name of a region found"
    return None, None, {}, [Problem("unresolved_region", "minor", detail)]


def narrow_by_context(
    units: list[Region], chains: list[tuple[str, str, list[Mention]]], context: list[Region]
) -> list[Region]:
    """Units that share a name, narrowed to those within a parent that another witness names."""
    if len(units) < 2:
        return units
    codes = [unit for unit in units if any(unit.code == known.code or unit.within(known) for known in context)]
    if len(codes) == 1:
        return codes
    for _, _, chain in chains:
        for mention in chain:
            within = [
                unit
                for unit in units
                if any(unit.within(above) and unit.name != above.name for above in mention.candidates)
            ]
            if len({unit.code for unit in within}) == 1:
                return within[-1:]
    return [max(units, key=lambda unit: unit.valid_from)] if len({unit.code for unit in units}) == 1 else units


TOWNSHIP = re.compile(r"^([\u4e00-\u9fff]{1,10}(?:镇|乡|街道|苏木))")


def find_township(place: str, chain: list[Mention]) -> str | None:
    """The township named after the last region in the place words of a session line."""
    rest = place[chain[-1].end :] if chain else ""
    match = TOWNSHIP.match(rest)
    return match[1] if match else None


def disagreements(
    unit: Region,
    rule: str,
    chains: list[tuple[str, str, list[Mention]]],
    year: int | None,
    regions: Regions,
    context: list[Region],
) -> list[Problem]:
    """Where another witness names another unit, and where the name was not valid in that year."""
    problems = []
    if year and not unit.valid_in(year):
        problems.append(Problem("anachronistic_name", "note", f"{unit.path} did not have this name in {year}"))
    for other, words, chain in chains:
        named = regions.narrow(chain, year)
        same = [found for found in named if found.code == unit.code or unit.within(found)]
        if named and not same and other != rule:
            paths = " or ".join(sorted({found.path for found in named}))
            problems.append(
                Problem("region_disagrees", "minor", f"{rule} says {unit.path}, {other} says {paths} ({words})")
            )
    for known in context:
        if not (unit.within(known) or known.within(unit)):
            problems.append(
                Problem("region_disagrees", "note", f"{rule} says {unit.path}, the site is of {known.path}")
            )
    return problems


# How a report ends: 让我们…奋斗, 谢谢; or with its glossary (SOURCES §5: no closing = truncated).
CLOSING_WORDS = re.compile(r"让我?们|奋斗|谢谢|新篇章|新局面|贡献|名词解释|用语解释|名词注释|注释|力量|胜利")
CUT = re.compile(r"(?:\.{3,}|…+)\s*$")


def is_complete(lines: list[str], salutation: int | None, decision: Decision) -> tuple[bool, list[Problem]]:
    """Whether the text has a head and an end, and the problems where it has not."""
    problems = []
    if salutation is None and not decision.has_head:
        problems.append(Problem("headless", "minor", "neither salutation nor title: a later page or an excerpt"))
    last = lines[-1] if lines else ""
    if CUT.search(last[-12:]):
        problems.append(Problem("cut", "major", f"ends in {last[-12:]}"))
    elif not CLOSING_WORDS.search("\n".join(lines[len(lines) // 2 :])) and last[-1:] not in "。！!”":
        problems.append(Problem("cut", "major", f"no closing, ends in {last[-12:]}"))
    return not problems, problems


def evidence_rows(evidence: Mapping[str, Evidence]) -> dict[str, dict[str, str]]:
    """Evidence as plain data: field → rule and words."""
    return {name: {"rule": found.rule, "words": found.words} for name, found in sorted(evidence.items())}


__all__ = ["SALUTATION", "Clues", "evidence_rows", "identify"]
