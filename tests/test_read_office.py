"""Word documents come back as they show: numbers, tables, boxes and notes in, deleted and hidden text out."""

from __future__ import annotations

import contextlib
import zipfile
from io import BytesIO
from pathlib import Path
from random import Random

import pytest

from archive.errors import UnreadableError
from archive.model import PageRules
from archive.read import check_payload, read_page, sniff
from archive.read.numbering import FORMATS, count_chinese
from archive.read.office import MEMBER_BYTES, read_docx
from tests.make_docx import STRICT_W, level, make_docx, numbered, p, r, table, zip_members

SHARED = Path(__file__).parents[2] / "shared"


def read(body: str, **parts: str) -> list[str]:
    return list(read_docx(make_docx(body, **parts)).paragraphs)


def code_of(data: bytes) -> str:
    with pytest.raises(UnreadableError) as error:
        read_docx(data)
    assert "\n" not in error.value.message
    return error.value.code


def test_paragraphs_runs_and_characters_that_are_elements():
    lines = p("<w:r><w:tab/><w:t>一行</w:t><w:br/><w:t>下一行</w:t></w:r>")
    assert read(p("甲子区", "政府", "工作报告") + lines + p() + p(" ")) == ["甲子区政府工作报告", "一行", "下一行"]


def test_inserted_is_kept_deleted_moved_and_hidden_are_not():
    body = p(
        "新建学校",
        f"<w:ins>{r('三所')}</w:ins>",
        "<w:del><w:r><w:delText>两所</w:delText></w:r></w:del>",
        f"<w:moveFrom>{r('迁走')}</w:moveFrom>",
        r("（内部）", "<w:vanish/>"),
        r("，开学", '<w:vanish w:val="0"/>'),
        r("批注", '<w:rStyle w:val="Secret"/>'),
        "<w:r><w:instrText>PAGE</w:instrText></w:r>",
        "<w:ruby><w:rt><w:r><w:t>lè</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>乐</w:t></w:r></w:rubyBase></w:ruby>",
    )
    styles = '<w:style w:styleId="Secret"><w:rPr><w:vanish/></w:rPr></w:style>'
    assert read(body, styles=styles) == ["新建学校三所，开学乐"]


def test_content_controls_and_text_boxes_once():
    box = f"<w:txbxContent>{p('框内文字')}</w:txbxContent>"
    drawing = (
        f"<w:r><mc:AlternateContent><mc:Choice><wps:txbx>{box}</wps:txbx></mc:Choice>"
        f"<mc:Fallback><w:pict>{box}</w:pict></mc:Fallback></mc:AlternateContent></w:r>"
    )
    body = f"<w:sdt><w:sdtPr/><w:sdtContent>{p('控件内文字')}</w:sdtContent></w:sdt>" + p("正文", drawing, "接着")
    assert read(body) == ["控件内文字", "正文接着", "框内文字"]


def test_tables_row_by_row_and_layout_tables_as_paragraphs():
    figures = table(["指标", "增长"], ["财政收入", "3%"], ["合计", p("5%") + p("以上")])
    layout = table([p("第一段。") + p("第二段。")])
    assert read(figures + layout) == ["指标\t增长", "财政收入\t3%", "合计\t5% 以上", "第一段。", "第二段。"]


def test_notes_stand_at_the_end_with_their_marks():
    reference = '<w:r><w:footnoteReference w:id="2"/></w:r>'
    end = '<w:r><w:endnoteReference w:id="7"/></w:r>'
    notes = (
        f'<w:footnote w:type="separator" w:id="0">{p("——")}</w:footnote>'
        f'<w:footnote w:id="2">{p("<w:r><w:footnoteRef/></w:r>", "一站办：一次办完。")}</w:footnote>'
        f'<w:footnote w:id="3">{p("无人提及。")}</w:footnote>'
    )
    endnotes = f'<w:endnote w:id="7">{p("尾注。")}</w:endnote>'
    body = p("推行“一站办”", reference, "服务。") + p("结束", end, "。")
    assert read(body, footnotes=notes, endnotes=endnotes) == [
        "推行“一站办”服务。",
        "结束。",
        "[1]一站办：一次办完。",
        "[2]尾注。",
    ]


HEADINGS = (
    '<w:abstractNum w:abstractNumId="0">'
    + level(0, "chineseCounting", "%1、")
    + level(1, "chineseCounting", "（%2）")
    + level(2, "decimal", "%3.")
    + level(3, "decimal", "%1.%4", more="<w:isLgl/>")
    + '</w:abstractNum><w:abstractNum w:abstractNumId="1">'
    + level(0, "decimalEnclosedCircleChinese", "%1")
    + level(1, "bullet", "\uf06c")
    + '</w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'
    '<w:num w:numId="2"><w:abstractNumId w:val="1"/></w:num><w:num w:numId="3"><w:abstractNumId w:val="0"/>'
    '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="5"/></w:lvlOverride></w:num>'
)


