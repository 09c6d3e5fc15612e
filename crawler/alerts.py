"""Telling a person: what deserves a digest, what it says, and sending it. Sent once for each stretch of bad runs."""

from __future__ import annotations

import json
import shlex
import subprocess
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit

from sqlite_utils import Database

from archive.home import Home
from archive.settings import AlertSettings
from crawler.runs import CUT_OFF

# A person stopped these, or they were never begun: they say nothing of the source.
NO_VERDICT: Final = (None, "interrupted")
# How long a mail command and a web address may take, in seconds.
COMMAND_SECONDS, ADDRESS_SECONDS = 60, 15
# How many of its last runs are looked at for the stretch of bad ones.
LOOK_BACK = 400
PUBLISHING: Final = "publishing"


@dataclass(frozen=True, slots=True)
class Trouble:
    """A stretch of bad runs that is still going on: of which source (or PUBLISHING, or "this machine"), since when."""

    name: str
    since: str
    runs: int
    verdict: str
    reason: str

    @property
    def line(self) -> str:
        """One line of a digest."""
        times = f"{self.runs} runs in a row, since {self.since}" if self.runs > 1 else f"at {self.since}"
        return f"{self.name}: {self.verdict} ({times}): {self.reason}"


def stretch(name: str, runs: Sequence[tuple[str, str | None, str | None]], after: int) -> Trouble | None:
    """The stretch of bad runs that the newest run ends, where it is long enough to tell. Pure.

    `runs` are (start, verdict, reason), newest first. One bad run is a hiccup; but an error of the program is told at
    once, since it will not go away by itself (ANCHORS, run verdicts).
    """
    bad: list[tuple[str, str, str]] = []
    for start, verdict, reason in runs:
        if verdict in NO_VERDICT:
            continue
        assert verdict is not None
        if verdict.startswith("ok"):
            break
        bad.append((start, verdict, reason or ""))
    if not bad:
        return None
    _, verdict, reason = bad[0]
    own_error = verdict == "crashed" and reason != CUT_OFF
    if len(bad) < (1 if own_error else after):
        return None
    return Trouble(name, bad[-1][0], len(bad), verdict, reason)


def find_troubles(db: Database, names: Sequence[str], after: int) -> list[Trouble]:
    """The troubles of sources, in the order of their names."""
    sql = "select started_at, verdict, reason from runs where source = ? order by started_at desc, id desc limit ?"
    found = (stretch(name, db.execute(sql, [name, LOOK_BACK]).fetchall(), after) for name in sorted(names))
    return [trouble for trouble in found if trouble]


def untold(troubles: Sequence[Trouble], told: Mapping[str, str]) -> list[Trouble]:
    """Those of which nobody has been told; `told` has the start of the stretch told of last, by name."""
    return [trouble for trouble in troubles if told.get(trouble.name) != trouble.since]


def write_digest(home: Home, new: Sequence[Trouble], old: Sequence[Trouble]) -> tuple[str, str]:
    """Subject and text of a digest: what is new, then what was told before and still is so."""
    named = ", ".join(trouble.name for trouble in new[:3]) + (" …" if len(new) > 3 else "")
    subject = f"Baogao: {named} in trouble" if len(new) < 4 else f"Baogao: {len(new)} in trouble: {named}"
    lines = [f"The archive in {home.root} needs a look.", "", *(f"- {trouble.line}" for trouble in new)]
    if old:
        lines += ["", "As told before:", *(f"- {trouble.line}" for trouble in old)]
    lines += ["", f"`baogao --home {home.root} status` shows all sources; each has its log in {home.log}."]
    return subject, "\n".join(lines) + "\n"


def send_digest(settings: AlertSettings, subject: str, text: str) -> list[str]:
    """Send a digest every way that is set; says what went wrong, without the secrets of addresses and commands."""
    failures = []
    if settings.command:
        failures += run_command(settings.command.get_secret_value(), subject, text)
    if settings.webhook:
        body = json.dumps({"text": f"{subject}\n{text}"}, ensure_ascii=False).encode()
        failures += ask(settings.webhook.get_secret_value(), "alert.webhook", body)
    return failures


def run_command(command: str, subject: str, text: str) -> list[str]:
    """Give a digest to a command, as its input; `{subject}` in its words is filled in. No shell is between."""
    words = [word.replace("{subject}", subject) for word in shlex.split(command)]
    try:
        done = subprocess.run(words, input=text.encode(), capture_output=True, timeout=COMMAND_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        why = error.strerror if isinstance(error, OSError) else f"not done in {COMMAND_SECONDS} s"
        return [f"alert.command could not be run: {why}"]
    return [f"alert.command ended with {done.returncode}"] if done.returncode else []


def ask(url: str, name: str, body: bytes | None = None) -> list[str]:
    """Ask for an address of the settings called `name`, with a body of JSON where there is one."""
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"} if body else {})  # noqa: S310
    try:
        with urllib.request.urlopen(request, timeout=ADDRESS_SECONDS) as answer:  # noqa: S310 (settings take http only)
            answer.read(1024)
    except HTTPError as error:
        return [f"{name} ({urlsplit(url).hostname}) answered {error.code}"]
    except (URLError, OSError, ValueError) as error:
        why = getattr(error, "reason", None) or type(error).__name__
        return [f"{name} ({urlsplit(url).hostname}) could not be asked: {why}"]
    return []
