"""HTML and MHTML → the main text of a page, its title, its day and what it says of itself."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import NamedTuple, cast

from selectolax.lexbor import LexborHTMLParser

from archive.errors import UnreadableError
from archive.head import simplify
from archive.model import Page, PageRules, Problem
from archive.noise import READING
from archive.read.body import Choice, choose_body, choose_by_rule, find_links, read_choice
from archive.read.containers import COMMENTS, TITLES
from archive.read.decode import declared_encoding, decode
from archive.read.facts import find_day, find_labelled_day, page_facts, saved_from
from archive.read.markup import parse
from archive.read.serialise import join_lines, paragraphs_of
from archive.read.tree import Flat, flatten

IN_SIGHT = 50  # marks of prose: a page that shows fewer may keep its text hidden until a script runs

# A title in front of the body, and the lines of the head between them. Numbers of characters and paragraphs are those
# of the heads in SOURCES §4, with room to spare.
TITLE_WORD = "报告"
TITLE_LENGTH = 60
HEAD_PARAGRAPHS = 10
HEAD_LINE = 80
TITLE_SIZE = 200  # characters, runs or marks: a larger element only bears the class of a title
MOST_FRAMES = 20  # HTML parts of a saved page that are read, the largest: real ones have one, or one a frame
LONGEST_TITLE = 300  # characters: what is longer is no title, and is not looked through as one
META_LINE = 200  # characters: lines of 来源, 时间, 字号 in one
OWN_TITLE = re.compile(r"报告(?:全文)?(?:[（(—─―–-].*)?$")  # …工作报告, …工作报告（2020年）, …工作报告——2020年1月8日在…
SENTENCE = re.compile("[，。；]")  # 现在，我代表…作政府工作报告，请予审议。
BARE_TITLE = re.compile(r"[^>:|：，。]{0,30}工作报告(?:全文)?")  # a breadcrumb has signs in it
SESSION = re.compile(r"代表大会.*会议|^[—─―–-]+\s*.{0,30}(?:会议|大会)")
SPEAKER = re.compile(
    r"^[（(]?[\u4e00-\u9fff、\s]{0,24}(?:[省市区县州盟旗]\s*长|主\s*席|专\s*员)\s*[:：]?\s*[\u4e00-\u9fff·]{1,8}(?:\s+[\u4e00-\u9fff·]{1,4}){0,3}[)）]?$"
)
# The first line of a session that was broken over two.
BROKEN_SESSION = re.compile(
    r"[—─―–（(-]*\s*[\d〇○零一二三四五六七八九十]{4}\s*年.{2,8}日在?.{2,30}(?:[届次]|第|大会|[市区县州盟旗])"
)
DAY_LINE = re.compile(r"[（(]?\s*[\d〇○零一二三四五六七八九十]{4}\s*年.{2,8}日\s*[)）]?")

# What joins a title and a site's name in <title>. A dash only with spaces, or before the name of a site: 政府工作报告
# ——2020年1月8日在… is one title.
SITE_BREAK = re.compile(r"\s*[_|｜]\s*|\s+[-–—]{1,2}\s+|[-–—]+(?=[^-–—_|｜]{2,30}(?:网|网站|门户|政府|平台|中心)$)")


def read_html(data: bytes, url: str | None, content_type: str | None, rules: PageRules) -> Page:
    """Read an HTML page.

    `rules` are the source's own selectors and go before everything else; where one of `body` and `bundle` finds nothing
    the general rules are used and the page has a note (`selector_missed`). `content_type` is the header as received.
    `url` is where the page was found; no rule of this reader needs it today. A page without text gives no paragraphs.
    Raises BadArgumentsError for a selector that is none.
    """
    decoded = decode(data, declared_encoding(data, content_type))
    parser = parse(decoded.text)
    drop = (*rules.drop, *(selector for selector, _ in COMMENTS))
    flat = flatten(parser, drop)
    if flat.prose[-1] < IN_SIGHT and flat.hidden:
        flat = flatten(parser, drop, count_hidden=True)

    choices, parts, problems = choose(parser, flat, rules)
    body = choices[0]
    headings = find_headings(parser, flat, rules)
    facts = page_facts(parser)
    title = find_title(parser, headings, facts)
    paragraphs = [paragraph for part in parts for paragraph in part]
    is_bundle = body.rule == "html bundle"
    if not is_bundle:
        paragraphs = [*find_head(flat, body, paragraphs, headings, title), *paragraphs]
    dates = [text_of(flat, number) for number in flat.find(parser, rules.date)] if rules.date else []
    published_on = find_published(flat, body, paragraphs, [*dates, facts.get("pubdate", "")])
    if address := saved_from(decoded.text):
        facts["saved_from"] = address
    return Page(
        paragraphs=tuple(paragraphs),
        reader=body.rule,
        title=title,
        published_on=published_on,
        facts=facts | decoded.facts,
        problems=(*decoded.problems, *problems),
        parts=tuple(map(tuple, parts)) if is_bundle else (),
    )


def read_mhtml(data: bytes, url: str | None, rules: PageRules) -> Page:
    """Read a page saved as MHTML: its HTML part with the most text (a frame may hold it).

    The address the browser wrote into the file is the fact `saved_from`. Raises UnreadableError (`no_html_part`,
    `too_deep`) and BadArgumentsError as `read_html`.
    """
    try:
        message = cast(EmailMessage, message_from_bytes(data, policy=policy.default))
        found = [part for part in message.walk() if part.get_content_type() in ("text/html", "application/xhtml+xml")]
        contents = [(part, cast(bytes, part.get_payload(decode=True) or b"")) for part in found]
        if len(contents) > MOST_FRAMES:
            contents = sorted(contents, key=lambda content: -len(content[1]))[:MOST_FRAMES]
    except RecursionError as error:
        raise UnreadableError("too_deep", "the MHTML file nests its parts too deep; save the page again") from error
    if not contents:
        raise UnreadableError("no_html_part", "the MHTML file holds no HTML page; save the page again")
    pages = [read_html(content, url, str(part.get("Content-Type", "")), rules) for part, content in contents]
    best = max(range(len(pages)), key=lambda number: sum(map(len, pages[number].paragraphs)))
    address = message.get("Snapshot-Content-Location") or contents[best][0].get("Content-Location")
    page = pages[best]
    if not address:
        return page
    facts = dict(page.facts) | {"saved_from": str(address)}
    return Page(page.paragraphs, page.reader, page.title, page.published_on, facts, page.problems, page.parts)


def choose(
    parser: LexborHTMLParser, flat: Flat, rules: PageRules
) -> tuple[list[Choice], list[list[str]], list[Problem]]:
    """The slices of the main text, the paragraphs of each, and a note for each selector that found nothing."""
    problems: list[Problem] = []
    for key, selector in (("bundle", rules.bundle), ("body", rules.body)):
        if not selector:
            continue
        choices = choose_by_rule(parser, flat, selector, "html bundle" if key == "bundle" else "html rule")
        parts = [read_choice(parser, flat, choice, as_it_is=True) for choice in choices]
        if any(parts):
            return choices, [part for part in parts if part], problems
        problems.append(Problem("selector_missed", "note", f"{key}: {selector}"))
    choice = choose_body(parser, flat)
    return [choice], [read_choice(parser, flat, choice, as_it_is=False)], problems


class Heading(NamedTuple):
    """An element that may show the page's title: its number, its text in one line, whether the source named it."""

    number: int
    text: str
    by_rule: bool


