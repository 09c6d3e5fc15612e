"""Which links of a page to follow: reports, their files, the column that keeps them. Pure: markup in, addresses out."""

from __future__ import annotations

import re
from urllib.parse import unquote, urljoin, urlsplit

from archive.sourcefile import ListRules
from archive.urls import is_fetchable, url_key
from crawler.markup import Link, Markup

# What an attachment that holds a report comes as (SOURCES §2, READING §6.3).
ATTACHMENT = re.compile(r"\.(?:pdf|docx?|wps|ofd|rtf)$", re.IGNORECASE)
# 博达 serves files as /system/_content/download.jsp?wbfileid=…: only the words of the link say what they are.
FILE_WORDS = re.compile(r"\.(?:pdf|docx?|wps|ofd|rtf)\b", re.IGNORECASE)
ATTACHMENT_WORDS = re.compile(r"工作报告|政府报告|报告全文")

# A report is addressed to the deputies or says on whose behalf it is given, and is long: the shortest genuine report
# has some 5,000 characters (SOURCES §4, rule 6); half of that also takes the first page of a report on several pages.
SPOKEN = re.compile(r"各位代表|代表[^。，]{0,20}人民政府[^。]{0,12}报告工作|向大会报告(?:政府)?工作")
REPORT_CHARACTERS = 2500
HAN = re.compile(r"[㐀-鿿]")

# The same page for the printer, and what only acts on a page.
PRINT_VERSION = re.compile(r"(?:[/?&_.-])print(?:able|er|page|view|friendly)?(?:[/=&_.-]|$)", re.IGNORECASE)
PRINT_WORDS = re.compile(r"^[\[【]?(?:打印|打印本页|打印版|分享|收藏|转发|下载全文后阅读)[\]】]?$")

# What the columns are called that keep the reports, in addresses and in words (SOURCES §2b, the line of slugs).
COLUMN_SLUG = re.compile(
    r"/(?:[a-z]+_)?(?:ln|q|x|s|sz)?(?:zfgzbg|zfbg|gzbg|gkgz-baogao|ndbg)[a-z]?(?:[_-]?\d+)?(?:/|\.|$)", re.IGNORECASE
)
# An address that names one article: a long number or a UUID as its name, or below a day or month (SOURCES §2b).
ARTICLE = re.compile(
    r"(?:\d{5,}|[0-9a-f]{8}-?[0-9a-f]{4}-|post_\d)[^/]*$|/(?:19|20)\d{2}[/-]?\d{1,2}(?:[/-]?\d{1,2})?/"
)
COLUMN_WORDS = re.compile(r"^(?:历年|历届|[省市区县州盟旗]|本级)?(?:人民)?(?:政府)?工作报告$|^政府报告$")
# A column's list has reports of several years, and hardly a word that is no link: no page of text is like that.
FEW_LINKS = 3
LIST_CHARACTERS = 800


def report_links(page: Markup, rules: ListRules) -> list[Link]:
    """The links that look like reports: those the selector finds whose words say so. Each address once, in order."""
    wanted, unwanted = re.compile(rules.text), re.compile(rules.but) if rules.but else None
    found = [link for link in page.links(rules.link) if wanted.search(squeeze(link.text)) or wanted.search(link.text)]
    kept = [link for link in found if not (unwanted and unwanted.search(squeeze(link.text)))]
    return unique([link for link in kept if not is_print_version(link)], but=page.url)


def is_print_version(link: Link) -> bool:
    """Whether a link only leads to the same page for the printer."""
    parts = urlsplit(link.url)
    return bool(PRINT_VERSION.search(f"{parts.path}?{parts.query}") or PRINT_WORDS.match(squeeze(link.text)))


def column_links(page: Markup) -> list[Link]:
    """The links that may lead to the column that keeps the reports, those that both name and address say first."""
    ranked: list[tuple[int, int, Link]] = []
    for number, link in enumerate(page.links()):
        # A link's title repeats its words.
        by_words = any(COLUMN_WORDS.match(squeeze(part)) for part in (link.text, *link.text.split()[:1]))
        by_slug = bool(COLUMN_SLUG.search(urlsplit(link.url).path))
        if (by_words or by_slug) and not is_article(link.url):
            ranked.append((-2 * by_words - by_slug, number, link))
    return unique([link for _, _, link in sorted(ranked, key=lambda entry: entry[:2])], but=page.url)


def is_article(url: str) -> bool:
    """Whether an address names one article."""
    path = urlsplit(url).path
    return "." in path.rpartition("/")[2] and bool(ARTICLE.search(path))


def shows_column(page: Markup, rules: ListRules) -> bool:
    """Whether a page is a list of reports and no page of text: several links to reports, hardly a word beside links."""
    body = page.tree.body
    if body is None or len(report_links(page, rules)) < FEW_LINKS:
        return False
    own = len(HAN.findall(body.text())) - sum(len(HAN.findall(node.text())) for node in body.css("a, script, style"))
    return own < LIST_CHARACTERS and not attachment_links(page, "a")


def attachment_links(page: Markup, css: str, body: str | None = None) -> list[Link]:
    """The files on a report page that look like the report.

    Where the page itself has the text, those whose words say so; where it has not, every file. `body` narrows the
    search to a part of the page, where it is there.
    """
    links = page.links(css, body)
    files = [link for link in links if ATTACHMENT.search(urlsplit(link.url).path) or FILE_WORDS.search(link.text)]
    # Some pages show the file itself in a frame, with no link to it.
    for node in page.tree.css("iframe[src], embed[src], object[data]"):
        address = node.attributes.get("src") or node.attributes.get("data") or ""
        url = urljoin(page.base, address.strip())
        if is_fetchable(url) and ATTACHMENT.search(urlsplit(url).path):
            files.append(Link(url, ""))
    if holds_report(page):
        files = [link for link in files if ATTACHMENT_WORDS.search(squeeze(link.text) + file_name(link.url))]
    return unique(files, but=page.url)


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
