"""Speed, as ratios within one run: `make bench`. Nothing here is a test; a slow machine changes no verdict.

Reading is timed against nothing but parsing the same pages; search against a scan of the same texts.
"""

from __future__ import annotations

import random
import sqlite3
import statistics
import sys
import time
from collections.abc import Callable, Iterable

from selectolax.lexbor import LexborHTMLParser

from archive.copies import fingerprint
from archive.examine import Circumstances, examine
from archive.fold import fold_text
from archive.read import read_page
from archive.search import fts_query, tokens
from crawler.demo import REGIONS
from crawler.demo.reports import all_reports
from crawler.demo.server import sample_sites

WORDS = ("营商环境", "旧改", "一网通办", "养老", "数字经济", "水")


def seconds(function: Callable[[], object], times: int = 5) -> float:
    """The median wall time of a call, after one that is not counted."""
    function()
    taken = []
    for _ in range(times):
        begun = time.perf_counter()
        function()
        taken.append(time.perf_counter() - begun)
    return statistics.median(taken)


def exhaust(function: Callable[[bytes], object], pages: Iterable[bytes]) -> Callable[[], object]:
    """A call that puts every page through a function."""
    return lambda: [function(page) for page in pages]


def bench_reading() -> None:
    """Pages a second: parse, read, examine."""
    sites = sample_sites().values()
    pages = [found.body for site in sites for found in site.values() if found.content_type.startswith("text/html")]
    known = Circumstances(extra_regions=REGIONS)
    size = sum(map(len, pages)) / len(pages) / 1000
    parse = seconds(exhaust(LexborHTMLParser, pages))
    print(f"reading {len(pages)} pages of {size:.0f} kB, one core")
    print(f"  {'parse (selectolax alone)':42}{len(pages) / parse:8.0f} pages/s")
    for name, function in (
        ("read (decode, choose the body)", read_page),
        ("examine (read, clean, identify, damage)", lambda page: examine(page, known)),
    ):
        took = seconds(exhaust(function, pages))
        print(f"  {name:42}{len(pages) / took:8.0f} pages/s {took / parse:8.1f} × parse")


def bench_comparing() -> None:
    """Texts a second: fold and fingerprint."""
    reports = ["\n".join(report.paragraphs) for report in all_reports()]
    fold = seconds(lambda: [fold_text(text) for text in reports])
    both = seconds(lambda: [fingerprint(fold_text(text)) for text in reports])
    print(f"comparing {len(reports)} reports: fold {len(reports) / fold:.0f}/s, with fingerprint {both / fold:.1f} × fold")


def bench_search(count: int = 2000) -> None:
    """Search in the index against a scan of the texts, on reports mixed from paragraphs of the demo's."""
    paragraphs = [line for report in all_reports() for line in report.paragraphs]
    chance = random.Random(0)
    texts = ["\n".join(chance.sample(paragraphs, 60)) for _ in range(count)]
    db = sqlite3.connect(":memory:")
    db.execute("create table texts (n integer primary key, text text)")
    db.executemany("insert into texts values (?, ?)", enumerate(texts, 1))
    db.execute("create virtual table found using fts5 (body, content='', tokenize='unicode61')")
    begun = time.perf_counter()
    db.executemany("insert into found (rowid, body) values (?, ?)", ((n, tokens(text)) for n, text in enumerate(texts, 1)))
    built = time.perf_counter() - begun
    print(f"searching {count} texts of {sum(map(len, texts)) // count} characters; index built in {built:.1f} s")
    for word in WORDS:
        query = fts_query(word)
        hits = db.execute("select count(*) from found where found match ?", [query]).fetchone()[0]
        truth = db.execute("select count(*) from texts where instr(text, ?) > 0", [word]).fetchone()[0]
        if hits != truth:
            sys.exit(f"search for {word} finds {hits}, a scan {truth}")
        index = seconds(lambda query=query: db.execute("select rowid from found where found match ?", [query]).fetchall())
        scan = seconds(lambda word=word: db.execute("select n from texts where instr(text, ?) > 0", [word]).fetchall())
        print(f"  {word:8}{hits:6} hits {index * 1000:8.2f} ms {scan / index:8.1f} × faster than a scan")


if __name__ == "__main__":
    bench_reading()
    bench_comparing()
    bench_search()
