"""What the archive makes of one page: read → split → clean → identify → damage. Pure: bytes in, findings out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path

from archive.articles import begins_speech, join_pages
from archive.clean import clean_text
from archive.corrections import (
    PUBLISHED,
    WHETHER,
    YES,
    Correction,
    choose,
    correct_identity,
    note_correction,
    own_id,
    reject_corrected,
)
from archive.damage import find_damage, find_lost_characters, lost_characters
from archive.head import SALUTATION
from archive.identify import Clues, identify
from archive.model import Candidate, Finding, Identity, Overruled, Page, PageRules
from archive.read import read_page
from archive.regions import Regions, load_regions
from archive.split import split_candidates

# Breadcrumbs, notices and tables of data stand in so many lines above a report (SOURCES §2b: 海淀 has 19 rows).
LINES_ABOVE = 40


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What is known of a page beside its bytes.

    `region` is the code in its source file; `extra_regions` the home's regions.csv. `later` are the bytes of the later
    pages of the same article; `first` the id of the capture of its first page, where this is a later one. `capture` is
    the id that corrections name, `corrections` those that may concern the page.
    """

    url: str | None = None
    content_type: str | None = None
    rules: PageRules = field(default_factory=PageRules)
    region: str | None = None
    extra_regions: Path | None = None
    later: tuple[bytes, ...] = ()
    first: str | None = None
    capture: str = ""
    corrections: tuple[Correction, ...] = ()


@dataclass(frozen=True, slots=True)
class Examination:
    """A page and what its candidates turned out to be. `continues`: it is a later page of that capture's article."""

    page: Page
    findings: tuple[Finding, ...]
    continues: str | None = None


def examine(payload: bytes, known: Circumstances) -> Examination:
    """Read a page and find out what its candidates are. Raises UnreadableError."""
    page = read_page(payload, known.url, known.content_type, known.rules)
    if known.rules.bundle and not page.parts:
        # A list page of a site that bundles: its links are the spider's business.
        return Examination(page, ())
    if known.first and not begins_speech(page):
        return Examination(page, (), continues=known.first)
    pages = [read_page(data, known.url, known.content_type, known.rules) for data in known.later]
    if further := [other for other in pages if not begins_speech(other)]:
        page = join_pages(page, further)
    regions = load_regions(known.extra_regions)
    findings = tuple(examine_candidate(candidate, page, known, regions) for candidate in split_candidates(page))
    return Examination(page, findings)


def examine_candidate(candidate: Candidate, page: Page, known: Circumstances, regions: Regions) -> Finding:
    """Clean one candidate, identify it and measure its damage."""
    text = clean_text(candidate.paragraphs)
    stated = candidate.published_on
    published = choose(known.corrections, f"{known.capture}-{candidate.part}", None).get(PUBLISHED)
    if published:
        candidate = replace(candidate, published_on=published.value or None)
    clues = Clues(
        title=candidate.title,
        site_code=page.facts.get("siteidcode"),
        site_name=page.facts.get("sitename"),
        region=known.region,
        published_on=candidate.published_on,
        around=tuple(lines_above(candidate)),
        lost=lost_characters(tuple(find_lost_characters(text))),
    )
    identity, overruled = corrected(text, clues, candidate.part, known, regions)
    if published and identity.is_report:
        digest = sha256(text.encode()).hexdigest()
        identity, one = note_correction(identity, published, stated, own_id(identity, digest))
        overruled = (*overruled, one)
    damage = find_damage(text, candidate, identity.year)
    found = (*damage, *identity.problems, *candidate.problems, *page.problems) if identity.is_report else ()
    # The reader of a text and its candidate may show the same.
    problems = tuple(dict.fromkeys(found))
    return Finding(candidate, text, identity, problems, lost_characters(damage), overruled)


def corrected(
    text: str, clues: Clues, part: int, known: Circumstances, regions: Regions
) -> tuple[Identity, tuple[Overruled, ...]]:
    """What a text is, and what a person says it is instead."""
    identity = identify(text, clues, regions)
    if not known.corrections:
        return identity, ()
    copy_id = f"{known.capture}-{part}"
    digest = sha256(text.encode()).hexdigest()
    said = choose(known.corrections, copy_id, own_id(identity, digest) if identity.is_report else None).get(WHETHER)
    overruled: list[Overruled] = []
    if said and identity.is_report and said.value not in YES:
        rejected, one = reject_corrected(identity, said, own_id(identity, digest))
        return rejected, (one,)
    if said and not identity.is_report and said.value in YES:
        why, identity = identity.reason, identify(text, clues, regions, certain=said.why)
        overruled.append(Overruled(said.id, WHETHER, said.value, why, own_id(identity, digest)))
    if not identity.is_report:
        return identity, ()
    natural = own_id(identity, digest)
    identity, more = correct_identity(identity, choose(known.corrections, copy_id, natural), natural, regions)
    return identity, (*overruled, *more)


def lines_above(candidate: Candidate) -> Iterator[str]:
    """The short lines of a candidate above its salutation, those among them that cleaning takes away."""
    for line in candidate.paragraphs[:LINES_ABOVE]:
        if SALUTATION.search(line[:200]):
            return
        if len(line) <= 80:
            yield line
