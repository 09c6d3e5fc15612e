"""The archive: bytes in, rows out. Pure and offline; it imports neither crawler nor scrapy."""

import sys

# sqlite-utils loads pandas where it is installed: a second at every start, for tables that nobody here hands it.
if "pandas" not in sys.modules and "sqlite_utils" not in sys.modules:
    sys.modules["pandas"] = None  # type: ignore[assignment]
    import sqlite_utils  # noqa: F401

    del sys.modules["pandas"]
