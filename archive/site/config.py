"""What Datasette is told of the database: metadata from the schema, and the settings that were measured."""

from __future__ import annotations

import os
import re
from collections.abc import Collection
from typing import Any

from archive.schema import TABLES, VIEWS
from archive.site import words

TITLE = "报告"
DESCRIPTION = "地方政府工作报告的公开档案：一份报告一页，出处逐份可查，全文可检索、可下载。"

DATA_DESCRIPTION = "全部数据表，可筛选、可用 SQL 查询、可整库下载。"

# Where readers write to: an address of mail or of the web. The keeper of an archive names their own.
CONTACT = os.environ.get("BAOGAO_CONTACT") or "https://github.com/baogao-archive/baogao/issues"

# Measured on 20,000 and 75,000 reports: READING §5.5.
SETTINGS = {
    "suggest_facets": False,  # each suggestion runs the search again: 169 ms a page became 48
    "num_sql_threads": 8,  # with the default 3, four slow queries hold up every page for seconds
    "sql_time_limit_ms": 2000,
    "facet_time_limit_ms": 1000,  # the default 200 drops the facets of common words
    "cache_size_kb": 65536,
    "default_cache_ttl": 60,
    "truncate_cells_html": 300,
    "max_csv_mb": 200,
    "max_returned_rows": 200,  # 200 reports with their texts are 10 MB, written while every other page waits
    "allow_download": True,
}

# Datasette's database and table pages; a report's page, whose query marks words, is none of them.
DATA = re.compile(r"/reports(?:\.json|\.csv)?|/reports/(?!reports/)[^/]+(?:/[^/]+)?")

FACETS = ["year", "province", "level", "trust"]

# Shown by links and views that read better; their rows are places and digests.
HIDDEN = ("texts", "paragraphs", "revisits", "mentions")

# Tables of a later stage: shown once they hold something.
SHOWN_WHEN_FILLED = ("targets", "full_targets", "terms")

# A page of the report list cuts a snippet out of each text: 20 texts fold in 30 ms.
REPORTS_A_PAGE = 20

LABELS = {"sources": "name", "regions": "name"}


def build_metadata(empty: Collection[str] = ()) -> dict[str, Any]:
    """Datasette's metadata for the database `reports`: Chinese titles, descriptions of columns, facets, search.

    `empty` are tables without rows; those of a later stage are hidden while they are empty.
    """
    tables: dict[str, dict[str, Any]] = {name: describe_table(name) for name in TABLES if TABLES[name].published}
    tables |= {name: describe_view(name) for name in VIEWS}
    tables["reports"] |= {
        "fts_table": "reports_fts",
        "fts_pk": "n",
        "facets": FACETS,
        "sort_desc": "year",
        "size": REPORTS_A_PAGE,
    }
    tables["full_reports"] |= {"fts_table": "reports_fts", "fts_pk": "n"}
    for name in (*HIDDEN, *(name for name in SHOWN_WHEN_FILLED if name in empty)):
        tables[name]["hidden"] = True
    return {
        "title": TITLE,
        "description": DESCRIPTION,
        "databases": {"reports": {"title": "数据表", "description": DATA_DESCRIPTION, "tables": tables}},
    }


def describe_table(name: str) -> dict[str, Any]:
    """Title, meaning and columns of a table; which of its columns stands for a row where another table links to it."""
    table = TABLES[name]
    title, meaning = words.describe_table(name)
    key = table.pk if isinstance(table.pk, str) else table.pk[0]
    label = LABELS.get(name, key)
    return {"title": title, "description": meaning, "columns": words.describe_columns(name), "label_column": label}


def describe_view(name: str) -> dict[str, Any]:
    """Title and meaning of a view."""
    title, meaning = words.describe_table(name)
    return {"title": title, "description": meaning}
