"""Screenshots of every page, to be looked at: `make screenshots`, ARGS="--home DIR" for an archive of one's own."""

from __future__ import annotations

import argparse
import re
import sys
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from archive.home import Home
from archive.publish import publish
from tests.browsing import CHROMIUM, LOST, PAGES, SIZES, open_browser
from tests.serving import serving
from tests.small_archive import write_small_archive

SCHEMES = ("light", "dark")
LANGUAGES = ("zh-CN", "en")


def shoot(browser: Any, address: str, out: Path, pages: dict[str, str], schemes: tuple[str, ...]) -> int:
    """Write `NAME-LANGUAGE-SIZE-SCHEME.png` for each page into the folder `out`; returns how many."""
    count = 0
    for language, (size, (width, height)), scheme in product(LANGUAGES, SIZES.items(), schemes):
        context = browser.new_context(
            viewport={"width": width, "height": height}, base_url=address, locale=language, color_scheme=scheme
        )
        page = context.new_page()
        for name, path in pages.items():
            page.goto(path)
            page.screenshot(path=out / f"{name}-{language[:2]}-{size}-{scheme}.png", full_page=True)
            count += 1
        context.close()
    return count


def name_page(page: str, known: dict[str, str]) -> str:
    """A file name for a page's name or address."""
    return page if page in known else re.sub(r"\W+", "_", page).strip("_") or "front"


def main() -> int:
    """Shoot the small archive of the tests, or the one named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, help="an archive that has been published; default: the tests' small one")
    parser.add_argument("--out", type=Path, default=Path("var/screenshots"), help="folder for the pictures")
    parser.add_argument("--page", action="append", help="name or address of a page; again for more; default: all")
    parser.add_argument("--light", action="store_true", help="leave the dark ones out")
    asked = parser.parse_args()
    if not CHROMIUM.exists():
        print(f"no browser at {CHROMIUM}: install chromium, or name one in CHROMIUM", file=sys.stderr)
        return 4
    asked.out.mkdir(parents=True, exist_ok=True)
    known = PAGES | LOST
    pages = {name_page(page, known): known.get(page, page) for page in asked.page} if asked.page else known
    with TemporaryDirectory() as folder:
        home = Home(asked.home) if asked.home else write_small_archive(Path(folder))
        if not asked.home:
            publish(home)
        with serving(home) as (address, _), open_browser() as browser:
            count = shoot(browser, address, asked.out, pages, SCHEMES[:1] if asked.light else SCHEMES)
    print(f"{count} pictures in {asked.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
