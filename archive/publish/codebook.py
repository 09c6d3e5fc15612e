"""The codebook: every table and column with its type, unit, meaning and source, as data. What the schema says, told."""

from __future__ import annotations

from dataclasses import dataclass

from archive.schema import TABLES

# Where the rows of a table come from; what is not named here was worked out by the build.
SOURCES = {
    "texts": "the captures, read and cleaned (archive/read, archive/clean.py)",
    "regions": "archive/regions.csv, compiled from yescallop/areacodes (CC0), and the archive's own regions.csv",
    "sources": "the source files, archive/sources/*.toml",
    "runs": "counted by the crawler",
    "captures": "the WARC files: what a server answered, or a page saved by hand",
    "revisits": "the WARC files",
    "reports": "settled from all copies of a region and year (archive/settle.py)",
    "copies": "identified in a capture (archive/identify.py), ranked among its likes (archive/copies.py)",
    "rejections": "refused in a capture (archive/identify.py)",
    "problems": "found in a text (archive/damage.py, archive/identify.py)",
    "sections": "the headings of a report's text (archive/outline.py)",
    "paragraphs": "the lines of a report's text (archive/outline.py)",
    "terms": "the glossary of a report (archive/glossary.py)",
    "mentions": "the speech before the glossary (archive/glossary.py)",
    "targets": "sentences of a report's text (archive/targets.py)",
    "corrections": "a person, in corrections.csv",
    "aliases": "written when publishing: ids of the snapshot before",
    "snapshots": "written when publishing",
    "snapshot_changes": "written when publishing: this snapshot beside the one before",
}
BUILT = "worked out by the build (archive/ingest.py)"

# Unit by the name of the column, or by how it ends.
UNITS = {
    "chars": "characters", "start": "characters", "length": "characters", "bytes": "bytes", "warc_offset": "bytes",
    "warc_length": "bytes", "seconds": "seconds", "similarity": "share, 0 to 1", "year": "calendar year",
    "title_year": "calendar year", "valid_from": "calendar year", "valid_until": "calendar year",
    "expect_from": "calendar year", "expect_until": "calendar year", "seen_from": "ISO 8601, UTC",
    "seen_until": "ISO 8601, UTC", "low": "as the column unit says", "high": "as the column unit says",
    "on": "ISO 8601 date", "status": "HTTP status", "region": "code of GB/T 2260", "code": "",
}  # fmt: skip
ENDINGS = {"_at": "ISO 8601, UTC", "_on": "ISO 8601 date", "sha256": "SHA-256, hexadecimal"}
TYPES = {str: "string", int: "integer", float: "number"}
BY_TYPE = {str: "", int: "number", float: "number"}


@dataclass(frozen=True, slots=True)
class Field:
    """One column as the codebook tells it; `type` is a Table Schema type."""

    table: str
    column: str
    type: str
    unit: str
    meaning: str
    source: str
    is_key: bool


def describe_fields(table: str) -> list[Field]:
    """The columns of a table of the schema."""
    known = TABLES[table]
    keys = (known.pk,) if isinstance(known.pk, str) else known.pk
    return [
        Field(
            table,
            column,
            TYPES[kind],
            unit_of(column, kind),
            meaning,
            SOURCES.get(table, BUILT),
            column in keys,
        )
        for column, (kind, meaning) in known.columns.items()
    ]


def unit_of(column: str, kind: type) -> str:
    """The unit of a column; empty for words and codes."""
    if column in UNITS:
        return UNITS[column]
    return next((unit for ending, unit in ENDINGS.items() if column.endswith(ending)), BY_TYPE[kind])


def describe_package(
    paths: dict[str, str], sizes: dict[str, int], digests: dict[str, str], about: dict[str, object]
) -> dict[str, object]:
    """`datapackage.json` (Data Package 2.0): a resource for each table's CSV, and for each other file.

    `paths`: table → its CSV; `sizes` and `digests`: of every file by name; `about`: name, version and the like.
    """
    resources: list[dict[str, object]] = []
    tabular = {path: table for table, path in paths.items()}
    for path in sorted(sizes):
        resource: dict[str, object] = {
            "name": path.lower().replace(".", "-").replace("_", "-"),
            "path": path,
            "bytes": sizes[path],
            "hash": f"sha256:{digests[path]}",
        }
        if path in tabular:
            table = tabular[path]
            resource |= {"type": "table", "profile": "tabular-data-resource", "format": "csv", "encoding": "utf-8"}
            resource |= {"title": TABLES[table].meaning, "sources": [{"title": SOURCES.get(table, BUILT)}]}
            resource["schema"] = describe_schema(table)
        resources.append(resource)
    return {"$schema": "https://datapackage.org/profiles/2.0/datapackage.json", **about, "resources": resources}


def describe_schema(table: str) -> dict[str, object]:
    """The Table Schema of a table."""
    fields = describe_fields(table)
    keys = [field.column for field in fields if field.is_key]
    schema: dict[str, object] = {
        "fields": [
            {"name": field.column, "type": field.type, "description": field.meaning}
            | ({"unit": field.unit} if field.unit else {})
            for field in fields
        ],
        "primaryKey": keys,
    }
    if links := TABLES[table].links:
        schema["foreignKeys"] = [
            {"fields": [column], "reference": {"resource": f"{other}-csv", "fields": [key]}}
            for column, other, key in links
        ]
    return schema
