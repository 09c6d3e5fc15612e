"""RTF comes back as it shows, in whatever way its characters are written."""

from __future__ import annotations

import contextlib
from random import Random

import pytest

from archive.errors import UnreadableError
from archive.read import read_page
from archive.read.rtf import decode_bytes, find_code_page, read_rtf

FONTS = r"{\fonttbl{\f0\fnil\fcharset134 \'cb\'ce\'cc\'e5;}{\f1\froman\fcharset0 Times;}{\f2\fnil\fcharset136 Ming;}}"


def escape(text: str, encoding: str = "gbk") -> str:
    """Text with its bytes written out."""
    return "".join(c if c.isascii() else "".join(f"\\'{b:02x}" for b in c.encode(encoding)) for c in text)


def read(body: str, head: str = r"\ansi\ansicpg936\deff0") -> list[str]:
    return list(read_rtf(f"{{\\rtf1{head}{FONTS}\n{body}}}".encode("latin-1")).paragraphs)


def test_characters_as_bytes_numbers_and_half_and_half():
    assert read(escape("甲子区\\par 第") + "2" + escape("段")) == ["甲子区", "第2段"]
    assert read(r"\uc1\u30002?\u23376?\u-21378?") == ["甲子\uac7e"]
    assert read(r"\uc2\u30002\'bc\'d7\uc0\u23376\u21306") == ["甲子区"]
    # 𠮷 as two halves.
    assert read(r"\uc0\u-10174\u-8265") == ["𠮷"]
    # 丄, 0x81 0x40, whose second byte is written as the sign @; 甝, whose second byte is a backslash.
    assert read(r"\'81@") == [b"\x81@".decode("gbk")]
    assert read(r"\'81\\") == [b"\x81\\".decode("gbk")]
    assert read("\\f2 " + escape("樣例", "big5") + "\\f0 " + escape("样例")) == ["樣例样例"]


def test_the_code_page_may_be_missing_or_wrong():
    assert read(escape("各位代表"), r"\ansi") == ["各位代表"]
    assert read("\\f1 " + escape("各位代表")) == ["各位代表"]
    assert find_code_page(12345) == "gb18030"
    assert find_code_page(65001) == "utf-8"
    assert decode_bytes(b"\xff\xff", "gb18030") == "\ufffd\ufffd"


def test_what_shows_and_what_does_not():
    assert read(r"a{\v b}c{\deleted d}{\*\unknown e}{\header f}{\info{\title g}}h") == ["ach"]
    assert read(r"a{\field{\*\fldinst PAGE}{\fldrslt 3}}b") == ["a3b"]
    assert read(r"a\tab b\line c\~d\_e\-f\{g\}\emdash h") == ["a\tb", "c\u00a0d-ef{g}—h"]
    assert read("a\\\nb") == ["a", "b"]
    assert read(r"a{\upr{b}{\*\ud{b}}}{\object{\*\objdata 00ff}{\result c}}") == ["ac"]
    assert read(r"\v a\plain b") == ["b"]


def test_numbers_stand_in_the_file():
    body = r"{\listtext\pard\plain \f0 " + escape("一、") + r"\tab}\ls1 " + escape("回顾") + r"\par "
    body += r"{\pntext 1\tab}" + escape("道路") + r"\par {\listtext\u-3988?\tab}" + escape("点")
    assert read(body) == ["一、回顾", "1 道路", "●点"]


def test_tables_within_tables():
    nested = r"\itap2 a\nestcell b\nestcell{\*\nesttableprops\itap2\nestrow}{\nonesttables\par}"
    row = rf"\trowd\cellx1\cellx2\pard\intbl one\cell\pard\intbl two\par \pard\intbl{nested}\pard\intbl three\cell\row"
    assert read(rf"before\par {row}\pard after") == ["before", "one\ttwo a\tb three", "after"]


def test_notes_and_boxes():
    body = r"word{\super\chftn{\footnote\pard\chftn  first.}} and{\*\footnote\ftnalt second.\par more} on"
    body += r"{\shp{\*\shpinst{\sp{\sn x}{\sv 1}}{\shptxt\pard in the box\par}}{\shprslt twice}}.\par end"
    assert read(body) == ["word and on.", "in the box", "end", "[1]first.", "[2]second.", "more"]


def test_pictures_as_large_as_a_page_are_told():
    picture = r"{\pict\wmetafile8\picw1\pich1\picwgoal%d\pichgoal%d\picscalex50 0102ff}"
    data = rf"{{\rtf1 text{{\*\shppict{picture % (20000, 14000)}}}{{\nonshppict{picture % (20000, 14000)}}}"
    page = read_rtf((data + picture % (200, 200) + "}").encode())
    assert page.paragraphs == ("text",)
    assert [(found.code, found.detail) for found in page.problems] == [("picture_not_read", "1 as large as a page")]
    assert read(r"a{\pict\bin5 }}{}\b}b") == ["ab"]


def test_it_is_read_in_the_sandbox_and_empty_files_are_told():
    assert read_page(rb"{\rtf1\ansi hello}", "https://www.yangli.gov.example/a.doc").reader == "rtf"
    with pytest.raises(UnreadableError) as error:
        read_page(rb"{\rtf1\ansi}")
    assert error.value.code == "no_text"


def test_hostile_files_end():
    assert read("a" + "}" * 10) == ["a"]
    assert read("{" * 5000 + "a") == ["a"]
    assert read(r"abc\bin9999999999 def") == ["abc"]
    assert read(r"a\itap9999999 b\nestcell c\u99999999999 ?d") != []
    random = Random(9)
    whole = rf"{{\rtf1{FONTS}\uc1\pard\intbl a\cell\row{{\footnote b}}\u30002?{{\shptxt c}}\'b9\'a4\bin3 xyz}}".encode()
    for _ in range(500):
        spoiled = bytearray(whole)
        for _ in range(random.choice((1, 3, 10))):
            spoiled[random.randrange(len(spoiled))] = random.choice(b"\\{}'*0123456789- abnu\xb9")
        with contextlib.suppress(UnreadableError):
            read_rtf(bytes(spoiled))
