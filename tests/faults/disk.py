"""A file system of its own, in a file, that turns read-only while it is written to, as one does whose disk fails."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# Room for a home of the fault runs with its snapshot, and the journal of ext4.
SIZE = 100 * 2**20
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
    found = subprocess.run(["losetup", "-f"], capture_output=True, text=True, check=False)
    return None if found.returncode == 0 else f"no loop device: {found.stderr.strip()}"


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
        run("mount", self.device, self.root)

    def sync(self) -> None:
        """What was written before is there for good."""
        run("sync", "-f", self.root)

    def fail(self) -> None:
        """From now on every write is refused, as ext4 does after an error of its disk."""
        run("mount", "-o", "remount,abort", self.device, self.root)

    def mend(self) -> None:
        """What a person does: unmount, check, mount."""
        run("umount", self.root)
        # 1: it found errors and mended them.
        checked = subprocess.run(["fsck.ext4", "-fy", self.device], capture_output=True, check=False)
        assert checked.returncode in (0, 1), checked
        run("mount", self.device, self.root)

    def end(self) -> None:
        """Take it down."""
        subprocess.run(["umount", str(self.root)], check=False, capture_output=True)
        run("losetup", "-d", self.device)


@contextmanager
def failing_disk(folder: Path) -> Iterator[Disk]:
    """A disk for as long as a context lasts; `folder` is made."""
    folder.mkdir()
    disk = Disk(folder)
    try:
        yield disk
    finally:
        disk.end()