def test_automatic_numbers_are_written_out():
    body = "".join(
        (
            numbered("回顾", 1),
            numbered("道路", 1, 1),
            numbered("园区", 1, 1),
            numbered("引进", 1, 2),
            numbered("扩建", 1, 2),
            numbered("安排", 1),
            numbered("学校", 1, 1),
            numbered("细则", 1, 3),
            numbered("圈", 2),
            numbered("点", 2, 1),
            numbered("另起", 3),
            numbered("无此", 9),
        )
    )
    assert read(body, numbering=HEADINGS) == [
        "一、回顾",
        "（一）道路",
        "（二）园区",
        "1.引进",
        "2.扩建",
        "二、安排",
        "（一）学校",
        "2.1 细则",
        "①圈",
        "●点",
        "五、另起",
        "无此",
    ]


def test_numbers_that_styles_give():
    styles = (
        '<w:style w:styleId="Base"><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>'
        '<w:style w:styleId="Two"><w:basedOn w:val="Base"/></w:style>'
    )
    numbering = (
        '<w:abstractNum w:abstractNumId="0"><w:numStyleLink w:val="Link"/></w:abstractNum>'
        '<w:abstractNum w:abstractNumId="1"><w:styleLink w:val="Link"/>'
        + level(0, "upperRoman", "%1 ", more='<w:pStyle w:val="Base"/>')
        + level(1, "ideographTraditional", "%2、", more='<w:pStyle w:val="Two"/>')
        + '</w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'
    )
    none = '<w:pStyle w:val="Base"/><w:numPr><w:numId w:val="0"/></w:numPr>'
    body = (
        p("首", properties='<w:pStyle w:val="Base"/>')
        + p("次", properties='<w:pStyle w:val="Two"/>')
        + p("无", properties=none)
        + p("首", properties='<w:pStyle w:val="Base"/>')
    )
    assert read(body, styles=styles, numbering=numbering) == ["I 首", "甲、次", "无", "II 首"]


@pytest.mark.parametrize(
    ("number", "shown"), [(1, "一"), (10, "十"), (12, "十二"), (20, "二十"), (101, "一百零一"), (1010, "一千零一十")]
)
def test_chinese_counting(number, shown):
    assert count_chinese(number) == shown


@pytest.mark.parametrize(
    ("form", "number", "shown"),
    [
        ("decimalEnclosedCircle", 20, "⑳"),
        ("decimalEnclosedCircle", 21, "21"),
        ("upperLetter", 28, "BB"),
        ("lowerRoman", 14, "xiv"),
        ("chineseLegalSimplified", 12, "壹拾贰"),
        ("ideographDigital", 10, "一〇"),
        ("decimalFullWidth", 12, "１２"),
    ],
)
def test_number_formats(form, number, shown):
    assert FORMATS[form](number) == shown


def test_strict_documents_and_other_names_of_the_main_part():
    data = make_docx(p("严格格式"), namespace=STRICT_W, main="word/document2.xml")
    assert read_docx(data).paragraphs == ("严格格式",)


# --- what cannot be read ----------------------------------------------------------------------------------------------


def test_no_text():
    assert code_of(make_docx(p() + "<w:p><w:r><w:drawing/></w:r></w:p>")) == "no_text"


