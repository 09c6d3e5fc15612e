"""What can be downloaded from a folder of published snapshots, and what changed between two of them."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from pathlib import Path

from archive.publish import VERSIONED, order_version
from archive.publish.files import read_sums

# By the end of the name; what is not here is bytes.
TYPES = {
    ".db": "application/vnd.sqlite3",
    ".zst": "application/zstd",
    ".csv": "text/csv",
    ".gz": "application/gzip",
    ".parquet": "application/vnd.apache.parquet",
    ".zip": "application/zip",
    ".json": "application/json",
    ".md": "text/plain",
    ".cff": "text/plain",
    "SHA256SUMS": "text/plain",
}


@dataclass(frozen=True, slots=True)
class File:
    """One file of a version: where it is, under which name it is offered, its size in bytes, its digest (maybe "")."""

    path: Path
    name: str
    size: int
    sha256: str

    @property
    def type(self) -> str:
        """Its media type."""
        found = (kind for ending, kind in TYPES.items() if self.name.endswith(ending))
        return next(found, "application/octet-stream")


@dataclass(frozen=True, slots=True)
class Version:
    """One snapshot that can be downloaded: its files by name, `reports.db` always among them."""

    version: str
    files: dict[str, File]


def list_versions(folder: Path) -> list[Version]:
    """The versions in a folder of published snapshots, the newest first."""
    found = {match["version"]: path for path in folder.iterdir() if (match := VERSIONED.fullmatch(path.name))}
    return [list_files(folder, version, found[version]) for version in sorted(found, key=order_version, reverse=True)]


def list_files(folder: Path, version: str, snapshot: Path) -> Version:
    """The files of one version."""
    exports = folder / f"exports-{version}"
    digests = read_sums(exports)
    files = {}
    if exports.is_dir():
        for path in sorted(exports.iterdir()):
            files[path.name] = File(path, path.name, path.stat().st_size, digests.get(path.name, ""))
    inspection = snapshot.with_suffix(".inspect.json")
    digest = json.loads(inspection.read_text(encoding="utf-8"))["reports"]["hash"] if inspection.exists() else ""
    files["reports.db"] = File(snapshot, f"reports-{version}.db", snapshot.stat().st_size, digest)
    return Version(version, files)


@dataclass(frozen=True, slots=True)
class Change:
    """What became of one report between two snapshots. `change`: new, gone, text or fields; `fields`: which."""

    report: str
    change: str
    fields: tuple[str, ...]
    text_before: str | None
    text_after: str | None
    title: str | None
    region_name: str | None
    year: int | None


def read_history(db: sqlite3.Connection) -> list[tuple[str, str]]:
    """Version and time of every snapshot ever published, the newest first."""
    rows = db.execute("select version, published_at from snapshots").fetchall()
    return sorted(rows, key=lambda row: order_version(row[0]), reverse=True)


def read_changes(db: sqlite3.Connection, before: str, after: str) -> list[Change]:
    """What changed from one version to a later one, step by step summed up, by report."""
    rows = db.execute(
        "select c.version, c.report, c.change, coalesce(c.fields, ''), c.text_before, c.text_after,"
        " r.title, r.region_name, r.year from snapshot_changes c left join reports r on r.id = c.report"
    ).fetchall()
    first, last = order_version(before), order_version(after)
    steps: dict[str, list[tuple[str, ...]]] = {}
    for row in sorted(rows, key=lambda row: order_version(row[0])):
        if first < order_version(row[0]) <= last:
            steps.setdefault(row[1], []).append(row)
    changes = []
    for report, taken in sorted(steps.items()):
        was, now = taken[0][4], taken[-1][5]
        fields = tuple(dict.fromkeys(field for row in taken for field in row[3].split(";") if field))
        if taken[0][2] == "new" and taken[-1][2] == "gone":
            continue
        if taken[0][2] == "new":
            change = "new"
        elif taken[-1][2] == "gone":
            change = "gone"
        else:
            change = "text" if was != now else "fields"
        changes.append(Change(report, change, fields, was, now, *taken[-1][6:]))  # type: ignore[arg-type]
    return changes
