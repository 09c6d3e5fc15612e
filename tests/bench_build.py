"""`baogao build` end to end by the number of captures, and on a Dask cluster of two workers against one job.

Speed is captures a second of processor time, main process and worker together: what one core would do with nothing
else to do. Memory is the peak of the largest process; it should not grow with the number of captures.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from statistics import median

from archive.home import Home
from tests.command import dump, environment, keep_compiled
from tests.many import fill

# Government sites put reports up as PDF, too; nobody has counted how many. A PDF takes some thirty times as long as a page.
PDFS = 20


@dataclass(frozen=True, slots=True)
class Cost:
    """What a command took: seconds on the clock and on processors, megabytes at the peak of its largest process."""

    wall: float
    cpu: float
    memory_mb: float


def run(home: Home, *words: str) -> Cost:
    """Run a command to its end. Raises RuntimeError with what it said where it fails."""
    command = [sys.executable, "-m", "crawler.cli", "--home", str(home.root), *words]
    begun = time.monotonic()
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(command, env=compiled(), stdout=said, stderr=said)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            said.seek(0)
            raise RuntimeError(said.read().decode())
    return Cost(time.monotonic() - begun, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


@cache
def compiled() -> dict[str, str]:
    """The environment of a machine where Baogao has run before: Python has kept what it compiled."""
    given = environment()
    keep_compiled(given)
    modules = "crawler.cli, archive.commands.building, archive.build"
    if find_spec("distributed"):
        modules += ", distributed.worker, distributed.scheduler"
    subprocess.run([sys.executable, "-c", f"import {modules}"], env=given, check=True)
    return given


def bench_sizes(counts: Sequence[int], folder: Path) -> None:
    """A build of each size; the captures of the smaller are among those of the larger."""
    home = Home(folder / "sizes")
    print(f"{'captures':>9}{'wall':>9}{'cpu':>9}{'captures/s a core':>19}{'peak':>9}{'archive.db':>12}")
    held = 0
    for count in sorted(counts):
        fill(home, count - held, first=held)
        held = count
        shutil.rmtree(home.published, ignore_errors=True)
        cost = run(home, "build", "--jobs", "1")
        size = home.database.stat().st_size / 1e6
        line = f"{count:9}{cost.wall:7.0f} s{cost.cpu:7.0f} s{count / cost.cpu:19.1f}{cost.memory_mb:6.0f} MB{size:9.0f} MB"
        print(line, flush=True)


def build_anew(home: Home, unbuilt: Path, *words: str) -> float:
    """Seconds on the clock that a build takes on a database that holds nothing but the index of the captures."""
    for file in home.root.glob("archive.db*"):
        file.unlink()
    shutil.copy(unbuilt, home.database)
    return run(home, "build", *words).wall


def bench_cluster(count: int, rounds: int, folder: Path) -> None:
    """The same captures built by `--jobs 1`, by a job a core, and by a cluster of two workers on loopback, in turns."""
    from tests.cluster import dask_cluster

    for name, pdfs in (("all HTML", 0), (f"one in {PDFS} a PDF", PDFS)):
        here = fill(Home(folder / f"here-{pdfs}"), count, pdfs=pdfs)
        wide, there = Home(folder / f"wide-{pdfs}"), Home(folder / f"there-{pdfs}")
        for home in (wide, there):
            shutil.copytree(here.root, home.root)
        unbuilt = shutil.copy(here.database, folder / "unbuilt.db")
        seconds: dict[str, list[float]] = defaultdict(list)
        for _ in range(rounds):
            seconds["one"].append(build_anew(here, unbuilt, "--jobs", "1"))
            seconds["all"].append(build_anew(wide, unbuilt))
            with dask_cluster(folder, given=compiled()) as cluster:
                seconds["cluster"].append(build_anew(there, unbuilt, "--scheduler", cluster.address))
        same = "the same tables" if dump(here) == dump(there) == dump(wide) else "OTHER TABLES"
        gain = {way: [one / this for one, this in zip(seconds["one"], seconds[way], strict=True)] for way in seconds}
        print(
            f"{count} captures, {name}, {os.cpu_count()} cores: --jobs 1 {median(seconds['one']):.0f} s; "
            f"two workers of a cluster {median(gain['cluster']):.2f} × as fast ({spread(gain['cluster'])}), "
            f"a job a core {median(gain['all']):.2f} × ({spread(gain['all'])}); {same}",
            flush=True,
        )


def spread(values: Sequence[float]) -> str:
    """The least and the greatest."""
    return f"{min(values):.2f} to {max(values):.2f}"


def main(arguments: Sequence[str]) -> None:
    """Measure what the arguments ask for."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench build", description=__doc__)
    parser.add_argument("--counts", type=int, nargs="*", default=[1000, 10_000, 100_000])
    parser.add_argument("--cluster", type=int, default=2000, metavar="N", help="captures; 0 leaves it out")
    parser.add_argument("--rounds", type=int, default=3, help="so often on the cluster; the median counts")
    options = parser.parse_args(arguments)
    folder = Path(tempfile.mkdtemp(prefix="baogao-bench-"))
    try:
        bench_sizes(options.counts, folder)
        if options.cluster and not find_spec("distributed"):
            print("left out: a cluster: the extra `cluster` (Dask) is not installed")
        elif options.cluster:
            bench_cluster(options.cluster, options.rounds, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