def test_damage():
    data = make_docx(p("样例" * 5000))
    assert code_of(data[: len(data) // 2]) == "damaged_file"
    with pytest.raises(UnreadableError) as error:
        check_payload(data[: len(data) // 2])
    assert error.value.code == "damaged_file"
    spoiled = bytearray(data)
    spoiled[data.index(b"word/document.xml") + 40] ^= 0xFF
    assert code_of(bytes(spoiled)) == "damaged_file"
    assert code_of(zip_members({"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<w:p>"})) == "damaged_file"


def test_random_damage_is_told_in_one_line():
    """Mutated files end in a page or an UnreadableError, never in another exception."""
    random = Random(5)
    whole = make_docx(p("甲子区的道路" * 20) + numbered("回顾", 1), numbering=HEADINGS)
    for _ in range(200):
        data = bytearray(whole)
        for _ in range(random.choice((1, 3, 20))):
            data[random.randrange(len(data))] = random.randrange(256)
        for reads in (read_docx, check_payload):
            with contextlib.suppress(UnreadableError):
                reads(bytes(data))


def test_zip_bomb_is_not_unpacked():
    bomb = zip_members({"[Content_Types].xml": b"<Types/>", "word/document.xml": b" " * (MEMBER_BYTES + 1)})
    assert len(bomb) < 200_000
    assert code_of(bomb) == "too_large_for_memory"
    dense = zip_members({"[Content_Types].xml": b"<Types/>", "word/document.xml": b" " * (2 << 20)})
    assert code_of(dense) == "too_large_for_memory"


@pytest.mark.parametrize("flag", [1 << 5, 1 << 6])
def test_a_part_packed_in_a_way_nobody_writes_is_damage(flag):
    """Bit 5 of a member's flags says patched data, bit 6 strong encryption (APPNOTE 4.4.4)."""
    data = bytearray(zip_members({"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<w/>"}))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = data.rindex(signature) + offset
        data[place : place + 2] = flag.to_bytes(2, "little")
    assert code_of(bytes(data)) == "damaged_file"


def test_entities_stay_closed():
    secret = '<!DOCTYPE w [<!ENTITY e SYSTEM "file:///etc/hostname">]>'
    document = f'{secret}<w:document xmlns:w="x"><w:body><w:p><w:r><w:t>甲&e;乙</w:t></w:r></w:p></w:body></w:document>'
    data = zip_members({"[Content_Types].xml": b"<Types/>", "word/document.xml": document.encode()})
    assert read_docx(data).paragraphs == ("甲",)


# --- types by the bytes -----------------------------------------------------------------------------------------------

TEXT = "各位代表，现在我代表区人民政府向大会报告工作，请予审议。"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"])
def test_text_in_every_encoding(encoding):
    assert sniff(TEXT.encode(encoding)) == "text"
    assert sniff((TEXT * 2000).encode(encoding)[:50_001]) == "text"


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"", "empty"),
        (b" \r\n\t", "empty"),
        (b"junk\n%PDF-1.4\n", "pdf"),
        ("各位代表，現在我代表區人民政府報告工作。".encode("big5"), "text"),
        ("\ufeff\n<!DOCTYPE html><p>各位代表".encode(), "html"),
        ("<!-- saved from url=(0020)https://example.com/ -->\n<div>各位代表</div>".encode("gb18030"), "html"),
        ("<html><p>各位代表".encode("utf-16"), "html"),
        (b"From: <Saved>\r\nSubject: x\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related\r\n\r\n", "mhtml"),
        (b"{\\rtf1\\ansi", "rtf"),
        (b"WARC/1.1\r\nWARC-Type: warcinfo\r\n", "warc"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 99 + "WordDocument".encode("utf-16-le"), "doc"),
        (b"\x89PNG\r\n\x1a\n", "image"),
        (zip_members({"OFD.xml": b"<x/>"}), "ofd"),
        (zip_members({"a.txt": b"x"}), "zip"),
        (zip_members({"[Content_Types].xml": b"<x/>", "xl/workbook.xml": b"<x/>"}), "xlsx"),
        (make_docx(p("甲")), "docx"),
        (bytes((n * n * 7919 + n * 31) % 257 % 256 for n in range(4096)), "unknown"),
    ],
)
def test_types(data, kind):
    assert sniff(data) == kind


def test_odt_by_its_first_member():
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as container:
        container.writestr("mimetype", "application/vnd.oasis.opendocument.text")
    assert sniff(buffer.getvalue()) == "odt"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (bytes((n * n * 7919 + n * 31) % 257 % 256 for n in range(4096)), "unknown_type"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 99 + "EncryptedPackage".encode("utf-16-le"), "encrypted"),
        (b"Rar!\x1a\x07\x00", "unsupported_type"),
        (b"%PDF-1.4\n1 0 obj\n<<", "truncated_file"),
    ],
)
def test_read_page_says_in_one_line_what_is_wrong(data, code):
    with pytest.raises(UnreadableError) as error:
        read_page(data)
    assert error.value.code == code
    assert "\n" not in error.value.message


def test_read_page_picks_the_reader_by_the_bytes():
    assert read_page(make_docx(p("甲子区")), "https://example.com/a.pdf", "application/pdf").reader == "docx"
    html = "<html><body><div id='zoom'>" + "".join(f"<p>{TEXT}</p>" for _ in range(30)) + "</div></body></html>"
    assert read_page(html.encode(), None, None, PageRules()).reader.startswith("html")
    assert read_page(TEXT.encode("gb18030")).paragraphs == (TEXT,)


def test_real_reports():
    """31 provincial reports keep their title, salutation and last sentence."""
    archive = SHARED / "data" / "reports-2025-docx.zip"
    if not archive.exists():
        pytest.skip("the shared reports are not here")
    with zipfile.ZipFile(archive) as container:
        documents = [container.read(member) for member in container.infolist() if member.filename.endswith(".docx")]
    pages = [read_docx(document) for document in documents]
    assert len(pages) == 31
    assert all(page.paragraphs[0].endswith("政府工作报告") for page in pages)
    assert all(any(line.startswith("各位代表") for line in page.paragraphs[:8]) for page in pages)
    assert all(10_000 < sum(map(len, page.paragraphs)) < 35_000 for page in pages)
