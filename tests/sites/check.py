"""What the archive makes of a site's pages, without a network: the readers' side of the test world."""

from __future__ import annotations

import re
from pathlib import Path

from archive.examine import Circumstances, Examination, examine
from archive.model import PageRules
from archive.sourcefile import Source
from archive.sources import load_source
from tests.sites.make import Entry, Site
from tests.sites.reports import REGIONS

TEMPLATE = """name = "{name}"
region = "{region}"
platform = "{platform}"
start = ["{start}"]
[crawl]
delay = 0
"""


def write_source(site: Site, folder: Path) -> Path:
    """The source file that crawls a site: the built-in one over http, or one that names the platform alone."""
    path = folder / f"{site.id}.toml"
    built_in = Path(load_source.__code__.co_filename).parent / "sources" / f"{site.id}.toml"
    if built_in.exists():
        # Without its expectation: what the live site should give, the test world does not.
        text = re.sub(r"\[expect\]\n(?:[^\[].*\n)*", "", built_in.read_text(encoding="utf-8"))
        path.write_text(text.replace("https://", "http://"), encoding="utf-8")
        return path
    name = site.spec.get("name", "样例")
    text = TEMPLATE.format(name=name, region=site.spec.get("region", ""), platform=site.id, start=site.start)
    path.write_text(text.replace('region = ""\n', ""), encoding="utf-8")
    return path


def examine_entry(site: Site, source: Source, entry: Entry) -> Examination:
    """What the archive makes of an article's page, captured in the days of its layout."""
    answer = site.answers[entry.path]
    rules: PageRules = source.page_rules("2009-06-01" if entry.old else "2026-06-01")
    known = Circumstances(f"http://{site.host}{entry.path}", answer.content_type, rules, source.region, REGIONS)
    return examine(answer.body, known)
