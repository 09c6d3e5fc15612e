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
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from multiprocessing.reduction import ForkingPickler
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from archive.captures.stored import Stored
from archive.errors import BadArgumentsError, MachineError, UnreadableError
from archive.examine import Circumstances
from archive.examiners import Examiners, Result, Task, examine, run_all
from archive.kept import KeptPage
from archive.read import ocr
from archive.rules import rules_version

# Seconds to find the scheduler and the first worker.
JOIN_SECONDS = 30
# Captures in one task: the engine's ten milliseconds a task are then little beside their third of a second, and a lost
# worker loses no more.
BATCH = 16
# Batches under way for each worker: one examined, one waiting there, one on its way.
BATCHES_A_WORKER = 3

Value = TypeVar("Value")


@cache
def child_processes(count: int) -> Examiners:
    """The child processes of a worker; the first begins when a build joins the cluster, and they stay for the next."""
    # Dask's nanny starts workers as daemons, which multiprocessing lets have no children. Ours end with their parent.
    multiprocessing.current_process()._config["daemon"] = False  # type: ignore[attr-defined]
    return Examiners(count)


def own_examiners() -> Examiners:
    """The child processes of the worker whose task this is: one for each of its threads."""
    from distributed import get_worker  # noqa: PLC0415 (an extra)

    return child_processes(get_worker().state.nthreads)


def seal(thing: Any) -> bytes:
    """Anything as bytes, as multiprocessing sends it: who only passes it on need not take it apart."""
    return bytes(ForkingPickler.dumps(thing))


def unseal(sealed: bytes) -> Any:
    """What was sealed, by this machine or a worker it trusts."""
    return ForkingPickler.loads(sealed)


def work_sealed(sealed: bytes) -> bytes:
    """Do the sealed work and seal its value; in a child process of a worker."""
    work, arguments = unseal(sealed)
    return seal(work(*arguments))


def pass_on(sealed: bytes) -> bytes:
    """Have sealed work done by a child process: here, the worker's talk with the scheduler would hold it up."""
    return own_examiners().begin(work_sealed, sealed)()


def examine_batch(sealed: bytes, regions: bytes | None) -> bytes:
    """Have sealed pages examined by a child process; where one of them ends it, each by itself.

    `regions` is the home's regions.csv, which other machines do not have.
    """
    extra = regions_file(regions) if regions is not None else None
    examiners = own_examiners()
    # Text recognition takes seconds a page of a scan: each needs all the time a page has.
    results = None if ocr.is_on() else examiners.attempt(examine_sealed, sealed, extra)
    if results is None:
        results = seal(examiners.examine_each(tasks_in(sealed, extra)))
        examiners.end_alone()
    return results


def examine_sealed(sealed: bytes, extra_regions: Path | None) -> bytes:
    """Examine sealed pages and seal what they give; in a child process of a worker."""
    return seal(run_all(tasks_in(sealed, extra_regions)))


def tasks_in(sealed: bytes, extra_regions: Path | None) -> list[Task]:
    """The tasks that were sealed, with the regions' file of this machine."""
    return [replace(task, known=replace(task.known, extra_regions=extra_regions)) for task in unseal(sealed)]


@cache
def regions_file(content: bytes) -> Path:
    """A file of this machine with that content."""
    path = Path(tempfile.gettempdir()) / f"baogao-regions-{hashlib.sha256(content).hexdigest()[:16]}.csv"
    if not path.exists():
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
            file.write(content)
        Path(file.name).replace(path)
    return path


@dataclass
class Batch:
    """Captures that go to a worker together; `sent` once they are on their way."""

    tasks: list[Task] = field(default_factory=list)
    sent: Future[bytes] | None = None

    @cached_property
    def results(self) -> list[Result]:
        """What a worker made of them."""
        assert self.sent is not None
        return unseal(self.sent.result())


class Waiting(NamedTuple):
    """A capture on its way: its batch and its place in it."""

    batch: Batch
    place: int


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
        self.regions_there: Any = None
        self.jobs = max(sum(self.client.nthreads().values()), 1)
        self.ahead = BATCH * BATCHES_A_WORKER * self.jobs
        self.filling = Batch()
        self.here = Examiners(1)

    def submit(self, payload: bytes | Stored, known: Circumstances, later: tuple[Stored, ...] = ()) -> Waiting:
        """Begin to examine a capture; it leaves when its batch is full or its result is asked for."""
        batch = self.filling
        batch.tasks.append(Task(examine, payload, known, later))
        if len(batch.tasks) >= BATCH:
            self.send()
        return Waiting(batch, len(batch.tasks) - 1)

    def send(self) -> None:
        """Send what waits."""
        sealed = seal(self.filling.tasks)
        self.filling.sent = begun_or_lost(lambda: self.executor.submit(examine_batch, sealed, self.send_regions()))
        self.filling = Batch()

    def send_regions(self) -> Any:
        """A task of the cluster whose value is the regions: workers keep it, and who comes later can get it."""
        # A connection that was lost for a while has cancelled it.
        if self.regions is not None and (self.regions_there is None or self.regions_there.cancelled()):
            self.regions_there = self.client.submit(bytes, self.regions, pure=False)
        return self.regions_there

    def result(self, waiting: Waiting) -> KeptPage:
        """What was found. Raises UnreadableError where the page cannot be read."""
        if waiting.batch is self.filling:
            self.send()
        try:
            found = waiting.batch.results[waiting.place]
        except lost_errors():
            # The cluster lost it for good: here it ends as it must.
            return self.here.result(self.here.submit_task(waiting.batch.tasks[waiting.place]))
        if isinstance(found, UnreadableError):
            raise found
        return found

    def begin(self, work: Callable[..., Value], *arguments: Any) -> Callable[[], Value]:
        """Begin other work in a worker; the function returned waits for its value."""
        sealed = seal((work, arguments))
        future = begun_or_lost(lambda: self.executor.submit(pass_on, sealed))

        def wait() -> Value:
            try:
                return unseal(future.result())
            except lost_errors():
                return work(*arguments)

        return wait

    def close(self) -> None:
        """Let the cluster go; it stays up."""
        self.here.close()
        with suppress(*lost_errors()):  # it is gone already
            self.executor.shutdown(wait=False)
        self.client.close()


def begun_or_lost(begin: Callable[[], Future[bytes]]) -> Future[bytes]:
    """What was begun on the cluster; where there is none any more, a future that says so."""
    try:
        return begin()
    except lost_errors() as error:
        lost: Future[bytes] = Future()
        lost.set_exception(CancelledError(str(error)))
        return lost


def lost_errors() -> tuple[type[BaseException], ...]:
    """What Dask ends a future with, or refuses with, where workers are lost again and again or the scheduler is."""
    from distributed.client import ClosedClientError  # noqa: PLC0415 (an extra)
    from distributed.comm.core import CommClosedError  # noqa: PLC0415 (an extra)
    from distributed.scheduler import KilledWorker  # noqa: PLC0415

    return (CancelledError, OSError, RuntimeError, ClosedClientError, CommClosedError, KilledWorker)


def worker_rules(dask_worker: Any) -> str:
    """The version of the rules a worker reads by; the first of its child processes begins meanwhile."""
    child_processes(dask_worker.state.nthreads).warm_up()
    return rules_version()
