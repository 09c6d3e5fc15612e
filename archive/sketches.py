"""Which texts of the archive are like one: fingerprints in tables, of which a question reads a few rows.

`sketches` has one row a distinct folded text with its whole fingerprint; `shingles` leads from a sampled shingle to the
texts that have it. A shingle that stands in more than STOP texts is on the stop list: it tells nothing and is not
asked. The list is not stored: it is what the index says when it is asked, so that no answer depends on the order of
arrival.
"""

from __future__ import annotations

import json
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue

import numpy as np
from sqlite_utils import Database

from archive.copies import CONTAINMENT, contain, sample_long
from archive.database import BUSY_SECONDS, connect_readonly

# The stop list: shingles of more texts than this (READING §3.5).
STOP = 200
# A text is looked at when it shares so many shingles that are not stopped, and this part of those of the smaller of
# two; then the whole fingerprints decide. Copies of one text share .77 and more of either (READING §3.1).
SHARED, SHARED_OF_FEW, FEW = 4, 2, 16
SHARED_PART = 0.15

# Shingles written in one go.
SHINGLES_AT_ONCE = 10_000

# Pages of the index each thread keeps: with SQLite's 2 MB it takes twice as long, more than this gains nothing
# (1,600 reports; of a hundred thousand no cache holds the index).
SEARCHER_KIB = 32 * 1024

# Rare are the asked shingles that are not stopped. What is asked of a pair is told by the smaller of two texts, whose
# rare shingles are taken to be as many of all as ours are.
FIND = """
with asked as materialized (select value as hash from json_each(:hashes)),
rare as materialized (
  select hash from asked
  where (select count(*) from (select 1 from shingles s where s.hash = asked.hash limit :stop + 1)) <= :stop),
found as (
  select s.text, count(*) as shared from rare join shingles s on s.hash = rare.hash
  group by s.text having count(*) >= :shared_of_few)
select k.folded_sha256, k.hashes from found f join sketches k on k.text = f.text
where f.shared >= case when min(k.size, :size) < :few then :shared_of_few else :shared end
  and f.shared >= :part * min(k.size, :size) * (select count(*) from rare) / :asked
  and k.folded_sha256 <> :digest
"""


def store_sketch(db: Database, folded_sha256: str, hashes: bytes) -> None:
    """Keep the fingerprint of a folded text, unless it is known; `index_sketches` makes it findable."""
    known = db.execute("select hashes from sketches where folded_sha256 = ?", [folded_sha256]).fetchone()
    if known and known[0] == hashes:
        return
    if known:  # from a time of other rules
        drop_sketch(db, folded_sha256)
    size = len(sample_long(np.frombuffer(hashes, dtype=np.int64)))
    sql = "insert into sketches (text, folded_sha256, size, hashes, indexed) values (?, ?, ?, ?, 0)"
    db.execute(sql, [choose_number(db, folded_sha256), folded_sha256, size, hashes])


def choose_number(db: Database, digest: str) -> int:
    """A text's number in the index: 47 bits of its digest (SQLite keeps them in six bytes), others if they are taken.

    Of the digest, not counted, so that the same texts give the same rows.
    """
    numbers = (int(digest[start : start + 12], 16) >> 1 for start in range(len(digest) - 11))
    return next(n for n in numbers if not db.execute("select 1 from sketches where text = ?", [n]).fetchone())


def index_sketches(db: Database, count: int) -> int:
    """Make up to `count` new sketches findable; returns how many there were. Sorted, so that whole pages fill."""
    rows = db.execute("select text, hashes from sketches where indexed = 0 order by text limit ?", [count]).fetchall()
    if not rows:
        return 0
    found = [np.frombuffer(hashes, dtype=np.int64) for _, hashes in rows]
    hashes = np.concatenate(found)
    texts = np.repeat([text for text, _ in rows], [len(each) for each in found])
    order = np.lexsort((texts, hashes))
    # As Python's numbers a few at a time: all at once would be a hundred megabytes.
    for some in np.array_split(order, len(order) // SHINGLES_AT_ONCE + 1):
        pairs = zip(hashes[some].tolist(), texts[some].tolist(), strict=True)
        db.conn.executemany("insert or ignore into shingles values (?, ?)", pairs)
    db.execute("update sketches set indexed = 1 where indexed = 0 and text <= ?", [rows[-1][0]])
    return len(rows)


def drop_sketch(db: Database, folded_sha256: str) -> None:
    """Forget a text that no copy has any more."""
    row = db.execute("select text, hashes from sketches where folded_sha256 = ?", [folded_sha256]).fetchone()
    if row:
        hashes = np.frombuffer(row[1], dtype=np.int64).tolist()
        db.conn.executemany("delete from shingles where hash = ? and text = ?", [(each, row[0]) for each in hashes])
        db.execute("delete from sketches where text = ?", [row[0]])


def find_like(db: Database, folded_sha256: str) -> list[str]:
    """Digests of the folded texts whose fingerprints say that one of the two may stand in the other, sorted."""
    row = db.execute("select hashes, size from sketches where folded_sha256 = ?", [folded_sha256]).fetchone()
    if row is None:
        return []
    own = np.frombuffer(row[0], dtype=np.int64)
    asked = {
        "hashes": json.dumps(own.tolist()),
        "asked": max(1, len(own)),
        "size": row[1],
        "digest": folded_sha256,
        "stop": STOP,
        "shared": SHARED,
        "shared_of_few": SHARED_OF_FEW,
        "few": FEW,
        "part": SHARED_PART,
    }
    found = db.execute(FIND, asked).fetchall()
    return sorted(text for text, hashes in found if contain(own, np.frombuffer(hashes, dtype=np.int64)) >= CONTAINMENT)


class Searchers:
    """`find_like` for texts that will be asked for, in threads that see what is committed.

    SQLite lets other threads run while it searches, so that they use as many cores as there are threads.
    """

    def __init__(self, path: Path, count: int) -> None:
        self.threads = ThreadPoolExecutor(count)
        self.idle: SimpleQueue[Database] = SimpleQueue()
        for _ in range(count):
            db = Database(connect_readonly(path, check_same_thread=False, timeout=BUSY_SECONDS))
            db.execute(f"pragma cache_size = -{SEARCHER_KIB}")
            self.idle.put(db)
        self.begun: dict[str, Future[list[str]]] = {}

    def begin(self, folded_sha256: str) -> None:
        """Begin to find what is like a text."""
        if folded_sha256 not in self.begun:
            self.begun[folded_sha256] = self.threads.submit(self.find, folded_sha256)

    def find(self, folded_sha256: str) -> list[str]:
        """What is like a text, by the next connection that is idle."""
        db = self.idle.get()
        try:
            return find_like(db, folded_sha256)
        finally:
            self.idle.put(db)

    def result(self, folded_sha256: str) -> list[str] | None:
        """What is like a text that was begun; None for any other. Once: what is kept would become untrue."""
        begun = self.begun.pop(folded_sha256, None)
        return begun.result() if begun else None

    def close(self) -> None:
        """End the threads."""
        self.threads.shutdown(cancel_futures=True)
        while not self.idle.empty():
            self.idle.get().close()
