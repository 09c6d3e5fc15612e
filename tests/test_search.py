"""Folding and Chinese search: what is found is exactly what stands there."""

from __future__ import annotations

import random
import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from archive.fold import SIMPLIFIED, count_chars, fold, fold_character, fold_text
from archive.hits import contains, cut_snippets, find_hits, trace_origins
from archive.search import EVERY, HAN, TOKENIZE, fts_query, parse_query, tokens


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("２０２０年，ＧＤＰ增长６．５％", "2020年gdp增长65"),
        ("數字經濟", "数字经济"),
        ("乾安縣、於潛鎮", "乾安县於潜镇"),
        ("café Ⅱ期 ㎡", "cafeii期m2"),
        ("营\u200b商\u00ad环境", "营商环境"),
        ("二〇二五年", "二〇二五年"),
        ("——！…", ""),
    ],
)
def test_fold_text_keeps_han_letters_and_digits(text: str, folded: str) -> None:
    assert fold_text(text) == folded
    assert count_chars(text) == len(folded)


def test_fold_keeps_punctuation_and_parts_circled_numbers() -> None:
    assert fold("增长６％，") == "增长6%,"
    assert fold("①10个") == " 1 10个"


def test_fold_table_is_settled_and_spares_gb2312() -> None:
    assert len(SIMPLIFIED) > 4000
    for character, simplified in SIMPLIFIED.items():
        assert fold_character(character) == fold_character(simplified) == simplified
        with pytest.raises(UnicodeEncodeError):
            character.encode("gb2312")


# A small alphabet, so that what is looked for is often there and often nearly there.
HAN_SAMPLE = "水利城市更新旧改营商环境〇々𠀀"
MIXED_SAMPLE = HAN_SAMPLE + "水旧改 ，。\n5g%（"
texts = st.text(alphabet=MIXED_SAMPLE, max_size=40)
han_phrases = st.text(alphabet=HAN_SAMPLE, min_size=1, max_size=8)


@contextmanager
def index(*documents: str) -> Iterator[Callable[[str], set[int]]]:
    """A real index over `documents`; gives a function from a query to the numbers of the documents found."""
    with closing(sqlite3.connect(":memory:")) as db:
        db.execute(f"""create virtual table f using fts5(body, title, content='', tokenize="{TOKENIZE}")""")
        for number, document in enumerate(documents):
            db.execute("insert into f(rowid, body, title) values (?, ?, ?)", (number, tokens(document), EVERY))
        folded = [fold(document) for document in documents]

        def search(query: str) -> set[int]:
            found = {n for (n,) in db.execute("select rowid from f where f match ?", (fts_query(query),))}
            return {n for n in found if holds(folded[n], query)} if undecided(query) else found

        yield search


def undecided(query: str) -> bool:
    return any(not phrase.decided for group in parse_query(query) for phrase in (*group.wanted, *group.unwanted))


def holds(folded: str, query: str) -> bool:
    """What a query asks, decided on the text."""
    return any(
        all(contains(folded, phrase) for phrase in group.wanted)
        and not any(contains(folded, phrase) for phrase in group.unwanted)
        for group in parse_query(query)
    )


def test_tokens() -> None:
    assert tokens("数字经济5G，增长45.5%") == "数字 字经 经济 济 5g \ue001 增长 长 45.5 pct"


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        ("数字经济", '("数字 字经 经济")'),
        ("水", '("水"*)'),
        ("2020年", '("2020 +年")'),
        ("14亿元", '("14 +亿 亿元")'),
        ("5G、网", '("5g \ue001 网"*)'),
        ("展5G", '("展 5g")'),
        ("年5月", '("年 5 +月")'),
        ("水 火", '("水"* AND "火"*)'),
        ("水利 OR 火", '("水利") OR ("火"*)'),
        ("水利|火", '("水利") OR ("火"*)'),
        ("水利 -火 NOT 土", '(("水利") NOT ("火"* OR "土"*))'),
        ("“城市 更新”", '("城市 市 更新")'),
        ("45.5％", '("45.5 pct")'),
        ("5G、网络", '("5g \ue001 网络")'),
        ("（一网通办）", '("一网 网通 通办")'),
        ("營商環境", '("营商 商环 环境")'),
        ("，", '""'),
        ("", '""'),
    ],
)
def test_fts_query(typed: str, asked: str) -> None:
    assert fts_query(typed) == asked


