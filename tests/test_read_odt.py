"""OpenDocument texts come back as they show: numbers, tables, boxes and notes in, deleted and hidden text out."""

from __future__ import annotations

import contextlib
import zipfile
from io import BytesIO
from random import Random

import pytest

from archive.errors import UnreadableError
from archive.read import read_page, sniff
from archive.read.odt import inches, read_odt
from tests.make_docx import zip_members
from tests.make_odt import items, level, list_style, make_odt, p


def read(body: str, **parts: str) -> list[str]:
    return list(read_odt(make_odt(body, **parts)).paragraphs)


def code_of(data: bytes) -> str:
    with pytest.raises(UnreadableError) as error:
        read_odt(data)
    assert "\n" not in error.value.message
    return error.value.code


COUNTED = "一, 二, 三, ..."
HEADINGS = list_style("L", level(1, COUNTED, "", "、"), level(2, COUNTED, "（", "）"), level(3, "1"))


def test_white_space_and_characters_that_are_elements():
    body = p('甲  子\n区<text:s text:c="3"/>长<text:tab/>某<text:line-break/>下一行\u00ad接着3\u2011号')
    assert read(body + p("") + p(" ")) == ["甲 子 区   长\t某", "下一行接着3-号"]
    assert len(read(p('甲<text:s text:c="999999999"/>乙'))[0]) < 2000


def test_deleted_hidden_and_beside_the_text():
    changes = (
        '<text:tracked-changes><text:changed-region text:id="c"><text:deletion><text:p>两所</text:p></text:deletion>'
        "</text:changed-region></text:tracked-changes>"
    )
    hides = '<style:style style:name="{}"{}><style:text-properties text:display="none"/></style:style>'
    automatic = hides.format("T1", "") + '<style:style style:name="T2" style:parent-style-name="T1"/>'
    body = changes + p(
        '新建学校<text:change text:change-id="c"/>三所<text:span text:style-name="T2">（内部）</text:span>'
        "<office:annotation><text:p>批注</text:p></office:annotation><text:hidden-text>藏</text:hidden-text>"
        "<text:ruby><text:ruby-base>乐</text:ruby-base><text:ruby-text>lè</text:ruby-text></text:ruby>"
    )
    body += p("整段隐藏", "T1") + '<text:section text:display="none">' + p("整节隐藏") + "</text:section>"
    assert read(body, automatic=automatic) == ["新建学校三所乐"]


def test_lists_count_on_where_they_say_so():
    body = (
        items(p("回顾"), style="L", more=' xml:id="one"')
        + p("段落。")
        + items(items(p("道路") + p("同一条的第二段"), p("园区")), style="L", more=' text:continue-numbering="true"')
        + items(p("安排"), style="L", more=' text:continue-list="one"')
        + items(items(p("学校")), style="L", more=' text:continue-numbering="true"')
        + items(p("另起"), style="L")
    )
    assert read(body, styles=HEADINGS) == [
        "一、回顾",
        "段落。",
        "（一）道路",
        "同一条的第二段",
        "（二）园区",
        "二、安排",
        "（一）学校",
        "一、另起",
    ]


def test_levels_as_old_and_new_programs_write_them():
    styles = list_style(
        "L",
        level(1, "1", more=' text:start-value="3"'),
        level(2, "1", more=' text:display-levels="2"'),
        level(3, "①, ②, ③, ...", more=' loext:num-list-format="〔%3%〕"'),
        '<text:list-level-style-bullet text:level="4" text:bullet-char="\uf06c"/>',
    )
    header = "<text:list-header>" + p("表头") + "</text:list-header>"
    restarted = '<text:list-item text:start-value="9">' + p("九") + "</text:list-item>"
    body = items(p("三") + items(p("三一") + items(p("圈") + items(p("点")))), style="L")
    body += f'<text:list text:style-name="L">{header}{restarted}</text:list>'
    assert read(body, styles=styles) == ["3 三", "3.1 三一", "〔①〕圈", "●点", "表头", "9 九"]