def find_headings(parser: LexborHTMLParser, flat: Flat, rules: PageRules) -> list[Heading]:
    """The elements that may show the title, the most telling selector first."""
    headings = []
    for selector in filter(None, (rules.title, *(selector for selector, _ in TITLES))):
        for number in flat.find(parser, selector):
            start, end = flat.starts[number], flat.ends[number]
            is_small = max(end - start, flat.chars[end] - flat.chars[start]) <= TITLE_SIZE
            text = text_of(flat, number) if is_small else ""
            if 0 < len(text) <= TITLE_LENGTH:
                headings.append(Heading(number, text, selector == rules.title))
    return headings


def find_title(parser: LexborHTMLParser, headings: Sequence[Heading], facts: Mapping[str, str]) -> str | None:
    """The page's title: the source's rule, else the meta tag, else a heading, else <title> without the site's name."""
    named = next((heading.text for heading in headings if heading.by_rule), facts.get("articletitle"))
    if named:
        return named[:LONGEST_TITLE]
    tag, site = title_tag(parser), facts.get("sitename")
    shown = [heading.text for heading in headings if fold(heading.text) != fold(site or "")]
    # Not every heading is the article's: it speaks of a report, or <title> repeats it.
    best = max(shown, key=lambda text: (TITLE_WORD in text, fold(text) in fold(tag)), default="")
    if best and (TITLE_WORD in best or fold(best) in fold(tag)):
        return best
    return cut_site_name(tag, site) or (shown[0] if shown else None)


