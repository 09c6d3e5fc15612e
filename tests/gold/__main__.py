"""`make gold`: how well pages are read, side by side with other readers, and heads; `--pin` raises the floors."""

from __future__ import annotations

import argparse
import logging
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path

from tests.gold import copies, identity, restoring
from tests.gold.decoding import DECODERS, share_right
from tests.gold.make import write_cases
from tests.gold.measure import (
    CLEAN,
    Result,
    falls,
    our_body,
    our_results,
    peer_results,
    pin,
    reached,
    read_floors,
    real_pages,
    real_scores,
    scored,
)
from tests.gold.peers import peers_of
from tests.gold.score import Score, mean, total
from tests.gold.units import falls_of_units, print_units

OURS = "this project"
BEST_PEERS = ("trafilatura", "readability-lxml", "pypdfium2, short lines")


def main() -> int:
    """Print the tables, or write or pin. Exit code 1 where a floor is not reached."""
    parser = argparse.ArgumentParser(prog="python -m tests.gold", description=__doc__)
    parser.add_argument("--pin", action="store_true", help="raise the floors to what is reached now")
    parser.add_argument("--allow-regression", action="store_true", help="with --pin: let floors sink too")
    parser.add_argument("--write", metavar="DIR", type=Path, help="write the made pages out as folders, to look at")
    asked = parser.parse_args()
    if asked.write:
        print(f"{write_cases(asked.write)} cases written to {asked.write}")
        return 0
    now = reached()
    if asked.pin:
        lower = pin(now, asked.allow_regression)
        print("\n".join([*lower, "not pinned: --allow-regression lowers floors"] if lower else ["pinned"]))
        return int(bool(lower))
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    for kind in dict.fromkeys(result.case.kind for result in our_results()):
        print_kind(kind)
    print_families()
    print_decoding()
    print_real()
    identity.print_table()
    restoring.print_table()
    print_units()
    copies.print_table()
    lower = [*falls(now, read_floors()), *falls_of_units(), *copies.falls_of_copies()]
    print("\n".join(["floors not reached:", *lower]) if lower else "every floor is reached")
    return int(bool(lower))


def print_kind(kind: str) -> None:
    """One table: this project and its peers on all pages of a kind."""
    peers, missing = peers_of(kind.removeprefix("shuffled "))
    if kind.startswith("shuffled"):  # the best of the peers are enough here
        peers, missing = [peer for peer in peers if peer.name in BEST_PEERS], []
    ours = [result for result in our_results() if result.case.kind == kind and result.case.expected]
    refused = [result for result in our_results() if result.case.kind == kind and not result.case.expected]
    print(
        f"\n{kind}: {len(ours)} pages. Characters (precision, recall, F1), paragraph boundaries (the same), the worst"
    )
    print(f"page's F1, pages with precision and recall ≥ {CLEAN}; on the right the peer after our cleaning")
    crossing = total(result.score for result in ours).crossing
    head = f"  {'':30}{'P':>7}{'R':>7}{'F1':>7}   {'P':>6}{'R':>7}{'F1':>7}{'worst':>9}{'clean':>7}"
    print(head + (f"{'whole over pages':>18}" if crossing else "") + ("" if not peers else "      cleaned"))
    print(row(OURS, ours))
    for peer in peers:
        pairs = list(peer_results(peer, [result.case for result in ours]))
        print(row(peer.name, [as_is for as_is, _ in pairs], [cleaned for _, cleaned in pairs]))
        failed = [as_is for as_is, _ in pairs if as_is.unreadable]
        if failed:
            print(f"    fails on {len(failed)} of them: {failed[0].case.name}: {failed[0].unreadable[:80]}")
    if kind.startswith("shuffled"):
        for result in sorted(ours, key=lambda result: result.score.f1)[:5]:
            print(f"    F1 {result.score.f1:.4f}, {result.score.ends_f1:.3f}: {result.case.name}")
    for line in missing:
        print(f"  {line}")
    for result in refused:
        said = f"refused ({result.unreadable})" if result.unreadable else "READ, though there is nothing to read"
        print(f"  {result.case.name}: {said}")


def row(name: str, results: Sequence[Result], cleaned: Sequence[Result] = ()) -> str:
    """One reader's line of a table."""
    scores = [result.score for result in results]
    counts = total(scores)
    whole = f"{counts.whole:>11}/{counts.crossing:<6}" if counts.crossing else ""
    after = [result.score for result in cleaned]
    right = f"   {average(after, 'f1'):10.4f}{average(after, 'ends_f1'):7.3f}" if cleaned else ""
    clean = sum(score.precision >= CLEAN and score.recall >= CLEAN for score in scores)
    characters = "".join(f"{average(scores, what):7.4f}" for what in ("precision", "recall", "f1"))
    ends = "".join(f"{average(scores, what):7.3f}" for what in ("ends_precision", "ends_recall", "ends_f1"))
    worst = min(score.f1 for score in scores)
    return f"  {name:30}{characters}  {ends}{worst:9.4f}{clean:7}{whole}{right}"


def average(scores: Sequence[Score], what: str) -> float:
    """The mean over pages of one of the shares of a score."""
    return mean(getattr(score, what) for score in scores)


def print_families() -> None:
    """This project family by family."""
    results = our_results()
    families = dict.fromkeys(
        (result.case.kind, result.case.family)
        for result in results
        if result.case.expected and not result.case.kind.startswith("shuffled")
    )
    print("\nfamilies: pages, F1 by characters, by boundaries, the worst page of each")
    for kind, family in families:
        scores = scored(results, kind, family)
        means = f"{average(scores, 'f1'):9.4f}{average(scores, 'ends_f1'):8.4f}"
        worst = f"{min(s.f1 for s in scores):8.4f}{min(s.ends_f1 for s in scores):8.4f}"
        print(f"  {kind:5}{family:14}{len(scores):3}{means}  {worst}")


def print_decoding() -> None:
    """Small pages under right and wrong labels."""
    print("\ndecoding: 1,800 small pages of 18 kinds, share read rightly")
    columns = {}
    for name, module, decoder in DECODERS:
        try:
            columns[name] = share_right(decoder)
        except ImportError:
            print(f"  {name} is left out: {module} is not installed")
    print(f"  {'':34}" + "".join(f"{name:>20}" for name in columns))
    for kind in columns[OURS]:
        print(f"  {kind:34}" + "".join(f"{column[kind]:20.3f}" for column in columns.values()))


def print_real() -> None:
    """Labelled real pages, by characters."""
    pages = real_pages()
    if not pages:
        print("\nreal pages: skipped, ../shared/data/html is not at hand")
        return
    print(f"\nreal pages: {len(pages)}, by characters: precision, recall, F1, the worst page's F1, clean pages")
    peers, missing = peers_of("html")
    readers = [(OURS, our_body), *((peer.name, peer.extract) for peer in peers)]
    for name, read in readers:
        scores = list(real_scores(pages, read).values())
        clean = sum(score.precision >= CLEAN and score.recall >= CLEAN for score in scores)
        shares = "".join(f"{average(scores, what):8.4f}" for what in ("precision", "recall", "f1"))
        print(f"  {name:30}{shares}{min(score.f1 for score in scores):9.4f}{clean:5}")
    for line in missing:
        print(f"  {line}")


if __name__ == "__main__":
    sys.exit(main())
