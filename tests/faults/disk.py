"""A file system of its own, in a file, that turns read-only while it is written to, as one does whose disk fails."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

# Room for a home of the fault runs with its snapshot, and the journal of ext4.
SIZE = 100 * 2**20
# Children of a run end within a second of it.
SECONDS = 15
TOOLS = ("mkfs.ext4", "losetup", "mount", "umount", "fsck.ext4")


def run(*words: str | Path) -> str:
    """Run a command; what it printed."""
    return subprocess.run(list(map(str, words)), check=True, capture_output=True, text=True).stdout.strip()


def missing() -> str | None:
    """Why no such disk can be made here; None where one can."""
    if os.geteuid():
        return "mounting a disk needs root"
    if without := [tool for tool in TOOLS if shutil.which(tool) is None]:
        return f"{', '.join(without)} not installed"
    with TemporaryDirectory() as folder:
        try:
            with failing_disk(Path(folder) / "try"):
                return None
        except subprocess.CalledProcessError as error:
            return f"no disk can be mounted here: {error.stderr.strip()}"


class Disk:
    """An ext4 file system in a file of `folder`, mounted at `folder`/disk."""

    def __init__(self, folder: Path) -> None:
        image = folder / "image"
        with image.open("wb") as file:
            file.truncate(SIZE)
        run("mkfs.ext4", "-q", image)
        self.root = folder / "disk"
        self.root.mkdir()
        self.device = run("losetup", "-f", "--show", image)
        try:
            run("mount", self.device, self.root)
        except subprocess.CalledProcessError:
            run("losetup", "-d", self.device)
            raise

    def sync(self) -> None:
        """What was written before is there for good."""
        run("sync", "-f", self.root)

    def fail(self) -> None:
        """From now on every write is refused, as ext4 does after an error of its disk."""
        run("mount", "-o", "remount,abort", self.device, self.root)

    def mend(self) -> None:
        """What a person does: unmount, check, mount."""
        self.unmount()
        # 1: it found errors and mended them.
        checked = subprocess.run(["fsck.ext4", "-fy", self.device], capture_output=True, check=False)
        assert checked.returncode in (0, 1), checked
        run("mount", self.device, self.root)

    def end(self) -> None:
        """Take it down."""
        self.unmount()
        run("losetup", "-d", self.device)

    def unmount(self) -> None:
        """Unmount it, once the last child of a run has closed its files."""
        for _ in range(SECONDS * 10):
            if subprocess.run(["umount", str(self.root)], check=False, capture_output=True).returncode == 0:
                return
            time.sleep(0.1)
        raise AssertionError(f"{self.root} is still in use after {SECONDS} seconds")


@contextmanager
def failing_disk(folder: Path) -> Iterator[Disk]:
    """A disk for as long as a context lasts; `folder` is made."""
    folder.mkdir()
    disk = Disk(folder)
    try:
        yield disk
    finally:
        disk.end()
