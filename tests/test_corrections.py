"""corrections.csv: its mistakes, what it overrules, what is said and shown of it, aliases, and that it can be undone."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from archive.captures import CaptureStore
from archive.corrections import COLUMNS, parse_corrections, read_corrections
from archive.database import open_archive
from archive.errors import BadArgumentsError
from archive.home import Home
from archive.ingest import Ingester
from archive.regions import load_regions
from crawler.demo import REGIONS
from tests import speech
from tests.command import baogao, dump, rows

HEAD = ",".join(COLUMNS)
GOOD = "990101-2024,year,2025,第三届第五次会议公报,田野,2026-11-22"
COURT = "现在，我代表甲子区人民法院，向大会报告工作，请予审议。"
WHO = ("大会秘书处的公报", "田野", "2026-11-22")


def parse(*lines: str) -> tuple[list[str], list[str]]:
    found, mistakes = parse_corrections("\n".join((HEAD, *lines)), "corrections.csv", load_regions(REGIONS))
    return [f"{one.id} {one.field} {one.value}" for one in found], list(mistakes)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("990101-2024,yaer,2025,公报,田野,2026-11-22", "field yaer is unknown: one of is_report, region"),
        ("990101-2024,year,二〇二五,公报,田野,2026-11-22", "year 二〇二五 is no year between 1949 and 2100: write the year"),
        ("990101-2024,region,310999,公报,田野,2026-11-22", "region 310999 is in no table of regions: give the six digits"),
        ("990101-2024,delivered_on,2024/1/16,公报,田野,2026-11-22", "delivered_on 2024/1/16 is no day: write it as"),
        ("990101-2024,is_report,maybe,公报,田野,2026-11-22", "is_report is maybe: yes, or the reason why not: session_news"),
        ("990101-2024,year,2025,,田野,2026-11-22", "evidence is empty: say it"),
        ("990101-2024,year,2025,公报,,2026-11-22", "who is empty: say it"),
        (",year,2025,公报,田野,2026-11-22", "id is empty: say it"),
        ("990101-2024,year,2025,公报,田野,yesterday", "on is yesterday: write the day of the correction as 2026-11-22"),
        ("990101-2024,year,2025,公报,第3页,田野,2026-11-22", "6 columns are wanted, 7 found: put a value that has a comma"),
        ("990101-2024-b,year,2025,公报,田野,2026-11-22", "990101-2024-b is one of several reports of its region and year"),
        (GOOD, "990101-2024 has a year in line 2 already: keep one of them"),
        (
            "990101-2024,published_on,2024-01-17,公报,田野,2026-11-22",
            "published_on is what one page states, and 990101-2024 is a report: give the id of the copy",
        ),
    ],
)  # fmt: skip
def test_each_mistake_is_one_line_and_the_others_are_applied(line: str, said: str) -> None:
    found, mistakes = parse(GOOD, line, "", "990121-2024,speaker,田禾,公报,田野,2026-11-22")
    assert found == ["990101-2024 year 2025", "990121-2024 speaker 田禾"]
    (mistake,) = mistakes
    assert mistake.startswith(f"corrections.csv, line 3: {said}")
    assert "\n" not in mistake


def test_a_file_that_cannot_be_used_at_all_stops_everything() -> None:
    with pytest.raises(
        BadArgumentsError, match="line 1: the columns must be id,field,value,evidence,who,on, not id,wert"
    ):
        parse_corrections("id,wert\n", "corrections.csv", load_regions(REGIONS))


def test_open_quotes_cost_only_what_is_behind_them() -> None:
    found, mistakes = parse(GOOD, '990121-2024,speaker,"田禾,公报,田野,2026-11-22')
    assert found == ["990101-2024 year 2025"]
    assert len(mistakes) == 1
    assert "close the quotes" in mistakes[0]


# --- on an archive ----------------------------------------------------------------------------------------------------


def other_words(turn: int) -> list[str]:
    """The speech from its salutation on, each paragraph of its body in other words: no text is like another's."""
    lines = speech.report(seed=turn)[3:]
    return [line[::-1] if len(line) > 100 and turn == 0 else line[::2] if len(line) > 100 else line for line in lines]


