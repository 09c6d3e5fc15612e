"""Speed and scale: `make bench` runs every part, hours on two cores; ARGS="PART ..." one of them.

Nothing here is a test: a slow machine changes no verdict, and what counts are ratios within one run.

  reading                           pages, files and units, beside other readers
  copies [1000 10000 100000]        settling so many copies, and one more
  build [--counts N ...] [--cluster N]    captures from WARC files to rows, and on a Dask cluster of two workers
  search [--reports N] [--home DIR] [--no-peers]    20,000 reports searched and shown
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence

PARTS = ("reading", "copies", "build", "search")


def main(arguments: Sequence[str]) -> int:
    """Run one part with its own arguments, or all of them with none; 2 where there is no such part."""
    part, *rest = arguments or ("",)
    if part not in (*PARTS, ""):
        print(__doc__, file=sys.stderr)
        return 2
    for name in [part] if part else PARTS:
        print(f"== {name}", flush=True)
        importlib.import_module(f"tests.bench_{name}").main(rest)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
