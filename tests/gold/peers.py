"""Other readers on the same pages, each a function from a page to its paragraphs; those not installed are left out.

HTML peers are given the page already decoded, rightly: decoding has a table of its own. None of them knows what a
report is: they give the page's main text, so that a table also shows their text put through this project's cleaning.
newspaper4k is not among them (0.1 to 0.8 pages a second, READING §2.3), nor GNE and html2text (GPL), nor magic-html
(not on the registry).
"""

from __future__ import annotations

import importlib
import logging
import re
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO

from pdfminer.high_level import extract_text
from selectolax.lexbor import LexborHTMLParser

from archive.read.serialise import paragraphs_of
from archive.read.tree import flatten

Extract = Callable[[bytes], list[str]]


@dataclass(frozen=True, slots=True)
class Peer:
    """Another reader: its name, the kind of page it reads, the modules it needs, how it reads bytes (HTML: UTF-8)."""

    name: str
    kind: str
    needs: tuple[str, ...]
    extract: Extract

    @property
    def missing(self) -> str:
        """The first module that is not installed, "" where all are."""
        for module in self.needs:
            try:
                importlib.import_module(module)
            except ImportError:
                return module
        return ""


def lines_of(text: str | None) -> list[str]:
    """The lines of a text, without empty ones."""
    return [line.strip() for line in (text or "").splitlines() if line.strip()]


def html_lines(html: str) -> list[str]:
    """The paragraphs of markup that a peer gives back, by this project's serialiser: the kindest way to read it."""
    flat = flatten(LexborHTMLParser(html))
    return paragraphs_of(flat, 0, len(flat.items))


def repaired(data: bytes) -> str:
    """A page after an HTML5 parser has repaired it: several peers lose whole bodies without (READING §1.3)."""
    return LexborHTMLParser(data.decode()).html or ""


def trafilatura(text: str, **options: bool) -> list[str]:
    """trafilatura's text."""
    return lines_of(importlib.import_module("trafilatura").extract(text, include_comments=False, **options))


def readability(text: str) -> list[str]:
    """readability-lxml's markup as paragraphs."""
    module = importlib.import_module("readability")
    try:
        return html_lines(module.Document(text).summary(html_partial=True))
    except module.readability.Unparseable:
        return []


def justext(data: bytes) -> list[str]:
    """jusText without stop words, with the lengths READING §2.3 found best for Chinese."""
    module = importlib.import_module("justext")
    paragraphs = module.justext(data, frozenset(), 20, 60, 0, 0, encoding="utf-8")
    return [paragraph.text for paragraph in paragraphs if not paragraph.is_boilerplate]


def resiliparse(data: bytes) -> list[str]:
    """resiliparse's main content."""
    module = importlib.import_module("resiliparse.extract.html2text")
    return lines_of(module.extract_plain_text(data.decode(), main_content=True))


def boilerpy(data: bytes) -> list[str]:
    """boilerpy3's article."""
    module = importlib.import_module("boilerpy3.extractors")
    return lines_of(module.ArticleExtractor(raise_on_failure=False).get_content(data.decode()))


def goose(data: bytes) -> list[str]:
    """goose3 with its Chinese stop words."""
    words = importlib.import_module("goose3.text").StopWordsChinese
    reader = importlib.import_module("goose3").Goose({"stopwords_class": words, "enable_image_fetching": False})
    return lines_of(reader.extract(raw_html=data.decode()).cleaned_text)


def whole_body(data: bytes) -> list[str]:
    """All text of the body: what stands there before anything is chosen."""
    tree = LexborHTMLParser(data.decode())
    for node in tree.css("script, style, noscript"):
        node.decompose()
    return lines_of(tree.body.text(separator="\n") if tree.body else "")


def by_blank_lines(text: str) -> list[str]:
    """Paragraphs as the tool itself parts them: by blank lines."""
    return ["".join(block.split("\n")) for block in re.split(r"\n\s*\n", text) if block.strip()]


def by_short_lines(text: str) -> list[str]:
    """Paragraphs by the usual rule of thumb: a line clearly shorter than the usual one ends it (READING §6.1, /len)."""
    lines = lines_of(text)
    usual = sorted(map(len, lines))[int(0.7 * len(lines))] if lines else 0
    paragraphs: list[str] = []
    begins = True
    for line in lines:
        if begins:
            paragraphs.append(line)
        else:
            paragraphs[-1] += line
        begins = len(line) < 0.9 * usual
    return paragraphs


def pdfminer(data: bytes) -> str:
    """pdfminer.six as it comes."""
    return extract_text(BytesIO(data))


def pdfium(data: bytes) -> str:
    """pypdfium2 as it comes."""
    document = importlib.import_module("pypdfium2").PdfDocument(data)
    try:
        return "\n".join(page.get_textpage().get_text_bounded() for page in document)
    finally:
        document.close()


def python_docx(data: bytes) -> list[str]:
    """python-docx: the paragraphs of the body."""
    return [line.text for line in importlib.import_module("docx").Document(BytesIO(data)).paragraphs]


def mammoth(data: bytes) -> list[str]:
    """mammoth: markup."""
    return html_lines(importlib.import_module("mammoth").convert_to_html(BytesIO(data)).value)


def docx2txt(data: bytes) -> list[str]:
    """docx2txt."""
    return lines_of(importlib.import_module("docx2txt").process(BytesIO(data)))


PEERS: tuple[Peer, ...] = (
    Peer("trafilatura", "html", ("trafilatura",), lambda data: trafilatura(data.decode())),
    Peer(
        "trafilatura, precision",
        "html",
        ("trafilatura",),
        lambda data: trafilatura(data.decode(), favor_precision=True),
    ),
    Peer("trafilatura after Lexbor", "html", ("trafilatura",), lambda data: trafilatura(repaired(data))),
    Peer("readability-lxml", "html", ("readability",), lambda data: readability(data.decode())),
    Peer("readability-lxml after Lexbor", "html", ("readability",), lambda data: readability(repaired(data))),
    Peer("jusText", "html", ("justext",), justext),
    Peer("resiliparse", "html", ("resiliparse",), resiliparse),
    Peer("boilerpy3", "html", ("boilerpy3",), boilerpy),
    Peer("goose3", "html", ("goose3", "jieba"), goose),
    Peer("whole body", "html", (), whole_body),
    Peer("pdfminer.six, blank lines", "pdf", (), lambda data: by_blank_lines(pdfminer(data))),
    Peer("pdfminer.six, short lines", "pdf", (), lambda data: by_short_lines(pdfminer(data))),
    Peer("pypdfium2, blank lines", "pdf", (), lambda data: by_blank_lines(pdfium(data))),
    Peer("pypdfium2, short lines", "pdf", (), lambda data: by_short_lines(pdfium(data))),
    Peer("python-docx", "docx", ("docx",), python_docx),
    Peer("mammoth", "docx", ("mammoth",), mammoth),
    Peer("docx2txt", "docx", ("docx2txt",), docx2txt),
)


def peers_of(kind: str) -> tuple[list[Peer], list[str]]:
    """The peers for one kind of page, and a line for each that is not installed."""
    # They say a great deal about pages they find odd.
    for name in ("trafilatura", "readability.readability", "goose3", "jieba", "pdfminer", "boilerpy3"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    wanted = [peer for peer in PEERS if peer.kind == kind]
    lines = [f"{peer.name} is left out: {peer.missing} is not installed" for peer in wanted if peer.missing]
    return [peer for peer in wanted if not peer.missing], lines
