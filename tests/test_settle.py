"""Settling: parts find their report, wrong labels are said, versions dated; nothing depends on the order of arrival."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlite_utils import Database

from archive.database import open_archive, writing
from archive.elsewhere import Here
from archive.findings import forget_findings, store_copy
from archive.home import Home
from archive.kept import keep_finding
from archive.model import Candidate, Capture, Finding, Identity
from archive.regions import load_regions
from archive.settle import settle_all
from archive.sketches import STOP, Searchers, find_like
from crawler.demo import REGIONS
from crawler.demo.reports import all_reports

GAZETTEER = load_regions(REGIONS)
TEXTS = {report.id: list(report.paragraphs) for report in all_reports()}
ONE, NEXT, SISTER = "990101-2022", "990101-2023", "990102-2022"


@dataclass(frozen=True)
class Shown:
    """A copy as a page showed it: `name` is its capture's id."""

    name: str
    lines: tuple[str, ...]
    region: str | None = "990101"
    year: int | None = 2022
    complete: bool = True
    url: str = ""
    day: int = 1
    origin: str = "aggregator"


def show(name: str, lines: Sequence[str], key: str | None = ONE, **known: object) -> Shown:
    region, year = (key.split("-")[0], int(key.split("-")[1])) if key else (None, None)
    return Shown(name, tuple(lines), region, year, **known)  # type: ignore[arg-type]


def store(db: Database, shown: Shown) -> None:
    seen = f"2026-01-{shown.day:02}T00:00:00Z"
    capture = Capture(
        shown.name, shown.url or f"https://{shown.name}.example/", seen, shown.name, "text/html", 200, None, "page",
        "a.warc.gz", 0, 0, seen,
    )  # fmt: skip
    row = {"id": shown.name, "url": capture.url, "fetched_at": seen, "last_seen_at": seen, "verdict": "page"}
    db.table("captures").insert(row, ignore=True)
    text = "\n".join(shown.lines)
    identity = Identity(True, "report", region=shown.region, year=shown.year, complete=shown.complete)
    with writing(db):
        forget_findings(db, shown.name)
        finding = Finding(Candidate(1, shown.lines), text, identity, (), "")
        store_copy(db, capture, keep_finding(finding), "t", shown.origin)


def forget(db: Database, name: str) -> None:
    with writing(db):
        forget_findings(db, name)
        db.execute("delete from captures where id = ?", [name])


def settle(db: Database) -> None:
    settle_all(db, GAZETTEER)
    assert db.execute("select count(*) from unsettled").fetchone() == (0,)


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    db = open_archive(Home(tmp_path))
    yield db
    db.close()


def reports_of(db: Database) -> dict[str, str]:
    return dict(db.execute("select capture, report from copies order by 1").fetchall())


def codes(db: Database) -> set[tuple[str, str]]:
    return set(db.execute("select substr(copy, 1, length(copy) - 2), code from problems").fetchall())


# --- homes ------------------------------------------------------------------------------------------------------------

