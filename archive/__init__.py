"""The archive: bytes in, rows out. Pure and offline; it imports neither crawler nor scrapy."""

from archive.lean import no_pandas

with no_pandas():
    import sqlite_utils  # noqa: F401
