"""Reads broken files by the thousand and says how each ended: `make fuzz`, or python -m tests.fuzz --count N --seed S.

Each goes through archive.examine.examine as in the ingest. The readers that the house keeps in a sandbox run in warm
workers with the sandbox's limits; every twentieth of their files goes through the real sandbox.
"""

from __future__ import annotations

import argparse
import itertools
import json
import multiprocessing
import os
import resource
import signal
import sys
import time
import traceback
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from pathlib import Path

import archive.read
from archive.characters import map_characters
from archive.errors import UnreadableError
from archive.examine import Circumstances, Examination, examine
from archive.model import Page
from archive.read import read_page
from archive.read.child import find_reader
from archive.read.sandbox import MEMORY_MB, pack_outcome, read_in_child, too_large, unpack_outcome
from crawler.demo import REGIONS
from tests.mutate import TURNS, mutated_file, seeds

SECONDS = 30.0  # for one file, on the clock
PATIENCE = 1.5  # times SECONDS: the sandbox's own limit comes first where a file goes through it
WORN_MB = 400  # a worker that held more is replaced: the next file is to have the memory that a new process has
REAL_EVERY = 20  # of the files of one worker: so many in warm workers, then one in the real sandbox

# What a reader may say of a file (archive.read.read_page); reader_crashed is the sandbox's word for a traceback.
CODES = frozenset(
    (
        *("empty", "unknown_type", "unsupported_type", "encrypted", "truncated_file", "damaged_file", "no_text"),
        *("timeout", "too_large_for_memory", "no_html_part", "too_deep"),
    )
)
KNOWN = Circumstances(url="https://www.yangli.gov.example/1.html", extra_regions=REGIONS)
SANDBOXED = archive.read.SANDBOXED


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a file ended: `code` is read, report, one of CODES, or crash with the `trace` in it."""

    number: int
    kind: str
    steps: tuple[str, ...]
    size: int
    code: str
    seconds: float
    memory_mb: float
    trace: str = ""


def run_file(number: int, seed: int) -> Outcome:
    """Make a broken file, examine it, and check what came of it."""
    resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    file = mutated_file(number, seed)
    limit = MEMORY_MB * 2**20
    resource.setrlimit(resource.RLIMIT_AS, (limit, resource.RLIM_INFINITY))
    is_real = number // len(TURNS) % REAL_EVERY == 0
    vars(archive.read)["read_in_child"] = read_in_child if is_real else read_here
    forget_peak()
    begun, trace = time.perf_counter(), ""
    try:
        examination = examine(file.data, KNOWN)
        code = "report" if any(finding.identity.is_report for finding in examination.findings) else "read"
        trace = "; ".join(faults(examination))
    except UnreadableError as error:
        code = error.code
        trace = "" if error.code in CODES and "\n" not in error.message else f"{error.code}: {error.message}"
    except Exception as error:  # that there be none is what this is for
        resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        code, trace = "crash", traceback.format_exc()
        if isinstance(error, MemoryError) and file.kind in SANDBOXED:
            code, trace = "too_large_for_memory", ""  # as the sandbox says of its child
    code = "crash" if trace else code
    return Outcome(number, file.kind, file.steps, len(file.data), code, time.perf_counter() - begun, peak_mb(), trace)


def read_here(kind: str, data: bytes) -> Page:
    """What `read_in_child` does, in this process: its answer goes through JSON as there."""
    outcome: Page | UnreadableError
    try:
        outcome = find_reader(kind)(data)
    except UnreadableError as error:
        outcome = error
    except MemoryError:
        outcome = too_large(MEMORY_MB)
    return unpack_outcome(json.loads(json.dumps(pack_outcome(outcome))))


def faults(examination: Examination) -> Iterator[str]:
    """What must hold of an examination and does not: fidelity, places inside the text, text that can be stored."""
    page = examination.page
    shown = "".join(map_characters(line) for line in itertools.chain(page.paragraphs, *page.parts))
    for finding in examination.findings:
        if not is_subsequence("".join(finding.text.split()), shown):
            yield "a character of the text is not in the page, in its order"
        for problem in finding.problems:
            if problem.start is not None and not 0 <= problem.start <= len(finding.text) - (problem.length or 0):
                yield f"{problem.code} has its place outside the text"
    for words in all_words(examination):
        if "\0" in words or not is_storable(words):
            yield f"not storable: {words[:40]!r}"


def is_subsequence(part: str, whole: str) -> bool:
    """Whether the characters of `part` are in `whole`, in order."""
    place = 0
    for character in part:
        place = whole.find(character, place) + 1
        if not place:
            return False
    return True


def all_words(examination: Examination) -> Iterator[str]:
    """Every string of an examination that is stored."""
    page = examination.page
    yield from filter(None, (page.title, page.published_on, page.reader, *page.facts.values()))
    yield from (problem.detail for problem in page.problems)
    for finding in examination.findings:
        found = finding.identity
        yield from filter(None, (finding.text, finding.candidate.title, finding.lost, found.title, found.detail))
        yield from filter(None, (found.region_name, found.congress, found.session, found.speaker, found.speaker_post))
        yield from (evidence.words for evidence in found.evidence.values())
        yield from (problem.detail for problem in finding.problems)


def is_storable(words: str) -> bool:
    """Whether SQLite takes a string: no half of a surrogate pair."""
    try:
        words.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


# --- workers ----------------------------------------------------------------------------------------------------------


def forget_peak() -> None:
    """Begin to measure the peak of memory anew, where the system can."""
    clear = Path("/proc/self/clear_refs")
    if clear.exists():
        clear.write_text("5")


def peak_mb() -> float:
    """The most memory this process held since `forget_peak`; since its start where the system cannot say."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (2**20 if sys.platform == "darwin" else 2**10)


