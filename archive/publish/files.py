"""Files that are there whole or not at all, and their digests."""

from __future__ import annotations

import os
import shutil
from hashlib import file_digest
from pathlib import Path

UNFINISHED = "unfinished-"
SUMS = "SHA256SUMS"


def read_sums(folder: Path) -> dict[str, str]:
    """File name → digest, of SHA256SUMS."""
    path = folder / SUMS
    if not path.exists():
        return {}
    lines = (line.split("  ", 1) for line in path.read_text(encoding="utf-8").splitlines() if "  " in line)
    return {name: digest for digest, name in lines}


def write_sums(folder: Path, digests: dict[str, str]) -> None:
    """Write SHA256SUMS in the form `sha256sum --check` reads, for those of the files that are there."""
    lines = [f"{digest}  {name}\n" for name, digest in sorted(digests.items()) if (folder / name).exists()]
    write_whole(folder / SUMS, "".join(lines))


def write_whole(path: Path, content: str) -> None:
    """Write a file so that it is there whole or not at all."""
    draft = path.with_name(f"{UNFINISHED}{path.name}")
    draft.write_text(content, encoding="utf-8")
    sync(draft)
    draft.replace(path)


def digest_file(path: Path) -> str:
    """SHA-256 of a file, hexadecimal."""
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def sync(path: Path) -> None:
    """Have the disk hold a file or folder before anything is said of it."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def clear_unfinished(folder: Path) -> None:
    """Remove what a run that was killed or refused has left."""
    for path in folder.glob(f"{UNFINISHED}*"):
        remove(path)


def remove(path: Path) -> None:
    """Remove a file or a folder, if it is there."""
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def link_or_copy(source: Path, target: Path) -> None:
    """Give a file a second name; where that is on another disk, a second body."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)
