"""The interface in Chinese and English: which of the two a reader wants, and the words of the templates in it.

Templates and words.py are written in Chinese; `english/*.toml` says the same in English, message by message. A test
finds every message without English words.
"""

from __future__ import annotations

import tomllib
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, urlencode

from markupsafe import Markup

CATALOGUES = Path(__file__).parent / "english"

# Our name of a language → its tag (BCP 47), its own name.
LANGUAGES = {"zh": ("zh-CN", "中文"), "en": ("en", "English")}
USUAL = "zh"
# The parameter and the cookie that choose a language.
PARAMETER, COOKIE = "lang", "lang"
COOKIE_SECONDS = 365 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Asked:
    """What one request asked for: its language, and its address without the parameter `lang`."""

    language: str = USUAL
    path: str = "/"
    query: str = ""

    @property
    def address(self) -> str:
        """Path and query, whatever the language."""
        return f"{self.path}?{self.query}" if self.query else self.path

    def address_in(self, language: str) -> str:
        """The same page in another language."""
        return f"{self.path}?{f'{self.query}&' if self.query else ''}{PARAMETER}={language}"


# Set for each request by plugins/answering.py.
asked: ContextVar[Asked] = ContextVar("asked", default=Asked())  # noqa: B039 - frozen


def read_catalogue(folder: Path = CATALOGUES) -> dict[str, str | list[str]]:
    """Chinese message → English words, or [for one, for many]."""
    catalogue: dict[str, str | list[str]] = {}
    for path in sorted(folder.glob("*.toml")):
        catalogue |= tomllib.loads(path.read_text(encoding="utf-8"))
    return catalogue


ENGLISH = read_catalogue()


def in_english() -> bool:
    """Whether this request wants English."""
    return asked.get().language == "en"


def translate(message: str, count: int | None = None) -> str:
    """A Chinese message in the reader's language; `count` chooses between English singular and plural.

    A message without English words stays Chinese.
    """
    words = ENGLISH.get(message, message) if in_english() else message
    return words if isinstance(words, str) else words[0 if count == 1 else -1]


def say(message: str, **values: object) -> Markup:
    """`_()` of the templates: a message, which may hold mark-up, with `%(name)s` filled in, escaped."""
    words = Markup(translate(message))  # noqa: S704 - messages are ours, values are escaped by %
    return words % values if values else words


def count(message: str, number: int | None, **values: object) -> Markup:
    """`count()` of the templates: a message with `%(n)s` for a number, 1,234, in its singular or plural."""
    filled = {"n": f"{number or 0:,}", **values}
    return Markup(translate(message, number)) % filled  # noqa: S704 - as above


def choose_language(wanted: str | None, cookie: str | None, accepted: str | None) -> str:
    """The language of an answer: the parameter's, else the cookie's, else the browser's first that we have.

    `accepted` is the header Accept-Language (RFC 9110 §12.5.4), `en-GB,en;q=0.8,zh;q=0.5`.
    """
    for choice in (wanted, cookie):
        if choice in LANGUAGES:
            return choice
    weighed = []
    for place, item in enumerate((accepted or "").split(",")[:20]):
        tag, _, rest = item.strip().partition(";")
        try:
            weight = float(rest.strip().removeprefix("q=") or 1)
        except ValueError:
            continue
        language = tag.partition("-")[0].lower()
        if language in LANGUAGES and weight > 0:
            weighed.append((-weight, place, language))
    return min(weighed)[2] if weighed else USUAL


def take_language(query: str) -> tuple[str | None, str]:
    """The parameter `lang` of a query string and the query without it, otherwise unchanged."""
    pairs = query.split("&") if query else []
    chosen = [value for name, value in parse_qsl(query) if name == PARAMETER]
    kept = [pair for pair in pairs if pair.partition("=")[0] != PARAMETER]
    return (chosen[-1] if chosen else None), "&".join(kept)


def make_query(**values: object) -> str:
    """A query string of the values that are there."""
    return urlencode({name: value for name, value in values.items() if value not in (None, "")})
