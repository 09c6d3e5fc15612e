"""Which links are followed, which page comes next, what makes two addresses one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.sourcefile import ListRules
from archive.sources import read_platforms
from archive.urls import is_fetchable, url_key
from crawler.discover import attachment_links, holds_report, report_links
from crawler.markup import Markup
from crawler.pager import next_page, next_part, shown_on
from tests import speech

HERE = "http://www.jiazi.example/zwgk/zfgzbg/index.html"


def urls(html: str, at: str = HERE, css: str = "a", pattern: str = "工作报告") -> list[str]:
    return [link.url for link in report_links(Markup(html, at), ListRules(link=css, text=pattern))]


def test_links_by_words_and_title() -> None:
    html = """
    <a href="2024.html">2024年甲子区政府工作报告</a>
    <a href="/a/2023.html" title="2023年甲子区政府工作报告全文">2023年甲子…</a>
    <a href="2022.html">政 府 工 作 报 告</a> <a href="2024.html#top">2024年甲子区政府工作报告</a>
    <a href="news.html">要闻</a> <a href="javascript:void(0)">工作报告</a> <a href="mailto:a@b.example">工作报告</a>
    <a href="">工作报告</a> <a href="#x">工作报告</a> <a href="http://[bad">工作报告</a>
    <a href="index.html">政府工作报告</a>
    """
    base = "http://www.jiazi.example"
    assert urls(html) == [f"{base}/zwgk/zfgzbg/2024.html", f"{base}/a/2023.html", f"{base}/zwgk/zfgzbg/2022.html"]


def test_links_by_selector_and_base() -> None:
    html = """<base href="/b/"><ul class="l"><li><a href="1.html">工作报告</a></ul><a href="2.html">工作报告</a>"""
    assert urls(html, css="ul.l li") == ["http://www.jiazi.example/b/1.html"]
    assert urls(html, css="ul.l a") == ["http://www.jiazi.example/b/1.html"]


@pytest.mark.parametrize(
    ("at", "html", "following"),
    [
        ("/l/index.html", '<a href="index_2.html">下一页</a>', "/l/index_2.html"),
        ("/l/index.html", '<a href="p2" rel="next">2</a>', "/l/p2"),
        ("/l/index.html", '<link rel="next" href="p2">', "/l/p2"),
        ("/l/index.html", '<a href="x.html" title="下一页">下一页 &gt;</a>', "/l/x.html"),
        ("/l/index.html", '<a href="index.html">下一页</a>', None),
        ("/l/index.html", '<a href="javascript:;">下一页</a><a href="y.html">下一篇</a>', None),
        ("/l/index.html", '<a href="index_1.html">2</a><a href="index_2.html">3</a>', "/l/index_1.html"),
        ("/l/index_1.html", '<a href="index.html">1</a><a href="index_2.html">3</a>', "/l/index_2.html"),
        ("/l/index_2.html", '<a href="index_1.html">2</a>', None),
        ("/info", '<a href="/info/2/page/2">2</a><a href="/info/page/2">2</a>', "/info/page/2"),
        ("/info/page/2", '<a href="/info/page/3">3</a>', "/info/page/3"),
        ("/l", '<a href="/l?page=1">1</a><a href="/l?page=2">2</a>', "/l?page=2"),
        ("/l?page=2&c=7", '<a href="/l?c=7&page=3">3</a><a href="/l?c=8&page=3">3</a>', "/l?c=7&page=3"),
        ("/l/", '<a href="list_2.html">other</a><a href="index_2.html">2</a>', "/l/index_2.html"),
        ("/l/", '<script>createPageHTML(3, 0, "index", "html");</script>', "/l/index_1.html"),
        ("/l/index_1.html", "<script>createPageHTML(3,1,'index','html')</script>", "/l/index_2.html"),
        ("/l/index_2.html", "<script>createPageHTML(3,2,'index','html')</script>", None),
        ("/l/index.html", '<a href="t20240101_1234.html">2024</a>', None),
    ],
)
def test_next_page(at: str, html: str, following: str | None) -> None:
    site = "http://www.jiazi.example"
    assert next_page(Markup(html, site + at)) == (site + following if following else None)


@pytest.mark.parametrize(
    ("at", "text", "following"),
    [
        ("/l/list.shtml", "<script>createPageHTML('page_div',3, 1,'list','shtml',54);</script>", "/l/list_2.shtml"),
        ("/l/list_3.shtml", "<script>createPageHTML('page_div',3, 3,'list','shtml',54);</script>", None),
        ("/zfgzbg.htm", '<a href="zfgzbg/2.htm" class="Next">下页</a><a href="zfgzbg/1.htm">尾页</a>', "/zfgzbg/2.htm"),
        (
            "/col/col9/index.html",
            '<script type="text/xml"><datastore><nextgroup><![CDATA[<a href="/dataproxy.jsp?page=2&amp;columnid=9"></a>]]>'
            "</nextgroup><recordset></recordset></datastore></script>",
            "/dataproxy.jsp?page=2&columnid=9",
        ),
        ("/api/all/7?page=1&sid=3", '{"articles": [0,1,2,3,4,5,6,7,8,9], "total": 31}', "/api/all/7?page=2&sid=3"),
        ("/api/all/7?page=3&sid=3", '{"articles": [0,1,2,3,4,5,6,7,8,9], "total": 30}', None),
        ("/api/all/7?page=4&sid=3", '{"articles": [0], "total": 31}', None),
        ("/api/all/7?page=1", '{"articles": [0,1,2,3,', None),
        ("/l/", '<a href="?date=2024-02">&gt;</a>', None),
        ("/l/", '<a href="/rili/2024/">下页</a><a href="/l/day/12">»</a>', None),
    ],
)
def test_next_page_of_a_platform(at: str, text: str, following: str | None) -> None:
    site = "http://www.jiazi.example"
    assert next_page(Markup(text, site + at)) == (site + following if following else None)


def test_links_that_are_no_anchors_with_addresses() -> None:
    base = "http://www.jiazi.example"
    records = (
        '<div></div><script type="text/xml"><datastore><recordset><record><![CDATA[<li><a href="/art/2024/1/2/art_9_1.html">'
        "2024年政府工作报告</a></li>]]></record></recordset></datastore></script>"
    )
    assert urls(records) == [f"{base}/art/2024/1/2/art_9_1.html"]
    listed = '{"data": {"rows": [{"title": "2024年政府工作报告", "url": "/c/post_1.html"}, {"title": "新闻", "url": "/c/2"}]}}'
    assert urls(listed) == [f"{base}/c/post_1.html"]
    assert urls('<a href="javascript:void(0)" onclick="toLink(\'./202401/t1.html\')">政府工作报告</a>') == [
        f"{base}/zwgk/zfgzbg/202401/t1.html"
    ]


def test_links_that_say_they_are_no_reports() -> None:
    html = "".join(
        f'<a href="{n}.html">{words}</a>'
        for n, words in enumerate(
            ("一图读懂政府工作报告", "人大常委会工作报告", "政府工作报告全文及解读", "2024年政府工作报告")
        )
    )
    but = read_platforms()[0]["plain"].list.but
    page = Markup(html + '<a href="3.html?print=1">政府工作报告</a><a href="/print/3.html">政府工作报告</a>', HERE)
    found = report_links(page, ListRules(but=but))
    assert [link.url.rpartition("/")[2] for link in found] == ["2.html", "3.html"]


def test_what_a_list_page_shows() -> None:
    page = Markup(
        '<a href="1.html">a</a><a href="index_3.html">3</a><a href="?date=2024-1">2</a>',
        HERE.replace("index", "index_2"),
    )
    assert shown_on(page, itself=False) == {"www.jiazi.example/zwgk/zfgzbg/1.html"}
    one, other = (Markup(f"<p>甲子区政府工作报告</p><p>第{n}位访客</p>", HERE) for n in (7, 8))
    assert shown_on(one, itself=True) == shown_on(other, itself=True) != set()


def test_next_page_by_selector_alone() -> None:
    page = Markup('<a class="n" href="b.html">→</a><a href="c.html">下一页</a>', HERE)
    assert next_page(page, "a.n") == "http://www.jiazi.example/zwgk/zfgzbg/b.html"
    assert next_page(page, "a.m") is None


@pytest.mark.parametrize(
    ("first", "at", "html", "following"),
    [
        ("/b/36.html", "/b/36.html", '<a href="36_2.html">2</a><a href="37.html">下一篇</a>', "/b/36_2.html"),
        ("/b/36.html", "/b/36_2.html", '<a href="36.html">1</a><a href="36_3.html">3</a>', "/b/36_3.html"),
        ("/b/36.html", "/b/36_3.html", '<a href="36_2.html">2</a>', None),
        ("/b/t1_5.shtml", "/b/t1_5.shtml", '<a href="t1_5_1.shtml">2</a><a href="t1_6.shtml">x</a>', "/b/t1_5_1.shtml"),
        ("/b/36.html", "/b/36.html", '<a href="37_2.html">2</a>', None),
    ],
)
def test_next_part(first: str, at: str, html: str, following: str | None) -> None:
    site = "http://www.jiazi.example"
    assert next_part(Markup(html, site + at), site + first) == (site + following if following else None)


def test_attachments_of_a_page_without_text() -> None:
    html = """<a href="a.pdf">下载</a><a href="b.DOCX">b</a><a href="c.html">c</a><iframe src="/f/d.pdf"></iframe>
    <div class="foot"><a href="map.pdf">地图</a></div>"""
    found = [link.url.rpartition("/")[2] for link in attachment_links(Markup(html, HERE), "a")]
    assert found == ["a.pdf", "b.DOCX", "map.pdf", "d.pdf"]
    framed = f"<div id='zoom'>{html.partition('<div')[0]}</div><div class='foot'><a href='map.pdf'>地图</a></div>"
    found = [link.url.rpartition("/")[2] for link in attachment_links(Markup(framed, HERE), "a", "#zoom")]
    assert found == ["a.pdf", "b.DOCX", "d.pdf"]


def test_attachments_of_a_page_with_its_text() -> None:
    text = "".join(f"<p>{line}</p>" for line in speech.report())
    html = f'<body>{text}<a href="a.pdf">政府工作报告.pdf</a><a href="b.pdf">预算草案</a></body>'
    assert holds_report(Markup(html, HERE))
    assert [link.url.rpartition("/")[2] for link in attachment_links(Markup(html, HERE), "a")] == ["a.pdf"]


def test_a_list_holds_no_report() -> None:
    links = "".join(f'<a href="{n}.html">各位代表：2024年甲子区政府工作报告及其说明全文第{n}号</a>' for n in range(200))
    assert not holds_report(Markup(links, HERE))
    assert not holds_report(Markup("", HERE))


# ---- addresses


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("http://a.example/x", "https://A.example:443/x#part"),
        ("http://a.example", "http://a.example:80/"),
        ("http://a.example/x?b=2&a=1", "http://a.example/x?a=1&b=2"),
        ("http://a.example/x;jsessionid=9?id=1", "http://a.example/x?id=1&PHPSESSID=7&utm_source=w"),
        ("http://a.example/y/../x/./", "http://a.example/x/"),
        ("http://a.example/%e6%8a%a5", "http://a.example/报"),
        ("http://a.example/%7Ex", "http://a.example/~x"),
        ("http://a.example/forum.php?tid=5&extra=page%3D1", "http://a.example/forum.php?tid=5"),
    ],
)
def test_one_page_one_key(one: str, other: str) -> None:
    assert url_key(one) == url_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("http://a.example/x", "http://b.example/x"),
        ("http://a.example/x", "http://a.example:8080/x"),
        ("http://a.example/x", "http://a.example/X"),
        ("http://a.example/x?id=1", "http://a.example/x?id=2"),
        ("http://a.example/a%2Fb", "http://a.example/a/b"),
        ("urn:sha256:aa", "urn:sha256:ab"),
    ],
)
def test_two_pages_two_keys(one: str, other: str) -> None:
    assert url_key(one) != url_key(other)


@given(
    st.one_of(
        st.text(max_size=40),
        st.builds("http://{}/{}".format, st.text("ab.:1%[]", max_size=8), st.text("ab/.%20?&=;#报", max_size=20)),
    )
)
def test_a_keys_key_is_the_key(url: str) -> None:
    assert url_key(url_key(url)) == url_key(url)


def test_what_can_be_fetched() -> None:
    assert is_fetchable("https://a.example/x")
    for other in (None, "", "a.example/x", "ftp://a.example/", "javascript:x", "http://", "http://[x", "urn:sha256:a"):
        assert not is_fetchable(other)
