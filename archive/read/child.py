"""The child process of the sandbox: bytes on standard input, one page or one error as JSON on standard output."""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Callable, Mapping

from archive.errors import UnreadableError
from archive.model import Page
from archive.read.sandbox import limit_self, pack_outcome, too_large

# Each is loaded only by the child that needs it.
READERS: Mapping[str, str] = {
    "pdf": "archive.read.pdf:read_pdf",
    "pdf ocr": "archive.read.ocr:read_scans",
    "docx": "archive.read.office:read_docx",
    "doc": "archive.read.doc:read_doc",
    "odt": "archive.read.odt:read_odt",
    "ofd": "archive.read.ofd:read_ofd",
    "rtf": "archive.read.rtf:read_rtf",
}


def main(reader: str, seconds: str, memory_mb: str) -> None:
    """Read standard input with one of READERS within the limits."""
    limit_self(float(seconds), int(memory_mb))
    outcome: Page | UnreadableError
    try:
        outcome = find_reader(reader)(sys.stdin.buffer.read())
    except UnreadableError as error:
        outcome = error
    except MemoryError:
        outcome = too_large(int(memory_mb))
    json.dump(pack_outcome(outcome), sys.stdout, ensure_ascii=True)


def find_reader(name: str) -> Callable[[bytes], Page]:
    """The function of READERS called `name`."""
    module, function = READERS[name].split(":")
    reader: Callable[[bytes], Page] = getattr(importlib.import_module(module), function)
    return reader


if __name__ == "__main__":
    main(*sys.argv[1:])
