"""What a copy's text is like elsewhere in the archive: the report it is a part of, and reports that it is wrongly of.

Each answer is computed from the copies there are, so that it does not depend on the order in which they came.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlite_utils import Database

from archive.copies import COVERED, RUN, cover, share_numbers, similarity
from archive.findings import write_problem
from archive.fold import fold_text
from archive.model import Problem
from archive.sketches import Searchers, find_like
from archive.unsettled import mark

Row = dict[str, Any]

# Problems that are said again whenever a copy's likes change.
WRONG_LABEL, SEVERAL = "text_of_another", "found_in_several"
# A part belongs to the report that has this many characters of it which no other has, and many times as many as the
# other has beyond it: two runs by which copies are verified.
MORE, TIMES = 2 * RUN, 4
# Reports named as having a copy's text; a sample text under a hundred names would give ten thousand problems.
NAMED = 5
# Folded texts kept at hand, about 50 kB each.
AT_HAND = 64


@dataclass(frozen=True, slots=True, order=True)
class Key:
    """What the copies of one report agree in. `township` is "" for other levels."""

    region: str
    township: str
    year: int

    @property
    def id(self) -> str:
        """The id of the first report of this key: 310101-2020."""
        return "-".join(part for part in (self.region, self.township, str(self.year)) if part)

    @classmethod
    def of(cls, copy: Row) -> Key | None:
        """The key of a copy; None where its region or year is not resolved."""
        if copy["region"] is None or copy["year"] is None:
            return None
        return cls(copy["region"], copy["township"] or "", copy["year"])

    @classmethod
    def parse(cls, id: str) -> Key:
        """The key of an id without suffix."""
        region, _, rest = id.partition("-")
        township, _, year = rest.rpartition("-")
        return cls(region, township, int(year))


class Likeness:
    """Questions about likes, with the texts asked for last kept folded, and `searchers` where many will be asked."""

    def __init__(self, db: Database, searchers: Searchers | None = None) -> None:
        self.db = db
        self.searchers = searchers
        self.folded: OrderedDict[str, str] = OrderedDict()

    def expect(self, copy_ids: Iterable[str]) -> None:
        """Begin to find the likes of copies that will be asked for. The sketches must stay as they are until then."""
        if self.searchers:
            for id in copy_ids:
                for (digest,) in self.db.execute("select folded_sha256 from copies where id = ?", [id]).fetchall():
                    self.searchers.begin(digest)

    def find_like(self, digest: str) -> list[str]:
        """The folded texts that may be like one."""
        found = self.searchers.result(digest) if self.searchers else None
        return find_like(self.db, digest) if found is None else found

    def folded_text(self, digest: str) -> str | None:
        """The folded text of a digest; None where no copy has it any more."""
        if digest in self.folded:
            self.folded.move_to_end(digest)
            return self.folded[digest]
        sql = "select text from texts where sha256 = (select text_sha256 from copies where folded_sha256 = ? limit 1)"
        row = self.db.execute(sql, [digest]).fetchone()
        if row is None:
            return None
        self.folded[digest] = fold_text(row[0])
        if len(self.folded) > AT_HAND:
            self.folded.popitem(last=False)
        return self.folded[digest]

    def share(self, digest: str, other: str) -> float:
        """Share of the shorter of two folded texts that stands in the other; 0 where one is gone."""
        one, another = self.folded_text(digest), self.folded_text(other)
        return 0.0 if one is None or another is None else similarity(one, another)

    def covered(self, digest: str, other: str) -> np.ndarray:
        """Which characters of a folded text stand in another."""
        return cover(self.folded_text(digest) or "", self.folded_text(other) or "")[1]

    def likes(self, copy: Row) -> Iterator[tuple[str, list[Row]]]:
        """The folded texts that may be like a copy's, its own first, each with the copies that have it."""
        for digest in (copy["folded_sha256"], *self.find_like(copy["folded_sha256"])):
            sql = "select * from copies where folded_sha256 = ? and id <> ? order by id"
            if having := list(self.db.query(sql, [digest, copy["id"]])):
                yield digest, having


