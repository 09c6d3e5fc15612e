"""The gold of heads and near misses, the provincial reports, and what must hold of any head."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from archive.damage import common_characters
from archive.head import OPENING, SALUTATION, TITLE, names_a_report
from archive.near_miss import without
from archive.regions import Regions, load_regions
from tests import speech
from tests.gold import identity
from tests.gold.identity import BrokenCaseError, HeadCase, counts, head_cases, made_counts, near_miss_cases, read_cases


@pytest.fixture(scope="module")
def regions() -> Regions:
    return load_regions(identity.REGIONS)


def test_the_set_is_large_enough() -> None:
    assert len(head_cases()) >= 150
    assert len(near_miss_cases()) >= 60


def test_report_or_not_without_an_error() -> None:
    found = counts()
    assert found["report"]["wrong"] == found["no report"]["wrong"] == 0


@pytest.mark.parametrize("field", ["region", "township", "year", "day", "session", "speaker"])
def test_fields_are_right_and_none_is_false(field: str) -> None:
    verdicts = counts()[field]
    said = [
        f"{outcome.name}: {outcome.said}" for outcome in identity.outcomes() if outcome.fields.get(field) == "wrong"
    ]
    assert said == []
    assert verdicts["right"] >= 0.99 * verdicts.total()


SIGNS = [
    (TITLE, "2024年甲子区人民政府工作报告"),
    (TITLE, "甲子区政府的工作报告（全文）"),
    (OPENING, "现在，我代表区人民政府，向大会报告政府工作，请予审议"),
    (OPENING, "我受区人民政府委托，向大会作报告"),
    (SALUTATION, "各位代表："),
    (SALUTATION, "各位代表，各位委员、同志们："),
]


@pytest.mark.parametrize(("pattern", "sign"), SIGNS, ids=[sign for _, sign in SIGNS])
def test_every_character_may_be_lost_from_the_signs_of_a_report(pattern: re.Pattern[str], sign: str) -> None:
    assert pattern.search(sign)
    for lost in set(sign) & {row[0] for row in common_characters()}:
        assert without(pattern, lost).search(sign.replace(lost, "")), lost


def test_a_title_that_lost_a_character_is_still_none_of_what_is_about_a_report() -> None:
    titles = {
        lost: speech.TITLE.replace(lost, "") for lost in set(speech.TITLE) & {row[0] for row in common_characters()}
    }
    assert all(names_a_report(title, without(TITLE, lost)) for lost, title in titles.items())
    assert not any(names_a_report(f"图解{title}", without(TITLE, lost)) for lost, title in titles.items())
    for lost in "政府工":
        assert not names_a_report("田禾区长作政府工作报告".replace(lost, ""), without(TITLE, lost))


def test_disagreements_are_told() -> None:
    said = [outcome for outcome in identity.outcomes() if outcome.fields.get("problems") == "wrong"]
    assert said == []


def test_forms_in_any_combination_give_the_truth_or_nothing(regions: Regions) -> None:
    """A few of the heads of `make gold`."""
    verdicts = made_counts(range(240), regions)
    assert {field: found["wrong"] for field, found in verdicts.items() if found["wrong"]} == {}
    assert all(found["right"] >= 0.99 * found.total() for found in verdicts.values())


def test_a_case_that_names_no_field_is_broken(tmp_path: Path) -> None:
    path = tmp_path / "new.toml"
    path.write_text('[a-case]\nhead = "政府工作报告"\nyaer = 2024\n', encoding="utf-8")
    with pytest.raises(BrokenCaseError, match=r"new\.toml, \[a-case\]: yaer is no field"):
        read_cases(HeadCase, path)
    path.write_text("[a-case]\nyear = 2024\n", encoding="utf-8")
    with pytest.raises(BrokenCaseError, match="head"):
        read_cases(HeadCase, path)
