from __future__ import annotations

import re
import time
import tomllib
import unicodedata
from collections import Counter
from email.encoders import encode_quopri
from email.mime.base import MIMEBase
from email.mime.multipart import MIMEMultipart
from pathlib import Path

import pytest

from archive.errors import BadArgumentsError, UnreadableError
from archive.model import Page, PageRules
from archive.read.html import read_html, read_mhtml
from archive.read.text import read_text

SHARED = Path(__file__).parents[2] / "shared" / "data" / "html"
PAGES = Path(__file__).parent / "pages"


def squeeze(text: str) -> str:
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text))


def overlap(found: Counter[str], true: Counter[str]) -> tuple[float, float]:
    """Precision and recall of one multiset against another."""
    common = sum((found & true).values())
    return common / max(sum(found.values()), 1), common / max(sum(true.values()), 1)


def grams(text: str, n: int) -> Counter[str]:
    return Counter(text[start : start + n] for start in range(len(text) - n + 1))


def f1(precision: float, recall: float) -> float:
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def score(found: str, true: str) -> dict[str, float]:
    """4-gram F1 and character precision and recall of an extracted text, white space aside."""
    found, true = squeeze(found), squeeze(true)
    precision, recall = overlap(grams(found, 1), grams(true, 1))
    return {"f1": f1(*overlap(grams(found, 4), grams(true, 4))), "precision": precision, "recall": recall}


def read_case(folder: Path) -> Page:
    rules = tomllib.loads(path.read_text("utf-8")) if (path := folder / "rules.toml").exists() else {}
    rules["drop"] = tuple(rules.get("drop", ()))
    if (page := folder / "page.html").exists():
        return read_html(page.read_bytes(), None, "text/html", PageRules(**rules))
    return read_text((folder / "page.txt").read_bytes(), "text/plain")


@pytest.mark.parametrize(
    "folder", sorted(path for path in PAGES.iterdir() if path.is_dir()), ids=lambda path: path.name
)
def test_pages_read_as_expected(folder: Path) -> None:
    page = read_case(folder)
    expected = (folder / "expected.txt").read_text("utf-8").splitlines()
    assert list(page.paragraphs) == expected
    told = tomllib.loads(path.read_text("utf-8")) if (path := folder / "told.toml").exists() else {}
    for name in ("title", "published_on", "reader"):
        assert getattr(page, name) == told.get(name, getattr(page, name)), name
    assert [len(part) for part in page.parts] == told.get("parts", [])
    assert told.get("facts", {}).items() <= page.facts.items()
    assert not set(told.get("absent", {}).get("facts", [])) & set(page.facts)


# Floors for the real pages: what was reached, a little rounded down. A fall below means a rule got worse.
FLOORS = {"f1": 0.998, "precision": 0.996, "recall": 0.999}
WORST_F1 = 0.98


@pytest.mark.skipif(not SHARED.is_dir(), reason="the labelled real pages (../shared/data/html) are not here")
def test_real_pages_keep_their_score() -> None:
    scores = {}
    for path in sorted(SHARED.glob("*.html")):
        page = read_html(path.read_bytes(), None, "text/html; charset=utf-8", PageRules())
        scores[path.stem] = score("".join(page.paragraphs), path.with_suffix(".txt").read_text("utf-8"))
    assert len(scores) >= 30
    means = {name: sum(found[name] for found in scores.values()) / len(scores) for name in FLOORS}
    assert all(means[name] >= floor for name, floor in FLOORS.items()), means
    assert min((found["f1"], name) for name, found in scores.items())[0] >= WORST_F1


BODY = "".join(f"<p>　　第{n}条，甲子区坚持稳中求进，推动高质量发展。</p>\n" for n in range(20))


@pytest.mark.parametrize(
    "markup",
    [
        "<div>" * 50_000 + BODY + "</div>" * 50_000,
        "".join(f"<p><font color=c{n}>第{n}条，你好。" for n in range(20_000)),
        "<div " + " ".join(f"a{n}=1" for n in range(200_000)) + ">" + BODY,
        "<span style='display:none'>" * 5_000 + "甲，" + "</span>" * 5_000 + BODY,
        "<div class=title id=zoom>" * 1_900 + BODY * 100,
        "<p>甲" + "\n \t" * 500_000 + "乙" + BODY,
        "<table><tr><td>" * 5_000 + BODY,
    ],
    ids=["deep", "open-fonts", "attributes", "hidden", "titles", "spaces", "tables"],
)
def test_hostile_markup_is_read_in_time(markup: str) -> None:
    started = time.process_time()
    page = read_html(markup.encode(), None, None, PageRules())
    assert time.process_time() - started < 5
    assert any("条，" in paragraph for paragraph in page.paragraphs)


def test_cost_grows_with_size_only() -> None:
    def cost(pages: int) -> float:
        started = time.process_time()
        read_html((BODY * pages).encode(), None, None, PageRules())
        return time.process_time() - started

    cost(10)
    small, large = cost(200), cost(1600)
    assert large < 8 * small * 2


@pytest.mark.parametrize("data", [b"", b"\x00" * 50, b"<html><body></body></html>", b"<frameset><frame src=a>"])
def test_pages_without_text_have_no_paragraphs(data: bytes) -> None:
    assert read_html(data, None, None, PageRules()).paragraphs == ()


