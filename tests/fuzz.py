"""Reads broken files by the thousand and says how each ended: `make fuzz`, or python -m tests.fuzz --count N --seed S.

Each goes through archive.examine.examine as in the ingest. The readers that the house keeps in a sandbox run in warm
workers with the sandbox's limits; every twentieth of their files goes through the real sandbox.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from multiprocessing.connection import Connection, wait
from pathlib import Path

from archive.errors import UnreadableError
from archive.examiners import start_worker
from archive.read import read_page, sniff
from archive.read.sandbox import MEMORY_MB
from tests.fuzz_file import CODES, SANDBOXED, Outcome, bound_memory, run_file
from tests.mutate import mutated_file, seeds

SECONDS = 30.0  # for one file, of the processor: a busy machine makes no page slow
HANGS = 10.0  # times as much on the clock: what waits for nothing takes no processor
PATIENCE = 1.5  # times SECONDS: the sandbox's own limit comes first where a file goes through it
WORN_MB = 400  # a worker that held more is replaced: the next file is to have the memory that a new process has


def work(connection: Connection, seed: int) -> None:
    """Take numbers of files until there is none."""
    start_worker(MEMORY_MB)
    bound_memory(None)
    seeds()
    connection.send(None)
    while (number := connection.recv()) is not None:
        connection.send(run_file(number, seed))


def processor_seconds(pid: int | None) -> float:
    """What a process has had of the processor so far (Linux; 0.0 elsewhere, and for one that is gone)."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


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
        self.spent = 0.0

    def give(self, number: int) -> None:
        """Hand it a file."""
        self.number, self.begun, self.spent = number, time.monotonic(), processor_seconds(self.process.pid)
        self.connection.send(number)

    def take(self) -> Outcome:
        """How its file ended. What a worker died of is for the sandbox to say, where it would have been in one."""
        assert self.number is not None
        try:
            outcome: Outcome = self.connection.recv()
        except (EOFError, ConnectionResetError):
            self.process.join()
            file = mutated_file(self.number, self.seed)
            if sniff(file.data) not in SANDBOXED:
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
        if self.number is None:
            return False
        spent = processor_seconds(self.process.pid) - self.spent
        return max(spent, (time.monotonic() - self.begun) / HANGS) > SECONDS * PATIENCE

    def end_late(self) -> Outcome:
        """The outcome of a file that took too long, and the end of the worker."""
        assert self.number is not None
        self.kill()
        kind = sniff(mutated_file(self.number, self.seed).data)
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
