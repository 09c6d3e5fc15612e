"""The command that writes a snapshot in other forms."""

from __future__ import annotations

from pathlib import Path

import click

from archive.errors import BadArgumentsError, MachineError
from archive.home import Home
from archive.publish.exports import write_exports
from archive.publish.files import UNFINISHED, remove, sync
from archive.terminal import say


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.pass_obj
def export(home: Home, folder: Path) -> None:
    """Write the published snapshot as CSV, JSON Lines, Parquet, plain text and SQLite, with codebook and digests."""
    if not home.snapshot.exists():
        raise MachineError(f"{home.snapshot} does not exist yet: `baogao publish` makes it")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise BadArgumentsError(f"{folder} is there and not empty: name a folder that is not there yet")
    draft = folder.with_name(f"{UNFINISHED}{folder.name}")
    try:
        remove(draft)
        write_exports(home.snapshot.resolve(), draft)
        if folder.exists():
            folder.rmdir()
        draft.replace(folder)
        sync(folder.parent)
    finally:
        remove(draft)
    files = sorted(folder.iterdir())
    say(f"{len(files)} files, {sum(path.stat().st_size for path in files) / 1e6:.1f} MB, in {folder}")
