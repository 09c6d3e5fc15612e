"""`baogao run`, what cron calls: repair, crawl what is due, read, publish, tell. One line of outcome."""

from __future__ import annotations

import json
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from archive.build import read_unread
from archive.captures import CaptureStore
from archive.database import open_archive
from archive.errors import BaogaoError, DamagedInputError, GateRefusedError, MachineError
from archive.home import Home
from archive.logs import EVENTS, note_event, rotate_logs
from archive.publish import is_current, publish, write_whole
from archive.settings import Settings
from archive.sourcefile import Source
from crawler import alerts
from crawler.crawl import RunOutcome, crawl_sources
from crawler.due import due_sources
from crawler.runs import repair

SOME_FAILED, ALL_FAILED, INTERRUPTED = 10, 11, 13
# A run that ended so has done its work: the watcher of the heartbeat need not worry, digests tell of sources.
ALIVE: Final = (0, SOME_FAILED, ALL_FAILED, GateRefusedError.exit_code)
ARCHIVE: Final = "the archive"

Crawl = Callable[[Home, Sequence[str], Settings], list[RunOutcome]]


@dataclass
class Outcome:
    """What a run did, for its one line and for programs.

    `problems` is what went wrong, `trouble` what is wrong by now for long enough to tell, `told` what somebody has been
    told of just now; `steps` are seconds by step.
    """

    at: str
    code: int = 0
    sources: list[RunOutcome] = field(default_factory=list)
    repaired: list[str] = field(default_factory=list)
    read: int = 0
    published: str | None = None
    reports: int | None = None
    problems: list[str] = field(default_factory=list)
    trouble: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    steps: dict[str, float] = field(default_factory=dict)

    @property
    def line(self) -> str:
        """The one line of outcome."""
        verdicts = Counter(outcome.verdict or "unknown" for outcome in self.sources)
        bad = [outcome for outcome in self.sources if outcome.failed]
        parts = [f"{len(self.sources)} sources crawled"]
        if verdicts:
            parts[0] += f" ({', '.join(f'{count} {verdict}' for verdict, count in sorted(verdicts.items()))})"
        if bad:
            parts.append(f"failed: {', '.join(outcome.source for outcome in bad)}")
        parts.append(
            f"{sum(outcome.captures for outcome in self.sources)} new captures, "
            f"{sum(outcome.copies for outcome in self.sources)} new copies"
        )
        if self.repaired:
            parts.append(f"found from before: {'; '.join(self.repaired)}")
        if self.read:
            parts.append(f"{self.read} captures of an earlier run read")
        if self.published:
            parts.append(f"published version {self.published} with {self.reports} reports")
        parts += self.problems
        if self.told:
            parts.append(f"told of {', '.join(self.told)}")
        seconds = sum(self.steps.values())
        return f"{self.at} {'; '.join(parts)}; {seconds:.0f} s; exit {self.code}"

    def facts(self) -> dict[str, Any]:
        """All of it, for `--json` and the log of events."""
        return asdict(self) | {"line": self.line}

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Count the seconds of a step."""
        begun = time.monotonic()
        try:
            yield
        finally:
            self.steps[name] = round(time.monotonic() - begun, 2)


def crawl_for_real(home: Home, names: Sequence[str], settings: Settings) -> list[RunOutcome]:
    """Crawl sources as the settings say."""
    return crawl_sources(home, names, jobs=settings.run.jobs, hours=settings.run.hours)


def present() -> datetime:
    """The time now."""
    return datetime.now(UTC)


def run_once(
    home: Home,
    sources: Mapping[str, Source],
    settings: Settings,
    *,
    now: Callable[[], datetime] = present,
    crawl: Crawl = crawl_for_real,
) -> Outcome:
    """Do one unattended run on a home. Raises LockedError where another run is under way, having touched nothing.

    Everything else that goes wrong is in the outcome. `now` and `crawl` are for those who try a whole season.
    """
    with home.lock():
        outcome = Outcome(now().strftime("%Y-%m-%dT%H:%M:%SZ"))
        try:
            work(home, sources, settings, now(), crawl, outcome)
        except BaogaoError as error:
            outcome.code = error.exit_code
            outcome.problems.append(str(error))
        except OSError as error:
            outcome.code = MachineError.exit_code
            outcome.problems.append(f"the machine refuses: {error}; free the disk or mend its permissions")
        except Exception as error:
            # Nobody watches: whatever it is, somebody must be told.
            outcome.code = 1
            outcome.problems.append(
                f"an error of the program ({type(error).__name__}: {error}): see {home.log / EVENTS}"
            )
            note_event(home, "crash", outcome.at, trace=traceback.format_exc())
        tell(home, sources, settings, outcome)
    return outcome


def work(
    home: Home, sources: Mapping[str, Source], settings: Settings, now: datetime, crawl: Crawl, outcome: Outcome
) -> None:
    """Crawl what is due, read what waits, publish what is new."""
    rotate_logs(home, now, days=settings.keep.log_days, megabytes=settings.keep.log_mb)
    with closing(open_archive(home)) as db:
        with CaptureStore(home, db, f"repair-{now:%Y%m%dT%H%M%SZ}") as store:
            outcome.repaired = repair(store)
        due = due_sources(db, sources, now)
    with outcome.step("crawl"):
        outcome.sources = crawl(home, due, settings)
    for source in outcome.sources:
        note_event(home, "source", outcome.at, **asdict(source))
    outcome.code = exit_code_of(outcome.sources)
    if outcome.code in (MachineError.exit_code, INTERRUPTED):
        stopped = {MachineError.exit_code: "the machine refuses: see the logs of the sources"}
        outcome.problems.append(stopped.get(outcome.code, "interrupted: run it again to go on"))
        return
    with outcome.step("read"):
        outcome.read = read_unread(home, sources)
    with outcome.step("publish"):
        if not is_current(home):
            try:
                done = publish(home)
                if done.new:
                    outcome.published, outcome.reports = done.version, done.reports
            except GateRefusedError as error:
                outcome.problems.append(str(error))
                outcome.code = outcome.code or error.exit_code


def exit_code_of(outcomes: Sequence[RunOutcome]) -> int:
    """The exit code of a crawl (DESIGN §4): 0, or 4 the machine refuses, 10 some failed, 11 all, 13 interrupted."""
    if any(outcome.exit_code == MachineError.exit_code for outcome in outcomes):
        return MachineError.exit_code
    if any(outcome.verdict == "interrupted" for outcome in outcomes):
        return INTERRUPTED
    failed = [outcome for outcome in outcomes if outcome.failed]
    return 0 if not failed else ALL_FAILED if len(failed) == len(outcomes) else SOME_FAILED


def tell(home: Home, sources: Mapping[str, Source], settings: Settings, outcome: Outcome) -> None:
    """Send the digest where something is new in it, the heartbeat where the run did its work, and log the outcome."""
    told = read_told(home)
    troubles = find_troubles(home, sources, settings, outcome, told)
    new = alerts.untold(troubles, told)
    failures: list[str] = []
    if new and (settings.alert.command or settings.alert.webhook):
        old = [trouble for trouble in troubles if trouble not in new]
        failures = alerts.send_digest(settings.alert, *alerts.write_digest(home, new, old))
        if not failures:
            outcome.told = [trouble.name for trouble in new]
    if settings.run.heartbeat and outcome.code in ALIVE:
        failures += alerts.ask(settings.run.heartbeat.get_secret_value(), "run.heartbeat")
    outcome.problems += failures
    outcome.trouble = [trouble.name for trouble in troubles]
    try:
        # What could not be told is tried again next time.
        left = {trouble.name for trouble in new} if new and not outcome.told else set()
        write_told(home, {trouble.name: trouble.since for trouble in troubles if trouble.name not in left}, told)
        note_event(home, "run", **outcome.facts())
    except OSError as error:
        outcome.problems.append(f"{home.log} cannot be written: {error.strerror}")
        outcome.code = outcome.code or MachineError.exit_code


def find_troubles(
    home: Home, sources: Mapping[str, Source], settings: Settings, outcome: Outcome, told: Mapping[str, str]
) -> list[alerts.Trouble]:
    """What a person should know after this run: stretches of bad runs, a gate that refuses, a machine that does."""
    troubles: list[alerts.Trouble] = []
    if outcome.code in (1, DamagedInputError.exit_code, MachineError.exit_code):
        words = "; ".join(outcome.problems)
        troubles.append(alerts.Trouble(ARCHIVE, told.get(ARCHIVE, outcome.at), 1, f"exit {outcome.code}", words))
    refusals = [problem for problem in outcome.problems if problem.startswith("not published")]
    if refusals:
        since = told.get(alerts.PUBLISHING, outcome.at)
        troubles.append(alerts.Trouble(alerts.PUBLISHING, since, 1, "a gate refused", refusals[0]))
    try:
        with closing(open_archive(home)) as db:
            names = [name for name, source in sources.items() if source.crawled]
            found = alerts.find_troubles(db, names, settings.alert.after)
    except BaogaoError as error:
        if str(error) not in outcome.problems:
            outcome.problems.append(str(error))
        return troubles
    return troubles + found


def read_told(home: Home) -> dict[str, str]:
    """Of which stretches somebody has been told: name → start. Empty where the file is lost: then it is told again."""
    try:
        found = json.loads((home.log / "told.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def write_told(home: Home, troubles: Mapping[str, str], told: Mapping[str, str]) -> None:
    """Keep of which stretches somebody has been told."""
    if troubles != told:
        write_whole(home.log / "told.json", json.dumps(troubles, ensure_ascii=False, indent=1))
