"""Search and the site on a large archive.

The archive is made of the demo's sentences (bench_archive.py) and kept in DIR where one is given, for the next time. Beside
our index stand SQLite's own tokenizers and a LIKE scan, in the same run on the same texts. Pages are asked in-process, the
results of no query twice; then over HTTP while four clients run full-scan SQL.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import re
import sqlite3
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from pathlib import Path

import httpx

from archive.fold import fold
from archive.home import Home
from archive.publish.snapshot import Edition, make_snapshot
from archive.search import HAN, fts_query
from archive.site import make_app
from archive.site.plugins import searching
from tests.bench_archive import write_archive
from tests.serving import serving

# Queries a reader might type, beside words drawn from the texts.
TYPED = ("营商环境", "旧改 OR 城市更新", "数字经济 -5G", "养老 托育", "水", "2020年", "养老、托育", "创业担保贷款 技改")
LENGTHS, WORDS_A_LENGTH = (2, 3, 4, 8), 6
PEERS = {"unicode61": "unicode61", "trigram": "trigram"}
FULL_SCAN = "select count(*) from full_reports where text like '%没有这个词%' or text like '%也没有这个%'"
CLIENTS = 4


def milliseconds(call: Callable[[], object]) -> tuple[float, object]:
    """Wall time of one call and what it gave."""
    begun = time.perf_counter()
    found = call()
    return 1000 * (time.perf_counter() - begun), found


def tell(taken: Iterable[float]) -> str:
    """Median and 95th percentile."""
    values = sorted(taken)
    return f"{statistics.median(values):9.1f} {values[min(len(values) - 1, int(0.95 * len(values)))]:9.1f}"


def prepare(home: Home, count: int) -> None:
    """Make the archive and its snapshot, unless they are there."""
    if home.snapshot.exists():
        print(f"the archive in {home.root} is taken as it is")
        return
    took, _ = milliseconds(lambda: write_archive(home.root, count))
    print(f"archive of {count} reports made in {took / 1000:.0f} s")
    draft = home.published / "draft.db"
    edition = Edition("2026.01.01", "2026-01-01T00:00:00Z", None, 0, None)
    took, _ = milliseconds(lambda: make_snapshot(home.database, draft, edition, []))
    draft.replace(home.snapshot)
    print(f"snapshot with index made in {took / 1000:.0f} s")


def make_peers(home: Home) -> Path:
    """The same texts indexed by SQLite's own tokenizers, unless that is there."""
    path = home.published / "peers.sqlite"
    if path.exists():
        return path
    draft = path.with_suffix(".draft")
    draft.unlink(missing_ok=True)
    with closing(sqlite3.connect(draft)) as db:
        db.execute("pragma journal_mode = off")
        db.execute("pragma synchronous = off")
        db.execute("attach ? as published", [str(home.snapshot)])
        db.execute("create table built (name text, seconds real)")
        for name, tokenizer in PEERS.items():
            db.execute(f"create virtual table [{name}] using fts5 (body, content='', tokenize='{tokenizer}')")
            sql = f"insert into [{name}] (rowid, body) select n, text from published.full_reports"
            took, _ = milliseconds(lambda sql=sql: db.execute(sql))
            db.execute("insert into built values (?, ?)", [name, took / 1000])
            db.commit()
    draft.replace(path)
    return path


def draw_words(db: sqlite3.Connection) -> list[str]:
    """Words of each length out of the middle of random texts."""
    chance = random.Random(7)
    (count,) = db.execute("select max(n) from reports").fetchone()
    words: dict[int, list[str]] = {length: [] for length in LENGTHS}
    while any(len(found) < WORDS_A_LENGTH for found in words.values()):
        sql = "select t.text from reports r join texts t on t.sha256 = r.text_sha256 where r.n = ?"
        (text,) = db.execute(sql, [chance.randint(1, count)]).fetchone()
        run = chance.choice(re.findall(f"[{HAN}]{{8,}}", fold(text)))
        length = chance.choice(LENGTHS)
        start = chance.randint(0, len(run) - length)
        if len(words[length]) < WORDS_A_LENGTH:
            words[length].append(run[start : start + length])
    return [word for found in words.values() for word in found]


