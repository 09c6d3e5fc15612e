"""What was worked out last, kept for the next page that asks for it."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Recent(Generic[Key, Value]):
    """The values of the `most` keys last asked for; threads may share it."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.kept: OrderedDict[Key, Value] = OrderedDict()
        self.lock = threading.Lock()

    def find(self, key: Key) -> Value | None:
        """The value of a key, None where it is not kept."""
        with self.lock:
            if key in self.kept:
                self.kept.move_to_end(key)
            return self.kept.get(key)

    def keep(self, key: Key, value: Value) -> None:
        """Keep a value; the one not asked for the longest goes where there are too many."""
        with self.lock:
            self.kept[key] = value
            if len(self.kept) > self.most:
                self.kept.popitem(last=False)

    def clear(self) -> None:
        """Forget all."""
        with self.lock:
            self.kept.clear()
