"""A small share of `make faults`, with fixed seeds: a run that was disturbed leaves nothing behind."""

from __future__ import annotations

import warnings

from tests.faults.disk import missing
from tests.faults.kills import READ_ONLY, faults


def test_nothing_is_lost() -> None:
    kinds = {"torn writes": 1, READ_ONLY: 1}
    if why := missing():
        # Not a skip of the whole: the other kind is tried.
        warnings.warn(f"skipped: {READ_ONLY}: {why}", stacklevel=1)
        del kinds[READ_ONLY]
    found = list(faults(kinds, first=4))
    assert len(found) == len(kinds)
    for fault in found:
        assert fault.lost == "nothing", fault
