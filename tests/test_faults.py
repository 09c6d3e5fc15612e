"""A small share of `make faults`, with fixed seeds: a run cut off and its last writes torn leaves nothing behind."""

from __future__ import annotations

import pytest

from tests.faults.kills import faults


@pytest.mark.parametrize("kind", ["torn writes"])
def test_nothing_is_lost(kind: str) -> None:
    [fault] = faults({kind: 1}, first=4)
    assert fault.lost == "nothing", fault