def settle_likes(likeness: Likeness, copy_id: str, new: bool) -> None:
    """Find what a copy's text is like, write what follows for it, and mark what is to be settled because of it."""
    db = likeness.db
    row = next(db.query("select * from copies where id = ?", [copy_id]), None)
    if row is None:
        return
    key = Key.of(row)
    homes: dict[Key, tuple[float, str]] = {}
    named: dict[Key, tuple[str, float]] = {}
    for digest, having in likeness.likes(row):
        others = [(other, there) for other in having if (there := Key.of(other)) is not None and there != key]
        if new and key is not None:
            mark(db, "again", [other["id"] for other in having if Key.of(other) is None])
        if key is None:
            others = [(other, there) for other, there in others if agrees(row, there)]
        if not others or (share := likeness.share(row["folded_sha256"], digest)) < COVERED:
            continue
        if new:
            mark(db, "again", [other["id"] for other, _ in others])
        for other, there in others:
            homes[there] = max((share, digest), homes.get(there, (0.0, "")))
            named[there] = min((other["id"], share), named.get(there, (other["id"], share)))
    db.execute("delete from problems where copy = ? and code in (?, ?)", [copy_id, WRONG_LABEL, SEVERAL])
    if key is None:
        write_home(likeness, row, homes, new)
        return
    if new:
        mark(db, "key", [key.id])
    for there in sorted(named)[:NAMED]:
        other_id, share = named[there]
        detail = f"{share:.0%} of the text stands in the report of {there.id} too (copy {other_id})"
        write_problem(db, copy_id, Problem(WRONG_LABEL, "minor", detail), row["report"], other_id)


def agrees(copy: Row, key: Key) -> bool:
    """Whether what a copy knows of its region and year is no other than a key's."""
    there = copy["region"] is None or (copy["region"], copy["township"] or "") == (key.region, key.township)
    return there and copy["year"] in (None, key.year)


def write_home(likeness: Likeness, copy: Row, homes: dict[Key, tuple[float, str]], new: bool) -> None:
    """Write in which report a copy of unknown region or year was found; where two are as likely, in none.

    `homes`: of each report's text that is most like the copy's the share, and its digest.
    """
    db, own = likeness.db, copy["folded_sha256"]
    own_text = likeness.folded_text(own) or ""
    likely = [
        (-share, key, digest)
        for key, (share, digest) in homes.items()
        if share_numbers(own_text, likeness.folded_text(digest) or "")
    ]
    home = None
    if likely:
        (_, key, best), *others = sorted(likely)
        rivals = [other for _, other, digest in others if not has_more(likeness, own, best, digest)]
        if rivals:
            said = ", ".join(each.id for each in sorted([key, *rivals])[:NAMED])
            problem = Problem(SEVERAL, "minor", f"stands as well in the reports of {said}")
            write_problem(db, copy["id"], problem, copy["report"])
        else:
            home = key.id
    if home is not None:
        mark(db, "key", [home])
    if home is None and (new or copy["home"] is not None or copy["report"] is None):
        mark(db, "loose", [copy["id"]])
    if home != copy["home"]:
        db.execute("update copies set home = ? where id = ?", [home, copy["id"]])
    if home != copy["home"] and copy["report"] is not None:
        mark(db, "report", [copy["report"]])


def has_more(likeness: Likeness, own: str, best: str, other: str) -> bool:
    """Whether a text stands clearly more in one text than in another."""
    here, there = likeness.covered(own, best), likeness.covered(own, other)
    if len(here) != len(there):  # one of the two is shorter than the text that is asked for
        return False
    more, less = int((here & ~there).sum()), int((there & ~here).sum())
    return more >= MORE and more >= TIMES * less


def find_company(likeness: Likeness, copy: Row) -> list[Row]:
    """The loose copies that are one text with a loose one, or hang together with it through others; by id.

    What is known of their region and year is the same: next year's report is never this year's, nor a sister
    district's, whatever else is not known of them.
    """
    known = (copy["region"], copy["township"], copy["year"])
    found = {copy["id"]: copy}
    waiting = [copy]
    while waiting:
        here = waiting.pop()
        for digest, having in likeness.likes(here):
            loose = [
                other
                for other in having
                if other["id"] not in found
                and other["home"] is None
                and Key.of(other) is None
                and (other["region"], other["township"], other["year"]) == known
            ]
            if loose and likeness.share(here["folded_sha256"], digest) >= COVERED:
                found |= {other["id"]: other for other in loose}
                waiting += loose
    return [found[id] for id in sorted(found)]