def test_selector_that_finds_nothing_is_noted_and_the_general_rules_read_on() -> None:
    page = read_html(f"<div id=zoom>{BODY}</div>".encode(), None, None, PageRules(body=".gone", bundle="li.gone"))
    assert len(page.paragraphs) == 20
    assert [(problem.code, problem.severity, problem.detail) for problem in page.problems] == [
        ("selector_missed", "note", "bundle: li.gone"),
        ("selector_missed", "note", "body: .gone"),
    ]


def test_selector_that_is_none_is_an_error_of_the_source() -> None:
    with pytest.raises(BadArgumentsError, match="is not a CSS selector"):
        read_html(BODY.encode(), None, None, PageRules(body="p["))


def test_a_browsers_note_is_kept_as_a_fact() -> None:
    note = "<!DOCTYPE html>\n<!-- saved from url=(0033)https://www.jiazi.example/gzbg.html -->\n<html>"
    page = read_html((note + BODY).encode(), None, None, PageRules())
    assert page.facts["saved_from"] == "https://www.jiazi.example/gzbg.html"


@pytest.mark.parametrize(
    ("markup", "title"),
    [
        ("<title>2020年甲子区政府工作报告_甲子区人民政府</title>", "2020年甲子区政府工作报告"),
        ("<title>甲子区人民政府 - 2020年政府工作报告</title>", "2020年政府工作报告"),
        ("<title>政府工作报告——2020年1月8日在甲子区人代会上</title>", "政府工作报告——2020年1月8日在甲子区人代会上"),
        ("<title>甲子区人民政府</title><h1>甲子区人民政府</h1><h2>政府工作报告</h2>", "政府工作报告"),
        ("<title>新区条例|甲子区</title><h1>网站导航</h1>", "新区条例"),
        ('<title>x</title><meta content=" 2020年  工作报告" name=articletitle>', "2020年 工作报告"),
        ('<meta name="ArticleTitle" content="null"><h1>政府<br>工作报告</h1>', "政府工作报告"),
    ],
)
def test_titles(markup: str, title: str) -> None:
    assert read_html(f"{markup}<div>{BODY}</div>".encode(), None, None, PageRules()).title == title


@pytest.mark.parametrize(
    ("markup", "paragraphs"),
    [
        ("<p>一<b>网</b><span>通</span>办</p>", ["一网通办"]),
        ("<p>首演、\n   首秀</p>", ["首演、首秀"]),
        ("<p>GDP\n growth</p>", ["GDP growth"]),
        ("<p>甲\u200b子\ufeff区\xa0</p><p>\u3000 </p>", ["甲子区"]),
        ("<p>２０２０年①</p>", ["２０２０年①"]),
        ("<p>政　　府　　工　　作</p>", ["政 府 工 作"]),
        ("<pre>第一行\n第二行\n\n第三行</pre>", ["第一行", "第二行", "第三行"]),
        ("<div style='white-space: pre-wrap'>第一行\n第二行</div>", ["第一行", "第二行"]),
        ("<span style='display:block'>甲</span><span>乙</span>", ["甲", "乙"]),
        ("<p style='display:inline'>甲</p><p style='display:inline'>乙</p>", ["甲乙"]),
        ("<ruby>甲<rp>(</rp><rt>jiǎ</rt></ruby>子", ["甲子"]),
        ("<table><tr><td>甲<td>2.5<td>亿<br>元</table>", ["甲 2.5 亿元"]),
        ("<table><tr><td><p>甲。<p>乙。<td>丙</table>", ["甲。", "乙。", "丙"]),
        ("<table><tr><td>甲<table><tr><td>1<td>2<tr><td>3<td>4</table></table>", ["甲", "1 2", "3 4"]),
        ("甲<script>乙</script><noscript>丙</noscript><style>丁</style><!--戊--><textarea>己</textarea>", ["甲"]),
    ],
)
def test_paragraphs(markup: str, paragraphs: list[str]) -> None:
    page = read_html(f"<body>{markup}".encode(), None, None, PageRules(body="body"))
    assert list(page.paragraphs) == paragraphs


def save_as_mhtml(*parts: tuple[str, bytes]) -> bytes:
    message = MIMEMultipart("related")
    message["Snapshot-Content-Location"] = "https://www.jiazi.example/gzbg.html"
    for kind, content in parts:
        part = MIMEBase(*kind.split("/"))
        part.set_payload(content)
        encode_quopri(part)
        message.attach(part)
    return message.as_bytes()


def test_mhtml_gives_its_main_page() -> None:
    frame = "<p>广告，广告。</p>".encode()
    data = save_as_mhtml(("text/html", frame), ("text/html", BODY.encode("gbk")), ("text/css", b"p{}"))
    page = read_mhtml(data, None, PageRules())
    assert len(page.paragraphs) == 20
    assert page.facts["saved_from"] == "https://www.jiazi.example/gzbg.html"
    assert page.facts["encoding"] == "gb18030"


def test_mhtml_without_a_page_is_unreadable() -> None:
    with pytest.raises(UnreadableError, match="holds no HTML page"):
        read_mhtml(save_as_mhtml(("text/css", b"p{}")), None, PageRules())