def work(connection: Connection, seed: int) -> None:
    """Take numbers of files until there is none."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    seeds()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    connection.send(None)
    while (number := connection.recv()) is not None:
        connection.send(run_file(number, seed))


class Worker:
    """One process that reads broken files, one after another."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        context = multiprocessing.get_context("spawn")
        self.connection, other = context.Pipe()
        self.process = context.Process(target=work, args=(other, seed), daemon=True)
        self.process.start()
        other.close()
        self.connection.recv()  # it is warm
        self.number: int | None = None
        self.begun = 0.0

    def give(self, number: int) -> None:
        """Hand it a file."""
        self.number, self.begun = number, time.monotonic()
        self.connection.send(number)

    def take(self) -> Outcome:
        """How its file ended. What a worker died of is for the sandbox to say, where it would have been in one."""
        assert self.number is not None
        try:
            outcome: Outcome = self.connection.recv()
        except (EOFError, ConnectionResetError):
            self.process.join()
            file = mutated_file(self.number, self.seed)
            if file.kind not in SANDBOXED:
                return self.end("crash", f"the worker died: exit code {self.process.exitcode}")
            try:
                read_page(file.data)
            except UnreadableError as error:
                return self.end(error.code, "" if error.code in CODES else f"{error.code}: {error.message}")
            return self.end("read", "")
        self.number = None
        return outcome

    def is_late(self) -> bool:
        """Whether its file has had its time."""
        return self.number is not None and time.monotonic() - self.begun > SECONDS * PATIENCE

    def end_late(self) -> Outcome:
        """The outcome of a file that took too long, and the end of the worker."""
        assert self.number is not None
        self.kill()
        kind = TURNS[self.number % len(TURNS)]
        # The sandbox ends a reader that takes too long; nothing may have to end that of a page.
        return self.end("timeout", "" if kind in SANDBOXED else f"longer than {SECONDS * PATIENCE:g} seconds")

    def end(self, code: str, trace: str) -> Outcome:
        """The outcome of the file that its worker did not live to tell."""
        assert self.number is not None
        seconds = time.monotonic() - self.begun
        file = mutated_file(self.number, self.seed)
        code = "crash" if trace else code
        return Outcome(self.number, file.kind, file.steps, len(file.data), code, seconds, 0.0, trace)

    def kill(self) -> None:
        """End the process at once."""
        self.process.kill()
        self.process.join()


def run(numbers: Sequence[int], seed: int, jobs: int) -> Iterator[Outcome]:
    """The outcomes of files, as they end."""
    waiting = iter(numbers)
    workers: list[Worker] = []

    def feed(worker: Worker) -> None:
        if (number := next(waiting, None)) is None:
            worker.connection.send(None)
            workers.remove(worker)
        else:
            worker.give(number)

    for _ in range(min(jobs, len(numbers))):
        workers.append(Worker(seed))
        feed(workers[-1])
    while workers:
        ready = wait([worker.connection for worker in workers], timeout=1)
        for worker in list(workers):
            if worker.connection in ready:
                outcome = worker.take()
            elif worker.is_late():
                outcome = worker.end_late()
            else:
                continue
            yield outcome
            if outcome.memory_mb > WORN_MB:
                worker.kill()
            if not worker.process.is_alive():
                workers.remove(worker)
                workers.append(worker := Worker(seed))
            feed(worker)


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the files, print the table; 1 where one crashed."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--count", type=int, default=10_000, help="how many files (default 10,000)")
    parser.add_argument("--seed", type=int, default=0, help="another seed gives other files")
    parser.add_argument("--only", type=int, nargs="+", help="the numbers of files to read again")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args(arguments)
    numbers = options.only or range(options.count)
    outcomes: list[Outcome] = []
    for outcome in run(numbers, options.seed, options.jobs):
        outcomes.append(outcome)
        if outcome.code == "crash":
            print(f"\n{describe(outcome)}\n{outcome.trace}")
        if len(outcomes) % 500 == 0:
            print(f"{len(outcomes)} of {len(numbers)}", file=sys.stderr)
    print_table(outcomes)
    return int(any(outcome.code == "crash" for outcome in outcomes))


def describe(outcome: Outcome) -> str:
    """An outcome in one line."""
    steps = ", ".join(outcome.steps)
    ended = f"{outcome.code} after {outcome.seconds:.1f} s, {outcome.memory_mb:.0f} MB"
    return f"file {outcome.number}: {outcome.kind}, {steps}, {outcome.size} bytes: {ended}"


def print_table(outcomes: Sequence[Outcome]) -> None:
    """Kind → files, outcomes by code, slowest, peak memory."""
    by_kind: dict[str, list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        by_kind[outcome.kind].append(outcome)
    print(f"\n{'kind':7}{'files':>7}{'median':>9}{'slowest':>9}{'peak':>9}  outcomes")
    for kind, found in [*sorted(by_kind.items()), ("all", list(outcomes))]:
        seconds = sorted(outcome.seconds for outcome in found)
        peak = max(outcome.memory_mb for outcome in found)
        codes = ", ".join(f"{code} {count}" for code, count in Counter(outcome.code for outcome in found).most_common())
        print(f"{kind:7}{len(found):7}{seconds[len(seconds) // 2]:7.2f} s{seconds[-1]:7.1f} s{peak:6.0f} MB  {codes}")
    for outcome in sorted(outcomes, key=lambda outcome: -outcome.seconds)[:5]:
        print(f"slow: {describe(outcome)}")


if __name__ == "__main__":
    sys.exit(main())
