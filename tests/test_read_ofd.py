"""OFD pages come back paragraph by paragraph through the same rules as PDF; broken ones say what is wrong."""

from __future__ import annotations

import contextlib
from random import Random

import pytest

from archive.errors import UnreadableError
from archive.read import read_page, sniff
from archive.read.ofd import expand, read_ofd
from tests.make_docx import zip_members
from tests.make_ofd import OFD, make_ofd, page_of, set_ofd, text_object
from tests.make_pdf import TITLE, Style, official_blocks, official_paragraphs, set_document


def squeeze(paragraphs) -> list[str]:
    return ["".join(paragraph.split()) for paragraph in paragraphs]


def code_of(data: bytes) -> str:
    with pytest.raises(UnreadableError) as error:
        read_ofd(data)
    assert "\n" not in error.value.message
    return error.value.code


@pytest.mark.parametrize(
    "style",
    [
        Style(head="甲子区第四届人民代表大会第二次会议文件"),
        Style(number="第 {} 页 共 20 页", size=12, leading=18, left=60, justify=False),
        Style(number="- {} -", size=14, leading=21, indent=0, gap=14),
        Style(columns=2, size=12, leading=20, head="甲子区人民政府公报"),
    ],
    ids=["official", "ragged", "block", "columns"],
)
def test_paragraphs_cross_lines_pages_and_columns(style):
    page = read_ofd(set_ofd(set_document(official_blocks(), style)))
    assert squeeze(page.paragraphs) == squeeze(official_paragraphs())
    assert (page.reader, page.problems) == ("ofd", ())


@pytest.mark.parametrize("columns", [1, 2])
def test_notes_below_a_rule_go_to_the_end(columns):
    notes = ["①一站办：指群众在一个窗口办完几个部门的事项，不再来回跑动，材料只交一次。", "②首映：首次公开放映。"]
    blocks = official_blocks()
    blocks[8], blocks[12] = ("noted", blocks[8], notes[:1]), ("noted", blocks[12], notes[1:])
    size = 16 if columns == 1 else 12
    page = read_ofd(set_ofd(set_document(blocks, Style(columns=columns, size=size, leading=size * 1.75))))
    assert squeeze(page.paragraphs) == squeeze(official_paragraphs() + notes)


def test_it_is_read_in_the_sandbox_by_its_bytes():
    data = set_ofd(set_document(official_blocks()))
    assert sniff(data) == "ofd"
    assert read_page(data, "https://example.com/a.doc").paragraphs[0] == TITLE


@pytest.mark.parametrize(
    ("text", "count", "steps"),
    [
        ("5 5 6", 3, [5, 5, 6]),
        ("g 3 5 6", 4, [5, 5, 5, 6]),
        ("5 g 2 6.5", 3, [5, 6.5, 6.5]),
        ("5", 3, [5, 5, 5]),
        ("5 5 5", 1, [5]),
        ("g 999999999 5", 2, [5, 5]),
        ("g", 2, []),
        (None, 2, []),
        ("5", -1, []),
    ],
)
def test_steps(text, count, steps):
    assert expand(text, count) == steps


def test_matrix_and_boundary_place_a_text():
    """A text twice as large as its size says, and one that stands on its side, as a stamp does."""
    large = text_object("甲子区的新桥通车了", 0, 4, 4, ' DeltaX="g 8 4"', ctm="2 0 0 2 0 0", boundary="20 60 80 8")
    below = text_object("另一行小字写在下面的地方", 0, 4, 4, ' DeltaX="g 11 4"', boundary="20 90 80 8")
    turned = text_object("档案", 0, 4, 4, ' DeltaX="4"', ctm="0 1 -1 0 0 0", boundary="5 100 8 80")
    assert read_ofd(make_ofd(large + below + turned)).paragraphs == ("甲子区的新桥通车了", "另一行小字写在下面的地方")


def test_text_without_steps_that_runs_down_and_hidden_layers():
    plain = text_object("没有步长的一行文字", 20, 60, 5)
    assert read_ofd(make_ofd(plain)).paragraphs == ("没有步长的一行文字",)
    downwards = (("竖排的第一行先读", 100), ("再读这一行", 90))
    columns = "".join(text_object(text, x, 60, 5, ' DeltaY="g 9 6"') for text, x in downwards)
    assert "".join(read_ofd(make_ofd(columns)).paragraphs) == "竖排的第一行先读再读这一行"
    hidden = plain + f'<ofd:PageBlock Visible="false">{text_object("看不见", 20, 80, 5)}</ofd:PageBlock>'
    assert read_ofd(make_ofd(hidden)).paragraphs == ("没有步长的一行文字",)


