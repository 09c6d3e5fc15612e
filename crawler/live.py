"""`sources check --live`: what each site answers today, what changed, and how its file might be mended."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from archive.platforms import detect_platforms
from archive.sourcefile import Platform, Source
from archive.urls import url_key
from crawler.asking import Answer, Ask
from crawler.discover import column_links, holds_report, report_links
from crawler.scout import Scout

# Sites looked at at once; each is asked one page at a time.
AT_ONCE: Final = 8


@dataclass(frozen=True, slots=True)
class Looked:
    """What was seen of a source: `state` is "answers", "moved", "empty" or how it failed; `mend` a proposal or ""."""

    source: str
    state: str
    detail: str = ""
    mend: str = ""

    @property
    def well(self) -> bool:
        """Whether the source works as its file says."""
        return self.state == "answers"


async def look_at_sources(
    ask: Ask,
    sources: Mapping[str, Source],
    platforms: Mapping[str, Platform],
    regions: Path | None,
    tell: Callable[[Looked], None],
) -> None:
    """Look at the start pages of sources, several sites at once, and tell what was seen of each."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def look(source: Source) -> None:
        async with gate:
            tell(await look_at(ask, source, platforms, regions))

    await asyncio.gather(*(look(source) for source in sources.values()))


async def look_at(ask: Ask, source: Source, platforms: Mapping[str, Platform], regions: Path | None) -> Looked:
    """Look at one source: its start pages first, the way to its column only where they name no report."""
    answers = [await ask(url) for url in source.start]
    good = [answer for answer in answers if answer.markup and names_reports(answer, source)]
    if not good:
        return await look_for_mend(ask, source, answers[0], platforms, regions)
    answer = good[0]
    assert answer.markup is not None
    links = len(report_links(answer.markup, source.list))
    seen = [likeness.platform for likeness in detect_platforms(answer.markup.html, answer.url, platforms)]
    if url_key(answer.url) != url_key(answer.asked):
        return Looked(source.id, "moved", f"redirects, {links} links to reports there", f'start = ["{answer.url}"]')
    failed = [answer.asked for answer in answers if answer.markup is None]
    detail = f"{links} links to reports" + (f"; {len(failed)} of {len(answers)} start pages fail" if failed else "")
    if seen and source.platform and source.platform not in ("plain", *seen):
        return Looked(source.id, "answers", detail, f'it looks like {seen[0]}: platform = "{seen[0]}"')
    return Looked(source.id, "answers", detail, "delete `unverified`" if source.unverified else "")


def names_reports(answer: Answer, source: Source) -> bool:
    """Whether a start page leads to reports: by links to them, by their column, or because it shows one."""
    assert answer.markup is not None
    return bool(report_links(answer.markup, source.list) or column_links(answer.markup) or holds_report(answer.markup))


async def look_for_mend(
    ask: Ask, source: Source, answer: Answer, platforms: Mapping[str, Platform], regions: Path | None
) -> Looked:
    """Why a start page does not do, and where the column may be now."""
    if answer.verdict in ("captcha", "login", "challenge", "blocked", "robots_denied"):
        return Looked(source.id, answer.verdict, answer.why or "left alone", wall_of(answer.verdict))
    state, detail = ("empty", "answers, and names no report") if answer.markup else (answer.verdict, answer.why)
    if answer.verdict == "failed":
        return Looked(source.id, "failed", detail, "look whether the site still exists: [retired] keeps the file")
    scheme, _, rest = answer.asked.partition("://")
    draft = await Scout(ask, platforms, regions).look(f"{scheme}://{rest.partition('/')[0]}/")
    if draft.column is not None:
        return Looked(source.id, state, detail, f'start = ["{draft.column.url}"]')
    return Looked(source.id, state, detail, "no column was found from the front page: look by hand")


def wall_of(verdict: str) -> str:
    """The line that records what a site asks for before it shows its texts."""
    return f'wall = "{verdict}"' if verdict in ("captcha", "login") else ""
