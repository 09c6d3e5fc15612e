"""Reading pages, against its peers on the same pages: ratios within one run. `make gold` installs the peers; those not
installed are left out.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Iterable, Sequence

from archive.clean import clean_text
from archive.copies import fingerprint
from archive.damage import find_damage
from archive.examine import Circumstances, examine
from archive.fold import fold_text
from archive.glossary import find_terms
from archive.identify import Clues, identify
from archive.outline import outline
from archive.read import read_page
from archive.read.body import choose_body, read_choice
from archive.read.decode import declared_encoding, decode
from archive.read.markup import parse
from archive.read.tree import flatten
from archive.regions import load_regions
from archive.split import split_candidates
from archive.targets import find_targets
from crawler.demo import REGIONS
from crawler.demo.reports import all_reports
from tests.gold.make import load_cases
from tests.gold.peers import peers_of


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
    """Pages a second by this project and by its peers, on the gold pages of whole reports; where the time goes."""
    pages = [case.page for case in load_cases() if case.kind == "html" and case.made]
    decoded = [decode(page, declared_encoding(page)).text.encode() for page in pages]
    known = Circumstances(extra_regions=REGIONS)
    print(f"reading {len(pages)} HTML pages of {sum(map(len, pages)) / len(pages) / 1000:.0f} kB, one core")
    readers: list[tuple[str, Callable[[bytes], object], list[bytes]]] = [
        ("this project: read", read_page, pages),
        ("this project: the whole way", lambda page: examine(page, known), pages),
    ]
    peers, missing = peers_of("html")
    readers += [(peer.name, peer.extract, decoded) for peer in peers]
    taken = {name: seconds(exhaust(read, found), 3) / len(found) for name, read, found in readers}
    yardstick = taken.get("trafilatura")
    for name, took in taken.items():
        ratio = f"{yardstick / took:8.2f} × trafilatura" if yardstick else ""
        print(f"  {name:34}{1 / took:8.0f} pages/s{ratio}")
    print("\n".join(f"  {line}" for line in missing))
    bench_steps(pages)
    bench_sizes()
    bench_files()


def bench_steps(pages: list[bytes]) -> None:
    """Where the time goes: each step alone, on what the step before gave."""
    regions = load_regions(REGIONS)
    texts = [decode(page, declared_encoding(page)).text for page in pages]
    trees = [parse(text) for text in texts]
    flats = [(tree, flatten(tree)) for tree in trees]
    choices = [(tree, flat, choose_body(tree, flat)) for tree, flat in flats]
    read = [read_page(page) for page in pages]
    candidates = [candidate for page in read for candidate in split_candidates(page)]
    cleaned = [clean_text(candidate.paragraphs) for candidate in candidates]
    steps: list[tuple[str, Callable[[], object]]] = [
        ("decode", lambda: [decode(page, declared_encoding(page)) for page in pages]),
        ("parse (selectolax)", lambda: [parse(text) for text in texts]),
        ("lay flat", lambda: [flatten(tree) for tree in trees]),
        ("choose the body", lambda: [choose_body(tree, flat) for tree, flat in flats]),
        ("paragraphs of the body", lambda: [read_choice(*found, as_it_is=False) for found in choices]),
        ("all of reading", lambda: [read_page(page) for page in pages]),
        ("split", lambda: [split_candidates(page) for page in read]),
        ("clean", lambda: [clean_text(candidate.paragraphs) for candidate in candidates]),
        ("identify", lambda: [identify(text, Clues(), regions) for text in cleaned]),
        ("damage", lambda: [find_damage(text, item) for text, item in zip(cleaned, candidates, strict=True)]),
    ]
    print("where the time goes, ms a page")
    for name, step in steps:
        print(f"  {name:34}{seconds(step, 3) / len(pages) * 1000:8.2f}")


def bench_sizes() -> None:
    """The cost of a megabyte by the size of its page: linear where it stays the same."""
    page = next(case.page for case in load_cases() if case.name == "trs-01").decode()
    start, end = page.index("<p>　　"), page.rindex("</p>", 0, page.index('<div class="fj">')) + 4
    print("cost of a megabyte by the size of its page")
    for size in (0.1, 1, 10):
        body = page[start:end] * round(size * 1e6 / len(page[start:end].encode()))
        data = (page[:start] + body + page[end:]).encode()
        print(
            f"  {len(data) / 1e6:8.1f} MB{seconds(lambda data=data: read_page(data), 1) / len(data) * 1e9:10.0f} ms/MB"
        )


def bench_files() -> None:
    """PDF and office files: files a second, the child process that each is read in included."""
    files: dict[str, list[bytes]] = {}
    for case in load_cases():
        if case.kind not in ("html", "text") and case.expected:
            files.setdefault(case.kind, []).append(case.page)
    peers = [peer for kind in files for peer in peers_of(kind)[0]]
    for kind, found in files.items():
        took = seconds(exhaust(read_page, found), 1) / len(found)
        print(f"reading {len(found)} files of type {kind}: {1 / took:.1f} files/s")
        for peer in peers:
            if peer.kind == kind:
                other = seconds(exhaust(peer.extract, found), 1) / len(found)
                print(f"  {peer.name:34}{1 / other:8.1f} files/s{took / other:8.2f} × this project's")


def bench_units() -> None:
    """What sections, paragraphs, terms and targets add to examining the same reports; at most half is allowed."""
    reports = all_reports()
    pages = ["\n".join([*one.head, *one.body, *one.glossary]).encode() for one in reports]
    known = Circumstances(content_type="text/plain", extra_regions=REGIONS)
    texts = [finding.text for page in pages for finding in examine(page, known).findings]

    def read_units() -> None:
        for text in texts:
            sections, _ = outline(text)
            find_terms(text, sections)
            find_targets(text, sections, 2024, "示例省/样例市/甲子区")

    examining = seconds(lambda: [examine(page, known) for page in pages], times=3)
    units = seconds(read_units, times=3)
    share = f"{units / examining:.0%} of what examining their plain text takes"
    print(f"units of {len(texts)} reports: {units / len(texts) * 1000:.1f} ms each, {share}")


def bench_comparing() -> None:
    """Texts a second: fold and fingerprint."""
    reports = ["\n".join(report.paragraphs) for report in all_reports()]
    fold = seconds(lambda: [fold_text(text) for text in reports])
    both = seconds(lambda: [fingerprint(fold_text(text)) for text in reports])
    print(
        f"comparing {len(reports)} reports: fold {len(reports) / fold:.0f}/s, with fingerprint {both / fold:.1f} × fold"
    )


def main(arguments: Sequence[str]) -> None:
    """Everything; there is nothing to choose."""
    argparse.ArgumentParser(prog="python -m tests.bench reading", description=__doc__).parse_args(arguments)
    bench_reading()
    bench_units()
    bench_comparing()
