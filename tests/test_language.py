"""The interface's two languages: which one a reader gets, and that no page mixes them."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from jinja2 import Environment
from jinja2.ext import extract_from_ast

from archive.site import codes, phrases, words
from archive.site.language import (
    CATALOGUES,
    ENGLISH,
    Asked,
    asked,
    choose_language,
    count,
    say,
    take_language,
)

TEMPLATES = Path(__file__).parents[1] / "archive" / "site" / "templates"
HAN = re.compile("[\u4e00-\u9fff]+")


def read_messages() -> dict[str, str]:
    """Message → the template that says it."""
    found = {}
    for path in sorted(TEMPLATES.glob("*")):
        tree = Environment().parse(path.read_text(encoding="utf-8"))
        for _, _, message in extract_from_ast(tree, ("_", "many")):
            words = message if isinstance(message, str) else message and message[0]
            if words:  # a message that is a variable has none here: codes.py holds those
                found[str(words)] = path.name
    return found


def test_every_message_of_the_templates_has_english_words() -> None:
    missing = {message: name for message, name in read_messages().items() if message not in ENGLISH}
    assert missing == {}, "give these words in archive/site/english/"


def test_no_two_catalogues_disagree() -> None:
    said: dict[str, object] = {}
    for path in sorted(CATALOGUES.glob("*.toml")):
        for message, english in tomllib.loads(path.read_text(encoding="utf-8")).items():
            assert said.setdefault(message, english) == english, f"{path.name}: {message}"


def test_english_words_fill_in_what_the_chinese_do() -> None:
    names = re.compile(r"%\((\w+)\)")
    for message, english in ENGLISH.items():
        for one in [english] if isinstance(english, str) else english:
            assert set(names.findall(one)) <= set(names.findall(message)), message


def test_every_word_for_a_code_has_english_words() -> None:
    titles = [title for title, _ in words.TABLES.values()]
    named = [name for values in codes.VALUES.values() for name in values.values()]
    said = [*titles, *named, *codes.FIELDS.values(), *codes.TRUST_MEANINGS.values(), *codes.REASONS.values()]
    assert [name for name in said if name not in ENGLISH] == [], "give these words in archive/site/english/words.toml"


@pytest.mark.parametrize(
    ("wanted", "cookie", "accepted", "language"),
    [
        (None, None, None, "zh"),
        ("en", "zh", "zh-CN", "en"),
        ("fr", "en", "zh-CN", "en"),
        (None, "<b>", "en-GB,en;q=0.9", "en"),
        (None, None, "de-DE,zh;q=0.5,en;q=0.7", "en"),
        (None, None, "zh-TW,zh;q=0.9,en;q=0.8", "zh"),
        (None, None, "en;q=0,zh;q=0.1", "zh"),
        (None, None, ";;q=x,,", "zh"),
        (None, None, "*", "zh"),
    ],
)
def test_a_reader_gets_the_language_asked_for(
    wanted: str | None, cookie: str | None, accepted: str | None, language: str
) -> None:
    assert choose_language(wanted, cookie, accepted) == language


def test_the_language_is_taken_out_of_the_query() -> None:
    assert take_language("a=1&lang=en&b=%E6%B0%B4") == ("en", "a=1&b=%E6%B0%B4")
    assert take_language("lang=en") == ("en", "")
    assert take_language("_search=lang") == (None, "_search=lang")
    assert Asked("zh", "/reports", "a=1").address_in("en") == "/reports?a=1&lang=en"


def test_words_are_said_in_the_language_and_values_escaped() -> None:
    assert say("缺“%(lost)s”", lost="<b>") == "缺“&lt;b&gt;”"
    token = asked.set(Asked("en"))
    try:
        assert count("%(n)s 份抄本", 1) == "1 copy"
        assert count("%(n)s 份抄本", 1234) == "1,234 copies"
        assert words.name_value("trust", "damaged") == "damaged"
        assert words.describe_table("copies")[0] == "Copies"
        assert phrases.name_problem({"code": "lost_character", "detail": "我"}) == "Character lost throughout: 我"
    finally:
        asked.reset(token)
