"""The site: Datasette on one published snapshot, with our templates and plugins."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from datasette.app import Datasette
from datasette.database import Database
from datasette.plugins import pm

from archive.database import connect_readonly
from archive.site.config import SETTINGS, SHOWN_WHEN_FILLED, build_metadata
from archive.site.plugins import (
    answering,
    comparing,
    downloading,
    guarding,
    keeping,
    pages,
    robots,
    searching,
    trending,
)

HERE = Path(__file__).parent
PLUGINS = (searching, trending, downloading, pages, comparing, keeping, robots, answering, guarding)


def make_app(snapshot: Path) -> Datasette:
    """A Datasette that serves `snapshot`, immutable, as the database `reports`.

    Where the snapshot's versioned name stands beside it, that one is opened: it stays this file when a newer one takes
    the name `reports.db`, and a download carries its version.
    """
    for plugin in PLUGINS:
        # Datasette has one set of plugins a process, however many sites a test makes.
        if not pm.is_registered(plugin):
            pm.register(plugin)
    # It runs beside ours, not instead of it, and prints every 404 with its local variables.
    if pm.has_plugin("datasette.handle_exception"):
        pm.unregister(name="datasette.handle_exception")
    path = find_versioned(snapshot)
    site = Datasette(
        inspect_data=read_inspection(path),
        metadata=build_metadata(find_empty(path)),
        settings=SETTINGS,
        template_dir=str(HERE / "templates"),
        static_mounts=[("static", str(HERE / "static"))],
    )
    site.remove_database("_memory")
    site.add_database(Snapshot(site, path=str(path), is_mutable=False), name="reports")
    return site


class Snapshot(Database):
    """A published file. Datasette itself takes a path with ?, # or % for that of another file."""

    def connect(self, write: bool = False) -> sqlite3.Connection:
        """A connection for reading, which Datasette closes in the end."""
        assert not write
        connection = connect_readonly(Path(self.path), immutable=True, check_same_thread=False)
        self._all_file_connections.append(connection)
        return connection


def find_empty(path: Path) -> set[str]:
    """The tables and views of a snapshot that hold nothing, of those that are shown only when filled."""
    with closing(connect_readonly(path)) as db:
        return {name for name in SHOWN_WHEN_FILLED if db.execute(f"select 1 from [{name}] limit 1").fetchone() is None}


def find_versioned(snapshot: Path) -> Path:
    """The versioned name of `snapshot`, or the snapshot itself where it has none."""
    names = sorted(snapshot.parent.glob("reports-*.db"))
    return next((path for path in names if path.samefile(snapshot)), snapshot)


def read_inspection(path: Path) -> dict[str, Any] | None:
    """Digest and counts that publishing wrote beside a snapshot; None where they are not there or of another file."""
    known = path.with_suffix(".inspect.json")
    if not known.exists():
        return None
    inspection: dict[str, Any] = json.loads(known.read_text(encoding="utf-8"))
    return inspection if inspection["reports"]["size"] == path.stat().st_size else None
