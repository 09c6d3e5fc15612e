"""What `baogao read` prints of a page: for a person, or as one line of JSON."""

from __future__ import annotations

import json
from typing import Any

import click

from archive.examine import Examination
from archive.model import Finding


def show(name: str, examination: Examination, as_json: bool) -> None:
    """Print an examination."""
    if as_json:
        candidates = [candidate_row(finding) for finding in examination.findings]
        body = list(examination.page.paragraphs)
        line = {"path": name, "reader": examination.page.reader, "body": body, "candidates": candidates}
        click.echo(json.dumps(line, ensure_ascii=False))
        return
    click.echo(f"{name}  ({examination.page.reader}, {len(examination.page.paragraphs)} paragraphs)")
    for finding in examination.findings:
        identity = finding.identity
        click.echo(f"  {finding.candidate.part}. {finding.candidate.title or '(no title)'}")
        if not identity.is_report:
            click.echo(f"     no report: {identity.reason} ({identity.detail})")
            continue
        for field in ("title", "region", "region_name", "year", "delivered_on", "congress", "session", "speaker"):
            value, evidence = getattr(identity, field), identity.evidence.get(field)
            why = f"   ← {evidence.rule}: {evidence.words}" if evidence else ""
            click.echo(f"     {field:13}{'–' if value is None else value}{why}")
        for problem in finding.problems:
            click.echo(f"     {problem.severity:5} {problem.code}: {problem.detail}")
        paragraphs = finding.text.split("\n")
        click.echo(f"     text: {len(finding.text)} characters, {len(paragraphs)} paragraphs")
        for paragraph in (*paragraphs[:5], "…", paragraphs[-1]):
            click.echo(f"       {paragraph[:76]}")


def candidate_row(finding: Finding) -> dict[str, Any]:
    """A candidate as `read --json` prints it (DESIGN §4)."""
    identity = finding.identity
    fields = ("is_report", "reason", "title", "region", "region_name", "year", "delivered_on")
    more = ("congress", "session", "speaker", "speaker_post")
    return {
        **{name: getattr(identity, name) for name in (*fields, *more)},
        "title_as_shown": finding.candidate.title,
        "evidence": {name: [found.rule, found.words] for name, found in identity.evidence.items()},
        "damage": sorted({problem.code for problem in finding.problems}),
        "problems": [[problem.code, problem.severity, problem.detail] for problem in finding.problems],
        "text": finding.text,
    }
