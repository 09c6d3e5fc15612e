"""What a source should give: a run that gives less says so."""

from __future__ import annotations

from datetime import date

import pytest

from archive.sourcefile import Expectation
from crawler.expect import Given, shortfall, spans

AUTUMN, WINTER = date(2026, 11, 22), date(2026, 2, 1)


def given(*years: int, reports: int | None = None, newest: str | None = "2026-11-01") -> Given:
    return Given(len(years) if reports is None else reports, frozenset(years), newest)


@pytest.mark.parametrize(
    ("expect", "gave", "today", "said"),
    [
        (Expectation(), given(), AUTUMN, None),
        (Expectation(years=(2024, "now")), given(2024, 2025, 2026), AUTUMN, None),
        (Expectation(years=(2024, "now")), given(2024, 2025), AUTUMN, "no report of 2026"),
        (Expectation(years=(2024, "now")), given(2024, 2025), WINTER, None),
        (Expectation(years=(2018, "now")), given(2021, 2023), WINTER, "no report of 2018–2020, 2022, 2024–2025"),
        (Expectation(years=(2002, 2004)), given(2002, 2004), AUTUMN, "no report of 2003"),
        (Expectation(minimum=4), given(2024, 2025), AUTUMN, "2 reports where 4 are expected"),
        (Expectation(cadence="yearly"), given(2025), AUTUMN, "nothing of 2026 yet"),
        (Expectation(cadence="yearly"), given(2025), WINTER, None),
        (Expectation(cadence="yearly"), given(), WINTER, "no report at all"),
        (Expectation(cadence="monthly"), given(2026), AUTUMN, None),
        (Expectation(cadence="monthly"), given(2026, newest="2026-08-01"), AUTUMN, "nothing new since 2026-08-01"),
        (Expectation(cadence="monthly"), given(newest=None), AUTUMN, "no report at all"),
    ],
)
def test_what_is_missing(expect: Expectation, gave: Given, today: date, said: str | None) -> None:
    assert shortfall(expect, gave, today) == said


def test_years_in_words() -> None:
    assert list(spans([2010, 2005, 2006, 2007])) == ["2005–2007", "2010"]
    assert list(spans([])) == []
