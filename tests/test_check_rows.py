"""`baogao verify`: a sound archive is found sound, and each way a row can contradict its capture is found."""

from __future__ import annotations

import shutil
from contextlib import closing
from pathlib import Path

import pytest

from archive.build import build_archive
from archive.check_rows import CONTRADICTIONS, check_readings, check_rows
from archive.database import open_archive
from archive.home import Home
from archive.ingest import Ingester
from archive.terminal import follow
from tests.many import fill

# What breaks a sound archive → what verify says of it.
BREAKS = {
    "delete from captures where id in (select capture from rejections)": "a rejection of a capture",
    "delete from captures where id in (select capture from copies)": "a copy of a capture that",
    "update copies set url = 'http://x.example/' where rowid = 1": "another address, time or source",
    "delete from texts where rowid = 1": "whose text is not kept",
    "update copies set report = null where rowid = 1": "a copy without a report",
    "update copies set report = 'x' where rowid = 1": "a copy of a report that is not there",
    "update reports set best_copy = 'x' where rowid = 1": "without its best copy",
    "update reports set copies = 99 where rowid = 1": "counts its copies wrongly",
    "delete from rejections": "left no row",
    "update paragraphs set length = 99999 where rowid = 1": "beyond the end",
    "insert into revisits (capture, seen_at) values ('x', 'y')": "a revisit of a capture",
    "update texts set text = text || '。' where rowid = 1": "its digest is another",
}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Home:
    home = fill(Home(tmp_path_factory.mktemp("built") / "home"), 12, paragraphs=2)
    build_archive(home, {}, 1, follow)
    return home


def test_a_sound_archive_is_sound_also_read_again(built: Home) -> None:
    with closing(open_archive(built)) as db:
        assert list(check_rows(db)) == []
        ingester = Ingester(built, db, {})
        assert list(check_readings(ingester)) == []
        db.execute("update copies set text_sha256 = 'x' where id = (select min(id) from copies)")
        [line] = check_readings(ingester)
        ingester.close()
        assert "its rows do not have" in line
        db.execute(
            "update copies set text_sha256 = (select text_sha256 from reports r where r.id = report) where text_sha256 = 'x'"
        )


def test_every_contradiction_is_found(built: Home, tmp_path: Path) -> None:
    found = set()
    for number, (sql, words) in enumerate(BREAKS.items()):
        home = Home(tmp_path / str(number))
        shutil.copytree(built.root, home.root)
        with closing(open_archive(home)) as db:
            db.execute(sql)
            lines = list(check_rows(db))
        assert any(words in line for line in lines), (sql, lines)
        assert all("baogao" in line for line in lines)
        found |= {what for what in CONTRADICTIONS for line in lines if what in line}
    assert found == set(CONTRADICTIONS)