def test_a_template_is_drawn_on_every_page():
    pdf = set_document(official_blocks(), Style(number=""))
    head = text_object("样例市公报", 90, 15, 4, ' DeltaX="4"')
    page = read_ofd(make_ofd(*(page_of(commands) for commands in pdf.pages), templates=(head,)))
    assert squeeze(page.paragraphs) == squeeze(official_paragraphs())


def test_drawings_kept_apart_are_drawn():
    """Programs that convert PDF put text into composite units; one that shows itself ends."""
    inner = text_object("甲子区的新桥通车了", 0, 4, 12, ' DeltaX="g 8 12"', boundary="40 60 200 12")
    unit = '<ofd:CompositeGraphicUnit ID="8"><ofd:Content>{}</ofd:Content></ofd:CompositeGraphicUnit>'.format
    again = '<ofd:CompositeObject ResourceID="8" Boundary="0 0 9 9"/>'
    resources = f"<ofd:Res {OFD}><ofd:CompositeGraphicUnits>{unit(inner + again)}</ofd:CompositeGraphicUnits></ofd:Res>"
    shown = '<ofd:CompositeObject ResourceID="8" Boundary="0 0 210 297" CTM="0.3528 0 0 0.3528 0 0"/>'
    page = read_ofd(
        make_ofd(shown, common="<ofd:DocumentRes>Res.xml</ofd:DocumentRes>", **{"Doc_0/Res.xml": resources.encode()})
    )
    assert page.paragraphs == ("甲子区的新桥通车了",)


# --- what cannot be read ----------------------------------------------------------------------------------------------

PICTURE = '<ofd:ImageObject Boundary="10 10 190 270" ResourceID="7"/>'


def test_page_that_is_a_picture_is_named():
    pdf = set_document(official_blocks())
    pages = [page_of(commands) for commands in pdf.pages]
    page = read_ofd(make_ofd(pages[0], PICTURE, *pages[1:]))
    assert [(found.code, found.detail) for found in page.problems] == [("page_without_text", "page 2")]
    assert code_of(make_ofd(PICTURE)) == "no_text"


def test_damage():
    data = set_ofd(set_document(official_blocks()))
    assert code_of(data[: len(data) // 2]) == "damaged_file"
    assert code_of(zip_members({"OFD.xml": b"<OFD>"})) == "damaged_file"
    assert code_of(zip_members({"OFD.xml": b"<OFD/>"})) == "damaged_file"
    assert code_of(make_ofd("", **{"Encryptions.xml": b"<x/>"})) == "encrypted"


def test_a_damaged_page_is_named_and_the_others_kept():
    pages = [page_of(commands) for commands in set_document(official_blocks()).pages]
    data = make_ofd(*pages, **{"Doc_0/Pages/Page_1/Content.xml": b"<ofd:Page"})
    page = read_ofd(data)
    assert page.paragraphs[0] == TITLE
    assert [found.code for found in page.problems] == ["unreadable_page"]
    assert page.problems[0].detail.startswith("page 2: ")


def test_bombs_and_entities():
    bomb = make_ofd("", **{"Doc_0/Pages/Page_0/Content.xml": b" " * (2 << 20)})
    assert code_of(bomb) == "too_large_for_memory"
    laughs = '<!DOCTYPE x [<!ENTITY a "哈哈"><!ENTITY b "&a;&a;">]><Page><Content><Layer><TextObject Size="5">'
    laughs += '<TextCode X="9" Y="9">&b;</TextCode></TextObject></Layer></Content></Page>'
    assert code_of(make_ofd("", **{"Doc_0/Pages/Page_0/Content.xml": laughs.encode()})) == "no_text"


def test_random_damage_is_told_in_one_line():
    random = Random(7)
    page = text_object("甲子区的道路", 20, 60, 5, ' DeltaX="g 5 5"').encode()
    for _ in range(150):
        spoiled = bytearray(page)
        for _ in range(random.choice((1, 3, 10))):
            spoiled[random.randrange(len(spoiled))] = random.choice(b"<>&\"'0123456789 -.eg\xe4")
        with contextlib.suppress(UnreadableError):
            read_ofd(make_ofd(spoiled.decode("utf-8", "replace")))
