"""A small share of `make faults`, with fixed seeds: a run that was disturbed leaves nothing behind."""

from __future__ import annotations

import pytest

from tests.faults.disk import missing
from tests.faults.kills import READ_ONLY, faults


def test_nothing_is_lost() -> None:
    left_out = missing()
    kinds = ["torn writes"] if left_out else ["torn writes", READ_ONLY]
    for fault in faults(dict.fromkeys(kinds, 1), first=4, jobs=2):
        assert fault.lost == "nothing", fault
    if left_out:
        pytest.skip(f"skipped: {READ_ONLY}: {left_out}")
