"""What the archive makes of one page: read → split → clean → identify → damage. Pure: bytes in, findings out."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from archive.clean import clean_text
from archive.damage import find_damage, lost_characters
from archive.identify import Clues, identify
from archive.model import Candidate, Finding, Page, PageRules
from archive.read import read_page
from archive.regions import Regions, load_regions
from archive.split import split_candidates


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What is known of a page beside its bytes.

    `region` is the code in its source file; `extra_regions` the home's regions.csv.
    """

    url: str | None = None
    content_type: str | None = None
    rules: PageRules = PageRules()
    region: str | None = None
    extra_regions: Path | None = None


@dataclass(frozen=True, slots=True)
class Examination:
    """A page and what its candidates turned out to be."""

    page: Page
    findings: tuple[Finding, ...]


def examine(payload: bytes, known: Circumstances) -> Examination:
    """Read a page and find out what its candidates are. Raises UnreadableError."""
    page = read_page(payload, known.url, known.content_type, known.rules)
    if known.rules.bundle and not page.parts:
        # A list page of a site that bundles: its links are the spider's business.
        return Examination(page, ())
    regions = load_regions(known.extra_regions)
    findings = tuple(examine_candidate(candidate, page, known, regions) for candidate in split_candidates(page))
    return Examination(page, findings)


def examine_candidate(candidate: Candidate, page: Page, known: Circumstances, regions: Regions) -> Finding:
    """Clean one candidate, identify it and measure its damage."""
    text = clean_text(candidate.paragraphs)
    clues = Clues(
        title=candidate.title,
        site_code=page.facts.get("siteidcode"),
        region=known.region,
        published_on=candidate.published_on,
    )
    identity = identify(text, clues, regions)
    damage = find_damage(text, candidate)
    problems = (*damage, *identity.problems, *candidate.problems, *page.problems) if identity.is_report else ()
    return Finding(candidate, text, identity, problems, lost_characters(damage))
