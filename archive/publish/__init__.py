"""Publishing: gates, then a snapshot that replaces the old one in a single rename, so that readers see old or new.

In `published/`: `reports.db`, the snapshot that stands; `reports-VERSION.db`, hard links to it and to the ones before;
`reports-VERSION.inspect.json`, its digest and counts as `datasette inspect` writes them; `exports-VERSION/`, the same
data in other forms; `SHA256SUMS`.
"""

from __future__ import annotations

import json
import os
import re
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from archive.database import connect_readonly, open_archive, readonly_uri
from archive.errors import GateRefusedError, MachineError
from archive.home import Home
from archive.publish.exports import write_exports
from archive.publish.files import (
    UNFINISHED,
    clear_unfinished,
    digest_file,
    read_sums,
    remove,
    sync,
    write_sums,
    write_whole,
)
from archive.publish.gates import NOTHING_PUBLISHED, check_gates
from archive.publish.history import digest_contents
from archive.publish.snapshot import Edition, count_rows, make_snapshot, name_errors, read_published

# The one that stands and two before it: what someone began to download or cite last week is still there.
KEPT = 3
VERSIONED = re.compile(r"reports-(?P<version>\d{4}\.\d\d\.\d\d(?:\.\d+)?)\.db")


@dataclass(frozen=True, slots=True)
class Published:
    """What was published: version (2026.11.22; 2026.11.22.2 for the second of a day), file, reports in it, digest.

    `new` is False where nothing had changed and the snapshot that stood stays.
    """

    version: str
    path: Path
    reports: int
    sha256: str
    new: bool = True


def publish(home: Home, *, accept: str | None = None) -> Published:
    """Publish the working database. The caller holds the home's lock.

    `accept` is why a person publishes in spite of the gates; it is kept as the snapshot's note. Where no row would
    change, nothing is published. Raises GateRefusedError with every reason, leaving the published file as it was,
    MachineError where there is nothing to publish or the disk refuses, DamagedInputError where the working or the
    published file is damaged. Killed at any moment, the published file is the old one or the new one, whole.
    """
    if not home.database.exists():
        raise MachineError(f"{home.database} does not exist yet: crawl or add pages and `baogao build` first")
    open_archive(home).close()
    clear_unfinished(home.published)
    with name_errors(home.database), closing(connect_readonly(home.database)) as db:
        content = digest_contents(db)
    old = NOTHING_PUBLISHED
    editions: list[Edition] = []
    try:
        if home.snapshot.exists():
            old, editions = read_published(home.snapshot)
            editions = keep_standing(home, editions)
            standing = editions[-1]
            if standing.content == content:
                export_edition(home, home.snapshot, standing)
                return Published(standing.version, home.snapshot, standing.reports, str(standing.sha256), new=False)
        now = datetime.now(UTC)
        version = next_version(now, (edition.version for edition in editions))
        draft = home.published / f"{UNFINISHED}{version}.db"
        edition = Edition(version, now.strftime("%Y-%m-%dT%H:%M:%SZ"), None, 0, accept, content)
        new = make_snapshot(home.database, draft, edition, editions, home.snapshot if editions else None)
        reasons = check_gates(new, old)
        if reasons and accept is None:
            message = (
                f"not published: {'; '.join(reasons)}. "
                'Mend it, or publish all the same with --accept "why"; what was published stays up'
            )
            raise GateRefusedError(message)
        edition = replace(edition, sha256=digest_file(draft), reports=len(new.chars))
        write_inspection(home.published / f"reports-{version}.inspect.json", draft, version, str(edition.sha256))
        sync(draft)
        export_edition(home, draft, edition)
        draft.replace(home.snapshot)
        sync(home.published)
        keep_standing(home, [*editions, edition])
    except OSError as error:
        raise MachineError(f"{home.published}: {error.strerror}; free the disk or mend its permissions") from error
    finally:
        clear_unfinished(home.published)
    return Published(version, home.snapshot, len(new.chars), str(edition.sha256))


def exports_of(home: Home, version: str) -> Path:
    """The folder of a version's exports."""
    return home.published / f"exports-{version}"