@given(st.lists(texts, min_size=1, max_size=6), han_phrases)
@settings(max_examples=300, deadline=None)
def test_a_han_phrase_finds_exactly_what_contains_it(documents: list[str], phrase: str) -> None:
    with index(*documents) as search:
        assert search(phrase) == {n for n, document in enumerate(documents) if phrase in document}


@given(st.lists(texts, min_size=1, max_size=6), st.lists(han_phrases, min_size=4, max_size=4, unique=True))
@settings(max_examples=200, deadline=None)
def test_and_or_not(documents: list[str], words: list[str]) -> None:
    a, b, c, d = words
    with index(*documents) as search:
        expected = {n for n, t in enumerate(documents) if (a in t and b not in t) or (c in t and d in t) or b in t}
        assert search(f'{a} -{b} OR {c} "{d}" | {b}') == expected
        assert search(f"-{a} NOT {b}") == {n for n, t in enumerate(documents) if a not in t and b not in t}


@given(st.text(max_size=60) | st.text(alphabet='"“”|-*^:(){}+ ORANDNTE水5%\0', max_size=60))
@settings(max_examples=200, deadline=None)
@example("OR")
@example('-"')
@example("NOT")
@example("水" * 20_000)
@example("水利 " * 2_000)
@example("-水 OR " * 500)
def test_any_string_is_a_query(typed: str) -> None:
    with index("水利", typed) as search:
        search(typed)
    find_hits("水利" + typed, typed)


@given(texts, st.text(alphabet=MIXED_SAMPLE + '"-|', max_size=12))
@settings(max_examples=300, deadline=None)
def test_hits_stand_where_search_finds(text: str, typed: str) -> None:
    hits = find_hits(text, typed)
    for start, end, _ in hits:
        assert 0 <= start < end <= len(text)
    assert all(before[1] <= after[0] for before, after in pairwise(hits))
    if len(groups := parse_query(typed)) == 1 and len(groups[0].wanted) == 1 and not groups[0].unwanted:
        with index(text) as search:
            assert bool(hits) == (search(typed) == {0})


def test_hits_are_marked_in_the_original_text() -> None:
    text = "…優化營商環境，①营\u200b商环境与㎡。\n第二段营商环境"
    hits = find_hits(text, "营商环境 平方")
    assert [text[start:end] for start, end, _ in hits] == ["營商環境", "营\u200b商环境", "营商环境"]
    snippet, second = cut_snippets(text, hits)
    assert (snippet.paragraph, second.paragraph) == (1, 2)
    assert "".join(words for words, _ in snippet.parts) == text.partition("\n")[0]
    assert [words for words, marked in snippet.parts if marked] == ["營商環境", "营\u200b商环境"]
    assert not snippet.cut_before
    assert not snippet.cut_after


@given(st.text(alphabet="水火…㎡\u200b①é數ﬁ\u0301a ", max_size=30))
@settings(max_examples=300, deadline=None)
def test_every_folded_place_is_traced_to_its_character(text: str) -> None:
    origin = trace_origins(text)
    expected = [place for place, character in enumerate(text) for _ in fold_character(character)]
    assert [origin(place) for place in range(len(fold(text)))] == expected


def test_a_snippet_cuts_no_hit_in_two() -> None:
    text = "一" * 30 + "旧改" + "二" * 71 + "旧改" + "三" * 50
    (snippet,) = cut_snippets(text, find_hits(text, "旧改"))
    assert [words for words, marked in snippet.parts if marked] == ["旧改", "旧改"]
    assert snippet.cut_before
    assert snippet.cut_after


def test_a_word_is_found_whole_wherever_han_stands_beside_it() -> None:
    with index("发展5G网络", "共15G", "5g") as search:
        assert search("5G") == search("５ｇ") == {0, 2}
        assert search("5G网") == {0}
        assert search("展5G") == {0}


