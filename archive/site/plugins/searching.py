"""Datasette's search box, in Chinese: what a person types reaches FTS5 as pairs of characters."""

from __future__ import annotations

import sqlite3

from datasette import hookimpl

from archive.search import fts_query


@hookimpl(trylast=True)  # after Datasette has registered its own
def prepare_connection(conn: sqlite3.Connection) -> None:
    """Put our query language in place of Datasette's `escape_fts`."""
    conn.create_function("escape_fts", 1, lambda query: fts_query(str(query)), deterministic=True)
