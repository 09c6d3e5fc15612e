"""Which page comes after this one, of a list and of an article on several pages. Pure."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from html import unescape
from urllib.parse import urljoin

from archive.urls import url_key
from crawler.markup import NEXT_GROUP, Link, Markup

NEXT_WORDS = frozenset({"下一页", "下页", "下一頁", "后一页", "后页", "»", "›", ">", ">>", "next", "nextpage"})

# TRS WCM writes its pagers by script: createPageHTML(5, 0, "index", "html") is page 0 of 5, page 1 is index_1.html.
# 开普 UCAP counts from 1: createPageHTML('page_div', 5, 1, 'list', 'shtml', 66) is page 1 of 5, page 2 is list_2.shtml.
SCRIPT_PAGER = re.compile(
    r"createPageHTML\(\s*(['\"]page_div['\"]\s*,)?\s*['\"]?(\d+)['\"]?\s*,\s*(\d+)\s*,\s*['\"]([\w-]+)['\"]\s*,"
    r"\s*['\"](\w+)['\"]"
)
# A calendar also says > and 下月, and goes on for ever: its pages are named by a day or month, never by a number.
CALENDAR = re.compile(r"[?&/](?:date|day|month|year|ym|riqi|rili|calendar)=?(?:[=/]|$)", re.IGNORECASE)

# Where a page's number stands in an address: index_2.html, list-3.htm, /page/4, /p5.shtml and ?page=6.
NUMBER_IN_PATH = re.compile(r"^(?P<before>.*(?:[_-]|/page/|/p(?:age)?_?))(?P<number>\d{1,4})(?P<after>/?|\.\w+)$")
NUMBER_IN_QUERY = frozenset({"page", "p", "pageno", "pagenum", "pageindex", "pn", "curpage", "currentpage", "page_no"})
# No list served as JSON was seen with fewer entries a page (gkmlpt has 100): one with fewer is the last.
FULL_PAGE = 10
PAGE_PARAMETER = re.compile(rf"[?&]({'|'.join(sorted(NUMBER_IN_QUERY))})=(\d+)", re.IGNORECASE)


def next_page(page: Markup, css: str | None = None) -> str | None:
    """The page of a list that follows this one, None on the last.

    In order: what the list's own records say (大汉 JCMS; JSON), what the source's selector finds, `rel=next`, a link
    that says 下一页, the link whose address differs only in a page number one higher, the pager scripts of TRS, UCAP.
    """
    if page.html.lstrip()[:1] == "{":
        return json_next(page)
    if records := NEXT_GROUP.search(page.html):
        return urljoin(page.url, unescape(records[1]))
    if css:
        return first_other(page, page.links(css))
    found = first_other(page, page.links("a[rel~=next], link[rel~=next]"))
    found = found or first_other(page, (link for link in page.links() if says_next(link.text)))
    return found or numbered_next(page) or scripted_next(page)


def says_next(text: str) -> bool:
    """Whether a link's words are those of a pager's "next", arrows and repetitions in the title aside."""
    words = text.lower().split()
    return "".join(words) in NEXT_WORDS or any(word.strip("[]()>»› ") in NEXT_WORDS for word in words[:2])


def next_part(page: Markup, first: str) -> str | None:
    """The next page of an article on several pages, None on the last.

    `first` is the address of its first page (`36.html`, followed by `36_2.html`, at some sites by `36_1.html`).
    """
    stem, suffix = split_extension(url_key(first))
    shape = f"{stem}_{{}}{suffix}"
    here = numbered(url_key(page.url))
    number = here[1] if here and here[0] == shape else 0
    found = [(numbered(url_key(link.url)), link.url) for link in page.links()]
    links = {there[1]: url for there, url in found if there and there[0] == shape}
    wanted = (number + 1,) if number else (1, 2)
    return next((links[n] for n in wanted if n in links), None)


def numbered_next(page: Markup) -> str | None:
    """The link whose address is this page's with a page number one higher."""
    key = url_key(page.url)
    here = numbered(key)
    found = [(link, there) for link in page.links() if (there := numbered(url_key(link.url)))]
    if here:
        return next((link.url for link, there in found if there == (here[0], here[1] + 1)), None)
    # The first page mostly has no number. The second is what the pager calls 2, whatever its address calls it.
    shapes = first_shapes(key)
    later = [(link.text.strip() != "2", there[1], link.url) for link, there in found if there[0] in shapes and there[1]]
    return min(later)[2] if later else None


