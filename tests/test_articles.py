"""Articles on several pages are one text, whatever page came first."""

from pathlib import Path

import pytest

from archive.articles import first_page_key, join_pages, later_page_keys
from archive.home import Home
from archive.model import Page
from tests import speech
from tests.command import baogao, rows

LINES = speech.report()
HALF = len(LINES) // 2


def html(lines: list[str]) -> str:
    return "<html><head><title>页</title></head><body>" + "".join(f"<p>{line}</p>" for line in lines) + "</body></html>"


@pytest.mark.parametrize(
    ("key", "first"),
    [
        ("www.a.example/b/36_2.html", "www.a.example/b/36.html"),
        ("www.a.example/t20240125_1001_1.shtml", "www.a.example/t20240125_1001.shtml"),
        ("www.a.example/t20240125_1001.html", None),
        ("www.a.example/b/36.html", None),
        ("www.a.example/index_0.html", None),
    ],
)
def test_addresses_of_later_pages(key: str, first: str | None) -> None:
    assert first_page_key(key) == first
    if first:
        assert key in later_page_keys(first)


def test_repeated_title_navigation_and_pagers_go() -> None:
    first = Page((*LINES[:HALF], "下一页"), "html")
    second = Page(("首页", speech.TITLE, *LINES[HALF:]), "html")
    assert list(join_pages(first, [second]).paragraphs) == LINES


def manifest(folder: Path, names: list[str], home: Home) -> None:
    lines = [f"{name},http://www.shili.example/b/{name},2024-02-01T00:00:00Z" for name in names]
    (folder / "m.csv").write_text("path,url,fetched_at\n" + "\n".join(lines) + "\n")
    baogao(home, "add", "--manifest", folder / "m.csv")


@pytest.mark.parametrize("order", [["36.html", "36_2.html"], ["36_2.html", "36.html"]])
def test_two_pages_are_one_report(order: list[str], tmp_path: Path, home: Home) -> None:
    (tmp_path / "36.html").write_text(html([*LINES[:HALF], "下一页"]), encoding="utf-8")
    (tmp_path / "36_2.html").write_text(html(["导航菜单", speech.TITLE, *LINES[HALF:]]), encoding="utf-8")
    manifest(tmp_path, order, home)
    baogao(home, "build")
    assert rows(home, "select text from full_reports") == [("\n".join(LINES),)]
    ((reason, detail),) = rows(home, "select reason, detail from rejections")
    (first,) = rows(home, "select id from captures where url like '%/36.html'")
    assert (reason, detail) == ("later_page", f"joined to capture {first[0]}")


def test_a_whole_report_under_such_an_address_stays_its_own(tmp_path: Path, home: Home) -> None:
    other = [line.replace("2024年", "2025年").replace("2023年", "2024年") for line in LINES[:5]]
    later = [*other, *speech.body(year=2025, seed=40), speech.CLOSING]
    (tmp_path / "36.html").write_text(html(LINES), encoding="utf-8")
    (tmp_path / "36_2.html").write_text(html(later), encoding="utf-8")
    manifest(tmp_path, ["36.html", "36_2.html"], home)
    baogao(home, "build")
    assert rows(home, "select year from reports order by year") == [(2024,), (2025,)]
