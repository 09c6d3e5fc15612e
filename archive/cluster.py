"""Many machines: pages examined by the workers of a Dask cluster, which read them from the WARC files themselves.

The engine is Dask's; what is here hands out captures a few at a time and takes the findings back in order. Whatever a
worker or the cluster does, a page ends as it would have here: one that a lost worker leaves is examined by another, and
where the whole cluster is lost, by this machine.
"""

from __future__ import annotations

import hashlib
import multiprocessing
import tempfile
from collections.abc import Callable
from concurrent.futures import CancelledError, Executor, Future
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from archive.captures.stored import Stored
from archive.errors import BadArgumentsError, MachineError, UnreadableError
from archive.examine import Circumstances
from archive.examiners import Examiners, Task, examine
from archive.kept import KeptPage

# Seconds to find the scheduler and the first worker.
JOIN_SECONDS = 30
# Captures in one task: the engine's own millisecond a task is then nothing beside their third of a second, and a lost
# worker loses no more.
BATCH = 8
# Batches under way for each worker: one examined, one waiting there, one on its way.
BATCHES_A_WORKER = 3

Value = TypeVar("Value")
Result = KeptPage | UnreadableError


@dataclass(frozen=True, slots=True)
class Batch:
    """Some captures for one worker; `regions` is the home's regions.csv, which other machines do not have."""

    tasks: tuple[Task, ...]
    regions: bytes | None

    def run(self) -> list[Result]:
        """Examine each in the worker's own child process, so that a bad page costs itself alone there too."""
        extra = regions_file(self.regions) if self.regions is not None else None
        examiners = own_examiners()
        results: list[Result] = []
        for task in self.tasks:
            known = replace(task.known, extra_regions=extra)
            try:
                results.append(examiners.result(examiners.submit(task.payload, known, task.later)))
            except UnreadableError as error:
                results.append(error)
        return results


@cache
def own_examiners() -> Examiners:
    """The child process of a worker, begun with its first batch."""
    # Dask's nanny starts workers as daemons, which multiprocessing lets have no children. Ours ends with its parent.
    multiprocessing.current_process()._config["daemon"] = False  # type: ignore[attr-defined]
    return Examiners(1)


@cache
def regions_file(content: bytes) -> Path:
    """A file of this machine with that content."""
    path = Path(tempfile.gettempdir()) / f"baogao-regions-{hashlib.sha256(content).hexdigest()[:16]}.csv"
    if not path.exists():
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
            file.write(content)
        Path(file.name).replace(path)
    return path


class Waiting:
    """A capture on its way: its batch, once that is full, and its place in it."""

    def __init__(self, task: Task) -> None:
        self.task = task
        self.batch: Future[list[Result]] | None = None
        self.place = 0


class Cluster:
    """The workers of a Dask scheduler, with the methods of Examiners.

    Raises BadArgumentsError where the extra is not installed, the address is none, or a worker has other code than
    `rules`; MachineError where no scheduler or worker answers.
    """

    def __init__(self, scheduler: str, rules: str, regions: bytes | None) -> None:
        try:
            from distributed import Client  # noqa: PLC0415 (an extra)
        except ImportError as error:
            raise BadArgumentsError(
                "--scheduler needs pip install 'baogao[cluster]' here and on the workers"
            ) from error
        try:
            self.client: Any = Client(scheduler, timeout=JOIN_SECONDS, set_as_default=False)
            self.client.wait_for_workers(1, timeout=JOIN_SECONDS)
        except (OSError, TimeoutError) as error:
            message = (
                f"{scheduler}: no scheduler or no worker answers: `dask scheduler`, then `dask worker {scheduler}`"
            )
            raise MachineError(message) from error
        except ValueError as error:
            raise BadArgumentsError(f"{scheduler!r} is no address of a scheduler: write tcp://HOST:8786") from error
        others = {worker for worker, found in self.client.run(worker_rules).items() if found != rules}
        if others:
            self.client.close()
            raise BadArgumentsError(f"{', '.join(sorted(others))}: another version of Baogao: install this one there")
        self.executor: Executor = self.client.get_executor(pure=False, retries=2)
        self.regions = regions
        self.jobs = max(sum(self.client.nthreads().values()), 1)
        self.ahead = BATCH * BATCHES_A_WORKER * self.jobs
        self.filling: list[Waiting] = []
        self.here = Examiners(1)

    def submit(self, payload: bytes | Stored, known: Circumstances, later: tuple[Stored, ...] = ()) -> Waiting:
        """Begin to examine a capture; it leaves when its batch is full or its result is asked for."""
        waiting = Waiting(Task(examine, payload, known, later))
        self.filling.append(waiting)
        if len(self.filling) >= BATCH:
            self.send()
        return waiting

    def send(self) -> None:
        """Send what waits."""
        batch = Batch(tuple(waiting.task for waiting in self.filling), self.regions)
        future = self.executor.submit(Batch.run, batch)
        for place, waiting in enumerate(self.filling):
            waiting.batch, waiting.place = future, place
        self.filling = []

    def result(self, waiting: Waiting) -> KeptPage:
        """What was found. Raises UnreadableError where the page cannot be read."""
        if waiting.batch is None:
            self.send()
        assert waiting.batch is not None
        try:
            found = waiting.batch.result()[waiting.place]
        except lost_errors():
            # The cluster lost it for good: here it ends as it must.
            task = waiting.task
            return self.here.result(self.here.submit(task.payload, task.known, task.later))
        if isinstance(found, UnreadableError):
            raise found
        return found

    def begin(self, work: Callable[..., Value], *arguments: Any) -> Callable[[], Value]:
        """Begin other work in a worker; the function returned waits for its value."""
        future = self.executor.submit(work, *arguments)

        def wait() -> Value:
            try:
                return future.result()
            except lost_errors():
                return work(*arguments)

        return wait

    def close(self) -> None:
        """Let the cluster go; it stays up."""
        self.here.close()
        self.executor.shutdown(wait=False)
        self.client.close()


def lost_errors() -> tuple[type[BaseException], ...]:
    """What futures of Dask end with when workers are lost again and again, or the scheduler is."""
    from distributed.comm.core import CommClosedError  # noqa: PLC0415 (an extra)
    from distributed.scheduler import KilledWorker  # noqa: PLC0415

    return (CancelledError, OSError, RuntimeError, CommClosedError, KilledWorker)


def worker_rules() -> str:
    """The version of the rules a worker reads by."""
    from archive.ingest import rules_version  # noqa: PLC0415 (which imports this)

    return rules_version()
