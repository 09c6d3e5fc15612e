"""The sample aggregator: other people's reports between teasers, share buttons and hidden noise, in GBK."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from html import escape

from crawler.demo.copies import DemoCopy, copies_at, narrow_punctuation
from crawler.demo.resource import Resource, read_template, robots

HOST = "www.wenku.example"
SITE = "wenku"
A_PAGE = 8
NOTICES = 6

# How much of a truncated copy the site shows before it asks for a login, and of the opening its teaser repeats.
SHOWN = 0.6
TEASER = 130

FRAME = read_template("wenku.html")
ARTICLE = read_template("wenku_article.html")


def pages() -> dict[str, Resource]:
    """Every path of the site with its answer."""
    copies = copies_at(SITE)
    found = {"/robots.txt": robots("Disallow: /user/")}
    for number, copy in enumerate(copies):
        found[f"/baogao/{name_of(copy)}"] = article(copies, number)
    found |= dict(list_pages(copies))
    home = '<div class="left"><h1>文库样例网</h1><p><a href="baogao/list_1.html">工作报告频道</a></p></div>'
    newest = copies[0].published_on
    return found | {path: draw_page("文库样例网", home, newest, "") for path in ("/", "/index.html")}


def name_of(copy: DemoCopy) -> str:
    """The page's file name: seven digits that no other has."""
    return f"{int(copy.report.sitting.region[2:]) * 100 + copy.report.sitting.year % 100 + 2600000}.html"


def shown_title(copy: DemoCopy) -> str:
    """The title the site gives a report; one is sold as next year's."""
    wrong = copy.form == "wrong-year"
    return f"{copy.report.sitting.year + wrong}年{copy.report.region.name}人民政府工作报告"


def article(copies: list[DemoCopy], number: int) -> Resource:
    """One report page with everything around it."""
    copy, count = copies[number], len(copies)
    previous, following = copies[number - 1], copies[(number + 1) % count]
    related = [copies[(number + step) % count] for step in range(2, 2 + NOTICES)]
    lines = shown_lines(copy)
    main = ARTICLE.substitute(
        title=escape(shown_title(copy)),
        day=copy.published_on,
        reads=digest(copy) % 4000 + 60,
        likes=digest(copy) % 37,
        teaser=escape("".join(lines)[:TEASER]),
        contents=contents(copy) if copy.form == "contents" else "",
        body=body_of(copy, lines),
        wall="" if copy.complete else '<p class="src">[阅读全部图文内容,您需要先登录]</p>\n',
        previous=name_of(previous),
        previous_title=escape(shown_title(previous)),
        following=name_of(following),
        following_title=escape(shown_title(following)),
        related="".join(f'<li><a href="{name_of(other)}">{escape(shown_title(other))}</a></li>' for other in related),
    )
    return draw_page(shown_title(copy), main, copy.published_on)


def shown_lines(copy: DemoCopy) -> list[str]:
    """The report's lines as the site prints them: half-width marks, its own title, cut short where it is."""
    lines = [narrow_punctuation(line) for line in copy.report.paragraphs]
    if copy.form == "wrong-year":
        lines[0] = lines[0].replace(str(copy.report.sitting.year), str(copy.report.sitting.year + 1))
    if copy.complete:
        return lines
    left = int(SHOWN * sum(map(len, lines)))
    kept = []
    for line in lines:
        kept.append(line[:left])
        left -= len(line)
        if left <= 0:
            break
    return [*kept[:-1], f"{kept[-1]}..."]


def body_of(copy: DemoCopy, lines: list[str]) -> str:
    """The text with the site's noise between its paragraphs: hidden words that a copier takes along."""
    mark = f"{digest(copy):x}"[:6]
    body = []
    for number, line in enumerate(lines):
        tail = f'<span style="font-size:0px;color:#fff">{mark}</span>' if number % 11 == 5 else ""
        body.append(f"<p>{escape(line)}{tail}</p>")
        if number % 7 == 3:
            body.append(f'<div class="noise" style="display:none">{mark} 文库样例网独家 {mark}</div>')
    return "\n".join(body)


def contents(copy: DemoCopy) -> str:
    """A table of contents the site makes from the headings and sets in front (SOURCES §1, guanlizhidu)."""
    headings = [line for line in copy.report.body if line[0] == "（" or line[1:2] == "、"]
    items = "".join(f"<p>{escape(narrow_punctuation(line))}</p>" for line in headings)
    return f'<div class="toc"><p>目录</p>{items}</div>\n'


def list_pages(copies: list[DemoCopy]) -> Iterator[tuple[str, Resource]]:
    """The channel's list: list_1.html, list_2.html …"""
    total = -(-len(copies) // A_PAGE)
    for page in range(1, total + 1):
        shown = copies[(page - 1) * A_PAGE : page * A_PAGE]
        items = [
            f'<li><a href="{name_of(copy)}">{escape(shown_title(copy))}</a> <small>{copy.published_on}</small></li>'
            for copy in shown
        ]
        steps = "".join(f'<a href="list_{n}.html">{n}</a>' for n in range(1, total + 1))
        if page < total:
            steps += f'<a class="next" href="list_{page + 1}.html">下一页</a>'
        lines = f'<ul class="list">{"".join(items)}</ul><div class="page">{steps}</div>'
        main = f'<div class="left"><h1>工作报告</h1>{lines}</div>'
        yield f"/baogao/list_{page}.html", draw_page(f"工作报告第{page}页", main, copies[0].published_on)


def draw_page(title: str, main: str, day: str, above: str = "../") -> Resource:
    """A page in the site's frame: GBK, which it calls gb2312 and whose name its server keeps to itself."""
    html = FRAME.substitute(title=escape(title), main=main).replace('href="../', f'href="{above}')
    return Resource(html.encode("gbk"), "text/html", day)


def digest(copy: DemoCopy) -> int:
    """A number that goes with a copy, for marks and counters."""
    return int(sha256(copy.report.id.encode()).hexdigest()[:8], 16)
