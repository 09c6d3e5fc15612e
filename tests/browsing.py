"""Chromium for the browser tests and the screenshots: where it is, its windows, and every kind of page of the site."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
ARGUMENTS = ["--no-sandbox", "--headless=new", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
SIZES = {"desktop": (1280, 900), "phone": (390, 844)}

# Name → address of every kind of page, in an archive as tests/small_archive.py writes it.
PAGES = {
    "front": "/",
    "list": "/reports/reports",
    "search": "/search?q=旧改",
    "search-empty": "/search",
    "list-found": "/reports/reports?_search=旧改",
    "list-table": "/reports/reports?_view=table",
    "report": "/reports/reports/990101-2020",
    "report-found": "/reports/reports/990101-2020?q=营商环境",
    "report-damaged": "/reports/reports/990121-2019",
    "report-untitled": "/reports/reports/990121-2021",
    "report-hostile": "/reports/reports/990102-2019",
    "report-print": "/reports/reports/990101-2020?view=print",
    "compare": "/compare?a=990101-2020&b=990101-2021",
    "compare-inline": "/compare?a=990101-2020&b=990101-2021&view=inline&only=changes",
    "compare-empty": "/compare",
    "coverage": "/coverage",
    "coverage-prefecture": "/coverage/990100",
    "coverage-county": "/coverage/990121",
    "sources": "/sources",
    "runs": "/runs",
    "problems": "/problems",
    "about": "/about",
    "trends": "/trends?q=旧改",
    "downloads": "/downloads",
    "changes": "/downloads/changes",
    "about-error": "/about?id=990101-2020&field=year&value=2021&evidence=会议行&who=读者&on=2026-11-22#errors",
    "tables": "/reports",
    "table": "/reports/copies",
    "row": "/reports/regions/990101-1990",
    "sql": "/reports?sql=select+*+from+reports",
}
# Pages that are not there, and what they answer.
LOST = {"lost-report": "/reports/reports/990121-2020", "lost-page": "/nothing/here"}


@contextmanager
def open_browser() -> Iterator[Any]:
    """A headless chromium. Needs playwright."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()
