"""`baogao compare`: names and what they mean, the terminal, JSON, and a page that needs nothing but itself."""

from __future__ import annotations

import csv
import json
import os
import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from archive.cli import cli
from archive.errors import BadArgumentsError
from archive.home import Home
from tests.command import baogao
from tests.small_archive import Writer
from tests.speech import report

TEXT = "\n".join(report())
LATER = "\n".join([*report()[:8], "新建学校十二所，老街重开，游人如织。", *report()[12:]]).replace("2024年", "2025年")
CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """Two reports of one region; the first has a second copy that is damaged."""
    writer = Writer(tmp_path_factory.mktemp("compare") / "home")
    writer.add_report("990101", 2024, TEXT)
    writer.add_report("990101", 2025, LATER)
    writer.add_copy("990101-2024", None, TEXT.replace("的", "").replace("投入3.0亿", "投入4.0亿"), rank=2, lost="的")
    writer.db.table("aliases").insert({"old_id": "990101-2024-b", "id": "990101-2024", "why": "merged"})
    writer.close()
    return writer.home


@pytest.fixture
def copy_id(home: Home) -> str:
    from archive.database import open_readonly

    db = open_readonly(home.database)
    ((id,),) = db.execute("select id from copies where rank = 2").fetchall()
    db.close()
    return str(id)


def compare(home: Home, *words: str | Path) -> Result:
    return CliRunner().invoke(cli, ["--home", str(home.root), "compare", *map(str, words)])


def test_a_copy_beside_its_report(home: Home, copy_id: str) -> None:
    said = compare(home, copy_id, "990101-2024").output
    lost = TEXT.count("的")
    assert f"{lost} damage (的 {lost}), 1 numbers" in said
    assert "[-4.0-]{+3.0+}亿元" in said
    assert "实在{+的+}好处" in said
    assert re.search(r"… \d+ paragraphs alike", said)


def test_two_years_paragraph_by_paragraph(home: Home) -> None:
    said = compare(home, "990101-2024", "990101-2025").output
    assert "~ [-2024-]{+2025+}年甲子区政府工作报告" in said
    assert "+ 新建学校十二所，老街重开，游人如织。" in said
    by_characters = compare(home, "990101-2024", "990101-2025", "--by", "characters").output
    assert re.search(r"\d+ added, \d+ numbers", by_characters)


def test_the_same_text_has_no_difference(home: Home, tmp_path: Path) -> None:
    saved = tmp_path / "saved.txt"
    saved.write_text(TEXT.replace("，", ", "), "utf-8")
    said = compare(home, saved, "990101-2024").output
    assert "100.0% alike, no difference but punctuation and spacing" in said
    assert f"… {len(report())} paragraphs alike" in said
    assert "各位代表：" in compare(home, saved, "990101-2024", "--all").output


def test_json_holds_all_of_it(home: Home, copy_id: str) -> None:
    found = json.loads(compare(home, copy_id, "990101-2024-b", "--json").stdout)
    assert (found["b"]["name"], found["b"]["year"], found["by"]) == ("report 990101-2024", 2024, "characters")
    assert found["differences"]["damage"] == TEXT.count("的")
    assert "\n".join("".join(piece["b"] for piece in row["pieces"]) for row in found["rows"]) == TEXT
    assert all(TEXT[row["start_b"] :].startswith(row["pieces"][0]["b"]) for row in found["rows"])


def test_a_file_with_several_reports_needs_a_number(home: Home, tmp_path: Path) -> None:
    both = tmp_path / "both.csv"
    with both.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([["full_text"], [TEXT], [LATER]])
    refused = compare(home, both, "990101-2024").exception
    assert isinstance(refused, BadArgumentsError)
    assert "both.csv holds 2 texts: say which" in str(refused)
    assert "alike" in compare(home, f"{both}#2", "990101-2025").output


def test_unknown_names_get_one_line(home: Home, tmp_path: Path) -> None:
    done = baogao(home, "compare", "990101-2042", "990101-2024", check=False)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "nearest of 5 known: 990101-2024" in done.stderr
    assert "lists what" in str(compare(home, "nothing.html", "990101-2024").exception)
    assert "does not exist yet" in str(compare(Home(tmp_path / "none"), "990101-2024", "990101-2024").exception)


def test_too_many_paragraphs_are_refused(home: Home, tmp_path: Path) -> None:
    for name in ("one", "other"):
        (tmp_path / name).write_text("\n".join([*report(), *(f"{name}{number}。" for number in range(6000))]), "utf-8")
    refused = compare(home, tmp_path / "one", tmp_path / "other", "--by", "paragraphs").exception
    assert "--by characters" in str(refused)


def test_the_page_needs_nothing_but_itself(home: Home, copy_id: str, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    compare(home, copy_id, "990101-2024", "--html", page)
    html = page.read_text("utf-8")
    assert re.findall(r"(?:src|href)=\"(?!#)[^\"]*|@import|url\(", html) == []
    assert html.count('<ins title="damage') == TEXT.count("的")
    assert "default-src 'none'" in html
    assert [path.name for path in tmp_path.iterdir()] == ["page.html"]


def test_words_of_a_page_are_never_markup(home: Home, tmp_path: Path) -> None:
    hostile = tmp_path / "hostile.txt"
    hostile.write_text(TEXT.replace("青瓦老街", "<script>alert(1)</script>"), "utf-8")
    page = tmp_path / "page.html"
    compare(home, hostile, "990101-2024", "--html", page)
    assert "<script" not in page.read_text("utf-8")


@pytest.mark.skipif(not CHROMIUM.exists(), reason=f"skipped: there is no browser at {CHROMIUM}")
def test_the_page_in_a_browser(home: Home, tmp_path: Path) -> None:
    sync_api = pytest.importorskip("playwright.sync_api", reason="skipped: playwright is not installed")
    page_file = tmp_path / "page.html"
    compare(home, "990101-2024", "990101-2025", "--html", page_file)
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        for scheme, width in (("light", 1280), ("dark", 390)):
            page = browser.new_page(color_scheme=scheme, viewport={"width": width, "height": 900})
            wrong: list[str] = []
            page.on("console", lambda message, wrong=wrong: wrong.append(message.text))
            page.on("request", lambda sent, wrong=wrong: wrong.append(sent.url) if "file:" not in sent.url else None)
            page.goto(page_file.as_uri())
            assert page.locator("table.both").is_visible()
            page.get_by_label("as one").check()
            assert page.locator("ol.one").is_visible()
            assert not page.locator("table.both").is_visible()
            page.get_by_label("only what differs").check()
            assert page.locator("ol.one li.kept:visible").count() == 0
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            assert wrong == []
        browser.close()