def bench_index(home: Home, with_peers: bool) -> list[str]:
    """Size, exactness and speed of our index beside the peers; returns the words used."""
    with closing(sqlite3.connect(home.snapshot)) as db:
        peers = PEERS if with_peers else {}
        if peers:
            db.execute("attach ? as peers", [str(make_peers(home))])
        reports, characters, size = db.execute(
            "select count(*), sum(length(text)), sum(length(cast(text as blob))) from full_reports"
        ).fetchone()
        print(f"{reports} reports, {characters / 1e6:.0f} million characters, {size / 1e6:.0f} MB of text")
        words = draw_words(db)
        truth = {}
        scans = []
        for word in words:
            took, found = milliseconds(
                lambda word=word: {
                    n for (n,) in db.execute("select n from full_reports where text like ?", [f"%{word}%"])
                }
            )
            scans.append(took)
            truth[word] = found
        asked = {
            "pairs (ours)": ("reports_fts", fts_query),
            **{name: (name, lambda word: f'"{word}"') for name in peers},
        }
        print(
            f"\n{'index':14}{'/ text':>7}  exact  recall     median ms    p95 ms   ({len(words)} words: count of hits)"
        )
        for name, (table, ask) in asked.items():
            (bytes_used,) = db.execute(f"select sum(length(block)) from [{table}_data]").fetchone()
            exact, recall, taken = 0, [], []
            for word in words:
                found = {n for (n,) in db.execute(f"select rowid from [{table}] where [{table}] match ?", [ask(word)])}
                wanted = truth[word]
                assert isinstance(wanted, set)
                exact += found == wanted
                recall.append(len(found & wanted) / max(1, len(wanted)))
                took, _ = milliseconds(
                    lambda table=table, word=word, ask=ask: db.execute(
                        f"select count(*) from [{table}] where [{table}] match ?", [ask(word)]
                    ).fetchone()
                )
                taken.append(took)
            print(
                f"{name:14}{bytes_used / size:7.2f}  {exact:2}/{len(words)}  {statistics.mean(recall):6.2f}   {tell(taken)}"
            )
        print(f"{'LIKE scan':14}{0:7.2f}  {len(words):2}/{len(words)}  {1:6.2f}   {tell(scans)}")
        hits = statistics.median(len(found) for found in truth.values() if isinstance(found, set))
        print(f"median number of reports that hold a word: {hits:.0f}")
        return words


async def bench_pages(home: Home, words: list[str]) -> None:
    """Pages asked in-process, each query for the first time."""
    site = make_app(home.snapshot)
    chance = random.Random(3)
    with closing(sqlite3.connect(home.snapshot)) as db:
        ids = [id for (id,) in db.execute("select id from reports")]
    queries = [*words, *TYPED]
    pages = {
        "search, first page": [f"/search?q={query}" for query in queries],
        "search, by relevance": [f"/search?q={query}&sort=relevance" for query in queries],
        "search, second page": [f"/search?q={query}&page=2" for query in queries],
        "search as JSON": [f"/search.json?q={query}" for query in queries],
        "a report": [f"/reports/reports/{id}" for id in chance.sample(ids, 40)],
        "a report, words marked": [f"/reports/reports/{id}?q=营商环境" for id in chance.sample(ids, 40)],
        "trend of one word": [f"/trends.json?q={query}" for query in words],
        "trends page, 3 words": [f"/trends?q={','.join(chance.sample(words, 3))}" for _ in range(5)],
    }
    for path in ("/search?q=x", "/reports/reports/" + ids[0], "/trends?q=经济"):
        await site.client.get(path)
    print(f"\n{'page, in-process':28}{'median ms':>9} {'p95 ms':>9} {'CPU ms':>9}")
    for name, paths in pages.items():
        taken, worked, stopped = [], [], 0
        for path in paths:
            if "second" not in name:
                for catalogue in searching.catalogues.values():
                    catalogue.results.clear()
            # On a machine with other work the processor time tells more than the clock.
            begun, spent = time.perf_counter(), time.process_time()
            answer = await site.client.get(path)
            taken.append(1000 * (time.perf_counter() - begun))
            worked.append(1000 * (time.process_time() - spent))
            stopped += answer.status_code != 200
        said = f"   {stopped} stopped after two seconds" if stopped else ""
        print(f"{name:28}{tell(taken)} {statistics.median(worked):9.1f}{said}", flush=True)


def bench_crowd(home: Home) -> None:
    """A report page over HTTP, alone and while four clients run SQL that reads every text."""
    with closing(sqlite3.connect(home.snapshot)) as db:
        ids = [id for (id,) in db.execute("select id from reports limit 2000")]
    chance = random.Random(5)
    with serving(home) as (address, _), httpx.Client(base_url=address, timeout=120) as client:

        def ask(count: int) -> list[float]:
            return [milliseconds(lambda: client.get(f"reports/reports/{chance.choice(ids)}"))[0] for _ in range(count)]

        ask(20)
        print(f"\n{'a report, over HTTP':28}{'median ms':>9} {'p95 ms':>9}\n{'alone':28}{tell(ask(150))}")
        done = threading.Event()
        scans: list[int] = []

        def scan() -> None:
            with httpx.Client(base_url=address, timeout=120) as other:
                while not done.is_set():
                    scans.append(other.get("reports.json", params={"sql": FULL_SCAN}).status_code)

        threads = [threading.Thread(target=scan) for _ in range(CLIENTS)]
        for thread in threads:
            thread.start()
        time.sleep(1)
        print(f"{f'{CLIENTS} clients scanning':28}{tell(ask(150))}")
        done.set()
        for thread in threads:
            thread.join()
        print(f"scans answered meanwhile: {len(scans)}, of them {scans.count(200)} whole, the others stopped in time")


def measure(count: int, root: Path, with_peers: bool) -> None:
    """Make or take the archive in `root`, and time it."""
    home = Home(root).prepare()
    prepare(home, count)
    words = bench_index(home, with_peers)
    asyncio.run(bench_pages(home, words))
    bench_crowd(home)


def main(arguments: Sequence[str]) -> None:
    """Measure what the arguments ask for."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench search", description=__doc__)
    parser.add_argument("--reports", type=int, default=20_000)
    parser.add_argument("--home", type=Path, help="where the archive is kept for the next time")
    parser.add_argument("--no-peers", action="store_true", help="spare the ten minutes their indexes take")
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        measure(given.reports, given.home or Path(folder), not given.no_peers)
