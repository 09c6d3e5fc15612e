"""`baogao run` killed at random moments, on a full disk, on one that fails, its last writes torn: the next run ends as if
nothing had been.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from archive.captures import CaptureStore
from archive.check_rows import check_rows
from archive.database import connect_readonly, open_archive
from archive.home import Home
from tests.command import environment
from tests.faults.disk import Disk, failing_disk, missing
from tests.faults.web import furnish
from tests.server import Site

READ_ONLY = "read-only disk"
KINDS = ["SIGKILL", "full disk", READ_ONLY, "torn writes"]
# What is left of a report whatever way led there: no times, no places in files.
REPORTS = "select id, title, region, year, text_sha256, copies, trust, chars from reports order by id"
# Bytes a file may have on a "full disk": from hardly a database to all but the last page.
SMALLEST, LARGEST = 20_000, 1_200_000
# Tries until a run goes through undisturbed; more means that it never will.
TRIES = 4


@dataclass(frozen=True, slots=True)
class Fault:
    """One disturbed run and what followed: `ended` is how it ended, `found` what the next one said it found."""

    kind: str
    seed: int
    ended: str
    found: str
    lost: str


def start_run(home: Home, limit: int | None = None) -> subprocess.Popen[str]:
    """Start `baogao run` in a process of its own; `limit` is the largest size a file may get, in bytes."""
    command = [sys.executable, "-m", "crawler.cli", "--home", str(home.root), "run", "--json"]

    def limit_files() -> None:
        if limit:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    pipe = subprocess.PIPE
    return subprocess.Popen(command, env=environment(), stdout=pipe, stderr=pipe, text=True, preexec_fn=limit_files)  # noqa: PLW1509


def reports_of(path: Path) -> list[tuple[Any, ...]]:
    """The reports of a database; none where it is not there."""
    if not path.exists():
        return []
    with closing(connect_readonly(path)) as db:
        return db.execute(REPORTS).fetchall()


def tear(home: Home, chance: random.Random) -> None:
    """Do what a power cut does to writes that no one had been told were done, and a little worse."""
    warcs = sorted(home.captures.glob("*.warc.gz"), key=lambda path: path.stat().st_mtime)
    with closing(sqlite3.connect(home.database)) as db:
        begun = db.execute("select 1 from sqlite_master where name = 'runs'").fetchone()
        runs = db.execute("select id from runs where finished_at is not null").fetchall() if begun else []
    ended = {id for (id,) in runs}
    # What a run that ended had written, the disk has for good.
    if warcs and warcs[-1].name.rsplit("-", 1)[0] not in ended:
        size = warcs[-1].stat().st_size
        if chance.random() < 0.5:
            with warcs[-1].open("ab") as file:
                file.write(b"\x1f\x8b\x08" + chance.randbytes(chance.randrange(1, 3000)))
        else:
            # The last record is cut, indexed or not.
            os.truncate(warcs[-1], max(0, size - chance.randrange(1, 400)))
    wal = home.root / "archive.db-wal"
    if wal.exists() and chance.random() < 0.7:
        os.truncate(wal, chance.randrange(wal.stat().st_size + 1))
    for path in home.published.glob("unfinished-*"):
        if path.is_file():
            os.truncate(path, path.stat().st_size // 2)


def disturb(home: Home, kind: str, chance: random.Random, usual: float, disk: Disk | None) -> str:
    """Run once under a fault; says how it ended. `disk` is the one that fails and is mended."""
    process = start_run(home, chance.randrange(SMALLEST, LARGEST) if kind == "full disk" else None)
    if kind != "full disk":
        time.sleep(chance.uniform(0.1, 1.05) * usual)
        if disk:
            disk.fail()
        else:
            process.send_signal(signal.SIGKILL)
    _, said = process.communicate(timeout=300)
    if disk or kind == "torn writes":
        time.sleep(0.3)  # children end with their parent
    if disk:
        disk.mend()
    elif kind == "torn writes":
        tear(home, chance)
    return "a traceback" if "Traceback" in said else f"exit {process.returncode}"


def one_fault(template: Home, folder: Path, kind: str, seed: int, usual: float, wanted: list[tuple[Any, ...]]) -> Fault:
    """Disturb a run on a copy of a home once or twice, then let one go through, and compare."""
    place = folder / f"{kind.replace(' ', '-')}-{seed}"
    if kind != READ_ONLY:
        return one_fault_at(Home(place), None, template, kind, seed, usual, wanted)
    with failing_disk(place) as disk:
        fault = one_fault_at(Home(disk.root / "home"), disk, template, kind, seed, usual, wanted)
    if fault.lost == "nothing":
        shutil.rmtree(place)
    return fault


def one_fault_at(
    home: Home,
    disk: Disk | None,
    template: Home,
    kind: str,
    seed: int,
    usual: float,
    wanted: list[tuple[Any, ...]],
) -> Fault:
    """The same at a place, on a disk that fails where one is given."""
    chance = random.Random(f"{kind} {seed}")
    shutil.copytree(template.root, home.root)
    if disk:
        disk.sync()
    ends = [disturb(home, kind, chance, usual, disk) for _ in range(chance.choice((1, 1, 2)))]
    found, lost = "", "no run went through"
    for _ in range(TRIES):
        process = start_run(home)
        out, said = process.communicate(timeout=300)
        found += found_by(out)
        if "Traceback" in said:
            lost = said.splitlines()[-1]
            break
        if process.returncode == 0:
            lost = what_was_lost(home, wanted)
            break
    fault = Fault(kind, seed, ", ".join(ends), found, lost)
    if lost == "nothing":
        shutil.rmtree(home.root)
    return fault


def found_by(out: str) -> str:
    """What a run said it found, told by its outcome."""
    facts = json.loads(out) if out.strip() else {}
    return "; ".join([*facts.get("repaired", ()), *(f"{facts['read']} unread" for _ in [0] if facts.get("read"))])


def what_was_lost(home: Home, wanted: list[tuple[Any, ...]]) -> str:
    """The first thing that is not as it is after an undisturbed run; "nothing" where all is."""
    with closing(open_archive(home)) as db, CaptureStore(home, db, "read-only") as store:
        faults = [*store.verify(), *check_rows(db)]
    if faults:
        return faults[0]
    if reports_of(home.database) != wanted:
        return "other reports in archive.db"
    return "nothing" if reports_of(home.snapshot) == wanted else "other reports in the snapshot"


def undisturbed(template: Home, folder: Path) -> tuple[float, list[tuple[Any, ...]]]:
    """How many seconds a run takes that nothing disturbs, and the reports it publishes."""
    home = Home(folder)
    shutil.copytree(template.root, home.root)
    begun = time.monotonic()
    process = start_run(home)
    said = process.communicate(timeout=300)
    assert process.returncode == 0, said
    return time.monotonic() - begun, reports_of(home.snapshot)


def faults(counts: dict[str, int], first: int = 0, jobs: int = 1) -> Iterator[Fault]:
    """Every fault so often, `jobs` of them at a time, on one site and one home to begin with."""
    folder = Path(tempfile.mkdtemp(prefix="baogao-kills-"))
    with Site() as site, ThreadPoolExecutor(jobs) as threads:
        template = furnish(Home(folder / "template"), {"jiazi": f"{site.url}/zfgzbg/index.html"})
        # As many at a time as later, so that kills reach the end of a run, too.
        runs = list(threads.map(lambda n: undisturbed(template, folder / f"undisturbed{n}"), range(jobs)))
        usual, wanted = max(seconds for seconds, _ in runs), runs[0][1]
        assert len(wanted) == 5
        assert all(reports == wanted for _, reports in runs)
        seeds = [(kind, seed) for kind, count in counts.items() for seed in range(first, first + count)]
        yield from threads.map(lambda one: one_fault(template, folder, *one, usual, wanted), seeds)
    if not any(folder.glob("*-*/archive.db")) and not any(folder.glob("*-*/image")):
        shutil.rmtree(folder, ignore_errors=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table; 1 where anything was lost."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.kills", description=__doc__)
    parser.add_argument("--count", type=int, default=200, help="disturbed runs of each kind (default 200)")
    parser.add_argument("--seed", type=int, default=0, help="the first seed")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="so many at a time (default: one a core)")
    parser.add_argument("--only", nargs="+", choices=KINDS, default=KINDS)
    options = parser.parse_args(arguments)
    if READ_ONLY in options.only and (why := missing()):
        print(f"left out: {READ_ONLY}: {why}", file=sys.stderr)
        options.only = [kind for kind in options.only if kind != READ_ONLY]
    done: list[Fault] = []
    for fault in faults(dict.fromkeys(options.only, options.count), options.seed, options.jobs):
        done.append(fault)
        if fault.lost != "nothing":
            print(f"! {fault}", flush=True)
        elif len(done) % 20 == 0:
            print(f"{len(done)} of {options.count * len(options.only)}", file=sys.stderr)
    print_table(done)
    return int(any(fault.lost != "nothing" for fault in done))


def print_table(done: Sequence[Fault]) -> None:
    """Kind → runs, how they ended, in how many the next run found something to mend, what was lost."""
    print(f"\n{'fault':14}{'runs':>6}{'mended':>8}  {'lost':10}ended")
    for kind in dict.fromkeys(fault.kind for fault in done):
        these = [fault for fault in done if fault.kind == kind]
        ends = Counter(end for fault in these for end in fault.ended.split(", "))
        lost = Counter(fault.lost for fault in these)
        said = "nothing" if set(lost) == {"nothing"} else f"{len(these) - lost['nothing']}!"
        mended = sum(bool(fault.found) for fault in these)
        print(f"{kind:14}{len(these):6}{mended:8}  {said:10}{', '.join(f'{end} {n}' for end, n in ends.most_common())}")


if __name__ == "__main__":
    sys.exit(main())