class Told:
    """An archive of two copies of a report, a report of nobody knows where, and the report of a court."""

    def __init__(self, root: Path) -> None:
        self.home = Home(root / "home").prepare()
        shutil.copy(REGIONS, self.home.regions)
        pages = {
            "https://a.example/1.txt": speech.report(),
            "https://b.example/1.txt": [*speech.report(), "（根据录音整理）"],
            "https://a.example/2.txt": ["政府工作报告", *other_words(0)],
            "https://a.example/3.txt": ["甲子区人民法院工作报告", "各位代表：", COURT, *other_words(1)[2:]],
        }
        self.db = open_archive(self.home)
        with CaptureStore(self.home, self.db, "told") as store:
            for number, (url, lines) in enumerate(pages.items(), 1):
                text = "\n".join(lines).replace("我代表甲子区人民政府", "我代表区人民政府")
                store.add_resource(url, f"2024-02-0{number}T00:00:00Z", "text/plain", text.encode(), None)
        self.ingester = Ingester(self.home, self.db, {})
        self.built = list(self.ingester.ingest_many(self.ingester.pending()))
        self.settle()

    def settle(self, *lines: tuple[str, str, str]) -> list[str]:
        """Write corrections.csv (id, field and value of each line), or take it away, and settle; what found nothing."""
        with self.home.corrections.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([COLUMNS, *((*line, *WHO) for line in lines)])
        if not lines:
            self.home.corrections.unlink()
        self.ingester.corrections, mistakes = read_corrections(self.home.corrections, self.ingester.regions)
        assert mistakes == ()
        self.ingester.finish()
        return self.ingester.idle

    def rows(self, sql: str) -> list[tuple]:
        return rows(self.home, sql)

    def reports(self) -> dict[str, int]:
        return dict(self.rows("select id, copies from reports"))


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    told = Told(tmp_path_factory.mktemp("corrections"))
    yield told
    told.ingester.close()
    told.db.close()


@pytest.fixture
def told(archive: Told) -> Iterator[Told]:
    """The archive, without corrections before and after each test."""
    yield archive
    archive.settle()


def test_what_the_archive_makes_of_them_by_itself(told: Told) -> None:
    known = told.reports()
    assert known.pop("990101-2024") == 2
    ((unresolved, copies),) = known.items()
    assert (unresolved[:11], copies) == ("unresolved-", 1)
    assert told.rows("select reason from rejections") == [("court_report",)]


def test_a_person_overrules_fields_of_a_report_and_undoes_it(told: Told) -> None:
    before = dump(told.home)
    assert told.settle(("990101-2024", "year", "2025"), ("990101-2024", "speaker", "田野")) == []
    assert told.reports()["990101-2025"] == 2
    assert "990101-2024" not in told.reports()
    assert told.rows("select year, speaker, region_name from reports where id = '990101-2025'") == [
        (2025, "田野", "示例省/样例市/甲子区")
    ]
    assert told.rows("select id, field, value, was, who from corrections order by field") == [
        ("990101-2024", "speaker", "田野", "田禾", "田野"),
        ("990101-2024", "year", "2025", "2024", "田野"),
    ]
    assert told.rows("select old_id, id from aliases") == [("990101-2024", "990101-2025")]
    shown = told.rows("select distinct report, detail from problems where code = 'corrected' and detail like 'year%'")
    assert shown == [("990101-2025", "year: 2024 → 2025 (田野, 2026-11-22: 大会秘书处的公报)")]
    told.settle()
    assert dump(told.home) == before


