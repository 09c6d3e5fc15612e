"""Counts of phrases: equal to a naive recount, zeros included; who used one first."""

import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.counting import Counted, count_phrases, count_reports, first_uses, parent_code, sum_counts
from archive.fold import count_chars, fold


@given(
    st.text(alphabet="养老養A1ａ水。", max_size=60),
    st.lists(st.text(alphabet="养老養a水", min_size=1, max_size=3), max_size=4),
)
def test_counts_are_those_of_a_naive_recount(text: str, phrases: list[str]) -> None:
    assert count_phrases(text, phrases) == tuple(fold(text).count(fold(phrase)) for phrase in phrases)


def test_what_says_nothing_is_counted_nowhere() -> None:
    assert count_phrases("养老", ["", " "]) == (0, 0)


@pytest.fixture
def archive() -> sqlite3.Connection:
    """Five reports of four regions: a province, its prefecture, two counties of that; one without region."""
    connection = sqlite3.connect(":memory:")
    connection.execute("create table texts(sha256, text)")
    names = "id, region, region_name, year, level, delivered_on, chars, paragraphs, text_sha256"
    connection.execute(f"create table reports({names})")
    texts = {
        "990000-2021": "修渡口。", "990100-2020": "种树。", "990101-2020": "渡口，渡口。\n渡口！", "990101-2019": "种树。",
        "990102-2022": "渡口和樹。", "unresolved-1": "渡口",
    }  # fmt: skip
    for report, text in texts.items():
        region, _, year = report.partition("-")
        place = (region, region, int(year)) if region.isdecimal() else (None, None, None)
        row = (report, *place, "county", None, count_chars(text), text.count("\n") + 1, report)
        connection.execute("insert into reports values (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
        connection.execute("insert into texts values (?, ?)", [report, text])
    return connection


def test_reports_have_zeros_and_denominators(archive: sqlite3.Connection) -> None:
    rows = list(count_reports(archive, ["渡口", "树"]))
    assert [(row.report, row.counts) for row in rows] == [
        ("990000-2021", (1, 0)), ("990100-2020", (0, 1)), ("990101-2019", (0, 1)), ("990101-2020", (3, 0)),
        ("990102-2022", (1, 1)),
    ]  # fmt: skip
    shares = sum_counts(rows)
    assert [(year, share.count, share.using, share.reports) for year, share in shares.items()] == [
        (2019, 0, 0, 1), (2020, 3, 1, 2), (2021, 1, 1, 1), (2022, 1, 1, 1),
    ]  # fmt: skip
    assert shares[2020].chars == 8
    assert shares[2020].paragraphs == 3
    assert shares[2020].per_1000 == 375


def test_texts_that_the_index_rules_out_are_not_read(archive: sqlite3.Connection) -> None:
    rows = {row.report: row.counts for row in count_reports(archive, ["渡口"], found={"990102-2022"})}
    assert rows["990102-2022"] == (1,)
    assert rows["990101-2020"] == (0,)
    assert len(list(count_reports(archive, ["渡口"], where="r.year >= ?", parameters=[2021]))) == 2


def test_who_used_it_first(archive: sqlite3.Connection) -> None:
    uses = {use.region: use for use in first_uses(count_reports(archive, ["渡口"]))}
    assert list(uses) == ["990101", "990000", "990102"]
    first = uses["990101"]
    assert (first.first_year, first.uses, first.held, first.before) == (2020, 3, 2, 1)
    assert (first.parent, first.parent_year, first.siblings, first.siblings_before) == ("990100", None, 1, 0)
    above = uses["990000"]
    assert (above.parent, above.descendants, above.descendants_before) == (None, 3, 1)
    assert (uses["990102"].siblings_before, uses["990102"].before) == (1, 0)


def test_parents_by_code() -> None:
    known = {"000000", "310000", "310101", "320500", "320000", "320581"}
    assert parent_code("310101", known) == "310000"
    assert parent_code("320581", known) == "320500"
    assert parent_code("320500", known) == "320000"
    assert parent_code("320000", known) == "000000"
    assert parent_code("000000", known) is None


def test_rows_can_be_made_by_hand() -> None:
    row = Counted("990101-2020", "990101", None, 2020, None, None, 0, 0, (0,))
    assert sum_counts([row])[2020].per_1000 == 0
    assert first_uses([row]) == []