def export_edition(home: Home, snapshot: Path, edition: Edition) -> None:
    """Write the exports of a snapshot, unless they are there: whole, in one rename."""
    folder = exports_of(home, edition.version)
    if folder.exists():
        return
    draft = folder.with_name(f"{UNFINISHED}{folder.name}")
    write_exports(snapshot, draft)
    sync(draft)
    draft.replace(folder)
    sync(home.published)


# What a reader of the snapshot would see change. Times of last sightings move every night and are not among them, nor
# are copies that show what their address showed before.
SEEN = (
    "select id, text_sha256, best_copy, copies, trust, region, year, title, source_url from {}.reports",
    "select id, report, rank, text_sha256, url from {}.copies where repeats is null",
    "select source, verdict from {0}.runs r where started_at ="
    " (select max(started_at) from {0}.runs where source = r.source and verdict is not null)",
    "select code, count(*) from {}.problems group by code",
)


def is_current(home: Home) -> bool:
    """Whether a new snapshot would show nothing new: the same reports, copies, problems and verdicts on sources.

    Also where there is neither a snapshot nor a report for one. Raises MachineError and DamagedInputError.
    """
    with name_errors(home.database), closing(connect_readonly(home.database)) as db:
        if not home.snapshot.exists():
            return db.execute("select 1 from reports limit 1").fetchone() is None
        db.execute("attach ? as published", [readonly_uri(home.snapshot)])
        for rows in SEEN:
            here, there = rows.format("main"), rows.format("published")
            try:
                changed = db.execute(
                    f"select 1 from ({here} except {there}) union all select 1 from ({there} except {here}) limit 1"
                ).fetchone()
            except sqlite3.OperationalError as error:
                if "no such" in str(error):  # a snapshot of an earlier version, without that column
                    return False
                raise
            if changed:
                return False
    return True


def next_version(now: datetime, taken: Iterable[str]) -> str:
    """The version of a snapshot made `now`: its day, and for more of a day a number from 2."""
    day = f"{now:%Y.%m.%d}"
    same_day = [version for version in taken if version == day or version.startswith(f"{day}.")]
    if not same_day:
        return day
    return f"{day}.{max(int(version.removeprefix(day).removeprefix('.') or 1) for version in same_day) + 1}"


def order_version(version: str) -> tuple[int, ...]:
    """A key that sorts versions by age: .10 after .9."""
    return tuple(int(part) for part in version.split("."))


def keep_standing(home: Home, editions: list[Edition]) -> list[Edition]:
    """Give the snapshot that stands its versioned name, drop the oldest, write the digests.

    Returns `editions`, oldest first, with the digest of the one that stands. Done after a rename, and again before the
    next: a run killed between the two is caught up with.
    """
    editions = sorted(editions, key=lambda edition: order_version(edition.version))
    standing = editions[-1]
    kept = home.published / f"reports-{standing.version}.db"
    if not (kept.exists() and kept.samefile(home.snapshot)):
        kept.unlink(missing_ok=True)
        os.link(home.snapshot, kept)
    digests = read_sums(home.published)
    sha256 = standing.sha256 or digest_file(home.snapshot)
    digests |= {kept.name: sha256, home.snapshot.name: sha256}
    matches = {path: VERSIONED.fullmatch(path.name) for path in home.published.iterdir()}
    versions = {match["version"]: path for path, match in matches.items() if match}
    kept_versions = sorted(versions, key=order_version)[-KEPT:]
    for version in versions.keys() - set(kept_versions):
        versions[version].unlink()
    for folder in home.published.glob("exports-*"):
        # Of a version dropped just now, or of one that was not published after all.
        if folder.name.removeprefix("exports-") not in kept_versions:
            remove(folder)
    for path in home.published.glob("reports-*.inspect.json"):
        if not path.with_name(path.name.replace(".inspect.json", ".db")).exists():
            path.unlink()
    write_sums(home.published, digests)
    return [*editions[:-1], replace(standing, sha256=sha256)]


def write_inspection(path: Path, snapshot: Path, version: str, sha256: str) -> None:
    """Write what `datasette inspect` would, so that the site need not count and hash when it starts (READING §5.1)."""
    tables = {name: {"count": count} for name, count in count_rows(snapshot).items()}
    known = {"hash": sha256, "size": snapshot.stat().st_size, "file": f"reports-{version}.db", "tables": tables}
    write_whole(path, json.dumps({"reports": known}, ensure_ascii=False, indent=1))
