"""Copies at scale: 1,000, 10,000 and 100,000 synthetic copies are stored and settled, then others added one by one. Half
an hour on two cores.

A text has a sixth of the characters of a real report and is sampled six times as densely, so that the index is as large
as that of real reports and the run is not half a day of writing texts.
"""

from __future__ import annotations

import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlite_utils import Database

from archive import copies
from archive.database import open_archive, writing
from archive.examiners import Examiners
from archive.findings import store_copy
from archive.home import Home
from archive.kept import keep_finding
from archive.model import Candidate, Capture, Finding, Identity
from archive.regions import Regions
from archive.settle import settle_all

COUNTS = (1_000, 10_000, 100_000)
# The mean of the real reports at hand is 17,700 characters (READING §5).
SHORTER = 6
CHARACTERS = 17_700 // SHORTER
ADDED = 200
# Stock phrases by rank: the first stands in most texts, the last in few; they fill a fifth of a text. What a report
# repeats of the year before fills another: more than was measured of real ones (.25 contained at most, READING §3.1).
STOCK, STOCK_SHARE, KEPT_SHARE = 3000, 0.2, 0.2
# Years of a region, and copies of a report: 2.5 on average (USERS §5.1).
YEARS, COPIES = 20, (1, 2, 2, 3, 3, 4)
WAYS = ("same", "lost", "misread", "front", "page")
ALPHABET = [chr(0x4E00 + n) for n in range(2500)]


@dataclass(frozen=True, slots=True)
class Made:
    """One synthetic copy."""

    number: int
    region: str
    year: int
    way: str
    text: str


def write_phrases(chance: random.Random, count: int) -> list[str]:
    """Sentences of random characters."""
    return ["".join(chance.choices(ALPHABET, k=chance.randint(12, 30))) + "。" for _ in range(count)]


STOCK_PHRASES = write_phrases(random.Random(1), STOCK)
WEIGHTS = [1 / rank for rank in range(1, STOCK + 1)]


def write_text(region: int, year: int) -> str:
    """The report of a region and year: its own sentences, stock phrases, and some of last year's."""
    length = CHARACTERS // 22
    own = write_phrases(random.Random(region * 100 + year), round(length * (1 - STOCK_SHARE - KEPT_SHARE)))
    before = write_phrases(random.Random(region * 100 + year - 1), len(own))
    chance = random.Random(f"{region} {year}")
    said = own + before[: round(length * KEPT_SHARE)]
    said += chance.choices(STOCK_PHRASES, WEIGHTS, k=round(length * STOCK_SHARE))
    chance.shuffle(said)
    lines = ["".join(said[start : start + 5]) for start in range(0, len(said), 5)]
    return "\n".join(
        [f"{year}年例{region}县政府工作报告", "一、过去一年工作回顾", *lines, "二、今年工作安排", "让我们努力奋斗！"]
    )


def damage(text: str, way: str, chance: random.Random) -> str:
    """A copy of a text in one of WAYS."""
    if way == "lost":
        return text.replace(chance.choice(text), "")
    if way == "misread":
        return "".join(chance.choice(ALPHABET) if chance.random() < 0.005 else sign for sign in text)
    if way == "front":
        return text[: len(text) * 2 // 3]
    if way == "page":
        return text[len(text) // 3 : len(text) * 2 // 3]
    return text


def make_copies(first: int = 0) -> Iterator[Made]:
    """Copies without end, report by report; the first of each is whole."""
    chance = random.Random(first)
    number = first
    report = 0
    while True:
        region, year = divmod(report, YEARS)
        text = write_text(region, 2005 + year)
        for way in ("whole", *chance.choices(WAYS, k=COPIES[report % len(COPIES)] - 1)):
            yield Made(number, f"99{region:04}", 2005 + year, way, damage(text, way, chance))
            number += 1
        report += 1


def store(db: Database, made: Made) -> None:
    """Store one copy as a capture would have given it. A page has no head, so that nobody knows of what it is."""
    id = f"{made.number:016x}"
    seen = "2026-01-01T00:00:00Z"
    url = f"https://bench.example/{made.number}"
    capture = Capture(id, url, seen, id, "text/html", 200, None, "page", "bench.warc.gz", 0, 0, seen)
    known = (None, None) if made.way == "page" else (made.region, made.year)
    identity = Identity(True, "report", region=known[0], year=known[1], complete=made.way not in ("front", "page"))
    finding = Finding(Candidate(1, (made.text,)), made.text, identity, (), "")
    origin = "official" if made.way == "whole" else "aggregator"
    store_copy(db, capture, keep_finding(finding), "bench", origin)


def measure(count: int) -> None:
    """One line of the table, from an archive of its own."""
    copies.SAMPLE //= SHORTER
    regions, workers = Regions([]), Examiners(os.cpu_count() or 1)
    workers.begin(len, "")()
    with tempfile.TemporaryDirectory() as folder:
        db = open_archive(Home(Path(folder)))
        making = make_copies()
        stored = 0.0
        for _ in range(0, count, 500):
            batch = [next(making) for _ in range(min(500, count))]
            begun = time.perf_counter()
            with writing(db):
                for made in batch:
                    store(db, made)
            stored += time.perf_counter() - begun
        begun, busy = time.perf_counter(), time.process_time()
        settle_all(db, regions, workers)
        settled, busy = time.perf_counter() - begun, time.process_time() - busy
        chance = random.Random(2)
        found, busy_adding = [], 0.0
        for number in range(ADDED):
            report = chance.randrange(count * 2 // 5)
            region, year = divmod(report, YEARS)
            text = write_text(region, 2005 + year)
            way = WAYS[number % len(WAYS)]
            made = Made(count + 1000 + number, f"99{region:04}", 2005 + year, way, damage(text, way, chance))
            begun, cpu = time.perf_counter(), time.process_time()
            with writing(db):
                store(db, made)
            settle_all(db, regions, workers)
            found.append(time.perf_counter() - begun)
            busy_adding += time.process_time() - cpu
        found.sort()
        reports, loose = db.execute("select count(*), sum(id like 'unresolved-%') from reports").fetchone()
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
        size = sum(path.stat().st_size for path in Path(folder).glob("archive.db*")) / 1e9
        median, late = statistics.median(found) * 1000, found[int(len(found) * 0.95)] * 1000
        print(
            f"  {count:8}{reports:9}{loose:9}{stored / count * 1000:9.1f}{settled:10.1f}{settled / count * 1000:8.1f}"
            f"{busy / count * 1000:8.1f}{median:10.1f}{late:8.1f}{busy_adding / ADDED * 1000:8.1f}{peak:9.2f}{size:8.2f}",
            flush=True,
        )
        db.close()
    workers.close()


def main(counts: Sequence[str]) -> None:
    """The table, each line from a process of its own."""
    print(
        "ms a copy to store, to settle all (clock, and processor of the main process), to add one more; memory, disk: GB"
    )
    print(f"  {'copies':>8}{'reports':>9}{'loose':>9}{'store':>9}{'settle s':>10}{'ms':>8}{'cpu ms':>8}"
          f"{'add one':>10}{'p95':>8}{'cpu':>8}{'memory':>9}{'disk':>8}", flush=True)  # fmt: skip
    for count in counts or [str(count) for count in COUNTS]:
        subprocess.run([sys.executable, "-m", "tests.bench_copies", count], check=True)


if __name__ == "__main__":
    measure(int(sys.argv[1]))
