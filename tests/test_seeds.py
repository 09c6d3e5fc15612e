"""The five real pages: seven reports, seven rejections, every field, in any order, again and again."""

import csv
import json
import shutil
from pathlib import Path

import pytest

from archive.home import Home
from tests.command import baogao, dump, rows

EXPECTED = {
    "310101-2019": ("2019年上海市黄浦区政府工作报告", "2019-01-22", "上海市黄浦区第二届人民代表大会", "第五次会议", None, None, "damaged", "国"),
    "310101-2020": ("2020年黄浦区政府工作报告", "2020-01-09", "上海市黄浦区第二届人民代表大会", "第七次会议", None, None, "republished", None),
    "310101-2025": ("2025年上海市黄浦区政府工作报告", "2025-01-08", "上海市黄浦区第三届人民代表大会", "第六次会议", None, None, "republished", None),
    "310106-2020": ("2020年上海市静安区人民政府工作报告", "2020-01-08", "静安区第一届人民代表大会", "第九次会议", "于勇", "区长", "republished", None),
    "310109-2019": ("2019年上海市虹口区政府工作报告", "2019-01-15", "上海市虹口区第十六届人民代表大会", "第五次会议", "赵永峰", "区长", "damaged", "我"),
    "310109-2020": ("2020年虹口区政府工作报告", "2020-01-08", "上海市虹口区第十六届人民代表大会", "第七次会议", "胡广杰", "区长", "republished", None),
    "310112-2019": ("2019年上海市闵行区政府工作报告", "2019-01-15", "闵行区第六届人民代表大会", "第五次会议", "倪耀明", "区长", "damaged", "以"),
}  # fmt: skip
SITE_WORDS = (
    "官网原文",
    "导出笔记",
    "记笔记",
    "写下来",
    "点我投稿",
    "联系我们",
    "全文完",
    "第一部分",
    "第二部分",
    "第三部分",
    "筛选地域",
)


@pytest.fixture(scope="module")
def built(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Home:
    home = Home(tmp_path_factory.mktemp("seeds") / "home")
    baogao(home, "add", "--manifest", str(shared / "seeds" / "manifest.csv"))
    baogao(home, "build")
    return home


def test_seven_reports_with_every_field(built: Home) -> None:
    fields = "id, title, delivered_on, congress, session, speaker, speaker_post, trust, lost"
    assert {row[0]: row[1:] for row in rows(built, f"select {fields} from reports")} == EXPECTED


def test_the_lost_character_stands_in_a_problem_of_its_report(built: Home) -> None:
    sql = "select report, substr(detail, 1, 1) from problems where code = 'lost_character'"
    assert sorted(rows(built, sql)) == [("310101-2019", "国"), ("310109-2019", "我"), ("310112-2019", "以")]


def test_seven_rejections_with_a_reason_each(built: Home) -> None:
    assert rows(built, "select reason, count(*) from rejections group by reason") == [("investment_news", 7)]
    assert all(detail for (detail,) in rows(built, "select detail from rejections"))


def test_nothing_of_the_sites_is_left(built: Home) -> None:
    for report, text in rows(built, "select id, text from full_reports"):
        assert [word for word in SITE_WORDS if word in text] == [], report
        assert "(政府工作报告)" not in text


def test_cut_paragraphs_are_whole_and_spaces_closed(built: Home) -> None:
    texts = dict(rows(built, "select id, text from full_reports"))
    assert "首演、首秀、首映" in texts["310101-2020"]
    assert "225.73亿元" in texts["310101-2020"]
    assert "2020年" in texts["310101-2020"]
    assert any("要在复杂形势下" in text for text in texts.values())


def test_run_together_reports_are_split_again(built: Home) -> None:
    for report in ("310101-2019", "310109-2019", "310112-2019"):
        (text,) = rows(built, f"select text from full_reports where id = '{report}'")[0]
        lines = text.split("\n")
        assert lines[0] == EXPECTED[report][0]
        assert "一、2018年工作回顾" in lines
        assert sum(line.startswith(("(一)", "(二)", "(三)")) for line in lines) >= 6
        assert not any("多杆合 一" in line and line.startswith("一、") for line in lines)


def test_glossaries_are_kept(built: Home) -> None:
    with_glossary = rows(built, "select report from sections where kind = 'glossary' order by report")
    assert [report for (report,) in with_glossary] == sorted(set(EXPECTED) - {"310106-2020"})


def test_no_character_is_invented(built: Home, shared: Path) -> None:
    """Every character of a text is in its page, in order, white space and forms aside."""
    from archive.fold import fold_text

    pages = ["".join(fold_text(path.read_text(encoding="utf-8"))) for path in (shared / "seeds").glob("*.txt")]
    for report, text in rows(built, "select id, text from full_reports"):
        folded = fold_text(text)
        assert any(is_subsequence(folded, page) for page in pages), report


def is_subsequence(part: str, whole: str) -> bool:
    remaining = iter(whole)
    return all(character in remaining for character in part)


def test_building_twice_gives_the_same_rows(built: Home) -> None:
    before = dump(built)
    baogao(built, "build", "--jobs", "1", anew=True)
    assert dump(built) == before


def test_another_order_gives_the_same_rows(built: Home, shared: Path, tmp_path: Path) -> None:
    with (shared / "seeds" / "manifest.csv").open(encoding="utf-8", newline="") as file:
        listed = list(csv.DictReader(file))
    for row in listed:
        shutil.copy(shared / "seeds" / row["path"], tmp_path / row["path"])
    with (tmp_path / "backwards.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, listed[0])
        writer.writeheader()
        writer.writerows(reversed(listed))
    other = Home(tmp_path / "other")
    baogao(other, "add", "--manifest", str(tmp_path / "backwards.csv"))
    baogao(other, "build", anew=True)
    assert dump(other) == dump(built)


def test_warc_files_alone_give_everything_back(built: Home, tmp_path: Path) -> None:
    other = Home(tmp_path / "other").prepare()
    for path in built.captures.iterdir():
        shutil.copy(path, other.captures)
    baogao(other, "reindex")
    baogao(other, "build", anew=True)
    assert dump(other) == dump(built)


def test_adding_again_changes_nothing(built: Home, shared: Path) -> None:
    before = dump(built)
    said = baogao(built, "add", "--manifest", str(shared / "seeds" / "manifest.csv"))
    assert said.stderr.startswith("0 new captures")
    assert dump(built) == before


def test_read_shows_the_same_without_a_home(shared: Path, tmp_path: Path) -> None:
    home = Home(tmp_path / "none")
    seeds = sorted(str(path) for path in (shared / "seeds").glob("*.txt"))
    said = baogao(home, "read", "--json", *seeds)
    pages = [json.loads(line) for line in said.stdout.splitlines()]
    assert [page["path"] for page in pages] == seeds
    reports = [found for page in pages for found in page["candidates"] if found["is_report"]]
    fields = ("title", "delivered_on", "congress", "session", "speaker", "speaker_post")
    shown = {tuple(found[field] for field in fields) for found in reports}
    assert shown == {values[:6] for values in EXPECTED.values()}
    assert not home.root.exists()
