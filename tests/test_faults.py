"""A small share of `make faults`, with fixed seeds: a run that was disturbed leaves nothing behind."""

from __future__ import annotations

import pytest

from tests.faults.disk import missing
from tests.faults.kills import READ_ONLY, faults


@pytest.mark.parametrize("kind", ["torn writes", READ_ONLY])
def test_nothing_is_lost(kind: str) -> None:
    if kind == READ_ONLY and (why := missing()):
        pytest.skip(f"skipped: {why}")
    [fault] = faults({kind: 1}, first=4)
    assert fault.lost == "nothing", fault
