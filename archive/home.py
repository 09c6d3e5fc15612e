"""The home of an archive: where its files are, and the lock that keeps two writers apart."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from archive.errors import LockedError, MachineError

# Set for the children of a crawl: their parent holds the lock for them.
LOCK_HELD = "BAOGAO_LOCK_HELD"


@dataclass(frozen=True, slots=True)
class Home:
    """One archive on disk (DESIGN §4). `root` need not exist before `prepare`.

    `shared` is where its WARC files are read from where that is elsewhere: a folder, or an address fsspec knows. They
    are never written there.
    """

    root: Path
    shared: str | None = None

    @property
    def captures(self) -> Path:
        """Folder of the WARC files: the truth."""
        return self.root / "captures"

    @property
    def warc(self) -> Any:
        """Folder the WARC files are read from: `captures`, or what `shared` says. It has the methods of a Path."""
        from archive.captures.stored import warc_folder  # noqa: PLC0415 (which needs to know what a home is)

        return warc_folder(self.shared) if self.shared else self.captures

    @property
    def database(self) -> Path:
        """The working database."""
        return self.root / "archive.db"

    @property
    def published(self) -> Path:
        """Folder of what is published."""
        return self.root / "published"

    @property
    def snapshot(self) -> Path:
        """The published file."""
        return self.published / "reports.db"

    @property
    def log(self) -> Path:
        """Folder of the logs."""
        return self.root / "log"

    @property
    def sources(self) -> Path:
        """Source files that extend the built-in ones."""
        return self.root / "sources"

    @property
    def regions(self) -> Path:
        """Regions that extend the built-in ones."""
        return self.root / "regions.csv"

    @property
    def corrections(self) -> Path:
        """What a person overruled, one value a line."""
        return self.root / "corrections.csv"

    def prepare(self) -> Home:
        """Make the folders. Raises MachineError where the machine does not let us."""
        try:
            for folder in (self.root, self.captures, self.published, self.log):
                folder.mkdir(parents=True, exist_ok=True)
            probe = self.root / ".writable"
            probe.touch()
            probe.unlink()
        except OSError as error:
            message = (
                f"home {self.root} is not writable ({error.strerror}): "
                "choose another with --home or $BAOGAO_HOME, or mend its permissions"
            )
            raise MachineError(message) from error
        return self

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Hold the one lock of everything that writes. Raises LockedError where another run has it.

        The kernel drops the lock when its holder dies, however it dies.
        """
        self.prepare()
        if os.environ.get(LOCK_HELD) == str(self.root.resolve()):
            yield
            return
        with (self.root / "lock").open("a+") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                file.seek(0)
                holder = file.read().strip() or "unknown"
                message = (
                    f"another run (process {holder}) is writing {self.root}: wait for it to end, or use another --home"
                )
                raise LockedError(message) from error
            file.truncate(0)
            file.write(str(os.getpid()))
            file.flush()
            yield


def find_home(given: str | None = None) -> Home:
    """The home a command works on: `given`, else $BAOGAO_HOME, else ./var; $BAOGAO_CAPTURES is its `shared`."""
    return Home(Path(given or os.environ.get("BAOGAO_HOME") or "var"), os.environ.get("BAOGAO_CAPTURES") or None)
