"""Cases drawn at random, the same in every run: combinations nobody looked at when the rules were written.

A page is a report, a template, a markup, an encoding and up to two twists; a PDF is a report and a style. Where a score
of the reviewed cases stands at its top, these show what is left to do.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from functools import cache

from crawler.demo.reports import all_reports
from tests.gold.make import TEMPLATES, Case, article, draft_of
from tests.gold.markup import MARKUPS
from tests.gold.papers import set_pdf
from tests.gold.twists import begin
from tests.make_pdf import Style

PAGES, PAPERS = 80, 8
SEED = 20261122

# Twists that go with each other, in the order in which they befall a page.
TWISTS = (
    *("caption", "above", "notice", "spaced_title", "broken_session", "narrow", "contents", "lost", "stars"),
    *("traditional", "pinyin", "wide", "spaced", "radicals", "tokens", "escapes", "hidden"),
)
ENCODINGS = (("utf-8", "utf-8"), ("utf-8", "gb2312"), ("gb18030", "gb2312"), ("gb18030", "utf-8"))


@cache
def shuffled_cases() -> tuple[Case, ...]:
    """The drawn pages and PDFs."""
    chance = random.Random(SEED)
    return (*draw_pages(chance), *draw_papers(chance))


def draw_pages(chance: random.Random) -> Iterator[Case]:
    """HTML pages: any template but that of a later page, any markup, any encoding, up to two twists."""
    forms = sorted(path.stem for path in TEMPLATES.glob("*.html") if path.stem != "part")
    reports = all_reports()
    for number in range(PAGES):
        twists = chance.sample(TWISTS, chance.choice((0, 1, 1, 2)))
        encoding, label = chance.choice(ENCODINGS)
        row = {
            "form": chance.choice(forms),
            "markup": chance.choice(sorted(MARKUPS)),
            "twists": "+".join(sorted(twists, key=TWISTS.index)),
            "encoding": encoding,
            "label": label,
            # A title in forms of its own stands in the body: that of the page is plain.
            "head": "in" if twists else chance.choice(("in", "out", "both")),
        }
        report = chance.choice(reports)
        draft = draft_of(report, row)
        page = article([draft], row).encode(encoding, "xmlcharrefreplace")
        name = f"shuffled-{number:03} {row['form']}, {row['markup']}, {row['twists'] or 'plain'}, {report.id}"
        yield Case(name, "shuffled html", page, draft.expected, made=True)


def draw_papers(chance: random.Random) -> Iterator[Case]:
    """PDFs in any size, leading, margins, indent and columns."""
    reports = all_reports()
    for number in range(PAPERS):
        size = chance.choice((10.5, 12, 14, 15, 16, 18))
        indent = chance.choice((0, 1, 2, 2, 2))
        style = Style(
            size=size,
            leading=size * chance.choice((1.3, 1.5, 1.75, 2)),
            left=chance.choice((50, 72, 90)),
            right=chance.choice((50, 72, 90)),
            indent=indent,
            gap=0 if indent else size * 0.6,
            columns=2 if size <= 12 and chance.random() < 0.4 else 1,
            head=chance.choice(("", "政府工作报告", "样例市人民政府公报 2024年第3期")),
            number=chance.choice(("— {} —", "- {} -", "{}", "第 {} 页", "第 {} 页 共 20 页", "")),
            justify=chance.random() < 0.7,
        )
        draft = begin(chance.choice(reports))
        page, expected, crossing = set_pdf(style, chance.choice(("utf-16-be", "gbk")))(draft)
        yield Case(f"shuffled-pdf-{number:02} {draft.report.id}", "shuffled pdf", page, expected, crossing, made=True)
