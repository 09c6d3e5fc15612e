"""Fixtures by convention: a source has a page of its own or its platform's site, and the page gives what it should."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from archive.errors import UnreadableError
from archive.examine import Circumstances, examine
from archive.home import Home
from archive.sourcefile import Source
from crawler.drafting import facts_of

# The sites of the test world; they come with the checkout and are not installed.
SITES: Final = Path(__file__).parents[1] / "tests" / "sites"


def missing_fixtures(sources: Mapping[str, Source], home: Home) -> Iterator[str]:
    """A line for each source that is crawled and has neither a fixture of its own nor one of its platform."""
    for source in sources.values():
        places = (SITES / source.id, SITES / (source.platform or source.id), home.sources / source.id)
        if source.crawled and not any(place.is_dir() for place in places):
            yield (
                f"{source.id}: has neither a fixture of its own nor one of its platform: name a platform, or let"
                f" `baogao sources new {source.start[0]}` write one"
            )


def broken_fixtures(sources: Mapping[str, Source], home: Home) -> Iterator[tuple[str, bool]]:
    """(line, whether it is a mistake) for each fixture of the home that is not reviewed or not met."""
    for source in sources.values():
        folder = home.sources / source.id
        page, expected = folder / "page.html", folder / "expected.toml"
        if not page.exists() or not expected.exists():
            continue
        try:
            said = tomllib.loads(expected.read_text(encoding="utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            yield f"{expected}: not readable as TOML: {error}", True
            continue
        found = tomllib.loads("\n".join(read_fixture(page, said, source, home)))
        differing = [key for key in found if said.get(key) != found[key]] + [
            key for key in said if key not in found and key not in ("reviewed", "url", "content_type", "fetched_at")
        ]
        for key in differing:
            yield (
                f"{source.id}: {key}: expected is {said.get(key)!r}, the page gives {found.get(key)!r}: {expected}",
                True,
            )
        if not differing and not said.get("reviewed"):
            yield f"{source.id}: compare {page} with {expected.name} beside it, then set reviewed = true there", False


def read_fixture(page: Path, said: Mapping[str, object], source: Source, home: Home) -> list[str]:
    """What a page of a source gives today, as lines of TOML."""
    url, content_type, fetched_at = (str(said.get(key) or "") or None for key in ("url", "content_type", "fetched_at"))
    regions = home.regions if home.regions.exists() else None
    known = Circumstances(url, content_type, source.page_rules(fetched_at), source.region, regions)
    try:
        findings = examine(page.read_bytes(), known).findings
    except UnreadableError:
        return facts_of(None)
    return facts_of(max(findings, key=lambda finding: len(finding.text), default=None))
