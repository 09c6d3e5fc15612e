"""`sources new` for many pages in one process, without delays: `python -m tests.sites.scouting HOME URL…`.

Writes what the command writes, and a line of JSON a page: the address, the id, how many requests, what is unsure.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

from archive.home import Home
from archive.sources import read_platforms
from crawler.asking import Ask, follow_plan
from crawler.drafting import choose_id, write_draft
from crawler.scout import Scout
from tests.sites.crawl import HASTE


def main(root: str, *urls: str) -> None:
    """Look at pages of different sites at once."""
    home, platforms, taken = Home(Path(root)), read_platforms()[0], set[str]()

    async def look(ask: Ask, url: str) -> None:
        draft = await Scout(ask, platforms, home.regions).look(url)
        id = choose_id(url, taken)
        taken.add(id)
        if not draft.failed:
            write_draft(home.sources, id, draft, "2026-11-22")
        said = {"url": url, "id": id, "platform": draft.platform, "region": draft.region, "requests": draft.requests}
        print(json.dumps(said | {"unsure": draft.unsure, "failed": draft.failed}, ensure_ascii=False))

    async def plan(ask: Ask) -> None:
        await asyncio.gather(*(look(ask, url) for url in urls))

    follow_plan(plan, settings=HASTE)


if __name__ == "__main__":
    main(*sys.argv[1:])
