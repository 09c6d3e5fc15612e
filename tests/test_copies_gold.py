"""A share of the gold of copies: one report in every state of damage, and what looks like it; `make gold` runs all."""

from tests.gold.copies import COMBINATIONS, DAMAGES, FLOORS, gold_copies, group_gold

ONE = "990100-2021"


def test_damaged_copies_of_one_report_are_one_and_what_looks_like_it_is_not() -> None:
    copies = [copy for copy in gold_copies() if ONE in copy.truth]
    assert len({copy.truth for copy in copies}) == 5
    found = group_gold(copies)
    assert found.wrong == ()
    assert found.missed == ()
    assert (found.precision, found.recall) == (1, 1)


def test_the_set_is_as_large_and_the_floors_as_high_as_they_should_be() -> None:
    damaged = [copy for copy in gold_copies() if copy.made != "as it is" and copy.truth.count(" ") == 0]
    assert len(damaged) >= 300
    assert len(DAMAGES) >= 20
    assert len(COMBINATIONS) >= 8
    assert FLOORS["precision"] == 1
    assert FLOORS["recall"] >= 0.995
