"""Keeping pandas out: some libraries load it where it is installed, a second at every start, for tables nobody here
hands them.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType


class NoPandas:
    """Finds for pandas that it is not there (importlib.abc.MetaPathFinder)."""

    def find_spec(self, name: str, path: object = None, target: ModuleType | None = None) -> None:
        """None: others may look. Raises ModuleNotFoundError for pandas."""
        if name == "pandas":
            raise ModuleNotFoundError(name)


@contextmanager
def no_pandas() -> Iterator[None]:
    """While it lasts, pandas seems not to be installed, unless it is loaded already."""
    finder = NoPandas()
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)