@pytest.mark.parametrize(
    ("query", "text", "there"),
    [
        ("4亿元", "投入4亿元", True),
        ("4亿元", "投入14亿元", False),
        ("4亿元", "投入3.4亿元", False),
        ("004亿元", "投入1,004亿元", False),
        ("1,004亿元", "投入1,004亿元", True),
        ("增长5%", "增长5%", True),
        ("增长5%", "增长5个", False),
        ("5%", "增长6.5%", False),
        ("6.5%", "增长６．５％", True),
        ("5%以上", "5%，以上", False),
        ("5G网络", "建设5G、网络", False),
        ("5G网络", "建设5G网络", True),
        ("2024年", "1.2024年", True),
        ("养老、教育", "发展养老、教育", True),
        ("养老、教育", "发展养老，教育", False),
        ("养老", "养，老", False),
        ('"互联网+"', "互联网+政务", True),
        ("互联网+", "互联网政务", False),
        ("互联网+", "互联网＋", True),
        ("“GDP per”", "gdp  per", True),
        ("AI", "said", False),
        ("-养老、教育", "养老，教育", True),
        ("-养老、教育", "养老、教育", False),
    ],
)
def test_what_pairs_cannot_decide(query: str, text: str, there: bool) -> None:
    with index(text, "水") as search:
        assert (0 in search(query)) is there


@pytest.fixture(scope="module")
def real() -> list[str]:
    """Real texts, folded: the seeds, and the reports of a table where it is at hand."""
    shared = Path(__file__).parents[2] / "shared"
    if not (shared / "seeds").is_dir():
        pytest.skip("skipped: the real texts (../shared) are not at hand")
    paths = sorted((shared / "seeds").glob("*.txt")) + sorted((shared / "data").glob("reports-*-csv/*.csv"))
    found = [path.read_text(encoding="utf-8-sig") for path in paths[:20]]
    return [fold(text) for text in found]


def test_search_equals_substring_search_on_real_texts(real: list[str]) -> None:
    runs = [run for document in real for run in re.findall(f"[{HAN}]+", document)]
    rng = random.Random(0)
    with index(*real) as search:
        for phrase in ["营商环境", "旧改", "一网通办", "水", *(pick(rng, runs) for _ in range(2000))]:
            assert search(phrase) == {n for n, document in enumerate(real) if phrase in document}, phrase


def test_search_finds_whole_words_and_numbers_of_real_texts(real: list[str]) -> None:
    """The other way round: every stretch of a text that cuts no word is found where a scan finds it."""
    rng = random.Random(1)
    pattern = r"(?<![a-z0-9.,])[a-z]*[0-9]*(?:\.[0-9]+)?%?(?![a-z0-9.,%])"
    whole = sorted({word for document in real for word in re.findall(pattern, document) if word})
    assert len(whole) > 200
    with index(*real) as search:
        for word in rng.sample(whole, 200):
            alone = re.compile(rf"(?<![a-z0-9])(?<!\d[.,]){re.escape(word)}(?![a-z0-9])(?![.,]\d)")
            expected = {n for n, document in enumerate(real) if alone.search(document)}
            # A comma or point between two figures may part them or belong to them; all else is exact.
            extra = search(word) ^ expected
            assert all(re.search(rf"[\d.,]{re.escape(word)}|{re.escape(word)}[.,]\d", real[n]) for n in extra), word


def test_stretches_over_punctuation_of_real_texts(real: list[str]) -> None:
    rng = random.Random(2)
    with index(*real) as search:
        for _ in range(300):
            document = rng.choice(real)
            start = rng.randrange(len(document) - 8)
            stretch = re.sub(r'[\s"“”„]', " ", document[start : start + rng.randint(2, 8)]).strip()
            if parse_query(f'"{stretch}"'):
                found = search(f'"{stretch}"')
                assert found == {n for n, text in enumerate(real) if holds(text, f'"{stretch}"')}, stretch
                if re.fullmatch(f"[{HAN}][^ ]*[{HAN}]", stretch):
                    assert found == {n for n, text in enumerate(real) if stretch in text}, stretch


def pick(rng: random.Random, runs: list[str]) -> str:
    """A random stretch of 1 to 8 characters of a run."""
    run = rng.choice(runs)
    length = rng.randint(1, min(8, len(run)))
    start = rng.randint(0, len(run) - length)
    return run[start : start + length]
