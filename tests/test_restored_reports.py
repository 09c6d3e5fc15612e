"""From pages to a restored report: two that have each lost another character, added and built, give the whole text."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from html import escape
from pathlib import Path

import pytest

from archive.build import write_regions
from archive.captures import CaptureStore
from archive.database import open_archive
from archive.examine import Circumstances, examine
from archive.findings import store_findings
from archive.home import Home
from archive.kept import keep
from archive.regions import load_regions
from archive.rules import rules_version
from archive.settle import settle_all
from crawler.demo import REGIONS
from crawler.demo.reports import all_reports
from tests.command import baogao, dump, rows

REPORT = next(report for report in all_reports() if report.region.code == "990101")
ID = f"990101-{REPORT.sitting.year}"


def page(lines: Sequence[str]) -> str:
    """A page as a portal would show it."""
    body = "".join(f"<p>{escape(line)}</p>" for line in lines)
    return f'<!DOCTYPE html><meta charset="utf-8"><title>政府工作报告</title><div id="zoom">{body}</div>'


def write_pages(folder: Path, **lost: str) -> list[Path]:
    """A page of the report for each character, without it; "" for a whole one."""
    lines = REPORT.text.replace("\u3000", " ").split("\n")
    paths = []
    for name, character in lost.items():
        paths.append(folder / f"{name}.html")
        paths[-1].write_text(page([line.replace(character, "") if character else line for line in lines]), "utf-8")
    return paths


def build(root: Path, *adding: Sequence[Path]) -> Home:
    """A home with the pages taken in, a batch at a time, and settled after each; in this process, which is quicker."""
    home = Home(root).prepare()
    shutil.copy(REGIONS, home.regions)
    db = open_archive(home)
    write_regions(db, load_regions(home.regions))
    for paths in adding:
        with CaptureStore(home, db, "added") as store:
            for path in paths:
                store.add_resource(None, None, "text/html", path.read_bytes(), None)
            for (id,) in db.execute("select id from captures where examined is null").fetchall():
                examination = examine(store.payload(store.find(id)), Circumstances(extra_regions=REGIONS))
                store_findings(db, store.find(id), keep(examination), "unknown", rules_version())
        settle_all(db, load_regions(home.regions))
    db.close()
    return home


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return write_pages(tmp_path_factory.mktemp("pages"), one="国", other="以", whole="")


@pytest.fixture(scope="module")
def restored(pages: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Home:
    home = Home(tmp_path_factory.mktemp("restored")).prepare()
    shutil.copy(REGIONS, home.regions)
    baogao(home, "add", *pages[:2])
    baogao(home, "build", "--jobs", "1")
    return home


def test_two_damaged_pages_give_the_whole_text(restored: Home, pages: list[Path]) -> None:
    (finding,) = examine(pages[2].read_bytes(), Circumstances(extra_regions=REGIONS)).findings
    fields = "id, trust, lost, copies, chars"
    ((*row, chars),) = rows(restored, f"select {fields} from reports")
    assert row == [ID, "restored", None, 2]
    ((text,),) = rows(restored, "select text from full_reports")
    assert text == finding.text
    assert chars > max(row[0] for row in rows(restored, "select chars from copies"))
    found = rows(
        restored, "select r.start, r.length, c.lost from restored r join copies c on c.id = r.copy order by r.n"
    )
    ((lost,),) = rows(restored, "select lost from copies where rank = 1")
    assert {text[start : start + length] for start, length, _ in found} == {lost}
    assert len(found) == text.count(lost)
    assert {other for _, _, other in found} == {"国以".replace(lost, "")}


def test_the_outline_follows_the_restored_text(restored: Home) -> None:
    ((text,),) = rows(restored, "select text from full_reports")
    assert [row[0] for row in rows(restored, "select text from full_paragraphs order by n")] == text.split("\n")


def test_the_order_of_arrival_does_not_matter(restored: Home, pages: list[Path], tmp_path: Path) -> None:
    other = build(tmp_path, [pages[1]], [pages[0]])
    assert dump(other, without=("sources",)) == dump(restored, without=("sources",))


def test_a_whole_copy_ends_the_restoration(pages: list[Path], tmp_path: Path) -> None:
    home = build(tmp_path, pages[:2], [pages[2]])
    assert rows(home, "select trust, lost, copies from reports") == [("republished", None, 3)]
    assert rows(home, "select count(*) from restored") == [(0,)]
    assert rows(home, "select count(*) from texts") == [(3,)]


def test_one_damaged_page_alone_stays_as_it_is(pages: list[Path], tmp_path: Path) -> None:
    home = build(tmp_path, [pages[0]])
    assert rows(home, "select trust, lost from reports") == [("damaged", "国")]
    assert rows(home, "select count(*) from restored") == [(0,)]


def test_what_no_copy_has_is_marked(pages: list[Path], tmp_path: Path) -> None:
    html = pages[1].read_text("utf-8")
    half = tmp_path / "half.html"
    half.write_text(html[: html.index("</p>", len(html) // 2)] + "</p></div>", "utf-8")
    home = build(tmp_path / "home", [pages[0], half])
    assert rows(home, "select trust, lost from reports") == [("damaged", "国")]
    ((text, start, length),) = rows(
        home,
        "select r.text, p.start, p.length from problems p join full_reports r on r.id = p.report"
        " where p.copy is null and p.code = 'still_lost'",
    )
    assert "国" in text[:start]
    assert "国" not in text[start:]
    assert start + length == len(text)
