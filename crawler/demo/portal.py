"""The sample government portal: list pages, report pages as TRS makes them, a report as PDF, and near misses."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from posixpath import dirname, relpath

from crawler.demo.copies import DemoCopy, copies_at
from crawler.demo.near_misses import NearMiss, near_misses_at
from crawler.demo.pdf import write_pdf
from crawler.demo.resource import HTML, Resource, read_template, robots

HOST = "www.yangli.gov.example"
SITE = "portal"
NAME = "样例市人民政府"
COLUMN = "/zwgk/zfgzbg"
A_PAGE = 10

FRAME = read_template("portal.html")
ARTICLE = read_template("portal_article.html")


def pages() -> dict[str, Resource]:
    """Every path of the site with its answer."""
    copies = copies_at(SITE)
    others = near_misses_at(SITE)
    found = {"/robots.txt": robots("Disallow: /zwgk/zfgzbg/nb/")}
    for copy in copies:
        found |= report_pages(copy)
    found |= {page.path: near_miss_page(page) for page in others}
    entries = [(copy.published_on, path_of(copy), copy.report.full_title) for copy in copies]
    entries += [(page.published_on, page.path, page.title) for page in others]
    found |= dict(list_pages(sorted(entries, reverse=True)))
    newest = max(day for day, _, _ in entries)
    link = '<ul class="list"><li><a href="zwgk/zfgzbg/index.html">政府工作报告</a></li></ul>'
    welcome = f"<p>欢迎访问{NAME}网站。</p>{link}"
    return found | {path: draw_page(path, NAME, welcome, newest) for path in ("/", "/index.html")}


def path_of(copy: DemoCopy) -> str:
    """A report page's address as TRS makes them: /YYYYMM/tYYYYMMDD_number.html (SOURCES §2b)."""
    return f"{folder_of(copy)}/t{copy.published_on.replace('-', '')}_{number_of(copy)}.html"


def folder_of(copy: DemoCopy) -> str:
    """The folder of a report's month."""
    return f"{COLUMN}/{copy.published_on[:7].replace('-', '')}"


def number_of(copy: DemoCopy) -> int:
    """A number no other report has: 1002024 for the city's report of 2024."""
    return int(copy.report.sitting.region[3:]) * 10000 + copy.report.sitting.year


def report_pages(copy: DemoCopy) -> dict[str, Resource]:
    """The page of a report; for a PDF also the file, and a page that holds nothing but the link to it."""
    path, report = path_of(copy), copy.report
    if copy.form != "pdf":
        return {path: article(path, copy, body_of(copy))}
    name = f"P0{copy.published_on.replace('-', '')}{number_of(copy)}.pdf"
    body = f'<p>报告全文见附件。</p>\n<p>附件：<a href="./{name}">{escape(report.full_title)}.pdf</a></p>'
    file = write_pdf(report.title, report.head[1:], (*report.body, *report.glossary))
    return {
        path: article(path, copy, body),
        f"{folder_of(copy)}/{name}": Resource(file, "application/pdf", copy.published_on),
    }


def body_of(copy: DemoCopy) -> str:
    """A report as an editor pasted it: paragraphs, Word's spans, or lines in one block, by the number of the page."""
    head, rest = copy.report.head, (*copy.report.body, *copy.report.glossary)
    style = number_of(copy) % 3
    if style == 0:
        titles = [f'<p align="center"><strong>{escape(line)}</strong></p>' for line in head]
        return "\n".join([*titles, *(f"<p>{escape(line)}</p>" for line in rest)])
    if style == 1:
        return "\n".join(f'<p class="MsoNormal">{word_spans(line)}</p>' for line in (*head, *rest))
    return "<div>" + "<br>\n".join(f"　　{escape(line)}" for line in (*head, *rest)) + "</div>"


def word_spans(line: str) -> str:
    """A line cut into spans before each figure, as text pasted from Word is."""
    parts = [[]] if not line else [[line[0]]]
    for character in line[1:]:
        if character.isascii() != parts[-1][-1].isascii():
            parts.append([])
        parts[-1].append(character)
    return "".join(f'<span style="font-family: 仿宋_GB2312">{escape("".join(part))}</span>' for part in parts)


