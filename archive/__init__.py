"""The archive: bytes in, rows out. Pure and offline; it imports neither crawler nor scrapy."""

from archive.lean import keep_pandas_from_sqlite_utils

keep_pandas_from_sqlite_utils()