def numbered(key: str) -> tuple[str, int] | None:
    """A URL key with `{}` in place of its page number, and the number; None where it has none."""
    path, _, query = key.partition("?")
    for pair in query.split("&"):
        name, _, value = pair.partition("=")
        if name.lower() in NUMBER_IN_QUERY and value.isdigit():
            rest = [other for other in query.split("&") if other != pair]
            return "&".join([f"{path}?{name}={{}}", *rest]), int(value)
    if match := NUMBER_IN_PATH.match(path):
        shape = f"{match['before']}{{}}{match['after']}"
        return (f"{shape}?{query}" if query else shape), int(match["number"])
    return None


def shown_on(page: Markup, *, itself: bool) -> set[str]:
    """What a list page shows: the keys of the addresses it links to, but not of the list's own pages or a calendar's.

    `itself`: it shows articles themselves, not links to them; then a digest of its words, counters aside, is among it.
    """
    own = numbered(url_key(page.url))
    found = (
        (key, numbered(key)) for key in (url_key(link.url) for link in page.links() if not CALENDAR.search(link.url))
    )
    shown = {key for key, number in found if not (own and number and own[0] == number[0])}
    body = page.tree.body
    if itself and body is not None:
        shown.add(hashlib.sha256(re.sub(r"[\s\d]+", "", body.text()).encode("utf-8", "replace")).hexdigest())
    return shown


def first_shapes(key: str) -> set[str]:
    """What the numbered pages of a list are called whose first page, without a number, is `key`."""
    path, _, query = key.partition("?")
    stem, suffix = split_extension(path)
    folder = path if path.endswith("/") else f"{path}/"
    shapes = {f"{folder}page/{{}}", f"{folder}page/{{}}/"}
    shapes |= {f"{stem}{mark}{{}}{suffix}" for mark in "_-"} if suffix else set()
    if not suffix:
        shapes |= {f"{folder}index{mark}{{}}{ending}" for mark in "_-" for ending in (".html", ".htm", ".shtml")}
    shapes = {f"{shape}?{query}" if query else shape for shape in shapes}
    return shapes | {"&".join([f"{path}?{name}={{}}", *filter(None, [query])]) for name in NUMBER_IN_QUERY}


def split_extension(key: str) -> tuple[str, str]:
    """A URL key's path before and from its extension on: `a.cn/b/36`, `.html`; an empty extension where it has none."""
    path = key.partition("?")[0]
    match = re.fullmatch(r"(.*/[^/]*?)(\.\w+)?", path)
    return (match[1], match[2] or "") if match else (path, "")


def scripted_next(page: Markup) -> str | None:
    """The next page by the pager script of TRS or UCAP."""
    match = SCRIPT_PAGER.search(page.html)
    if not match:
        return None
    pages, current = int(match[2]), int(match[3])
    last = pages if match[1] else pages - 1
    return urljoin(page.url, f"{match[4]}_{current + 1}.{match[5]}") if current < last else None


def json_next(page: Markup) -> str | None:
    """The next page of a list served as JSON: the address with a page number one higher, while entries are left.

    `total` counts the entries of all pages (gkmlpt); without it, a page that is not full is the last.
    """
    here = PAGE_PARAMETER.search(page.url)
    try:
        data = json.loads(page.html)
    except (ValueError, RecursionError):
        return None
    entries = max((len(value) for value in data.values() if isinstance(value, list)), default=0)
    if here is None or entries < FULL_PAGE:
        return None
    number, total = int(here[2]), data.get("total")
    if isinstance(total, int) and number * entries >= total:
        return None
    # The address as it is: gkmlpt's `sid` names a site, not a session.
    return f"{page.url[: here.start(2)]}{number + 1}{page.url[here.end(2) :]}"


def first_other(page: Markup, links: Iterator[Link]) -> str | None:
    """The first link that leads to another page than this, and not into a calendar."""
    others = (link.url for link in links if url_key(link.url) != url_key(page.url))
    return next((url for url in others if not CALENDAR.search(url)), None)
