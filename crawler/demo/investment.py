"""The sample investment site: several articles on one page, each run together, one character deleted from each."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape

from crawler.demo.copies import DemoCopy, copies_at, narrow_punctuation
from crawler.demo.near_misses import NearMiss, near_misses_at
from crawler.demo.resource import HTML, Resource, read_template, robots

HOST = "zhaoshang.example"
SITE = "zhaoshang"
UPLOADED = "2026-03-18"

# Which items stand on which bundle page: R the next report, N the next news item.
BUNDLES = {1: "N", 2: "NRRNRN", 3: "NRRN"}
A_PAGE = 6

ORDINALS = "一二三四五六七八九"

Item = DemoCopy | NearMiss

FRAME = read_template("zhaoshang.html")


def pages() -> dict[str, Resource]:
    """Every path of the site with its answer."""
    bundles = fill_bundles()
    found = {"/robots.txt": robots("Allow: /")}
    for number, items in bundles.items():
        found[f"/info/1/page/{number}"] = bundle_page(number, items, max(bundles))
    found |= dict(list_pages([(item, number) for number, items in bundles.items() for item in items]))
    home = '<h2>样例招商网</h2><p>企业选址、园区推介、政策咨询。</p><p><a href="info">招商资讯</a></p>'
    return found | {path: draw_page("样例招商网", home, "", "info") for path in ("/", "/index.html")}


def fill_bundles() -> dict[int, list[Item]]:
    """The items of each bundle page; news that is left over goes to the first."""
    reports, news = iter(copies_at(SITE)), iter(near_misses_at(SITE))
    bundles: dict[int, list[Item]] = {
        number: [next(reports) if sign == "R" else next(news) for sign in signs] for number, signs in BUNDLES.items()
    }
    bundles[1] += [*news, *reports]
    return bundles


def shown_title(item: Item) -> str:
    """【甲子区招商】 and the title; the year is put in front where the report's own title has none."""
    if isinstance(item, NearMiss):
        return item.title
    return f"【{item.report.region.name}招商】{own_title(item)}"


def own_title(copy: DemoCopy) -> str:
    """The title the site sets in front of the text."""
    return copy.report.title if copy.report.title[0] == "2" else copy.report.full_title


def bundle_page(number: int, items: list[Item], last: int) -> Resource:
    """Whole articles one after another."""
    shown = "\n".join(
        f'<li class="item"><span class="dash">-</span><h3>{escape(shown_title(item))}</h3>'
        f"<p>{escape(run_together(item))}</p><time>{UPLOADED}</time></li>"
        for item in items
    )
    step = f'<p><a class="next" href="{number + 1}">下一页</a></p>' if number < last else ""
    main = f"<h2>招商资讯</h2>\n<ul>\n{shown}\n</ul>\n{step}"
    return draw_page("招商资讯 - 样例招商网", main, "../../../", "../../../info")


def run_together(item: Item) -> str:
    """An article as one paragraph. A report also gets lines of the site's own and loses one character throughout."""
    if isinstance(item, NearMiss):
        return narrow_punctuation("".join(item.paragraphs))
    title = own_title(item)
    _, session, *speaker = item.report.head
    text = [f"{title}全文", session.replace("——", "――"), *speaker]
    chapter = 0
    for line in (*item.report.body, *item.report.glossary):
        if line[0] in "一二三四五" and line[1] == "、":
            chapter += 1
            text.append(f"{title}第{ORDINALS[chapter - 1]}部分")
        text.append(line)
    text.append(f"{title}全文完")
    whole = re.sub(r"\s", "", "".join(text))
    return narrow_punctuation(whole.replace(item.lost, ""))


def list_pages(entries: list[tuple[Item, int]]) -> Iterator[tuple[str, Resource]]:
    """The list of titles, each leading to the bundle page that holds its article: /info, /info/page/2."""
    for page, start in enumerate(range(0, len(entries), A_PAGE), 1):
        root = "" if page == 1 else "../../"
        items = "\n".join(
            f'<li class="entry"><a href="{root}info/1/page/{bundle}">'
            f"{escape(shown_title(item))}</a> <time>{UPLOADED}</time></li>"
            for item, bundle in entries[start : start + A_PAGE]
        )
        more = start + A_PAGE < len(entries)
        step = f'<p><a class="next" href="{root}info/page/{page + 1}">下一页</a></p>' if more else ""
        path = "/info" if page == 1 else f"/info/page/{page}"
        yield path, draw_page("招商资讯", f"<h2>招商资讯</h2>\n<ul>\n{items}\n</ul>\n{step}", root, f"{root}info")


def draw_page(title: str, main: str, up: str, info: str) -> Resource:
    """A page in the site's frame; everything was uploaded on one day."""
    html = FRAME.substitute(title=escape(title), main=main, up=up or "./", info=info)
    return Resource(html.encode(), HTML, UPLOADED)
