"""Which pages a run has asked for already, under whatever address. Pure."""

from __future__ import annotations

import re

from archive.sourcefile import Source, bare_host
from archive.urls import url_key


class Seen:
    """The pages of a source that were asked for, known by their addresses' identity."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.pages: dict[str, dict[str, str]] = {}

    def add(self, url: str, words: str = "") -> bool:
        """Note a page, with the words of the link to it; False where it was noted before.

        Two addresses that differ in case alone are one page where the same words lead there: servers that do not tell
        case apart are linked to in any, while short ids like those of cezhidao differ in case alone and name different
        reports.
        """
        identity, words = self.identity(url), re.sub(r"\s+", "", words)
        variants = self.pages.setdefault(identity.casefold(), {})
        known = identity in variants or (bool(words) and words in variants.values())
        variants.setdefault(identity, words)
        return not known

    def identity(self, url: str) -> str:
        """What two addresses of one page have in common, beyond url_key: `www.`, the source's own rules, mirrors."""
        key = bare_host(url_key(url))
        for pattern, replacement in self.source.crawl.same:
            key = re.sub(pattern, replacement, key)
        return key.partition("/")[2] if self.source.crawl.mirrors else key
