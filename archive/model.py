"""The vocabulary of the design as plain data: what one step hands to the next.

Every class here is immutable and knows nothing of files, SQL or the network. Offsets count characters.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong found in a copy or report.

    `severity` is "major" (the text is not what was said), "minor" (a reader should know) or "note".
    `start` and `length` are a place in the copy's text, where there is one.
    """

    code: str
    severity: str
    detail: str = ""
    start: int | None = None
    length: int | None = None


@dataclass(frozen=True, slots=True)
class PageRules:
    """What a source says of its report pages, for one layout. CSS selectors; None where the source says nothing."""

    body: str | None = None
    drop: tuple[str, ...] = ()
    bundle: str | None = None
    title: str | None = None
    date: str | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """What a reader made of one capture.

    `paragraphs` is the main text before splitting and cleaning, one paragraph an item, never empty strings.
    `parts` holds one list of paragraphs an item where the source's `bundle` rule cut the page; else it is empty.
    `reader` names the reader and the rule that chose the text (`html #zoom`, `html density`, `pdf`, `docx`, `text`).
    `facts` are what the page says of itself, by the names of the government page standard in lower case
    (`articletitle`, `pubdate`, `siteidcode`, …) plus `encoding` and `declared_encoding` for HTML and text.
    """

    paragraphs: tuple[str, ...]
    reader: str
    title: str | None = None
    published_on: str | None = None
    facts: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    parts: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Candidate:
    """A stretch of a capture that may be a report. `part` counts from 1 in page order."""

    part: int
    paragraphs: tuple[str, ...]
    title: str | None = None
    published_on: str | None = None
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why a field has its value: the rule that gave it and the words it was read from."""

    rule: str
    words: str


@dataclass(frozen=True, slots=True)
class Identity:
    """What a text is. A field that could not be derived is None; nothing is guessed.

    `is_report` with `reason` (a code of identify.REASONS; "report" for a report).
    `region` is six digits; `year` the year the report plans; `title_year` the year the title claims; `delivered_on`
    an ISO date; `evidence` maps a field's name to its evidence.
    """

    is_report: bool
    reason: str
    detail: str = ""
    title: str | None = None
    region: str | None = None
    region_name: str | None = None
    township: str | None = None
    year: int | None = None
    title_year: int | None = None
    delivered_on: str | None = None
    congress: str | None = None
    session: str | None = None
    speaker: str | None = None
    speaker_post: str | None = None
    complete: bool = True
    evidence: Mapping[str, Evidence] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Overruled:
    """A value that a person's correction took the place of.

    `id` and `field` name the correction, `value` is what it says, `was` what the archive had made of the text; `report`
    is the id of the report that the text by itself says it is.
    """

    id: str
    field: str
    value: str
    was: str | None
    report: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One candidate after all steps: its cleaned text, what it is, what is wrong with it.

    `lost` is the string of characters the text has lost throughout ("" for none).
    """

    candidate: Candidate
    text: str
    identity: Identity
    problems: tuple[Problem, ...]
    lost: str
    overruled: tuple[Overruled, ...] = ()


@dataclass(frozen=True, slots=True)
class Capture:
    """The bytes of one URL at one time, as the index knows them.

    `url` is None for a page without address, `fetched_at` (ISO 8601, UTC, seconds) is None where nobody knows when it
    was fetched. `sha256` is the digest of the payload after content decoding. `verdict` is one of crawler.verdict's
    words; only "page" is ever read as text.
    """

    id: str
    url: str | None
    fetched_at: str | None
    sha256: str
    content_type: str | None
    status: int | None
    source: str | None
    verdict: str
    warc_file: str
    warc_offset: int
    warc_length: int
    last_seen_at: str | None = None
    etag: str | None = None
    last_modified: str | None = None