BODY = TEXTS[ONE]
PAGE = BODY[len(BODY) // 3 : len(BODY) * 2 // 3]


@pytest.mark.parametrize("first", ["whole", "page"])
def test_a_page_without_head_finds_the_report_it_is_of(db: Database, first: str) -> None:
    shown = {"whole": show("whole", BODY), "page": show("page", PAGE, None, complete=False)}
    store(db, shown.pop(first))
    settle(db)
    if first == "page":
        assert reports_of(db)["page"].startswith("unresolved-")
    store(db, shown.popitem()[1])
    settle(db)
    assert reports_of(db) == {"page": ONE, "whole": ONE}
    assert db.execute("select relation, home, rank, why from copies where capture = 'page'").fetchone() == (
        "excerpt", ONE, 2, "a part",
    )  # fmt: skip
    assert db.execute("select count(*) from reports").fetchone() == (1,)


def test_a_part_of_two_reports_belongs_to_neither(db: Database) -> None:
    for shown in (show("whole", BODY), show("again", BODY[3:], NEXT), show("page", PAGE, None, complete=False)):
        store(db, shown)
    settle(db)
    assert reports_of(db)["page"].startswith("unresolved-")
    assert {("page", "found_in_several"), ("whole", "text_of_another"), ("again", "text_of_another")} <= codes(db)
    forget(db, "again")
    settle(db)
    assert reports_of(db) == {"page": ONE, "whole": ONE}
    assert codes(db) == set()


def test_a_part_leaves_when_its_report_goes(db: Database) -> None:
    for shown in (show("whole", BODY), show("page", PAGE, None), show("other", PAGE[:-3], None)):
        store(db, shown)
    settle(db)
    assert set(reports_of(db).values()) == {ONE}
    forget(db, "whole")
    settle(db)
    left = reports_of(db)
    assert set(left) == {"other", "page"}
    assert len(set(left.values())) == 1
    assert left["page"].startswith("unresolved-")
    assert db.execute("select count(*) from reports").fetchone() == (1,)
    assert db.execute("select count(*) from texts").fetchone() == (2,)
    assert db.execute("select count(*) from sketches").fetchone() == (2,)


def test_what_is_known_of_a_part_must_agree(db: Database) -> None:
    store(db, show("whole", BODY))
    store(db, Shown("page", tuple(PAGE), None, 2023))
    store(db, Shown("rest", tuple(PAGE), "990101", None))
    settle(db)
    found = reports_of(db)
    assert found["rest"] == ONE
    assert found["page"].startswith("unresolved-")


# --- what is never one report -----------------------------------------------------------------------------------------


def test_another_text_of_a_region_and_year_is_a_report_of_its_own(db: Database) -> None:
    store(db, show("long", BODY))
    store(db, show("other", TEXTS[SISTER][:40]))
    settle(db)
    assert reports_of(db) == {"long": ONE, "other": f"{ONE}-b"}
    assert codes(db) == {("long", "another_text"), ("other", "another_text")}


def test_last_years_text_under_a_new_title_stays_where_its_session_line_puts_it(db: Database) -> None:
    false = [BODY[0].replace("2022", "2023"), BODY[1].replace("2022", "2023"), *BODY[2:]]
    for shown in (show("true", BODY), show("false", false, NEXT), show("next", TEXTS[NEXT], NEXT)):
        store(db, shown)
    settle(db)
    found = reports_of(db)
    assert found["true"] == ONE
    assert {found["false"], found["next"]} == {NEXT, f"{NEXT}-b"}
    assert ("false", "text_of_another") in codes(db)
    ((detail, other),) = db.execute(
        "select detail, other from problems where copy = 'false-1' and code = 'text_of_another'"
    ).fetchall()
    assert ONE in detail
    assert other == "true-1"


def test_more_than_twenty_six_texts_of_a_year_all_have_a_report(db: Database) -> None:
    chance = random.Random(3)
    for number in range(29):
        store(db, show(f"c{number:02}", ["".join(chr(0x4E00 + chance.randrange(3000)) for _ in range(400))]))
    settle(db)
    found = reports_of(db)
    assert len(set(found.values())) == 29
    assert {ONE, f"{ONE}-z", f"{ONE}-27", f"{ONE}-29"} <= set(found.values())


# --- versions and differences -----------------------------------------------------------------------------------------


def test_a_text_issued_anew_at_its_address_is_a_new_version(db: Database) -> None:
    there = "https://gov.example/report.html"
    corrected = [line.replace("%", "个百分点") for line in BODY]
    for day, lines in ((1, BODY), (3, BODY), (5, corrected), (7, corrected), (9, BODY)):
        store(db, show(f"day{day}", lines, url=there, day=day))
    settle(db)
    rows = db.execute(
        "select capture, version, repeats, substr(seen_from, 9, 2), substr(seen_until, 9, 2), rank from copies order by 1"
    )
    assert rows.fetchall() == [
        ("day1", 1, None, "01", "03", 1),
        ("day3", 1, "day1-1", "03", "03", None),
        ("day5", 2, None, "05", "07", 2),
        ("day7", 2, "day5-1", "07", "07", None),
        ("day9", 3, None, "09", "09", 3),
    ]
    assert db.execute("select copies from reports").fetchone() == (3,)
    assert {("day5", "reissued"), ("day9", "reissued")} <= codes(db)


def test_a_revisit_moves_the_end_of_a_version(db: Database) -> None:
    store(db, show("day1", BODY))
    settle(db)
    db.execute("update captures set last_seen_at = '2026-02-01T00:00:00Z'")
    db.execute("insert into unsettled values ('seen', 'day1')")
    settle(db)
    assert db.execute("select seen_until from copies").fetchone() == ("2026-02-01T00:00:00Z",)


def test_differences_are_stored_with_their_places(db: Database) -> None:
    text = "\n".join(BODY)
    figure = next(part for part in text.split("，") if "亿元" in part and any(map(str.isdigit, part)))
    wrong = figure.translate(str.maketrans("123456789", "234567891"))
    copy = text.replace(figure, wrong).split("\n")
    store(db, show("best", BODY, origin="official"))
    store(db, show("worse", [*copy[:10], *copy[12:]]))
    settle(db)
    ((differs,),) = db.execute("select differs from copies where capture = 'worse'").fetchall()
    assert json.loads(differs) == {"numbers": figure.count("亿元"), "missing": 1}
    shown = "\n".join([*copy[:10], *copy[12:]])
    for kind, start, length, words, best_start, best_length in db.execute(
        "select kind, start, length, words, best_start, best_length from differences where copy = 'worse-1'"
    ).fetchall():
        if kind == "numbers":
            assert words.startswith(shown[start : start + length])
            assert text[best_start : best_start + best_length] in figure
        else:
            assert "\n".join(BODY[10:12]).strip() in text[best_start : best_start + best_length + 1]
    ((severity, start),) = db.execute("select severity, start from problems where code = 'number_differs'").fetchall()
    assert severity == "minor"
    assert shown[start].isdigit()


# --- the index --------------------------------------------------------------------------------------------------------


def test_a_stopped_shingle_is_not_asked_and_likes_are_found_all_the_same(db: Database) -> None:
    chance = random.Random(4)

    def draw(length: int) -> str:
        return "".join(chr(0x4E00 + chance.randrange(3000)) for _ in range(length))

    stock = draw(1500)
    for number in range(STOP + 20):
        store(db, Shown(f"c{number}", (draw(700), stock), f"99{number:04}", 2020))
    text = draw(4000)
    store(db, show("whole", [text, stock]))
    store(db, show("part", [text[1000:3000]], None))
    settle(db)
    digest = dict(db.execute("select capture, folded_sha256 from copies").fetchall())
    assert find_like(db, digest["whole"]) == [digest["part"]]
    assert find_like(db, digest["c0"]) == []
    assert reports_of(db)["part"] == ONE


# --- the order of arrival ---------------------------------------------------------------------------------------------

SHOWN = (
    show("a", BODY, origin="official"),
    show("b", [line.replace("国", "") for line in BODY], url="https://x.example/1", day=2),
    show("c", [line.replace("国", "") for line in BODY], url="https://x.example/1", day=4),
    show("d", PAGE, None, complete=False),
    show("e", TEXTS[NEXT], NEXT),
    show("f", BODY[2:], NEXT),
    show("g", TEXTS[SISTER][20:40], None, complete=False),
    show("h", TEXTS[SISTER][22:44], None, complete=False),
    Shown("i", tuple(TEXTS[SISTER][20:41]), "990102", None),
    show("j", BODY[: len(BODY) // 2]),
    show("k", TEXTS[NEXT][30:60], None, complete=False),
)
TABLES = (
    "texts", "reports", "copies", "problems", "differences", "sections", "paragraphs", "sketches", "shingles",
)  # fmt: skip


def rows_of(db: Database) -> dict[str, list[tuple]]:
    return {table: sorted(db.execute(f"select * from {table}").fetchall(), key=repr) for table in TABLES}


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[tuple]]:
    db = open_archive(Home(tmp_path_factory.mktemp("expected")))
    for shown in SHOWN:
        store(db, shown)
    settle(db)
    rows = rows_of(db)
    db.close()
    return rows


@given(st.permutations(SHOWN), st.sets(st.integers(0, len(SHOWN) - 1)), st.lists(st.sampled_from(SHOWN), max_size=4))
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_outcome_does_not_depend_on_the_order_of_arrival(
    expected: dict[str, list[tuple]],
    tmp_path_factory: pytest.TempPathFactory,
    order: list[Shown],
    pauses: set[int],
    detour: list[Shown],
) -> None:
    """Copies come in any order, are settled in between, are taken away and come back: the rows are the same."""
    db = open_archive(Home(tmp_path_factory.mktemp("any")))
    for number, shown in enumerate(order):
        store(db, shown)
        if number in pauses:
            settle(db)
    for shown in detour:
        forget(db, shown.name)
    if detour:
        settle(db)
    for shown in detour:
        store(db, shown)
    settle(db)
    found = rows_of(db)
    db.close()
    for table in TABLES:
        assert found[table] == expected[table], table


def test_settling_that_was_cut_off_goes_on(db: Database, expected: dict[str, list[tuple]]) -> None:
    for shown in SHOWN:
        store(db, shown)

    class Cut(Exception):
        pass

    class Failing:
        def at(self, region: str, year: int) -> object:
            raise Cut

    with pytest.raises(Cut):
        settle_all(db, Failing())  # type: ignore[arg-type]
    settle(db)
    assert rows_of(db) == expected


class Two(Here):
    """Works here, but could have worked with two."""

    jobs = 2
    ahead = 2


def test_likes_found_ahead_are_those_found_when_asked(
    db: Database, expected: dict[str, list[tuple]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("archive.settle.BATCH", 0)
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    ahead: list[str] = []
    find = Searchers.find

    def note(self: Searchers, folded_sha256: str) -> list[str]:
        ahead.append(folded_sha256)
        return find(self, folded_sha256)

    monkeypatch.setattr(Searchers, "find", note)
    for shown in SHOWN:
        store(db, shown)
    settle_all(db, GAZETTEER, Two())
    assert rows_of(db) == expected
    assert set(ahead) == {digest for (digest,) in db.execute("select folded_sha256 from sketches").fetchall()}
