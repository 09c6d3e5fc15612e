"""Both tables: the web at its worst, then kills, full disks, failing disks and torn writes; 1 where anything was lost."""

from __future__ import annotations

import argparse
import sys

from tests.faults import kills, web

if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--count", type=int, default=200, help="disturbed runs of each kind (default 200)")
    parser.add_argument("--seed", type=int, default=0, help="the first seed")
    options = parser.parse_args()
    wrong = web.main([])
    sys.exit(kills.main(["--count", str(options.count), "--seed", str(options.seed)]) or wrong)
