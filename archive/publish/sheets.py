"""The sheets that go with an export: where the data comes from, how to cite it, what each file is. Plain text.

The provenance sheet answers a journal's data editor (USERS §1.3): producer, years, titles, publisher, addresses, days
of access, counts by year, software and its version.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

from archive.errors import DamagedInputError
from archive.publish.rebuild import BUILD_INDEX

TITLE = "Baogao 报告: an archive of Chinese local government work reports (政府工作报告)"
PRODUCER = "the Baogao project"
LICENCE = (
    "The reports are official documents of Chinese state organs, to which copyright does not apply under Article 5 of"
    " the Copyright Law of the People's Republic of China; region codes are compiled from a CC0 table."
)


@dataclass(frozen=True, slots=True)
class Told:
    """What the sheets say of a snapshot: its version, day, number of reports, years, the software's version."""

    version: str
    day: str
    reports: int
    first: int | None
    last: int | None
    software: str

    def describe(self) -> dict[str, object]:
        """The head of datapackage.json."""
        return {
            "name": "baogao",
            "title": TITLE,
            "version": self.version,
            "created": self.day,
            "description": f"{self.reports} reports, {self.years()}.",
            "licenses": [{"name": "other-pd", "title": LICENCE}],
            "contributors": [{"title": PRODUCER, "roles": ["creator", "publisher"]}],
        }

    def years(self) -> str:
        """The span of years in words."""
        return f"years {self.first} to {self.last}" if self.first else "of no resolved year"


def read_edition(db: sqlite3.Connection) -> Told:
    """What the sheets say of the snapshot on a connection. Raises DamagedInputError where it is none."""
    row = db.execute(
        "select version, published_at, reports from snapshots where sha256 is null order by published_at desc"
    ).fetchone()
    if row is None:
        raise DamagedInputError("the file has no version of its own: `baogao publish` makes a snapshot")
    first, last = db.execute("select min(year), max(year) from reports").fetchone()
    return Told(row[0], str(row[1])[:10], row[2], first, last, read_software(db))


def read_software(db: sqlite3.Connection) -> str:
    """The version of this software, and of the rules that read the captures (rules.rules_version)."""
    try:
        own = version("baogao")
    except PackageNotFoundError:
        own = "run from its source"
    rules = [
        rule for (rule,) in db.execute("select distinct examined from captures where examined is not null order by 1")
    ]
    return f"{own}, rules {', '.join(rules)}" if rules else own


