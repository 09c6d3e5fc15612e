"""A page's tree and its links, also where a list stands as records in a script, as JSON, or in `onclick`. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from typing import Any
from urllib.parse import urljoin

from selectolax.lexbor import LexborHTMLParser, LexborNode

from archive.urls import is_fetchable

# 大汉 JCMS keeps a list as records of markup in a <script type="text/xml">, and serves its next pages as such.
RECORD = re.compile(r"<!\[CDATA\[(.*?)\]\]>", re.DOTALL)
NEXT_GROUP = re.compile(r"<nextgroup>\s*<!\[CDATA\[\s*<a[^>]*href=[\"']([^\"']+)", re.IGNORECASE)
# www.tj.gov.cn: <a href="javascript:void(0)" onclick="toLink('./202101/t20210130_5349567.html')">.
SCRIPTED = re.compile(r"[\"']([^\"'\s<>]+\.(?:s?html?|jsp|aspx?|pdf|docx?)(?:\?[^\"'\s]*)?)[\"']")
# What the lists served as JSON call an entry's title and address, the most telling first (gkmlpt: `title`, `url`).
TITLE_KEYS = ("title", "docTitle", "infoTitle", "showTitle", "subject", "name")
URL_KEYS = ("url", "post_url", "docPubUrl", "infoUrl", "linkUrl", "link", "href")

# Longer than any list or article; a page's tree takes some thirty times its bytes of memory.
MOST_MARKUP = 10_000_000


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
        self.tree = LexborHTMLParser(as_html(html))
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
        if not href or href.startswith(("#", "javascript:")):
            script = SCRIPTED.search(anchor.attributes.get("onclick") or "") or SCRIPTED.search(href)
            if script is None:
                return None
            href = script[1]
        try:
            url = urljoin(self.base, href).partition("#")[0]
        except ValueError:
            return None
        words = " ".join((anchor.text(separator=" "), anchor.attributes.get("title") or ""))
        return Link(url, " ".join(words.split())) if is_fetchable(url) else None


def as_html(text: str) -> str:
    """A page as markup: records taken out of the script that holds them, a JSON list as links; any other as it is."""
    start = text.lstrip("\ufeff \r\n\t")[:1]
    if start in ("{", "["):
        return json_as_html(text)
    if "<recordset>" in text or "<datastore>" in text:
        return text + "<ul>" + "".join(record for record in RECORD.findall(text) if "nextgroup" not in record) + "</ul>"
    return text


def json_as_html(text: str) -> str:
    """The entries of a JSON list as links; the text itself where it is no JSON."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return text
    links = (f'<li><a href="{escape(url)}">{escape(title)}</a></li>' for title, url in json_entries(data))
    return f"<ul>{''.join(links)}</ul>"


def json_entries(data: Any) -> Iterator[tuple[str, str]]:
    """(title, address) of every entry in JSON, in order, however deep."""
    waiting = [data]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            title = next((value[key] for key in TITLE_KEYS if isinstance(value.get(key), str)), None)
            url = next((value[key] for key in URL_KEYS if isinstance(value.get(key), str)), None)
            if title and url:
                yield title, url
            waiting += reversed(list(value.values()))
        elif isinstance(value, list):
            waiting += reversed(value)
