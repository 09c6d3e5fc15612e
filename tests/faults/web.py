"""Every misbehaviour of the web as a source of its own, crawled beside one that is well: verdicts, seconds, memory."""

from __future__ import annotations

import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from archive.captures import CaptureStore
from archive.database import open_archive
from archive.home import Home
from archive.sources import load_sources
from crawler.crawl import crawl_sources
from tests.misbehaving import EXPECTED, Misbehaving
from tests.server import Site

ROOT = Path(__file__).parents[2]
# Waits are scaled down by six so that a table takes minutes; sizes are not.
PATIENT: dict[str, Any] = {"DOWNLOAD_TIMEOUT": 10, "RETRY_TIMES": 1, "DOWNLOAD_DELAY": 0, "AUTOTHROTTLE_ENABLED": False}


@dataclass(frozen=True, slots=True)
class Row:
    """How one fault ended. `lost` is what the next undisturbed run could not make good: nothing, it should say."""

    fault: str
    verdict: str
    wanted: str
    seconds: float
    memory_mb: float
    lost: str = "nothing"

    @property
    def right(self) -> bool:
        """Whether it ended as it should, in bounds."""
        return self.verdict == self.wanted and self.lost == "nothing" and self.memory_mb < 500


def furnish(home: Home, starts: dict[str, str]) -> Home:
    """A home that knows these sources and no other."""
    home.prepare().sources.mkdir()
    shutil.copy(ROOT / "crawler" / "demo" / "regions.csv", home.regions)
    for name in load_sources():
        (home.sources / f"{name}.toml").write_text(
            'name = "x"\nstart = ["http://x.example/"]\nretired = {since = 2020-01-01, why = "not in this test"}\n'
        )
    for name, start in starts.items():
        (home.sources / f"{name}.toml").write_text(f'name = "甲子区"\nstart = ["{start}"]\ncrawl.delay = 0\n')
    return home


def crawl_web(names: Iterable[str] = EXPECTED, settings: dict[str, Any] = PATIENT) -> Iterator[Row]:
    """Crawl misbehaviours, one after another, each together with a source that is well."""
    folder = Path(tempfile.mkdtemp(prefix="baogao-faults-"))
    try:
        with Misbehaving() as bad, Site() as good:
            for name in names:
                starts = {name: bad.start_page(name), "well": f"{good.url}/zfgzbg/index.html"}
                home = furnish(Home(folder / name), starts)
                before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
                begun = time.monotonic()
                outcomes = {one.source: one for one in crawl_sources(home, list(starts), jobs=2, settings=settings)}
                took = time.monotonic() - begun
                peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
                assert peak >= before
                lost = what_was_lost(home, name)
                if bad.secrets:
                    lost = "an address inside was asked"
                yield Row(name, outcomes[name].verdict or "none", EXPECTED[name], took, peak / 1024, lost)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def what_was_lost(home: Home, name: str) -> str:
    """What the source that is well should have given and did not, or what is damaged; "nothing" otherwise."""
    if "Traceback" in (home.log / f"{name}.log").read_text(encoding="utf-8", errors="replace"):
        return "a traceback in its log"
    with closing(open_archive(home)) as db, CaptureStore(home, db, "read-only") as store:
        if faults := list(store.verify()):
            return faults[0]
        found = {id for (id,) in db.execute("select id from reports").fetchall()}
    missing = {f"990101-{year}" for year in range(2020, 2025)} - found
    return f"reports {', '.join(sorted(missing))}" if missing else "nothing"


def main(names: Iterable[str]) -> int:
    """Print the table; 1 where one did not end as it should."""
    print(f"  {'fault':22}{'verdict':16}{'seconds':>8}{'peak':>10}  lost")
    wrong = 0
    for row in crawl_web(tuple(names) or EXPECTED):
        sign = " " if row.right else "!"
        wrong += not row.right
        print(f"{sign} {row.fault:22}{row.verdict:16}{row.seconds:8.1f}{row.memory_mb:7.0f} MB  {row.lost}", flush=True)
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
