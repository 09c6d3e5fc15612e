"""The cases of the gold set: those in folders, and those made from cases.csv, the templates and the fictional reports.

Pages are made rather than kept so that a person can review 20 templates and a table instead of 90 pages; what a made
page should give follows from the report it was made from, never from the archive's code. `python -m tests.gold
--write DIR` writes them all out as folders. Pages that share their maker share its blind spots: those in
reading/ were written by hand or made by other programs, and count as much.
"""

from __future__ import annotations

import csv
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from html import escape
from pathlib import Path
from string import Template

from crawler.demo.reports import FictionalReport, all_reports
from tests.gold.markup import MARKUPS
from tests.gold.papers import PAPERS
from tests.gold.twists import TWISTS, Draft, begin, expected_text

HERE = Path(__file__).parent
FOLDERS = HERE / "reading"
TABLE = HERE / "cases.csv"
TEMPLATES = HERE / "templates"

EXTENSIONS = {"html": "html", "text": "txt", "pdf": "pdf", "docx": "docx", "ofd": "ofd"}


@dataclass(frozen=True, slots=True)
class Case:
    """A page and what a perfect reader gives of it.

    `kind` is html, text, pdf or docx; `family` the name without its number. `crossing` are the expected paragraphs that
    cross a page. No expected line at all: the page must be said to be unreadable.
    """

    name: str
    kind: str
    page: bytes
    expected: tuple[str, ...]
    crossing: tuple[str, ...] = ()
    content_type: str | None = None
    made: bool = False

    @property
    def family(self) -> str:
        """The name without its number."""
        return self.name.rpartition("-")[0]


class BrokenCaseError(Exception):
    """A case that is not whole: what is missing, in words."""


def load_cases() -> list[Case]:
    """Every case, those in folders first. Raises BrokenCaseError."""
    return [*folder_cases(FOLDERS), *made_cases()]


def folder_cases(folder: Path) -> Iterator[Case]:
    """The cases kept as folders: page.<ext>, expected.txt, and case.toml where the server said a content type.

    Raises BrokenCaseError for a folder that lacks its page or its expected text.
    """
    for case in sorted(path for path in folder.iterdir() if path.is_dir()):
        pages = sorted(case.glob("page.*"))
        if len(pages) != 1:
            raise BrokenCaseError(f"{case}: one page.<ext> is needed, {len(pages)} found")
        if not (case / "expected.txt").exists():
            raise BrokenCaseError(f"{case}: expected.txt is missing")
        known = tomllib.loads(path.read_text("utf-8")) if (path := case / "case.toml").exists() else {}
        kinds = {"htm": "html", "html": "html", "mhtml": "html", "txt": "text", "pdf": "pdf"}
        expected = tuple(filter(None, (case / "expected.txt").read_text("utf-8").split("\n")))
        yield Case(
            case.name,
            kinds.get(pages[0].suffix[1:], pages[0].suffix[1:]),
            pages[0].read_bytes(),
            expected,
            tuple(known.get("crossing", ())),
            known.get("content_type"),
        )


