"""Names of indicators: found as one pattern of all wordings finds them, only faster."""

import re
from functools import cache

from hypothesis import given, settings
from hypothesis import strategies as st

from archive.indicators import WORTH, find_names, load_indicators, load_wordings

# What wordings are made of, and what stands between them.
PIECES = sorted(
    {piece for one in load_indicators() for piece in re.findall(r"[\u4e00-\u9fffA-Z0-9.]+", one.words)}
    | {"增长", "进", "5%", "100亿元", "，", "、", "和", "占", "：", "全区", "实现", "确保"}
)


@cache
def one_pattern() -> re.Pattern[str]:
    """All wordings in their order."""
    return re.compile("|".join(f"(?P<n{n}>{one.words.pattern})" for n, one in enumerate(load_wordings())))


@settings(max_examples=3000)
@given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=14).map("".join))
def test_names_are_those_of_one_pattern(sentence: str) -> None:
    plain = [
        (load_wordings()[int(str(hit.lastgroup)[1:])].indicators, hit.start(), hit.end())
        for hit in one_pattern().finditer(sentence)
    ]
    found = [(name.indicators, name.start, name.end) for name in find_names(sentence, 0, len(sentence))]
    assert found == (plain if WORTH.search(sentence) else [])


def test_every_indicator_has_a_core() -> None:
    assert [one.codes for one in load_indicators() if not one.core and not one.words.startswith("@")] == []
