"""Runs the cases through this project and its peers, and holds what must not fall against the pinned floors."""

from __future__ import annotations

import json
import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from archive.clean import clean_text
from archive.errors import UnreadableError
from archive.examine import Circumstances, examine
from archive.read import read_page
from archive.read.decode import declared_encoding, decode
from crawler.demo import REGIONS
from tests.gold import identity, restoring
from tests.gold.decoding import ours, share_right
from tests.gold.make import Case, load_cases
from tests.gold.peers import Peer
from tests.gold.score import Score, mean, score, score_characters, total
from tests.gold.shuffle import shuffled_cases

FLOORS = Path(__file__).parent / "floors.json"
REAL = Path(__file__).parents[3] / "shared" / "data" / "html"

# A page that loses or gains more than a fiftieth is not clean (READING §2.2).
CLEAN = 0.98


@dataclass(frozen=True, slots=True)
class Result:
    """One reader on one case. `unreadable` says why the page was refused, or which error a peer died of."""

    case: Case
    score: Score
    unreadable: str = ""


def read_case(case: Case) -> list[str]:
    """What the whole way makes of a page: the lines of its reports, or of all candidates where none is a report.

    Raises UnreadableError.
    """
    known = Circumstances(content_type=case.content_type, extra_regions=REGIONS)
    findings = examine(case.page, known).findings
    reports = [finding for finding in findings if finding.identity.is_report]
    return [line for finding in reports or findings for line in finding.text.split("\n")]


@cache
def our_results() -> tuple[Result, ...]:
    """This project on every case; two at a time, because most files are read in a child process."""
    with ThreadPoolExecutor(2) as pool:
        return tuple(pool.map(lambda case: result_of(case, read_case), all_cases()))


def all_cases() -> list[Case]:
    """The reviewed cases and the shuffled ones."""
    return [*load_cases(), *shuffled_cases()]


def result_of(case: Case, read: Callable[[Case], Sequence[str]]) -> Result:
    """One reader on one case; a page with nothing to read must be refused, and is no part of a score."""
    try:
        found = read(case)
    except UnreadableError as error:
        return Result(case, score((), case.expected, case.crossing), error.code)
    return Result(case, score(found, case.expected, case.crossing))


def peer_results(peer: Peer, cases: Iterable[Case]) -> Iterator[tuple[Result, Result]]:
    """A peer on the cases of its kind that have something to read: as it is, and put through our cleaning."""
    for case in cases:
        if case.kind.removeprefix("shuffled ") != peer.kind or not case.expected:
            continue
        page = case.page
        if peer.kind == "html":
            page = decode(page, declared_encoding(page, case.content_type)).text.encode("utf-8", "replace")
        failure = ""
        try:
            lines = peer.extract(page)
        except Exception as error:  # a peer may raise anything; the page counts as not read, and the table says so
            lines, failure = [], f"{type(error).__name__}: {error}"
        cleaned = clean_text(lines).split("\n")
        yield (
            Result(case, score(lines, case.expected, case.crossing), failure),
            Result(case, score(cleaned, case.expected, case.crossing), failure),
        )


def scored(results: Iterable[Result], kind: str = "", family: str = "") -> list[Score]:
    """The scores of the results of a kind and family that have something to read."""
    wanted = [result for result in results if result.case.expected]
    return [result.score for result in wanted if kind in ("", result.case.kind) and family in ("", result.case.family)]


def summary(scores: Sequence[Score]) -> dict[str, float]:
    """What is pinned: the means of F1 by characters and by boundaries, the worst page, paragraphs whole over pages."""
    counts = total(scores)
    found = {
        "f1": mean(score.f1 for score in scores),
        "ends_f1": mean(score.ends_f1 for score in scores),
        "worst_f1": min((score.f1 for score in scores), default=1.0),
        "worst_ends_f1": min((score.ends_f1 for score in scores), default=1.0),
    }
    return found | ({"whole": counts.whole / counts.crossing} if counts.crossing else {})


def reached() -> dict[str, dict[str, float]]:
    """What this project reaches today: by kind, by family, in decoding, and on pages that must be refused."""
    results = our_results()
    kinds: dict[str, list[Score]] = defaultdict(list)
    families: dict[str, list[Score]] = defaultdict(list)
    for result in results:
        if result.case.expected:
            kinds[result.case.kind].append(result.score)
            if not result.case.kind.startswith("shuffled"):
                families[f"{result.case.kind} {result.case.family}"].append(result.score)
    refused = [bool(result.unreadable) for result in results if not result.case.expected]
    return {
        **{kind: summary(scores) for kind, scores in kinds.items()},
        **{family: summary(scores) for family, scores in sorted(families.items())},
        "decoding": {"right": share_right(ours)["all"]},
        "nothing to read": {"refused": sum(refused) / max(len(refused), 1)},
        **identity.reached(),
        **restoring.reached(),
    }


def read_floors() -> dict[str, dict[str, float]]:
    """The pinned floors."""
    return json.loads(FLOORS.read_text("utf-8")) if FLOORS.exists() else {}


def falls(now: Mapping[str, Mapping[str, float]], floors: Mapping[str, Mapping[str, float]]) -> list[str]:
    """A line for each floor that is not reached, a family that is gone among them."""
    return [
        f"{name} {what}: {now.get(name, {}).get(what, 0):.5f} is below {floor:.5f}"
        for name, values in floors.items()
        for what, floor in values.items()
        if now.get(name, {}).get(what, 0) < floor
    ]


def pin(now: Mapping[str, Mapping[str, float]], allow_regression: bool) -> list[str]:
    """Raise the floors to what is reached now, rounded down to five places.

    Where one would sink, nothing is written unless a regression is allowed, and the lines of `falls` come back.
    """
    lower = falls(now, read_floors())
    if lower and not allow_regression:
        return lower
    floors = {
        name: {what: math.floor(value * 1e5) / 1e5 for what, value in values.items()} for name, values in now.items()
    }
    FLOORS.write_text(json.dumps(floors, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return []


@dataclass(frozen=True, slots=True)
class RealPage:
    """A real page with its true body, white space aside."""

    name: str
    page: bytes
    body: str


def real_pages() -> list[RealPage]:
    """The labelled real pages; empty where they are not at hand."""
    return [
        RealPage(path.stem, path.read_bytes(), path.with_suffix(".txt").read_text("utf-8"))
        for path in sorted(REAL.glob("*.html"))
    ]


def real_scores(pages: Iterable[RealPage], read: Callable[[bytes], Sequence[str]]) -> dict[str, Score]:
    """The scores of a reader on real pages, by characters: their labels know no paragraphs."""
    return {page.name: score_characters("".join(read(page.page)), page.body) for page in pages}


def our_body(page: bytes) -> Sequence[str]:
    """The main text this project's reader chooses: real pages are no reports, so that nothing is trimmed to one."""
    return read_page(page, None, "text/html; charset=utf-8").paragraphs
