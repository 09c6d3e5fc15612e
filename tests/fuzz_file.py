"""One broken file of `make fuzz`: examined as the ingest does it, and what must hold of the outcome."""

from __future__ import annotations

import itertools
import json
import resource
import sys
import time
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import archive.read
from archive.characters import map_characters
from archive.errors import UnreadableError
from archive.examine import Circumstances, Examination, examine
from archive.model import Page
from archive.read.child import find_reader
from archive.read.sandbox import MEMORY_MB, pack_outcome, read_in_child, too_large, unpack_outcome
from crawler.demo import REGIONS
from tests.mutate import TURNS, mutated_file

REAL_EVERY = 20  # of the files of one worker: so many in warm workers, then one in the real sandbox

# What a reader may say of a file (archive.read.read_page); reader_crashed is the sandbox's word for a traceback.
CODES = frozenset(
    (
        *("empty", "unknown_type", "unsupported_type", "encrypted", "truncated_file", "damaged_file", "no_text"),
        *("timeout", "too_large_for_memory", "no_html_part", "too_deep"),
    )
)
KNOWN = Circumstances(url="https://www.yangli.gov.example/1.html", extra_regions=REGIONS)
SANDBOXED = archive.read.SANDBOXED


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a file ended: `code` is read, report, one of CODES, or crash with the `trace` in it."""

    number: int
    kind: str
    steps: tuple[str, ...]
    size: int
    code: str
    seconds: float
    memory_mb: float
    trace: str = ""


def run_file(number: int, seed: int) -> Outcome:
    """Make a broken file, examine it, and check what came of it."""
    bound_memory(None)
    file = mutated_file(number, seed)
    bound_memory(MEMORY_MB)
    is_real = number // len(TURNS) % REAL_EVERY == 0
    vars(archive.read)["read_in_child"] = read_in_child if is_real else read_here
    forget_peak()
    begun, trace = time.perf_counter(), ""
    try:
        examination = examine(file.data, KNOWN)
        code = "report" if any(finding.identity.is_report for finding in examination.findings) else "read"
        trace = "; ".join(faults(examination))
    except UnreadableError as error:
        code = error.code
        trace = "" if error.code in CODES and "\n" not in error.message else f"{error.code}: {error.message}"
    except Exception as error:  # that there be none is what this is for
        bound_memory(None)
        code, trace = "crash", traceback.format_exc()
        if isinstance(error, MemoryError) and archive.read.sniff(file.data) in SANDBOXED:
            code, trace = "too_large_for_memory", ""  # as the sandbox says of its child
    code = "crash" if trace else code
    return Outcome(number, file.kind, file.steps, len(file.data), code, time.perf_counter() - begun, peak_mb(), trace)


def read_here(kind: str, data: bytes) -> Page:
    """What `read_in_child` does, in this process: its answer goes through JSON as there."""
    outcome: Page | UnreadableError
    try:
        outcome = find_reader(kind)(data)
    except UnreadableError as error:
        outcome = error
    except MemoryError:
        outcome = too_large(MEMORY_MB)
    return unpack_outcome(json.loads(json.dumps(pack_outcome(outcome))))


def faults(examination: Examination) -> Iterator[str]:
    """What must hold of an examination and does not: fidelity, places inside the text, text that can be stored."""
    page = examination.page
    shown = "".join(map_characters(line) for line in itertools.chain(page.paragraphs, *page.parts))
    for finding in examination.findings:
        if not is_subsequence("".join(finding.text.split()), shown):
            yield "a character of the text is not in the page, in its order"
        for problem in finding.problems:
            if problem.start is not None and not 0 <= problem.start <= len(finding.text) - (problem.length or 0):
                yield f"{problem.code} has its place outside the text"
    for words in all_words(examination):
        if "\0" in words or not is_storable(words):
            yield f"not storable: {words[:40]!r}"


def is_subsequence(part: str, whole: str) -> bool:
    """Whether the characters of `part` are in `whole`, in order."""
    place = 0
    for character in part:
        place = whole.find(character, place) + 1
        if not place:
            return False
    return True


def all_words(examination: Examination) -> Iterator[str]:
    """Every string of an examination that is stored."""
    page = examination.page
    yield from filter(None, (page.title, page.published_on, page.reader, *page.facts.values()))
    yield from (problem.detail for problem in page.problems)
    for finding in examination.findings:
        found = finding.identity
        yield from filter(None, (finding.text, finding.candidate.title, finding.lost, found.title, found.detail))
        yield from filter(None, (found.region_name, found.congress, found.session, found.speaker, found.speaker_post))
        yield from (evidence.words for evidence in found.evidence.values())
        yield from (problem.detail for problem in finding.problems)


def is_storable(words: str) -> bool:
    """Whether SQLite takes a string: no half of a surrogate pair."""
    try:
        words.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def bound_memory(megabytes: int | None) -> None:
    """Let this process have so much memory; None for as much as there is."""
    _, most = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (most if megabytes is None else megabytes * 2**20, most))


def forget_peak() -> None:
    """Begin to measure the peak of memory anew, where the system can."""
    clear = Path("/proc/self/clear_refs")
    if clear.exists():
        clear.write_text("5")


def peak_mb() -> float:
    """The most memory this process held since `forget_peak`; since its start where the system cannot say."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (2**20 if sys.platform == "darwin" else 2**10)
