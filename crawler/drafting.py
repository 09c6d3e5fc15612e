"""A draft as files: the source, the page it was made from, and what the archive makes of that page, unreviewed."""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from pathlib import Path
from urllib.parse import urlsplit

from archive.model import Finding
from crawler.scout import Draft

# Labels of a host that say nothing of whose it is.
COMMON_LABELS = frozenset({"www", "gov", "com", "cn", "net", "org", "example"})
# Facts of a fixture that a person looks at before setting `reviewed`.
FACTS = ("title", "region", "year", "delivered_on", "speaker")


def choose_id(url: str, taken: Collection[str]) -> str:
    """A file name for a source, from its host: www.renshen.gov.cn → renshen, with a number where that is taken."""
    labels = (urlsplit(url).hostname or "source").split(".")
    telling = [label for label in labels if label not in COMMON_LABELS]
    stem = re.sub(r"[^a-z0-9]+", "_", "_".join(telling or labels).lower()).strip("_")
    number = 1
    while (id := stem if number == 1 else f"{stem}_{number}") in taken:
        number += 1
    return id


def source_text(draft: Draft, today: str) -> str:
    """The source file of a draft."""
    start = draft.column.url if draft.column else draft.url
    lines = [f"# Written by `baogao sources new` on {today} from {draft.url}"]
    lines += [f"# Unsure: {sentence}" for sentence in draft.unsure]
    lines.append(f"name     = {quoted(draft.name)}")
    if draft.region:
        lines.append(f'region   = "{draft.region}"')
    elif draft.kind == "government":
        lines.append('kind     = "aggregator"')
    if draft.platform:
        lines.append(f'platform = "{draft.platform}"')
    lines.append(f"start    = [{quoted(start)}]")
    if draft.years:
        last = draft.years[-1]
        until = '"now"' if last >= int(today[:4]) - 1 else str(last)
        lines += ["[expect]", f"years    = [{draft.years[0]}, {until}]"]
    return "\n".join(lines) + "\n"


def expectation_text(draft: Draft) -> str:
    """What the archive makes of the page of a draft, for a person to compare with the page."""
    assert draft.article is not None
    lines = ["# Compare with page.html as a reader sees it, mend what is wrong, then set reviewed = true."]
    lines += ["reviewed = false", f"url = {quoted(draft.article.url)}"]
    lines.append(f"content_type = {quoted(draft.article.content_type or '')}")
    lines.append(f'fetched_at = "{draft.article.fetched_at}"')
    return "\n".join([*lines, *facts_of(draft.finding)]) + "\n"


def facts_of(finding: Finding | None) -> list[str]:
    """The facts of a finding as lines of TOML; those that are not known are left out."""
    if finding is None:
        return ["is_report = false"]
    identity = finding.identity
    values = {fact: getattr(identity, fact) for fact in FACTS}
    lines = [f"is_report = {'true' if identity.is_report else 'false'}"]
    for fact, value in values.items():
        if value:
            lines.append(f"{fact} = {value if isinstance(value, int) else quoted(value)}")
    first, *_, last = finding.text.split("\n") * 2
    return [*lines, f"chars = {len(finding.text)}", f"first = {quoted(first[:60])}", f"last = {quoted(last[-60:])}"]


def write_draft(folder: Path, id: str, draft: Draft, today: str) -> list[Path]:
    """Write a draft's files: ID.toml, and ID/ with the page and what it gave where a report was read."""
    folder.mkdir(parents=True, exist_ok=True)
    written = [folder / f"{id}.toml"]
    written[0].write_text(source_text(draft, today), encoding="utf-8")
    if draft.article is not None:
        (folder / id).mkdir(exist_ok=True)
        page, expected = folder / id / "page.html", folder / id / "expected.toml"
        page.write_bytes(draft.article.body)
        expected.write_text(expectation_text(draft), encoding="utf-8")
        written += [page, expected]
    return written


def quoted(text: str) -> str:
    """A text as a basic string of TOML, which is one of JSON where no character is a surrogate."""
    return json.dumps(text, ensure_ascii=False)
