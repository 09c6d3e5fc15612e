"""Where a capture's payload is, to be read by whoever needs it: a worker, on this machine or another."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from archive.captures.index import ID, http_of
from archive.captures.warc import MAX_PAYLOAD, decode_body, read_at
from archive.errors import DamagedInputError, UnreadableError


def warc_folder(place: str) -> Any:
    """A folder of WARC files: a path of this machine, or any address fsspec knows (s3://, sftp://, memory://).

    Raises DamagedInputError where that needs the extra `cluster`.
    """
    if "://" not in place:
        return Path(place)
    try:
        from upath import UPath  # noqa: PLC0415 (an extra: only homes whose captures are elsewhere need it)
    except ImportError as error:
        raise DamagedInputError(f"{place}: reading captures from there needs pip install 'baogao[cluster]'") from error
    return UPath(place)


@dataclass(frozen=True, slots=True)
class Stored:
    """The place of one capture's record: folder, file in it, offset and length in bytes, the capture's id and URL."""

    folder: str
    file: str
    offset: int
    length: int
    id: str
    url: str | None

    def read(self, limit: int = MAX_PAYLOAD) -> bytes:
        """The payload, content encoding undone.

        Raises DamagedInputError where the record is damaged or another's, the encoding cannot be undone, or it unpacks
        to more than `limit` bytes.
        """
        record = read_at(warc_folder(self.folder) / self.file, self.offset, self.length)
        if record.get(ID) != self.id:
            where = f"{self.file} at byte {self.offset}"
            raise DamagedInputError(f"{where}: not the record of capture {self.id}; run `baogao reindex`")
        headers, body = http_of(record)
        try:
            return decode_body(body, headers, limit)
        except DamagedInputError as error:
            raise DamagedInputError(f"capture {self.id} ({self.url}): {error}") from error


def payload_of(found: bytes | Stored) -> bytes:
    """Bytes as they are, or read from where they are. Raises UnreadableError: damaged_capture."""
    if isinstance(found, bytes):
        return found
    try:
        return found.read()
    except DamagedInputError as error:
        raise UnreadableError("damaged_capture", str(error)) from error
