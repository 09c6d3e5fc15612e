"""From one page to a source: the family it is of, the column that keeps the reports, the region, what is unsure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import quote, urljoin, urlsplit

from archive.errors import UnreadableError
from archive.examine import Circumstances, examine
from archive.model import Finding, PageRules
from archive.platforms import Likeness, column_addresses, detect_platforms
from archive.read.facts import page_facts
from archive.regions import load_regions
from archive.sourcefile import ListRules, Platform
from archive.urls import is_fetchable, url_key
from crawler.asking import Answer, Ask
from crawler.discover import COLUMN_WORDS, column_links, holds_report, report_links, squeeze
from crawler.markup import Link, Markup
from crawler.pager import next_page
from crawler.verdict import VERDICTS

# A column is looked for in so many requests, the page given included: breadcrumbs and the platform's own rule mostly
# need two, a front page three; beyond that a person finds it sooner.
MOST_REQUESTS: Final = 12
# A list names several reports; a page that mentions one is none.
FEW_REPORTS: Final = 2

SITEMAP_WORDS = re.compile("网站地图|站点地图|sitemap", re.IGNORECASE)
YEAR = re.compile(r"(?:19|20)\d{2}(?=\s*年|\D{0,12}政府)")
# How site searches call what is sought (jsearch, TRS 海云, UCAP search).
SEARCH_FIELDS = ("q", "qt", "searchWord", "keyword", "keywords", "wd", "word", "searchContent", "text")


@dataclass
class Draft:
    """What is known of a source after looking: enough to write its file. `unsure` are sentences for a person."""

    url: str
    platform: str | None = None
    signs: tuple[str, ...] = ()
    column: Answer | None = None
    article: Answer | None = None
    kind: str = "government"
    region: str | None = None
    region_why: str = ""
    name: str = ""
    years: tuple[int, ...] = ()
    finding: Finding | None = None
    failed: str = ""
    requests: int = 0
    unsure: list[str] = field(default_factory=list)


class Scout:
    """Looks at a site, in at most MOST_REQUESTS requests."""

    def __init__(self, ask: Ask, platforms: Mapping[str, Platform], extra_regions: Path | None = None) -> None:
        self.ask_site = ask
        self.platforms = platforms
        self.extra_regions = extra_regions
        self.regions = load_regions(extra_regions)
        self.answers: dict[str, Answer] = {}

    async def ask(self, url: str) -> Answer | None:
        """A page, asked for once; None past the limit."""
        key = url_key(url)
        if key not in self.answers:
            if len(self.answers) >= MOST_REQUESTS or not is_fetchable(url):
                return None
            answer = self.answers[key] = await self.ask_site(url)
            self.answers.setdefault(url_key(answer.url), answer)
        return self.answers[key]

    async def look(self, url: str) -> Draft:
        """Look at a page and around it."""
        draft = Draft(url)
        page = await self.ask(url)
        assert page is not None
        if page.markup is None:
            draft.failed = why_failed(page)
            draft.requests = len(self.answers)
            return draft
        if len(self.reports_on(page.markup)) >= FEW_REPORTS and not holds_report(page.markup):
            draft.column = page
        else:
            if holds_report(page.markup):
                draft.article = page
            draft.column = await self.find_column(page, page.markup)
        if draft.column and draft.column.markup and not draft.article:
            draft.article = await self.first_article(draft.column.markup)
        self.describe(draft, page)
        draft.requests = len({id(answer) for answer in self.answers.values()})
        return draft

    async def find_column(self, page: Answer, markup: Markup) -> Answer | None:
        """The list page that keeps the reports: the first of the likely addresses that names several."""
        likely = [link.url for link in column_links(markup)]
        best: Answer | None = None
        waiting = [*likely, *self.guess_addresses(page, markup)]
        while waiting and (answer := await self.ask(waiting.pop(0))):
            if answer.markup is None or holds_report(answer.markup):
                continue
            links = self.reports_on(answer.markup)
            if not links:
                # A column that a script fills: its page may say where the list is.
                waiting += [url for url in self.guess_addresses(answer, answer.markup) if url not in waiting]
            if page.url in {link.url for link in links}:
                return answer
            if len(links) >= FEW_REPORTS and best is None:
                best = answer
                if not holds_report(markup):
                    return best
        return best or await self.search_column(markup)

    def guess_addresses(self, page: Answer, markup: Markup) -> Iterator[str]:
        """Where the column may be by the platform's rules, and above the page in the address."""
        for likeness in detect_platforms(markup.html, page.url, self.platforms)[:2]:
            yield from column_addresses(self.platforms[likeness.platform], markup.html, page.url)
        if holds_report(markup):
            for way in ("./", "../", "../../"):
                yield urljoin(page.url, way)

    async def search_column(self, markup: Markup) -> Answer | None:
        """Through the sitemap, then the site's own search."""
        maps = [link.url for link in markup.links() if SITEMAP_WORDS.search(link.text)]
        for address in (*maps[:1], urljoin(markup.url, "/sitemap.xml"), urljoin(markup.url, "/")):
            answer = await self.ask(address)
            if answer and answer.markup:
                for url in self.columns_of(answer.markup)[:3]:
                    found = await self.ask(url)
                    if found and found.markup and len(self.reports_on(found.markup)) >= FEW_REPORTS:
                        return found
        for address in searches(markup):
            answer = await self.ask(address)
            if answer and answer.markup:
                for link in report_links(answer.markup, self.rules)[:1]:
                    found = await self.ask(link.url)
                    if found and found.markup and holds_report(found.markup):
                        for url in [other.url for other in column_links(found.markup)][:2]:
                            column = await self.ask(url)
                            if column and column.markup and len(self.reports_on(column.markup)) >= FEW_REPORTS:
                                return column
        return None

    def columns_of(self, markup: Markup) -> list[str]:
        """The addresses of columns on a page or in a sitemap.xml."""
        found = [link.url for link in column_links(markup)]
        listed = "".join(f'<a href="{url}"></a>' for url in re.findall(r"<loc>\s*([^<\s]+)", markup.html))
        return found + [link.url for link in column_links(Markup(listed, markup.url))]

    async def first_article(self, column: Markup) -> Answer | None:
        """A report of the column, the newest shown."""
        for link in self.reports_on(column)[:2]:
            answer = await self.ask(link.url)
            if answer and answer.markup and holds_report(answer.markup):
                return answer
        return None

    def reports_on(self, markup: Markup) -> list[Link]:
        """The links to reports on a page: a menu's 政府工作报告 and 工作报告, which name no one page, are none."""
        links = report_links(markup, self.rules)
        return [link for link in links if not COLUMN_WORDS.match(squeeze(link.text)) or names_one(link.url)]

    @property
    def rules(self) -> ListRules:
        """Which links are taken for reports while looking."""
        return self.platforms["plain"].list if "plain" in self.platforms else ListRules()

    # ---- what is known of it

    def describe(self, draft: Draft, page: Answer) -> None:
        """Fill in platform, region, name and years, and say what is unsure."""
        shown = [answer for answer in (draft.article, draft.column, page) if answer and answer.markup]
        self.describe_platform(draft, shown)
        if draft.article:
            draft.finding = examine_article(draft, self.platforms, self.extra_regions)
        self.describe_region(draft, shown)
        if draft.column and draft.column.markup:
            links = self.reports_on(draft.column.markup)
            years = sorted({int(year) for link in links for year in YEAR.findall(squeeze(link.text))})
            draft.years = tuple(years)
            if next_page(draft.column.markup) is None and len(links) >= 10:
                draft.unsure.append(f"no next page was found on a list of {len(links)}: give list.next if there is one")
            if not years:
                draft.unsure.append("the list's titles name no years: expect.years is a guess")
        else:
            draft.unsure.append("no column was found: put the address of the list into start")
        if draft.article is None:
            draft.unsure.append("no report was read: the layout is untried, and there is no fixture")
        elif draft.finding is None or not draft.finding.identity.is_report:
            draft.unsure.append("the archive does not take the page for a report: give page.body")

    def describe_platform(self, draft: Draft, shown: list[Answer]) -> None:
        """The platform most pages looked at show signs of."""
        weights: Counter[str] = Counter()
        signs: dict[str, Likeness] = {}
        for answer in shown:
            assert answer.markup is not None
            for likeness in detect_platforms(answer.markup.html, answer.url, self.platforms):
                weights[likeness.platform] += likeness.weight
                signs.setdefault(likeness.platform, likeness)
        ranked = weights.most_common(2)
        if not ranked:
            draft.platform = "plain"
            draft.unsure.append("no family was recognised: plain lists and pages are assumed")
            return
        draft.platform, draft.signs = ranked[0][0], signs[ranked[0][0]].signs
        if len(ranked) > 1 and 2 * ranked[1][1] > ranked[0][1]:
            draft.unsure.append(f"it might be {ranked[1][0]} as well as {ranked[0][0]}")

    def describe_region(self, draft: Draft, shown: list[Answer]) -> None:
        """The region by SiteIDCode, else by the report's own words, else by the site's name."""
        facts = [page_facts(answer.markup.tree) for answer in shown if answer.markup]
        draft.name = next((given["sitename"] for given in facts if given.get("sitename")), "") or (
            urlsplit(draft.url).hostname or ""
        )
        draft.kind = self.platforms[draft.platform or "plain"].kind
        if draft.kind != "government":
            return
        codes = [given.get("siteidcode", "")[:6] for given in facts]
        said = draft.finding.identity.region if draft.finding else None
        code = next((code for code in codes if self.regions.at(code, None)), None)
        if code:
            draft.region, draft.region_why = code, "SiteIDCode"
            if said and said != code:
                draft.unsure.append(f"SiteIDCode says {code}, the report itself {said}: one of them is another's")
        elif said:
            draft.region, draft.region_why = said, "the report's own words"
        else:
            units = self.regions.narrow(self.regions.read(draft.name)[0], None)
            if len(units) == 1:
                draft.region, draft.region_why = units[0].code, "the site's name"
        if draft.region is None:
            draft.unsure.append("whose site it is could not be told: give region, or kind where it is nobody's")
        elif draft.region_why != "SiteIDCode":
            draft.unsure.append(f"the region is told by {draft.region_why} alone")


