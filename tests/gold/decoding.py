"""Short pages under right and wrong labels: 18 kinds, bodies of 8, 30, 120 and 1000 characters (READING §6.5)."""

from __future__ import annotations

import importlib
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bs4.dammit import EncodingDetector, UnicodeDammit
from w3lib.encoding import html_to_unicode

from archive.read.decode import declared_encoding, decode
from crawler.demo.reports import all_reports
from tests.gold.twists import TRADITIONAL

LENGTHS = (8, 30, 120, 1000)
EACH = 25
FOOTER = "版权所有：甲子区人民政府办公室"

Decode = Callable[[bytes, "str | None"], str]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of page: its true encoding, the label in its markup, the header of its server, what is wrong with it."""

    name: str
    truth: str
    meta: str = ""
    header: str = ""
    spoil: str = ""


KINDS = (
    Kind("UTF-8, said so", "utf-8", "utf-8"),
    Kind("UTF-8, said in the header", "utf-8", "", "utf-8"),
    Kind("UTF-8, nothing said", "utf-8"),
    Kind("UTF-8 called gb2312", "utf-8", "gb2312"),
    Kind("UTF-8 called GBK by the header", "utf-8", "utf-8", "GBK"),
    Kind("UTF-8 called iso-8859-1", "utf-8", "", "iso-8859-1"),
    Kind("UTF-8 cut within a character", "utf-8", "utf-8", spoil="cut"),
    Kind("UTF-8 with a footer in GBK", "utf-8", "utf-8", spoil="footer"),
    Kind("GBK called gb2312", "gbk", "gb2312"),
    Kind("GBK, said in the header", "gbk", "", "gbk"),
    Kind("GBK, nothing said", "gbk"),
    Kind("GBK called utf-8", "gbk", "utf-8"),
    Kind("GBK called utf-8 by the header", "gbk", "gb2312", "utf-8"),
    Kind("GBK with a stray byte", "gbk", "gbk", spoil="stray"),
    Kind("Big5, said so", "big5", "big5"),
    Kind("Big5, nothing said", "big5"),
    Kind("Big5 called gb2312", "big5", "gb2312"),
    Kind("UTF-16 with its mark", "utf-16", "gb2312"),
)


@dataclass(frozen=True, slots=True)
class Sample:
    """One small page: its bytes, the Content-Type header, and the body that must be in the decoded text."""

    kind: Kind
    length: int
    data: bytes
    content_type: str
    body: str


def samples() -> Iterator[Sample]:
    """All small pages, the same in every run."""
    chance = random.Random(65)
    texts = [report.text.replace("\n", "") for report in all_reports()]
    for kind in KINDS:
        for length in LENGTHS:
            for _ in range(EACH):
                text = chance.choice(texts)
                start = chance.randrange(len(text) - length)
                yield make_sample(kind, length, text[start : start + length])


def make_sample(kind: Kind, length: int, body: str) -> Sample:
    """One page of a kind."""
    if kind.truth == "big5":
        body = "".join(TRADITIONAL.get(character, character) for character in body)
        body = body.encode("big5", "ignore").decode("big5")
    meta = f'<meta charset="{kind.meta}">' if kind.meta else ""
    page = f"<html><head>{meta}<title></title></head><body><p>{body}"
    end = "</p></body></html>"
    data = page.encode(kind.truth)
    if kind.spoil == "cut":
        data = data + "完".encode()[:2]
    elif kind.spoil == "footer":
        data += f"</p><p>{FOOTER}".encode("gbk") + end.encode()
    elif kind.spoil == "stray":
        data += b"\xff" + end.encode()
    else:
        data = (page + end).encode(kind.truth)
    header = f"text/html; charset={kind.header}" if kind.header else "text/html"
    return Sample(kind, length, data, header, body)


def ours(data: bytes, content_type: str | None) -> str:
    """This project."""
    return decode(data, declared_encoding(data, content_type)).text


def scrapy(data: bytes, content_type: str | None) -> str:
    """Scrapy's own way (w3lib): header, mark, meta, then UTF-8 or Latin."""
    return html_to_unicode(content_type, data)[1]


def dammit(data: bytes, content_type: str | None) -> str:
    """Beautiful Soup's UnicodeDammit with the label it finds."""
    label = EncodingDetector.find_declared_encoding(data, is_html=True)
    return UnicodeDammit(data, known_definite_encodings=[label] if label else []).unicode_markup or ""


def normalizer(data: bytes, content_type: str | None) -> str:
    """charset-normalizer."""
    best = importlib.import_module("charset_normalizer").from_bytes(data).best()
    return str(best) if best else ""


DECODERS: tuple[tuple[str, str, Decode], ...] = (
    ("this project", "", ours),
    ("Scrapy (w3lib)", "", scrapy),
    ("Beautiful Soup", "", dammit),
    ("charset-normalizer", "charset_normalizer", normalizer),
)


def is_right(sample: Sample, text: str) -> bool:
    """Whether the body stands in a decoded text, whole and nothing strange in its place."""
    found = re.search(r"<p>(.*?)(?:</p>|\ufffd|$)", text, re.S)
    return found is not None and found[1] == sample.body


def share_right(decoder: Decode) -> dict[str, float]:
    """The share of small pages a decoder reads rightly, by the name of the kind, and `all`."""
    right: dict[str, list[bool]] = {}
    for sample in samples():
        right.setdefault(sample.kind.name, []).append(is_right(sample, decoder(sample.data, sample.content_type)))
    everything = [value for values in right.values() for value in values]
    return {name: sum(values) / len(values) for name, values in (*right.items(), ("all", everything))}
