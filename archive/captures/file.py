"""The WARC files one writer makes: a record is on the disk before anyone hears of it."""

from __future__ import annotations

import contextlib
import fcntl
import os
from io import BufferedWriter
from pathlib import Path

from archive.captures.warc import pack, record_id
from archive.errors import MachineError

# The size WARC 1.1 recommends (annex C): larger files are slow to move and to repair.
MAX_FILE = 1024 * 1024 * 1024


class WarcFile:
    """Appends records to `<stem>-00001.warc.gz` in `folder`, and to the next number past 1 GiB or after a failed write.

    Files are made when a record comes, never reopened: a file that a killed writer left is not touched.
    """

    def __init__(self, folder: Path, stem: str) -> None:
        self.folder = folder
        self.stem = stem
        self._file: BufferedWriter | None = None
        self._size = 0
        self._number = 0

    def append(self, packed: bytes, when: str) -> tuple[str, int, int]:
        """Put a packed record on the disk for good; gives file name, offset, length.

        `when` (ISO 8601) dates the head of a new file. Raises MachineError where the disk refuses.
        """
        try:
            if self._file is None or self._size + len(packed) > MAX_FILE:
                self._begin(when)
            assert self._file is not None
            offset = self._size
            self._write(packed)
            return Path(self._file.name).name, offset, len(packed)
        except OSError as error:
            self._give_up()
            message = (
                f"{self.folder} cannot be written ({error.strerror}): free the disk or mend its permissions; "
                "what was captured before is kept"
            )
            raise MachineError(message) from error

    def close(self) -> None:
        """Close the file being written, if there is one."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _begin(self, when: str) -> None:
        """Begin the next file: one nobody has, locked so that nobody repairs it under our hands."""
        self.close()
        while self._file is None:
            self._number += 1
            with contextlib.suppress(FileExistsError):
                self._file = (self.folder / f"{self.stem}-{self._number:05}.warc.gz").open("xb")
        fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        self._size = 0
        name = Path(self._file.name).name
        info = b"software: baogao\r\nformat: WARC File Format 1.1\r\nrobots: classic\r\n"
        facts = [("WARC-Record-ID", record_id(name)), ("WARC-Date", when), ("WARC-Filename", name)]
        self._write(pack("warcinfo", facts, "application/warc-fields", info))
        # Else a power cut could lose the name of a file whose contents are safe.
        folder = os.open(self.folder, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def _write(self, packed: bytes) -> None:
        assert self._file is not None
        self._file.write(packed)
        self._file.flush()
        os.fsync(self._file.fileno())
        self._size += len(packed)

    def _give_up(self) -> None:
        """Leave a file after a failed write, without the half record; the next record begins another file."""
        if self._file is None:
            return
        path, file, self._file = Path(self._file.name), self._file, None
        # Closing flushes again and fails as the write did; a half record that stays is cut off by the next catch-up.
        with contextlib.suppress(OSError):
            file.close()
        with contextlib.suppress(OSError):
            os.truncate(path, self._size)