def tell_provenance(db: sqlite3.Connection, told: Told) -> str:
    """The provenance sheet, in Markdown."""
    accessed = db.execute(
        "select substr(min(fetched_at), 1, 10), substr(max(fetched_at), 1, 10) from captures"
    ).fetchone()
    unknown = db.execute("select count(*) from captures where fetched_at is null").fetchone()[0]
    years = db.execute(
        "select coalesce(year, 'unresolved'), count(*), sum(trust = 'official'), sum(trust = 'republished'),"
        " sum(trust = 'damaged'), sum(trust = 'restored'), sum(level = 'province'), sum(level = 'prefecture'),"
        " sum(level = 'county'), sum(level = 'township') from reports group by year order by year is null, year"
    )
    sources = db.execute(
        "select coalesce(s.name, c.source, 'pages saved by hand'), coalesce(s.kind, c.origin), coalesce(s.start, ''),"
        " count(*), substr(min(p.fetched_at), 1, 10), substr(max(coalesce(p.last_seen_at, p.fetched_at)), 1, 10)"
        " from copies c left join sources s on s.id = c.source left join captures p on p.id = c.capture"
        " group by 1, 2, 3 order by 4 desc, 1"
    )
    counts = db.execute(
        "select (select count(*) from copies), (select count(*) from captures), (select count(*) from rejections)"
    ).fetchone()
    by_year = as_table(
        ("year", "reports", "official", "republished", "damaged", "restored", "province", "prefecture", "county",
         "township"),
        years,
    )  # fmt: skip
    by_source = as_table(("source", "kind", "first address", "copies", "first accessed", "last seen"), sources)
    return f"""# Provenance

| item | |
|---|---|
| title | {TITLE} |
| producer, publisher | {PRODUCER} |
| version | {told.version}, published {told.day} |
| software | baogao {told.software} (MIT) |
| observations | {told.reports} reports; {counts[0]} copies of them in {counts[1]} captures; {counts[2]} texts refused |
| years covered | {told.years()} |
| dates of access | {accessed[0] or "unknown"} to {accessed[1] or "unknown"}; {unknown} captures of unknown date |
| unit | one report of one region for one year; `year` is the year the report plans |

{LICENCE}

## How it was collected

Pages of government sites and aggregators were fetched by Scrapy spiders that obey robots.txt, wait between requests and
name themselves; or were saved by hand. Every response is kept in a WARC file before anyone parses it, with its SHA-256.
Each text was cut out of its page, cleaned of what is not the report, and identified by its own words (session line,
title, headings); the many copies of a report were folded into one, the damaged below the whole. No text was bought or
taken over unseen: each copy's address, time of access, digest and the place of its bytes in the WARC files stand in
`copies.csv` and `captures.csv` (the view `provenance` in `reports.db` joins them), what is wrong with it in
`problems.csv`, and what was refused, with the reason, in `rejections.csv`. The same captures and the same version of
the software give the same rows: `baogao reindex && baogao build`.

## Reports by year

{by_year}

## Copies by source

{by_source}
"""


def as_table(head: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """Rows as a Markdown table."""
    head = list(head)
    lines = [
        head,
        ["---"] * len(head),
        *([("" if c is None else str(c)).replace("|", "/") for c in row] for row in rows),
    ]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def cite(told: Told) -> str:
    """CITATION.cff of a snapshot."""
    return f"""cff-version: 1.2.0
message: Please cite the version of the data you used.
type: dataset
title: '{TITLE}'
authors:
  - name: {PRODUCER}
version: '{told.version}'
date-released: '{told.day}'
abstract: '{told.reports} reports, {told.years()}, every copy with its address, time of access and digest.'
keywords:
  - government work reports
  - 政府工作报告
  - China
  - local government
"""


def describe_files(told: Told) -> str:
    """README.md of an export."""
    return f"""# {TITLE}

Version {told.version}, published {told.day}: {told.reports} reports, {told.years()}. Cite the version (CITATION.cff);
where each text comes from is in PROVENANCE.md, what each column means in codebook.csv and datapackage.json.
`sha256sum --check SHA256SUMS` checks the files.

| file | is |
|---|---|
| reports.db | everything, with the search index: plain SQLite |
| reports-without-index.db.zst | the same without the index, compressed |
| TABLE.csv, TABLE.jsonl.gz, TABLE.parquet | one table each; texts.csv is compressed |
| panel.csv, growth_panel.csv, target_outcomes.csv, full_terms.csv | ready to merge, the version in each row |
| full_reports.jsonl.gz | reports with their texts, one a line |
| full_reports-YEAR.parquet | the same, a file a year |
| texts.zip | each report's text as a file |

## Search in plain SQLite

Two characters as they are, longer words as a phrase of overlapping pairs, one character with a star:

    select r.id, r.region_name, r.year from reports_fts f join reports r on r.n = f.rowid
    where reports_fts match '"营商 商环 环境"' order by rank limit 20;

`zstd -d reports-without-index.db.zst` gives the file without index; this statement builds it, a minute or two for
a thousand reports:

    {BUILD_INDEX}

## Count in Python

    import pandas as pd
    reports = pd.read_parquet("full_reports-{told.last or "YEAR"}.parquet")
    reports["n"] = reports["text"].str.count("数字经济")

    import duckdb
    duckdb.sql("select year, count(*) from 'full_reports-*.parquet' where text like '%数字经济%' group by year")
"""
