"""What a text is: a report or which near miss, of which region and year, given when, where and by whom.

Every value is read from the text or the page, with its evidence; a value that cannot be settled stays None and a
problem says why. Order of evidence: session line, head title, inner evidence, page, source (DESIGN §7). The grammar of
heads stands in head.py and speaker.py, the weighing of years in when.py, of regions in place.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from archive.ends import find_missing_ends
from archive.head import (
    DASHES,
    DATE,
    HAN,
    LONGEST_HEAD,
    OPENING,
    SALUTATION,
    Session,
    damaged_readings,
    find_salutation,
    is_date_line,
    is_title,
    read_damaged_session,
    read_date,
    read_session,
    tidy_title,
    title_year,
)
from archive.model import Evidence, Identity, Problem
from archive.near_miss import decide
from archive.place import Settled, nation, opening_place, settle_region
from archive.regions import Regions
from archive.speaker import read_lone_name, read_post, read_session_speaker, read_speaker, words_before_post
from archive.when import Said, heading_years, settle_day, settle_year

# The head ends at the salutation; without one, in so many first lines.
HEADLESS_LINES = 8
# A session line is cut over so many lines at most (SOURCES §4, rule 3, saw three).
MOST_CUTS = 4


@dataclass(frozen=True, slots=True)
class Clues:
    """What the page and its source say beside the text. All optional.

    `title` is the page's title; `site_code` the SiteIDCode of the page standard, whose first six digits are the area;
    `site_name` its SiteName; `region` the code in the source file; `published_on` the page's day of publication (ISO);
    `around` are lines of the page above the text, breadcrumbs and notices; `lost` the characters that the text has lost
    throughout.
    """

    title: str | None = None
    site_code: str | None = None
    site_name: str | None = None
    region: str | None = None
    published_on: str | None = None
    around: tuple[str, ...] = ()
    lost: str = ""


# A speaker read: the line, name and post, and the line in which a region may stand before the post.
Spoken = tuple[str, tuple[str, str | None], str]


@dataclass(slots=True)
class Head:
    """The head of a text: its lines before the salutation, and what they were read as.

    `damaged_place` are the words before a session line that lost its numbers; `readings` the days a damaged date may
    have been; `lone_date` says that the day stands on a line of its own, as days of publication do.
    """

    lines: tuple[str, ...]
    title: str | None = None
    session: Session | None = None
    damaged_place: str = ""
    delivered: date | None = None
    lone_date: bool = False
    readings: list[date] = field(default_factory=list)
    speaker: str | None = None
    post: str | None = None
    speaker_line: str = ""
    evidence: dict[str, Evidence] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def identify(text: str, clues: Clues, regions: Regions, certain: str | None = None) -> Identity:
    """What `text` (cleaned, one paragraph a line) is. `certain`: a person says it is a report, and why."""
    lines = text.split("\n")
    salutation = find_salutation(lines)
    head = read_head(lines, salutation)
    if head.session is None:
        read_document_number(head, clues.around)
    shown = clues.title or head.title
    decision = decide(text, shown, has_session=head.session is not None, lost=clues.lost)
    if certain:
        decision = replace(decision, is_report=True, detail=f"a person says so: {certain}")
    if not decision.is_report:
        return Identity(False, decision.reason, decision.detail, title=head.title, title_year=title_year(shown))
    opening = next((line[:200] for line in lines[:60] if OPENING.search(line[:200])), "")
    published = read_iso(clues.published_on)
    headings = heading_years(lines)
    settle_delivery(head, published, headings)
    titles = [title for title in (head.title, clues.title) if title]
    year, year_evidence, year_problems = settle_year(head.delivered, headings, opening, titles, published)
    place = place_of(head, opening, clues, year, regions)
    incomplete = find_missing_ends(lines, headless=salutation is None and not decision.has_head)
    path = "/".join(part for part in (place.region.path, place.township) if part) if place.region else None
    return Identity(
        True,
        "report",
        decision.detail,
        title=head.title,
        region=place.region.code if place.region else None,
        region_name=path,
        township=place.township if place.region else None,
        year=year,
        title_year=title_year(shown) or title_year(head.title),
        delivered_on=head.delivered.isoformat() if head.delivered else None,
        congress=head.session.congress if head.session else None,
        session=head.session.session if head.session else None,
        speaker=head.speaker,
        speaker_post=head.post,
        complete=not incomplete,
        evidence={**head.evidence, **year_evidence, **place.evidence},
        problems=(
            *(place_words(problem, text) for problem in (*head.problems, *incomplete)),
            *year_problems,
            *place.problems,
        ),
    )


def read_iso(words: str | None) -> date | None:
    """A day as pages and tables state it (2019-01-25, with or without a time); None for none or another form."""
    match = re.match(r"(\d{4})-(\d{1,2})-(\d{1,2})", words or "")
    try:
        return date(*map(int, match.groups())) if match else None
    except ValueError:
        return None


def place_words(problem: Problem, text: str) -> Problem:
    """A problem that quotes the text, with the place of the words it ends in; as it is where they are on two lines."""
    words = problem.detail.rpartition(": ")[2].rpartition("ends in ")[2]
    start = text.rfind(words) if problem.code == "cut" else text.find(words)
    return replace(problem, start=start, length=len(words)) if words and start >= 0 else problem


def read_head(lines: list[str], salutation: int | None) -> Head:
    """Read title, session line, date and speaker from the lines before the salutation."""
    above = tuple(line[:LONGEST_HEAD] for line in lines[: HEADLESS_LINES if salutation is None else salutation])
    titles = [line for line in above if is_title(line)]
    head = Head(above, tidy_title(titles[0]) if titles else None)
    if titles:
        head.evidence["title"] = Evidence("title line", titles[0])
    read_session_line(head)
    read_day(head)
    read_speaker_lines(head)
    return head


def windows(lines: tuple[str, ...]) -> Iterator[str]:
    """Every line, then every two that follow each other as one, up to MOST_CUTS: the shortest that reads counts."""
    for size in range(1, MOST_CUTS + 1):
        for start in range(len(lines) - size + 1):
            yield "".join(lines[start : start + size])


# A line that ends in the place of a session line which goes on below: ——2024年1月16日在样例市.
PLACE_AT_END = re.compile(rf"(?:\d日|[一二三四五六七八九十]日|^)[于在][{HAN}]{{2,}}$")


def longer_windows(lines: tuple[str, ...], window: str) -> Iterator[tuple[str, str]]:
    """The line above a window, and both as one."""
    for size in range(1, MOST_CUTS + 1):
        for start in range(1, len(lines) - size + 1):
            if "".join(lines[start : start + size]) == window:
                yield lines[start - 1], lines[start - 1] + window


def read_session_line(head: Head) -> None:
    """Fill the session; a damaged one gives its place and a problem."""
    for line in windows(head.lines):
        if (session := read_session(line)) is not None:
            longer = [whole for above, whole in longer_windows(head.lines, line) if PLACE_AT_END.search(above)]
            words = next((whole for whole in longer if read_session(whole)), line)
            head.session = read_session(words) or session
            head.evidence["session"] = Evidence("session line", words[:120])
            return
    for line in windows(head.lines):
        if found := read_damaged_session(line):
            head.damaged_place = found[0]
            head.problems.append(Problem("damaged_session", "minor", f"the session has lost characters: {found[1]}"))
            return


def read_document_number(head: Head, around: Iterable[str]) -> None:
    """Fill the session from the number a document of it has above its title: 长宁区十四届人大三次会议文件(16)."""
    for line in around:
        if re.search(r"会议.{0,4}(?:文件|材料)", line) and (session := read_session(line)):
            head.session = session
            head.evidence["session"] = Evidence("number of the document", line[:120])


def read_day(head: Head) -> None:
    """Fill the day of the speech, the session line's before another's; or the readings of a damaged one."""
    spoken = head.evidence["session"].words if head.session else ""
    titles = [line for line in head.lines if is_title(line)]
    others = [line for line in head.lines if line not in titles]
    found = [(line, day) for line in (spoken, *others, *titles, *windows(head.lines)) if (day := read_date(line))]
    if found:
        line, head.delivered = found[0]
        head.lone_date = line != spoken and is_date_line(line) and line.strip(DASHES + " ")[:1] not in "（([〔【"
        head.evidence["delivered_on"] = Evidence("date in the head", line[:120])
        for other, day in found[1:]:
            if day != head.delivered and other in head.lines:
                text = f"the head says {head.delivered} and {day}: {other}"
                head.problems.append(Problem("date_disagrees", "minor", text))
                break
        return
    for line in (spoken, *windows(head.lines)):
        if broken := damaged_readings(line):
            words, head.readings = broken
            head.evidence["delivered_on"] = Evidence("damaged date", words)
            head.problems.append(Problem("damaged_date", "minor", f"the date has lost characters: {words}"))
            return


def settle_delivery(head: Head, published: date | None, headings: list[Said]) -> None:
    """Settle a damaged day, and hold the day of the speech against that of publication."""
    if head.delivered is None and "delivered_on" in head.evidence:
        words = head.evidence.pop("delivered_on").words
        if settled := settle_day(head.readings, published, headings):
            head.delivered, why = settled
            head.evidence["delivered_on"] = Evidence(f"damaged date, settled by {why}", words)
    if head.delivered is None or published is None:
        return
    if head.lone_date and head.delivered == published:
        words = head.evidence.pop("delivered_on").words
        head.delivered = None
        text = f"the day is that of publication too, not taken as the day of the speech: {words}"
        head.problems.append(Problem("date_of_publication", "note", text))
    elif published < head.delivered:
        text = f"the page is of {published}, the speech of {head.delivered}"
        head.problems.append(Problem("published_before_delivery", "minor", text))


def read_speaker_lines(head: Head) -> None:
    """Fill the speaker from the head's lines: with a post before a bare name, the last of them counts.

    A post without name takes the name on the next line; a name alone counts right under session line or date.
    """
    found: list[Spoken] = []
    plain = [line for line in head.lines if not is_title(line)]
    for number, line in enumerate(plain):
        above = plain[number - 1] if number else ""
        post = read_post(above)
        if (read := read_speaker(line)) and not (post and read[1] is None):
            found.append((line, read, line))
        elif name := read_lone_name(line) or (read and read[0]):
            if post:
                found.append((line, (name, post), above))
            elif number == 0 or read_session(above) or is_date_line(above) or DATE.search(line):
                found.append((line, (name, None), line))
    if not any(read[1] for _, read, _ in found):
        named: list[Spoken] = [(line, read, "") for line in windows(head.lines) if (read := read_session_speaker(line))]
        found = named[:1] or found
    with_post = [item for item in found if item[1][1]]
    for line, (name, post), place in (with_post or found)[-1:]:
        head.speaker, head.post, head.speaker_line = name, post, place
        head.evidence["speaker"] = Evidence("speaker line", line[:120])
    # A post whose name is missing still says what kind of region it is.
    head.speaker_line = head.speaker_line or next((line for line in plain if read_post(line)), "")


def place_of(head: Head, opening: str, clues: Clues, year: int | None, regions: Regions) -> Settled:
    """Settle the region from all that names one."""
    session = head.session
    if session and (found := nation(session.congress, year, regions)):
        return Settled(found, None, {"region": Evidence("session line", session.congress)}, ())
    spoken = [
        ("session line", session.place if session else head.damaged_place),
        ("speaker line", words_before_post(head.speaker_line)),
        ("head title", head.title or ""),
        ("opening", opening_place(opening)),
    ]
    shown = [("page title", clues.title or ""), ("site", clues.site_name or "")]
    codes = [("SiteIDCode of the page", clues.site_code and clues.site_code[:6]), ("source file", clues.region)]
    post = head.post or read_post(head.speaker_line)
    spoken_in = head.delivered.year if head.delivered else year
    return settle_region(spoken, shown, clues.around, codes, post, spoken_in, regions, clues.lost)


def evidence_rows(evidence: Mapping[str, Evidence]) -> dict[str, dict[str, str]]:
    """Evidence as plain data: field → rule and words."""
    return {name: {"rule": found.rule, "words": found.words} for name, found in sorted(evidence.items())}


__all__ = ["SALUTATION", "Clues", "evidence_rows", "identify"]
