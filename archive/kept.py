"""What of an examined page becomes rows. Computed where the page was read: who writes only writes, and less travels."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from archive.copies import fingerprint
from archive.examine import Examination
from archive.fold import fold_text
from archive.model import Finding, Identity, Overruled, Problem


@dataclass(frozen=True, slots=True)
class KeptFinding:
    """A finding without the paragraphs it was cleaned from; of one that is no report the text is left out, too.

    `text_sha256` and `folded_sha256` are the digests of the text and of the text folded, `chars` the length of the
    latter, `hashes` its fingerprint (copies.fingerprint) as bytes.
    """

    part: int
    title: str | None
    published_on: str | None
    text: str
    identity: Identity
    problems: tuple[Problem, ...]
    lost: str
    overruled: tuple[Overruled, ...]
    text_sha256: str
    folded_sha256: str
    chars: int
    hashes: bytes


@dataclass(frozen=True, slots=True)
class KeptPage:
    """A page's findings, and what a rejection says of the page itself."""

    reader: str
    title: str | None
    holds_text: bool
    findings: tuple[KeptFinding, ...]
    continues: str | None


def keep(examination: Examination) -> KeptPage:
    """What the ingest needs of an examination."""
    page = examination.page
    findings = tuple(map(keep_finding, examination.findings))
    return KeptPage(page.reader, page.title, bool(page.paragraphs), findings, examination.continues)


def keep_finding(finding: Finding) -> KeptFinding:
    """What the ingest needs of a finding."""
    folded = fold_text(finding.text)
    candidate, identity = finding.candidate, finding.identity
    return KeptFinding(
        part=candidate.part,
        title=candidate.title,
        published_on=candidate.published_on,
        text=finding.text if identity.is_report else "",
        identity=identity,
        problems=finding.problems,
        lost=finding.lost,
        overruled=finding.overruled,
        text_sha256=hashlib.sha256(finding.text.encode()).hexdigest(),
        folded_sha256=hashlib.sha256(folded.encode()).hexdigest(),
        chars=len(folded),
        hashes=fingerprint(folded).tobytes() if identity.is_report else b"",
    )