@cache
def made_cases() -> tuple[Case, ...]:
    """The cases of cases.csv, in its order."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        return tuple(make_case(row) for row in csv.DictReader(file))


def make_case(row: dict[str, str]) -> Case:
    """One row of cases.csv as a case."""
    reports = {report.id: report for report in all_reports()}
    drafts = [draft_of(reports[name], row) for name in row["report"].split("+")]
    if row["kind"] != "html":
        (draft,) = drafts
        page, expected, crossing = PAPERS[row["form"]](draft)
        if row["kind"] == "text":
            page = page.decode().encode(row["encoding"])
        return Case(row["name"], row["kind"], page, expected, crossing, made=True)
    page_text = bundle(drafts) if row["form"] == "bundle" else article(drafts, row)
    data = page_text.encode(row["encoding"], "xmlcharrefreplace")
    return Case(row["name"], "html", data, tuple(line for draft in drafts for line in draft.expected), made=True)


def draft_of(report: FictionalReport, row: dict[str, str]) -> Draft:
    """A report after the twists of a row.

    `head` says where the page has the report's title: `in` the body (the page's title is the site's), `out` of it (the
    page's title is the report's), `both`, or `page`: a later page, under the title of the whole.
    """
    draft = begin(report)
    for name in filter(None, row["twists"].split("+")):
        draft = TWISTS[name](draft)
    if row["head"] == "out":
        draft = replace(draft, shown=draft.shown[1:], head=draft.head - 1)
    if row["head"] == "page":
        draft = replace(draft, expected=(report.full_title, *draft.expected))
    return draft


def article(drafts: list[Draft], row: dict[str, str]) -> str:
    """A page of one report (or of several one after the other) in a site's template."""
    body = "\n".join(body_of(draft, row["markup"]) for draft in drafts)
    draft = drafts[0]
    report = draft.report
    title = report.title if row["head"] == "out" else report.full_title
    if "narrow" in row["twists"]:
        title = title.replace("（", "(").replace("）", ")")
    values = {
        "title": escape(title),
        "site": f"{report.region.name}人民政府门户网站",
        "source": f"{report.region.name}人民政府办公室",
        "day": report.sitting.delivered_on,
        "code": report.sitting.region,
        "teaser": escape(draft.teaser),
        "label": row["label"],
        "body": body,
    }
    page = Template((TEMPLATES / f"{row['form']}.html").read_text("utf-8")).substitute(values)
    return re.sub(r"<meta[^>]*charset=none[^>]*>", "", page, flags=re.IGNORECASE) if row["label"] == "none" else page


def body_of(draft: Draft, markup: str) -> str:
    """A draft's lines in markup, what stands in front of them first."""
    html = MARKUPS[markup]([*draft.front, *draft.shown], len(draft.front) + draft.head)
    for change in draft.after:
        html = change(html)
    return html


NEWS = (
    (
        "【样例招商】样例市召开重点项目推进会",
        "4月8日，样例市召开重点项目推进会，通报一季度进展。会议要求，要紧盯开工、投产两个节点，优化服务，确保全年目标任务完成。",
    ),
    (
        "【甲子招商】甲子区打造生物产业集群：企业数量增长三成",
        "近年来，甲子区围绕生物产业，引进龙头企业，完善配套，集聚效应逐步显现。一、政策先行。区里出台十条措施，支持研发和中试。"
        "二、平台支撑。建成两个公共实验室，服务企业四十家。",
    ),
)


def bundle(drafts: list[Draft]) -> str:
    """Reports among news on one page of an investment site, each run together (010b)."""
    items = [(f"【{draft.report.region.name}招商】{draft.report.full_title}", draft.shown[0]) for draft in drafts]
    items = [NEWS[0], *items, NEWS[1]]
    shown = "\n".join(
        f"<div>-</div>\n<div class=t>{escape(title)}</div>\n<div class=c>{escape(text)}</div>\n<div>2026-03-18</div>"
        for title, text in items
    )
    return (
        '<!DOCTYPE html><html><head><meta charset="utf-8"><title>招商资讯-样例园区</title></head><body>'
        '<div class="nav"><a href="/">首页</a><a>园区介绍</a><a>招商政策</a><a>企业选址</a></div>'
        f'<div class="list">{shown}</div><div>有想补充的信息?点我投稿</div>'
        "<div>- 联系我们</div><div>- 企业入驻</div></body></html>"
    )


def write_cases(folder: Path) -> int:
    """Write the made cases as folders for people to look at; how many."""
    for case in made_cases():
        place = folder / case.name
        place.mkdir(parents=True, exist_ok=True)
        (place / f"page.{EXTENSIONS[case.kind]}").write_bytes(case.page)
        (place / "expected.txt").write_text(expected_text(case.expected), encoding="utf-8")
    return len(made_cases())