def test_headings_are_numbered_by_the_outline():
    outline = '<text:outline-style style:name="Outline">{}{}</text:outline-style>'.format(
        level(1, "一, 二, 三, ...", "第", "章").replace("list-level-style-number", "outline-level-style"),
        level(2, "").replace("list-level-style-number", "outline-level-style"),
    )
    head = '<text:h text:outline-level="{}"{}>{}</text:h>'.format
    body = head(1, "", "街道") + head(2, "", "没有编号") + head(1, ' text:is-list-header="true"', "也没有")
    assert read(body + head(1, "", "桥梁"), styles=outline) == ["第一章 街道", "没有编号", "也没有", "第二章 桥梁"]


def test_tables_boxes_and_notes():
    cell = "<table:table-cell>{}</table:table-cell>".format
    row = "<table:table-row>{}</table:table-row>".format
    head = f"<table:table-header-rows>{row(cell(p('指标')) + cell(p('增长')))}</table:table-header-rows>"
    merged = row(cell(p("一格。") + p("两段。")) + "<table:covered-table-cell/>")
    table = f"<table:table>{head}{row(cell(p('收入')) + cell(p('3%') + p('以上')))}{merged}</table:table>"
    box = f'<draw:frame svg:width="5cm" svg:height="2cm"><draw:text-box>{p("框内")}</draw:text-box></draw:frame>'
    note = (
        '<text:note text:note-class="{}"><text:note-citation>1</text:note-citation><text:note-body>{}</text:note-body>'
        "</text:note>"
    ).format
    body = table + p(f"正文{note('footnote', p('脚注。'))}接着{box}写完{note('endnote', p('尾注。'))}。")
    table_lines = ["指标\t增长", "收入\t3% 以上", "一格。", "两段。"]
    assert read(body) == [*table_lines, "正文接着写完。", "框内", "[1]脚注。", "[2]尾注。"]


def test_pictures_as_large_as_a_page_are_told():
    frame = '<draw:frame svg:width="{}" svg:height="{}"><draw:image/><svg:title>标题</svg:title></draw:frame>'.format
    page = read_odt(make_odt(p("文字" + frame("17cm", "24cm")) + p(frame("3cm", "2cm"))))
    assert page.paragraphs == ("文字",)
    assert [(found.code, found.detail) for found in page.problems] == [("picture_not_read", "1 as large as a page")]
    assert [round(inches(length), 9) for length in ("2.54cm", "25.4mm", "72pt", "1in", "96px")] == [1] * 5
    assert [inches(length) for length in ("", None, "5miles", "9e9cm")] == [0] * 4


def test_type_by_the_bytes():
    data = make_odt(p("甲子区"))
    assert sniff(data) == "odt"
    with zipfile.ZipFile(BytesIO(data)) as container:
        unordered = zip_members({name: container.read(name) for name in reversed(container.namelist())})
    assert sniff(unordered) == "odt"
    assert read_page(unordered, "https://www.yangli.gov.example/a.docx").reader == "odt"


# --- what cannot be read ----------------------------------------------------------------------------------------------


def test_damage_and_passwords():
    data = make_odt(p("样例" * 500))
    assert code_of(data[: len(data) // 2]) == "damaged_file"
    assert code_of(make_odt(p(""))) == "no_text"
    assert code_of(make_odt("", **{"content.xml": b"<x"})) == "damaged_file"
    assert code_of(zip_members({"mimetype": b""})) == "damaged_file"
    entry = '<manifest:file-entry manifest:full-path="content.xml"><manifest:encryption-data/></manifest:file-entry>'
    assert code_of(make_odt(p("甲"), entries=entry)) == "encrypted"


def test_bombs_and_entities():
    assert code_of(make_odt("", **{"content.xml": b" " * (2 << 20)})) == "too_large_for_memory"
    secret = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]><text><p>甲&e;乙</p></text>'
    assert read_odt(make_odt("", **{"content.xml": secret.encode()})).paragraphs == ("甲乙",)


def test_random_damage_is_told_in_one_line():
    random = Random(3)
    body = items(p("回顾"), style="L") + p('正文<text:s text:c="2"/><draw:frame svg:width="5cm" svg:height="2cm"/>')
    for _ in range(150):
        spoiled = bytearray(body.encode())
        for _ in range(random.choice((1, 3, 10))):
            spoiled[random.randrange(len(spoiled))] = random.choice(b"<>&\"'0123456789 -=:/\xe4")
        with contextlib.suppress(UnreadableError):
            read_odt(make_odt(spoiled.decode("utf-8", "replace"), styles=HEADINGS))
