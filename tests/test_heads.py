"""The gold of heads and near misses, the provincial reports, and what must hold of any head."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.gold import identity
from tests.gold.identity import BrokenCaseError, HeadCase, counts, head_cases, near_miss_cases, read_cases


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


def test_disagreements_are_told() -> None:
    said = [outcome for outcome in identity.outcomes() if outcome.fields.get("problems") == "wrong"]
    assert said == []


def test_a_case_that_names_no_field_is_broken(tmp_path: Path) -> None:
    path = tmp_path / "new.toml"
    path.write_text('[a-case]\nhead = "政府工作报告"\nyaer = 2024\n', encoding="utf-8")
    with pytest.raises(BrokenCaseError, match=r"new\.toml, \[a-case\]: yaer is no field"):
        read_cases(HeadCase, path)
    path.write_text("[a-case]\nyear = 2024\n", encoding="utf-8")
    with pytest.raises(BrokenCaseError, match="head"):
        read_cases(HeadCase, path)
