from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.read.decode import declared_encoding, decode, header_charset
from archive.read.facts import find_day, find_labelled_day

SENTENCE = "各位代表：现在，我代表甲子区人民政府，向大会报告政府工作，请予审议，并请各位委员提出意见。"
TRADITIONAL = "各位代表：現在，我代表甲子區人民政府，向大會報告政府工作，請予審議，並請各位委員提出意見。"
HTML = '<html><head><meta charset="{label}"><title>工作报告</title></head><body><p>{text}</p></body></html>'


@pytest.mark.parametrize("repeats", [1, 5, 50])
@pytest.mark.parametrize(
    "declared", [None, "utf-8", "gb2312", "gbk", "big5", "iso-8859-1", "utf-16", "hex", "nonsense"]
)
@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_declared_labels_never_win_over_the_bytes(encoding: str, declared: str | None, repeats: int) -> None:
    text = SENTENCE * repeats
    decoded = decode(text.encode(encoding), declared)
    assert decoded == type(decoded)(text, encoding, declared, 0)
    assert decoded.problems == ()


@pytest.mark.parametrize("declared", [None, "utf-8", "gbk", "big5"])
def test_big5(declared: str | None) -> None:
    decoded = decode(TRADITIONAL.encode("big5hkscs"), declared)
    assert (decoded.text, decoded.encoding) == (TRADITIONAL, "big5hkscs")


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (codecs.BOM_UTF8 + SENTENCE.encode(), "utf-8"),
        (codecs.BOM_UTF16_LE + SENTENCE.encode("utf-16-le"), "utf-16-le"),
        (codecs.BOM_UTF16_BE + SENTENCE.encode("utf-16-be"), "utf-16-be"),
        (("<p>" + SENTENCE).encode("utf-16-le"), "utf-16-le"),
        (("<p>" + SENTENCE).encode("utf-16-be"), "utf-16-be"),
    ],
)
def test_marks_and_zero_bytes(data: bytes, encoding: str) -> None:
    decoded = decode(data, "gbk")
    assert decoded.encoding == encoding
    assert decoded.text.removeprefix("<p>") == SENTENCE


@pytest.mark.parametrize("cut", [1, 2])
def test_a_cut_tail_is_no_reason_to_leave_utf8(cut: int) -> None:
    decoded = decode(SENTENCE.encode()[:-cut], "gbk")
    assert (decoded.text, decoded.encoding, decoded.undecodable) == (SENTENCE[:-1], "utf-8", 0)


@pytest.mark.parametrize("repeats", [1, 3, 300])
def test_a_gbk_footer_in_a_utf8_page_is_read_and_told(repeats: int) -> None:
    footer = "版权所有：甲子区人民政府办公室"
    decoded = decode((SENTENCE * repeats).encode() + b"<p>" + footer.encode("gbk"), "utf-8")
    assert decoded.text == f"{SENTENCE * repeats}<p>{footer}"
    assert (decoded.encoding, decoded.also, decoded.undecodable) == ("utf-8", "gb18030", 0)
    assert decoded.facts["also_encoding"] == "gb18030"


def test_a_utf8_footer_in_a_gbk_page_is_read_too() -> None:
    decoded = decode((SENTENCE * 3).encode("gbk") + "<p>版权所有".encode(), "gbk")
    assert decoded.text == f"{SENTENCE * 3}<p>版权所有"


def test_bad_bytes_in_a_utf8_page_are_counted_not_hidden() -> None:
    decoded = decode((SENTENCE * 3).encode() + b"\xff<p>\xff", "utf-8")
    assert decoded.encoding == "utf-8"
    assert decoded.text.startswith(SENTENCE * 3)
    assert decoded.undecodable == decoded.text.count("\ufffd") == 2
    assert [(problem.code, problem.severity) for problem in decoded.problems] == [("undecodable_bytes", "major")]
    assert decoded.problems[0].detail == str(decoded.undecodable)


def test_a_pages_own_replacement_characters_are_not_counted() -> None:
    assert decode(("甲\ufffd子" * 20).encode(), None).undecodable == 0
    assert decode(("甲\ufffd子" * 20).encode() + b"\xff", None).undecodable == 1


def test_rare_characters_of_gb18030_survive_a_gb2312_label() -> None:
    text = SENTENCE + "镕堃㙍𠀀·①Ⅲ㎡"
    assert decode(text.encode("gb18030"), "gb2312").text == text


@pytest.mark.parametrize(
    ("content_type", "label", "declared"),
    [
        ("text/html; charset=GBK", "utf-8", "gbk"),
        ("text/html", "utf-8", "utf-8"),
        ("text/html; charset=", "gb2312", "gb2312"),
        (None, "gb2312", "gb2312"),
        ('text/html; charset="UTF-8"; x=y', "gbk", "utf-8"),
        ("text/html;\r\n charset=utf-8", "gbk", "utf-8"),
    ],
)
def test_declared_encoding(content_type: str | None, label: str, declared: str) -> None:
    assert declared_encoding(HTML.format(label=label, text=SENTENCE).encode(), content_type) == declared


def test_nothing_declared() -> None:
    assert declared_encoding(b"<p>x", "text/html") is None
    assert header_charset("nonsense") is None


@given(st.binary(max_size=400), st.sampled_from([None, "utf-8", "gbk", "big5", "utf-16", "idna"]))
def test_any_bytes_decode_and_losses_are_told(data: bytes, declared: str | None) -> None:
    decoded = decode(data, declared)
    assert bool(decoded.undecodable) == bool(decoded.problems)
    assert decoded.facts["encoding"] == decoded.encoding


@given(st.text(st.characters(codec="gb18030"), max_size=200))
def test_gb18030_text_with_a_sentence_is_never_lost(text: str) -> None:
    whole = SENTENCE * 8 + text.replace("\x00", "")
    assert decode(whole.encode("gb18030"), "gb2312").text == whole


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2019-01-22 10:30", "2019-01-22"),
        ("2019/1/2", "2019-01-02"),
        ("2019.01.22", "2019-01-22"),
        ("2019年1月22日", "2019-01-22"),
        ("2019 年 1 月 22 日", "2019-01-22"),
        ("２０１９年１月２２日", "2019-01-22"),
        ("二〇一九年一月二十二日", "2019-01-22"),
        ("二○二一年十二月三十一日", "2021-12-31"),
        ("二零二一年十月十日", "2021-10-10"),
        ("2019-02-30，2019-03-01", "2019-03-01"),
        ("20190122", None),
        ("12019-01-22", None),
        ("2019-01/22", None),
        ("2019115日", None),
        ("", None),
    ],
)
def test_find_day(text: str, day: str | None) -> None:
    assert find_day(text) == day


@pytest.mark.parametrize(
    ("lines", "day"),
    [
        (["来源：区政府办 2020-01-15", "发布时间：2020-01-16"], "2020-01-16"),
        (["成文日期：2020-01-09 发布日期：2020-01-16"], "2020-01-16"),
        (["成文日期：2020-01-09", "生效日期：2020-02-09"], None),
        (["发表于 2024-3-25 19:26:19 | 显示全部楼层"], "2024-03-25"),
        (["信息来源：甲子区人民政府办公室 2020年1月16日"], "2020-01-16"),
        (["今天是2026年11月22日"], None),
        ([], None),
    ],
)
def test_find_labelled_day(lines: list[str], day: str | None) -> None:
    assert find_labelled_day(lines) == day