def examine_article(draft: Draft, platforms: Mapping[str, Platform], regions: Path | None) -> Finding | None:
    """What the archive makes of the report page that was looked at."""
    assert draft.article is not None
    preset = platforms.get(draft.platform or "")
    rules = preset.page.on(None) if preset else PageRules()
    known = Circumstances(draft.article.url, draft.article.content_type, rules, extra_regions=regions)
    try:
        findings = examine(draft.article.body, known).findings
    except UnreadableError:
        return None
    return max(findings, key=lambda finding: len(finding.text), default=None)


def names_one(url: str) -> bool:
    """Whether an address may name one page of many: there is a number in its last part or its query."""
    parts = urlsplit(url)
    return bool(re.search(r"\d", parts.path.rpartition("/")[2] + parts.query))


def why_failed(answer: Answer) -> str:
    """In words, why nothing can be made of an answer."""
    if answer.verdict == "page":
        return "is a file: give the page that links to it"
    why = answer.why or VERDICTS.get(answer.verdict, "")
    return f"{answer.verdict}{f' ({why})' if why else ''}"


def searches(markup: Markup) -> Iterator[str]:
    """The addresses of the site's own search for 政府工作报告, by its forms."""
    for form in markup.tree.css("form")[:5]:
        if (form.attributes.get("method") or "get").lower() != "get":
            continue
        names = [node.attributes.get("name") or "" for node in form.css("input")]
        if name := next((name for name in names if name in SEARCH_FIELDS), None):
            action = urljoin(markup.base, form.attributes.get("action") or "")
            yield f"{action}{'&' if '?' in action else '?'}{name}={quote('政府工作报告')}"
