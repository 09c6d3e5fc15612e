"""Which CMS family a page is from, told from its address and markup; where its list is. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from archive.sourcefile import Platform

# An address is made by the system itself, markup may be copied from another: one telling address weighs as much as
# two marks of the page (SOURCES §2b, the table of fingerprints).
URL_WEIGHT = 2
# Marks of a system stand in the head or around the body; a page is not searched further than this many characters.
HEAD_OF_PAGE = 200_000


@dataclass(frozen=True, slots=True)
class Likeness:
    """How much a page is like those of a platform: the weight of the signs found, and the signs themselves."""

    platform: str
    weight: int
    signs: tuple[str, ...]


def detect_platforms(html: str, url: str, platforms: Mapping[str, Platform]) -> list[Likeness]:
    """The platforms a page shows signs of, the likeliest first; empty where it shows none."""
    path = urlsplit(url)._replace(scheme="", netloc="").geturl()
    head = html[:HEAD_OF_PAGE]
    found = []
    for id, platform in platforms.items():
        by_url = [match[0] for sign in platform.detect.url if (match := re.search(sign, path, re.IGNORECASE))]
        by_page = [match[0] for sign in platform.detect.page if (match := re.search(sign, head, re.IGNORECASE))]
        if weight := URL_WEIGHT * len(by_url) + len(by_page):
            found.append(Likeness(id, weight, tuple(sign[:60] for sign in (*by_url, *by_page))))
    return sorted(found, key=lambda likeness: (-likeness.weight, likeness.platform))


def column_addresses(platform: Platform, html: str, url: str) -> Iterator[str]:
    """Where the list of the column an article stands in should be, by the platform's rules; absolute addresses."""
    for where, pairs in ((url, platform.column.url), (html, platform.column.page)):
        for patterns, address in pairs:
            matches = [re.search(pattern, where) for pattern in patterns.split(" && ")]
            if all(matches):
                groups = [group or "" for match in matches if match for group in match.groups()]
                given = re.sub(r"\\(\d)", lambda number: groups[int(number[1]) - 1], address)  # noqa: B023 used at once
                yield urljoin(url, given)