def article(path: str, copy: DemoCopy, body: str) -> Resource:
    """The page of one report."""
    report = copy.report
    main = ARTICLE.substitute(
        home=relative(path, "/index.html"),
        column=relative(path, f"{COLUMN}/index.html"),
        name="政府工作报告",
        region=report.sitting.region,
        year=copy.published_on[:4],
        number=f"{number_of(copy):07}",
        day=copy.published_on,
        title=escape(report.full_title),
        source=f"{report.region.name}人民政府办公室",
        hits=number_of(copy) % 9973,
        body=body,
    )
    return draw_page(path, report.full_title, main, copy.published_on, column="政府工作报告", source=report.region.name)


def near_miss_page(page: NearMiss) -> Resource:
    """The page of something that is no report."""
    main = ARTICLE.substitute(
        home=relative(page.path, "/index.html"),
        column=relative(page.path, f"{COLUMN}/index.html"),
        name=page.column,
        region="990100",
        year=page.published_on[:4],
        number=page.path[-9:-5],
        day=page.published_on,
        title=escape(page.title),
        source="样例市人民政府办公室",
        hits=1200 + len(page.title),
        body="\n".join(f"<p>{escape(line)}</p>" for line in page.paragraphs),
    )
    return draw_page(page.path, page.title, main, page.published_on, column=page.column, source=NAME)


def list_pages(entries: list[tuple[str, str, str]]) -> Iterator[tuple[str, Resource]]:
    """The column's list, ten entries a page: index.html, index_1.html …"""
    names = [f"{COLUMN}/index{f'_{number}' if number else ''}.html" for number in range(-(-len(entries) // A_PAGE))]
    for number, path in enumerate(names):
        shown = entries[number * A_PAGE : (number + 1) * A_PAGE]
        items = [
            f'<li><span>{day}</span><a href="{relative(path, to)}" title="{escape(title)}">{escape(title)}</a></li>'
            for day, to, title in shown
        ]
        steps = [f'<a href="{relative(path, to)}">{n}</a>' for n, to in enumerate(names, 1)]
        steps[number] = f"<b>{number + 1}</b>"
        if number + 1 < len(names):
            steps.append(f'<a class="next" href="{relative(path, names[number + 1])}">下一页</a>')
        home = f'<a href="{relative(path, "/index.html")}">首页</a>'
        crumbs = f'<div class="crumbs">当前位置：{home} &gt; 政务公开 &gt; 政府工作报告</div>'
        main = "\n".join([crumbs, '<ul class="list">', *items, "</ul>", f'<div class="pages">{"".join(steps)}</div>'])
        yield path, draw_page(path, "政府工作报告", main, max(day for day, _, _ in entries), column="政府工作报告")


def draw_page(path: str, title: str, main: str, day: str, *, column: str = "", source: str = "") -> Resource:
    """A page in the site's frame, with the meta tags of the page standard (SOURCES §3a): site, column, article."""
    tags = {"SiteName": f"{NAME}门户网站", "SiteDomain": HOST, "SiteIDCode": "9901000001"}
    if column:
        tags |= {"ColumnName": column, "ColumnDescription": f"{column}栏目", "ColumnKeywords": column}
        tags["ColumnType"] = "政府信息公开"
    if source:
        tags |= {"ArticleTitle": title, "PubDate": f"{day} 09:30", "ContentSource": source}
    html = FRAME.substitute(
        title=escape(f"{title}_{NAME}" if title != NAME else NAME),
        meta="".join(f'<meta name="{name}" content="{escape(value)}">\n' for name, value in tags.items()),
        home=relative(path, "/index.html"),
        column=relative(path, f"{COLUMN}/index.html"),
        main=main,
    )
    return Resource(html.encode(), HTML, day)


def relative(path: str, to: str) -> str:
    """The way from one page to another without naming the host, so that it also works below another address."""
    return relpath(to, dirname(path))
