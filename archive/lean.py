"""Keeping pandas out: some libraries load it where it is installed, a second at every start, for tables nobody here
hands them.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import ModuleType


class NoPandas:
    """Finds for pandas that it is not there, at times (importlib.abc.MetaPathFinder)."""

    def __init__(self, now: Callable[[], bool]) -> None:
        self.now = now

    def find_spec(self, name: str, path: object = None, target: ModuleType | None = None) -> None:
        """None: others may look. Raises ModuleNotFoundError for pandas."""
        if name == "pandas" and self.now():
            raise ModuleNotFoundError(name)


@contextmanager
def no_pandas() -> Iterator[None]:
    """While it lasts, pandas seems not to be installed, unless it is loaded already."""
    finder = NoPandas(lambda: True)
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)


def is_loading_sqlite_utils() -> bool:
    """Whether sqlite-utils is being loaded: it has no Database yet."""
    module = sys.modules.get("sqlite_utils.db")
    return module is not None and not hasattr(module, "Database")


def keep_pandas_from_sqlite_utils() -> None:
    """From now on sqlite-utils finds no pandas, whoever loads it and when: readers of pages have no use for either."""
    sys.meta_path.insert(0, NoPandas(is_loading_sqlite_utils))
