"""What settling works out elsewhere: by the workers that read pages, some pieces at a time.

It is what takes longest and depends on texts alone: the units of a report, the differences of two copies. What is to be
done is marked (unsettled.py); a mark is taken off in the transaction that writes what it stands for.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, Generic, Protocol, TypeVar

from sqlite_utils import Database

from archive.database import writing
from archive.unsettled import unmark

# Pieces that a worker takes at once, each of some 5 ms: handing them out is then little beside it.
AT_ONCE = 32

# Lots under way for each worker that is not waited for: one worked on, others on their way there and back.
AHEAD = 3

Piece = TypeVar("Piece")
Value = TypeVar("Value")


class Workers(Protocol):
    """Who works something out: so many at once, and what is under way while the oldest is waited for (0: nothing)."""

    jobs: int
    ahead: int

    def begin(self, work: Callable[..., Value], *arguments: Any) -> Callable[[], Value]:
        """Begin `work(*arguments)`; the function returned waits for its value."""
        ...


class Here:
    """Works it out at once, in this process."""

    jobs = 1
    ahead = 0

    def begin(self, work: Callable[..., Value], *arguments: Any) -> Callable[[], Value]:
        """Do the work; the function returned only hands it over."""
        value = work(*arguments)
        return lambda: value


class Work(Protocol, Generic[Piece, Value]):
    """Work of one kind of mark."""

    kind: str

    def read(self, db: Database, id: str) -> Piece | None:
        """What is to be worked on for a mark; None where there is nothing to do any more."""
        ...

    def do(self, piece: Piece) -> Value:
        """Work it out. Pure; in a worker."""
        ...

    def write(self, db: Database, piece: Piece, value: Value) -> None:
        """Write what was worked out."""
        ...


def settle_elsewhere(db: Database, work: Work[Piece, Value], workers: Workers) -> None:
    """Do all work that is marked; here where it is one lot at most, to start no process for it.

    What has changed while it was worked on keeps its mark, for who changed it.
    """
    (count,) = db.execute("select count(*) from unsettled where kind = ?", [work.kind]).fetchone()
    if count <= AT_ONCE:
        workers = Here()
    ahead = AHEAD * workers.jobs if workers.ahead else 0
    under_way: deque[tuple[list[tuple[str, Piece]], Callable[[], list[Value]]]] = deque()
    last: str | None = ""
    while last is not None or under_way:
        if last is not None:
            pieces, last = read_some(db, work, last)
            if pieces:
                under_way.append((pieces, workers.begin(do_all, work, [piece for _, piece in pieces])))
        if under_way and (last is None or len(under_way) > ahead):
            write_some(db, work, *under_way.popleft())


def read_some(db: Database, work: Work[Piece, Value], after: str) -> tuple[list[tuple[str, Piece]], str | None]:
    """The next marks with their pieces, and the last of them; None where there are no more."""
    sql = "select id from unsettled where kind = ? and id > ? order by id limit ?"
    ids = [id for (id,) in db.execute(sql, [work.kind, after, AT_ONCE]).fetchall()]
    pieces = [(id, piece) for id in ids if (piece := work.read(db, id)) is not None]
    with writing(db):
        unmark(db, work.kind, set(ids) - {id for id, _ in pieces})
    return pieces, ids[-1] if ids else None


def do_all(work: Work[Piece, Value], pieces: Sequence[Piece]) -> list[Value]:
    """Each piece worked on."""
    return [work.do(piece) for piece in pieces]


def write_some(
    db: Database, work: Work[Piece, Value], pieces: Sequence[tuple[str, Piece]], find: Callable[[], list[Value]]
) -> None:
    """Write what was worked out, in one transaction."""
    values = find()
    with writing(db):
        for (id, piece), value in zip(pieces, values, strict=True):
            if work.read(db, id) == piece:
                work.write(db, piece, value)
                unmark(db, work.kind, [id])