def title_tag(parser: LexborHTMLParser) -> str:
    """The words of <title>."""
    node = parser.css_first("title")
    return " ".join(node.text().split())[:LONGEST_TITLE] if node else ""


def cut_site_name(title: str, site: str | None) -> str | None:
    """A page title without the name of its site: the part that speaks of a report, else the first. None for none."""
    parts = [part.strip() for part in SITE_BREAK.split(title) if part.strip() and part.strip() != site]
    return next((part for part in parts if TITLE_WORD in part), parts[0] if parts else None)


def text_of(flat: Flat, number: int) -> str:
    """An element's text in one line."""
    lines = paragraphs_of(flat, flat.starts[number], flat.ends[number])
    return join_lines(lines) if lines else ""


def find_head(
    flat: Flat, body: Choice, paragraphs: Sequence[str], headings: Sequence[Heading], title: str | None
) -> list[str]:
    """A report's title that stands in front of its body, with the session, speaker and day lines between them.

    Empty where the body begins with a title of its own, or nothing in front of it shows one that speaks of a report.
    """
    beginning = [fold(paragraph) for paragraph in paragraphs[:HEAD_PARAGRAPHS]]
    own = fold(title or "")
    if any(is_title(line, own) for line in beginning):
        return []
    shown = [heading for heading in headings if TITLE_WORD in heading.text and flat.ends[heading.number] <= body.start]
    if shown:
        heading = max(shown, key=lambda heading: fold(heading.text) == own)
        head, between = heading.text, paragraphs_of(flat, flat.ends[heading.number], body.start)
        # The report's own title may follow that of its page, in a block of its own.
        for number, line in enumerate(between):
            if BARE_TITLE.fullmatch(fold(line)):
                head, between = line, between[number + 1 :]
                break
    else:
        # A heading without a telling tag is known by the page's title, which comes from elsewhere, or by its own words.
        before = paragraphs_of(flat, 0, body.start, find_links(flat, body.start))
        place = max((place for place, line in enumerate(before) if is_bare_title(fold(line), own)), default=None)
        if place is None:
            return []
        head, between = before[place], before[place + 1 :]
    return [head, *(line for line in between if is_head_line(line) and fold(line) not in beginning)]


def is_bare_title(line: str, title: str) -> bool:
    """Whether a folded line in front of the body is a report's title: the page's, or one that ends in 工作报告."""
    return (line == title and TITLE_WORD in title) or (len(line) <= TITLE_LENGTH and bool(BARE_TITLE.fullmatch(line)))


def is_title(line: str, title: str) -> bool:
    """Whether a folded line of the body is the page's title, or a title of the report's own; a sentence is none."""
    if len(line) > HEAD_LINE or SENTENCE.search(line):
        return False
    return bool(OWN_TITLE.search(line)) or (
        TITLE_WORD in line and TITLE_WORD in title and (line in title or title in line)
    )


def is_head_line(line: str) -> bool:
    """Whether a line between title and body belongs to the report's head: session, speaker or day."""
    if len(line) > HEAD_LINE:
        return False
    line = fold_words(line)
    return bool(
        SESSION.search(line) or SPEAKER.search(line) or DAY_LINE.fullmatch(line) or BROKEN_SESSION.fullmatch(line)
    )


def fold_words(line: str) -> str:
    """A line with simplified characters for traditional ones and without readings, its white space in place."""
    return simplify(READING.sub("", line))


def fold(line: str) -> str:
    """A line for comparison: compatibility and traditional forms folded, without readings and white space.

    Only its beginning: no title is longer, and to fold marks that stack takes quadratic time.
    """
    return "".join(fold_words(unicodedata.normalize("NFKC", line[:LONGEST_TITLE])).split())


def find_published(flat: Flat, body: Choice, paragraphs: Sequence[str], told: Sequence[str]) -> str | None:
    """The day of publication as an ISO date: from what was `told` (rule, meta tag), else beside a label in the head."""
    for words in told:
        if day := find_day(words):
            return day
    head = [*paragraphs_of(flat, 0, body.start), *paragraphs[:HEAD_PARAGRAPHS]]
    return find_labelled_day([line for line in head if len(line) <= META_LINE])
