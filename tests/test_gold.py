"""The gold set: scores that cannot fall, the scorer itself, and the rules by which cases and floors are kept."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.gold import measure
from tests.gold.make import BrokenCaseError, folder_cases, load_cases, made_cases
from tests.gold.measure import falls, our_body, pin, reached, read_floors, real_pages, real_scores
from tests.gold.score import align, mean, score, score_characters

SHARED = Path(__file__).parents[2] / "shared" / "data"


# --- the floors -------------------------------------------------------------------------------------------------------


def test_no_score_falls_below_its_floor() -> None:
    assert falls(reached(), read_floors()) == []


def test_what_must_hold_holds() -> None:
    now = reached()
    assert now["html"]["f1"] >= 0.995
    assert now["html"]["ends_f1"] >= 0.99
    assert now["html"]["worst_f1"] >= 0.97
    assert now["pdf"]["f1"] >= 0.999
    assert now["pdf"]["ends_f1"] >= 0.995
    assert now["pdf"]["whole"] >= 0.99
    assert all(now[kind]["f1"] >= 0.999 for kind in ("docx", "doc", "odt", "ofd"))
    assert now["decoding"]["right"] >= 0.99
    assert now["nothing to read"]["refused"] == 1


def test_nothing_wrong_is_put_into_a_restored_text() -> None:
    restored = {name: values for name, values in reached().items() if name.startswith("restoring: ")}
    assert len(restored) >= 10
    assert {values["right"] for values in restored.values()} == {1.0}
    assert min(values["regained"] for values in restored.values()) >= 0.95


def test_the_set_is_as_large_and_as_wide_as_it_should_be() -> None:
    cases = load_cases()
    assert len({case.name for case in cases}) == len(cases) >= 60
    assert len({case.family for case in cases if case.kind == "html"}) >= 15
    assert sum(not case.made for case in cases) >= 12
    assert len([case for case in cases if case.kind == "pdf" and case.expected]) >= 8


def test_made_cases_are_the_same_every_time() -> None:
    before = made_cases()
    made_cases.cache_clear()
    assert made_cases() == before


def test_floors_rise_by_pinning_and_sink_only_when_allowed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measure, "FLOORS", tmp_path / "floors.json")
    assert pin({"html": {"f1": 0.987654321}}, allow_regression=False) == []
    assert read_floors() == {"html": {"f1": 0.98765}}
    assert pin({"html": {"f1": 0.95}}, allow_regression=False) == ["html f1: 0.95000 is below 0.98765"]
    assert read_floors() == {"html": {"f1": 0.98765}}
    assert pin({}, allow_regression=False) == ["html f1: 0.00000 is below 0.98765"]
    assert pin({"html": {"f1": 0.95}}, allow_regression=True) == []
    assert json.loads((tmp_path / "floors.json").read_text()) == {"html": {"f1": 0.95}}


# --- cases are found by convention ------------------------------------------------------------------------------------


def test_a_case_without_its_page_or_its_text_is_broken(tmp_path: Path) -> None:
    case = tmp_path / "new-01"
    case.mkdir()
    (case / "page.html").write_text("<p>甲")
    with pytest.raises(BrokenCaseError, match=r"expected\.txt is missing"):
        list(folder_cases(tmp_path))
    (case / "expected.txt").write_text("甲\n")
    (found,) = folder_cases(tmp_path)
    assert (found.name, found.kind, found.family, found.expected) == ("new-01", "html", "new", ("甲",))
    (case / "page.html").unlink()
    with pytest.raises(BrokenCaseError, match="0 found"):
        list(folder_cases(tmp_path))


# --- the scorer -------------------------------------------------------------------------------------------------------


def test_the_same_text_scores_one() -> None:
    found = score(["甲乙，丙。", "丁 戊"], ["甲乙，丙。", "丁戊"])
    assert (found.f1, found.ends_f1) == (1, 1)


def test_forms_and_white_space_do_not_count() -> None:
    assert score(["２０２０ 年"], ["2020年"]).f1 == 1


def test_what_is_missing_costs_recall_and_what_is_too_much_precision() -> None:
    assert (score(["甲乙"], ["甲乙丙丁"]).precision, score(["甲乙"], ["甲乙丙丁"]).recall) == (1, 0.5)
    assert (score(["甲乙丙丁"], ["甲乙"]).precision, score(["甲乙丙丁"], ["甲乙"]).recall) == (0.5, 1)
    assert score([], ["甲"]).f1 == 0


def test_a_paragraph_in_the_wrong_place_costs() -> None:
    assert score(["丙丁", "甲乙"], ["甲乙", "丙丁"]).f1 == 0.5


@pytest.mark.parametrize(
    ("found", "expected", "precision", "recall"),
    [
        (["甲乙", "丙丁"], ["甲乙丙丁"], 0, 1),
        (["甲乙丙丁"], ["甲乙", "丙丁"], 1, 0),
        (["首页", "甲乙", "丙丁"], ["甲乙", "丙丁"], 0.5, 1),
        (["甲乙", "广告", "丙丁"], ["甲乙", "丙丁"], 0.5, 1),
        (["甲", "丙丁"], ["甲乙", "丙丁"], 1, 1),
    ],
)
def test_boundaries(found: list[str], expected: list[str], precision: float, recall: float) -> None:
    scored = score(found, expected)
    assert (scored.ends_precision, scored.ends_recall) == (precision, recall)


def test_paragraphs_that_cross_a_page_are_whole_or_not() -> None:
    scored = score(["甲乙丙丁", "戊", "己"], ["甲乙丙丁", "戊己"], crossing=["甲乙 丙丁", "戊己"])
    assert (scored.crossing, scored.whole) == (2, 1)


def test_alignment_is_a_longest_common_subsequence() -> None:
    assert align("甲丙乙丁", "甲乙丙丁") in ([0, 2, -1, 3], [0, -1, 1, 3])
    assert score_characters("甲丙乙丁", "甲乙丙丁").right == 3
    assert align("", "甲") == []


# --- real input -------------------------------------------------------------------------------------------------------


def test_real_pages_are_read_well() -> None:
    pages = real_pages()
    if not pages:
        pytest.skip("skipped: the labelled real pages (../shared/data/html) are not at hand")
    scores = real_scores(pages, our_body)
    assert len(scores) >= 30
    assert mean(found.f1 for found in scores.values()) >= 0.99
