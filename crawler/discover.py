"""Which links of a page to follow, and which page comes next. Pure: markup in, addresses out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote, urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from archive.urls import is_fetchable, url_key

NEXT_WORDS = frozenset({"下一页", "下页", "下一頁", "后一页", "后页", "»", "›", ">", ">>", "next", "nextpage"})

# TRS WCM writes its pagers by script: createPageHTML(5, 0, "index", "html") is page 0 of 5, page 1 is index_1.html.
TRS_PAGER = re.compile(
    r"createPageHTML\(\s*['\"]?(\d+)['\"]?\s*,\s*(\d+)\s*,\s*['\"]([\w-]+)['\"]\s*,\s*['\"](\w+)['\"]"
)

# Where a page's number stands in an address: index_2.html, list-3.htm, /page/4, /p5.shtml and ?page=6.
NUMBER_IN_PATH = re.compile(r"^(?P<before>.*(?:[_-]|/page/|/p(?:age)?_?))(?P<number>\d{1,4})(?P<after>/?|\.\w+)$")
NUMBER_IN_QUERY = frozenset({"page", "p", "pageno", "pagenum", "pageindex", "pn", "curpage", "currentpage", "page_no"})

# What an attachment that holds a report comes as (SOURCES §2, READING §6.3).
ATTACHMENT = re.compile(r"\.(?:pdf|docx?|wps|ofd|rtf)$", re.IGNORECASE)
ATTACHMENT_WORDS = re.compile(r"工作报告|政府报告|报告全文")

# A report is addressed to the deputies or says on whose behalf it is given, and is long: the shortest genuine report
# has some 5,000 characters (SOURCES §4, rule 6); half of that also takes the first page of a report on several pages.
SPOKEN = re.compile(r"各位代表|代表[^。，]{0,20}人民政府[^。]{0,12}报告工作|向大会报告(?:政府)?工作")
REPORT_CHARACTERS = 2500
HAN = re.compile(r"[㐀-鿿]")


@dataclass(frozen=True, slots=True)
class Link:
    """A link that may lead to a report: its absolute address and its words."""

    url: str
    text: str


class Markup:
    """A page's tree with its own address, which relative links are resolved against."""

    def __init__(self, html: str, url: str) -> None:
        self.html = html
        self.url = url
        self.tree = LexborHTMLParser(html)
        base = self.tree.css_first("base[href]")
        self.base = urljoin(url, (base.attributes.get("href") or "").strip()) if base else url

    def links(self, css: str = "a", within: str | None = None) -> Iterator[Link]:
        """The links a selector finds, on the elements themselves or in them; script and mail links left out.

        `within` narrows the search to parts of the page, where they are there.
        """
        parts: list[LexborNode] = self.tree.css(within) if within else []
        whole = [self.tree.root] if self.tree.root else []
        for part in parts or whole:
            for node in part.css(css):
                for anchor in [node] if node.tag in ("a", "area", "link") else node.css("a"):
                    if link := self.link(anchor):
                        yield link

    def link(self, anchor: LexborNode) -> Link | None:
        """One anchor's link, its words from text and `title`; None where it leads nowhere."""
        href = (anchor.attributes.get("href") or "").strip()
        if not href or href.startswith("#"):
            return None
        try:
            url = urljoin(self.base, href).partition("#")[0]
        except ValueError:
            return None
        words = " ".join((anchor.text(separator=" "), anchor.attributes.get("title") or ""))
        return Link(url, " ".join(words.split())) if is_fetchable(url) else None


def report_links(page: Markup, css: str, pattern: str) -> list[Link]:
    """The links that look like reports: those `css` finds whose words match `pattern`. Each address once, in order."""
    wanted = re.compile(pattern)
    found = [link for link in page.links(css) if wanted.search(squeeze(link.text)) or wanted.search(link.text)]
    return unique(found, but=page.url)


def attachment_links(page: Markup, css: str, body: str | None = None) -> list[Link]:
    """The files on a report page that look like the report.

    Where the page itself has the text, those whose words say so; where it has not, every file. `body` narrows the
    search to a part of the page, where it is there.
    """
    files = [link for link in page.links(css, body) if ATTACHMENT.search(urlsplit(link.url).path)]
    # Some pages show the file itself in a frame, with no link to it.
    for node in page.tree.css("iframe[src], embed[src], object[data]"):
        address = node.attributes.get("src") or node.attributes.get("data") or ""
        url = urljoin(page.base, address.strip())
        if is_fetchable(url) and ATTACHMENT.search(urlsplit(url).path):
            files.append(Link(url, ""))
    if holds_report(page):
        files = [link for link in files if ATTACHMENT_WORDS.search(squeeze(link.text) + file_name(link.url))]
    return unique(files, but=page.url)


def next_page(page: Markup, css: str | None = None) -> str | None:
    """The page of a list that follows this one, None on the last.

    In order: what the source's selector finds, `rel=next`, a link that says 下一页, the link whose address differs only
    in a page number one higher, TRS's pager script.
    """
    if css:
        return first_other(page, page.links(css))
    found = first_other(page, page.links("a[rel~=next], link[rel~=next]"))
    found = found or first_other(page, (link for link in page.links() if says_next(link.text)))
    return found or numbered_next(page) or scripted_next(page)


def says_next(text: str) -> bool:
    """Whether a link's words are those of a pager's "next", arrows and repetitions in the title aside."""
    words = text.lower().split()
    return squeeze(text).lower() in NEXT_WORDS or any(word.strip("[]()>»› ") in NEXT_WORDS for word in words[:2])


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
    """The next page by TRS's pager script."""
    match = TRS_PAGER.search(page.html)
    if not match:
        return None
    pages, current = int(match[1]), int(match[2])
    return urljoin(page.url, f"{match[3]}_{current + 1}.{match[4]}") if current + 1 < pages else None


def first_other(page: Markup, links: Iterator[Link]) -> str | None:
    """The first link that leads to another page than this."""
    return next((link.url for link in links if url_key(link.url) != url_key(page.url)), None)


def holds_report(page: Markup) -> bool:
    """Whether the text of a report stands on the page itself, links left out."""
    body = page.tree.body
    if body is None:
        return False
    text = squeeze(body.text())
    if not SPOKEN.search(text):
        return False
    elsewhere = sum(len(HAN.findall(node.text())) for node in body.css("a, script, style"))
    return len(HAN.findall(text)) - elsewhere >= REPORT_CHARACTERS


def unique(links: list[Link], but: str) -> list[Link]:
    """Each address once, in order, without the address `but`."""
    found: dict[str, Link] = {}
    for link in links:
        found.setdefault(url_key(link.url), link)
    found.pop(url_key(but), None)
    return list(found.values())


def squeeze(text: str) -> str:
    """Text without white space: 政 府 工 作 报 告 is 政府工作报告."""
    return re.sub(r"\s+", "", text)


def file_name(url: str) -> str:
    """The last part of an address, escapes undone."""
    return unquote(urlsplit(url).path.rpartition("/")[2])