def test_a_copy_is_corrected_alone_and_before_its_report(told: Told) -> None:
    ((copy,),) = told.rows("select id from copies where url like 'https://b%'")
    assert told.settle(("990101-2024", "speaker", "田野"), (copy, "speaker", ""), (copy, "year", "2023")) == []
    assert told.reports()["990101-2024"] == told.reports()["990101-2023"] == 1
    assert told.rows("select id, speaker from reports where region = '990101' and year > 2020 order by id") == [
        ("990101-2023", None),
        ("990101-2024", "田野"),
    ]
    assert told.rows("select 1 from aliases") == []


def test_the_day_a_page_states_is_corrected_on_that_page(told: Told) -> None:
    before = dump(told.home)
    ((copy,),) = told.rows("select best_copy from reports where id = '990101-2024'")
    assert told.settle((copy, "published_on", "2024-02-03")) == []
    of_copies = "select id, published_on from copies where report = '990101-2024' and published_on is not null"
    assert told.rows(of_copies) == [(copy, "2024-02-03")]
    assert told.rows("select published_on from reports where id = '990101-2024'") == [("2024-02-03",)]
    assert told.rows("select field, was, value from corrections") == [("published_on", None, "2024-02-03")]
    ((detail,),) = told.rows("select detail from problems where code = 'corrected'")
    assert detail.startswith("published_on: nothing → 2024-02-03")
    told.settle()
    assert dump(told.home) == before


def test_a_person_says_where_a_report_is_of(told: Told) -> None:
    (unresolved,) = [id for id in told.reports() if id.startswith("unresolved")]
    assert told.settle((unresolved, "region", "990121")) == []
    assert told.reports() == {"990101-2024": 2, "990121-2024": 1}
    assert told.rows("select old_id, id from aliases") == [(unresolved, "990121-2024")]
    assert told.rows("select was from corrections") == [(None,)]
    assert told.rows("select 1 from problems where code = 'unresolved_region'") == []


def test_a_person_says_what_is_a_report_and_what_is_none(told: Told) -> None:
    ((rejected,),) = told.rows("select capture || '-' || part from rejections")
    ((copy,),) = told.rows("select id from copies where url like 'https://b%'")
    told.settle((rejected, "is_report", "yes"), (rejected, "region", "990122"), (copy, "is_report", "newspaper_digest"))
    known = told.reports()
    assert known["990122-2024"] == 1
    assert known["990101-2024"] == 1
    assert told.rows("select reason, capture || '-' || part from rejections") == [("newspaper_digest", copy)]
    was = dict(told.rows("select id, was from corrections where field = 'is_report'"))
    assert was == {rejected: "court_report", copy: "report"}


def test_what_finds_nothing_is_said(told: Told) -> None:
    ((rejected,),) = told.rows("select capture || '-' || part from rejections")
    nowhere, elsewhere = told.settle(("990101-1999", "year", "2000"), (rejected, "year", "2000"))
    assert nowhere.endswith("line 2: there is no copy or report 990101-1999: mend the id, or take the line out")
    assert elsewhere.endswith(
        f"line 3: {rejected} is no report (court_report): add a line with is_report yes, or take this one out"
    )
    assert told.rows("select 1 from corrections") == []


def test_a_build_gives_the_same_rows_says_mistakes_and_applies_the_rest(told: Told) -> None:
    told.settle(("990101-2024", "year", "2025"), ("990101-1999", "congress", "第三届"))
    quick = dump(told.home, without=("sources", "regions"))
    with told.home.corrections.open("a", encoding="utf-8") as file:
        file.write("990101-2024,yaer,2025,公报,田野,2026-11-22\n")
    done = baogao(told.home, "build", check=False)
    assert done.returncode == 3
    assert "corrections.csv, line 4: field yaer is unknown" in done.stderr
    assert "corrections.csv, line 3: there is no copy or report 990101-1999" in done.stderr
    assert "Traceback" not in done.stderr
    assert dump(told.home, without=("sources", "regions")) == quick
    told.home.corrections.write_text("nonsense\n", encoding="utf-8")
    done = baogao(told.home, "build", check=False)
    assert done.returncode == 2
    assert "line 1: the columns must be" in done.stderr
    assert dump(told.home, without=("sources", "regions")) == quick
