"""Old Word documents: what else they may be, what is hidden in them, and hostile ones. tests/office has whole files."""

from __future__ import annotations

import contextlib
import struct
from pathlib import Path
from random import Random

import olefile
import pytest

from archive.errors import UnreadableError
from archive.read import check_payload, read_page, sniff
from archive.read.conventions import Rows, find_large, set_notes, set_row
from archive.read.doc import PLACES, TEXT, read_doc, read_streams
from archive.read.doclists import FORMATS as DOC_FORMATS
from archive.read.docprops import HIDDEN, IN_TABLE, LIST, Plex, Runs, read_modifiers, read_styles

OFFICE = Path(__file__).parent / "office"
REPORT = (OFFICE / "report-doc" / "page.doc").read_bytes()
STRUCTURES = (OFFICE / "structures-doc" / "page.doc").read_bytes()
SECTOR = 512


def code_of(data: bytes, reads=read_doc) -> str:
    with pytest.raises(UnreadableError) as error:
        reads(data)
    assert "\n" not in error.value.message
    return error.value.code


def patch(data: bytes, stream: str, place: int, new: bytes) -> bytes:
    """A file with some bytes of one of its streams changed: `place` counts from the beginning of the stream."""
    whole = read_streams(data)[stream]
    start = data.index(whole[:SECTOR])  # these small files keep their streams in one piece
    assert data[start : start + len(whole)] == whole
    return data[: start + place] + new + data[start + place + len(new) :]


def rename(data: bytes, old: str, new: str) -> bytes:
    """A file one of whose streams has another name."""
    entry = data.index(old.encode("utf-16-le") + b"\0\0")
    name = new.encode("utf-16-le").ljust(64, b"\0")
    return data[:entry] + name + struct.pack("<H", 2 * len(new) + 2) + data[entry + 66 :]


def test_wps_of_wps_writer_is_a_doc():
    assert read_page(REPORT, "https://www.yangli.gov.example/a.wps", "application/vnd.ms-works").reader == "doc"


def test_other_programs_are_named():
    for stream, kind, words in (
        ("MatOST", "works", "Microsoft Works"),
        ("CONTENTS", "works", "Microsoft Works"),
        ("Workbook", "xls", "Excel"),
        ("PowerPoint Document", "ppt", "PowerPoint"),
    ):
        data = rename(REPORT, "WordDocument", stream)
        assert sniff(data) == kind
        with pytest.raises(UnreadableError) as error:
            read_page(data)
        assert error.value.code == "unsupported_type"
        assert words in error.value.message


def test_password_and_older_versions():
    (flags,) = struct.unpack_from("<H", read_streams(REPORT)["WordDocument"], 10)
    assert code_of(patch(REPORT, "WordDocument", 10, struct.pack("<H", flags | 0x100))) == "encrypted"
    assert code_of(patch(REPORT, "WordDocument", 2, struct.pack("<H", 0x68))) == "unsupported_type"


def test_what_is_written_of_the_text_may_be_lost():
    """A broken page of properties costs tables and numbers, not the text; the problem says so."""
    document = read_streams(STRUCTURES)["WordDocument"]
    table = read_streams(STRUCTURES)["1Table"]
    place, size = struct.unpack_from("<II", document, PLACES + 8 * 13)
    (number,) = struct.unpack_from("<I", table[place : place + size], size - 4)
    page = patch(STRUCTURES, "WordDocument", (number & 0x3FFFFF) * SECTOR + SECTOR - 1, b"\xff")
    read = read_doc(page)
    assert "桥梁档案" in read.paragraphs
    assert "formatting_lost" in {problem.code for problem in read.problems}


# --- parts ------------------------------------------------------------------------------------------------------------


def test_modifiers_of_every_length():
    row = struct.pack("<HB", IN_TABLE, 1) + struct.pack("<HH", LIST, 3)
    assert read_modifiers(row) == {IN_TABLE: b"\1", LIST: b"\3\0"}
    variable = struct.pack("<HB", 0xC60D, 2) + b"xy" + row
    assert read_modifiers(variable)[LIST] == b"\3\0"
    long = struct.pack("<HH", 0xD608, 4) + b"xyz" + row
    assert read_modifiers(long)[IN_TABLE] == b"\1"
    # One that runs over the end says nothing.
    assert read_modifiers(struct.pack("<HB", LIST, 3)) == {}
    assert read_modifiers(b"\x0d\xc6") == {}


def test_runs_and_plexes():
    runs = Runs.gather(iter([(20, 30, {HIDDEN: b"\1"}), (0, 10, {HIDDEN: b"\0"})]))
    assert (runs.at(5), runs.at(15), runs.at(29), runs.at(30)) == ({HIDDEN: b"\0"}, {}, {HIDDEN: b"\1"}, {})
    plex = Plex.read(struct.pack("<3I", 0, 5, 9) + b"abcd", 2)
    assert (list(plex.bounds), plex.items) == ([0, 5, 9], [b"ab", b"cd"])
    assert Plex.read(b"", 2).items == ()
    assert read_styles(b"") == []


def test_number_formats_have_their_standard_numbers():
    # ISO 29500-1 §17.18.59 lists them in the order of [MS-OSHARED] 2.2.1.3.
    for number, name in ((0, "decimal"), (18, "decimalEnclosedCircle"), (23, "bullet"), (37, "chineseCounting")):
        assert DOC_FORMATS[number] == name
    assert (DOC_FORMATS[38], DOC_FORMATS[39]) == ("chineseLegalSimplified", "chineseCountingThousand")


def test_rows_of_tables_within_tables():
    rows = Rows()
    lines = [
        *rows.add(["前"]),
        *rows.add(["甲"], 1, "cell"),
        *rows.add(["乙上"], 1),
        *rows.add(["一"], 2, "cell"),
        *rows.add(["二"], 2, "cell"),
        *rows.add([], 2, "row"),
        *rows.add(["乙下"], 1, "cell"),
        *rows.add([], 1, "row"),
        *rows.add(["单格一。"], 1),
        *rows.add(["单格二。"], 1, "cell"),
        *rows.add([], 1, "row"),
        *rows.add(["没有行尾"], 1, "cell"),
        *rows.add(["后"]),
        *rows.close(),
    ]
    assert lines == ["前", "甲\t乙上 一\t二 乙下", "单格一。", "单格二。", "没有行尾", "后"]


def test_rows_and_notes_as_lines():
    assert set_row([["a"], [], ["b", "c"]]) == ["a\tb c"]
    assert set_row([[], []]) == []
    assert set_notes([["甲"], [], ["乙", "丙"]]) == ["[1]甲", "[2]乙", "丙"]
    assert find_large([1.0, 8 * 11.0, 5 * 6.0])[0].detail == "2 as large as a page"
    assert find_large([1.0, 20.0]) == []


# --- hostile files ----------------------------------------------------------------------------------------------------


def test_damage():
    assert code_of(REPORT[:600]) == "damaged_file"
    assert code_of(patch(REPORT, "WordDocument", PLACES + 8 * TEXT, b"\xff" * 8)) == "damaged_file"
    assert check_payload(REPORT) == "doc"


def test_chain_of_sectors_that_loops():
    """Every sector of the file followed by the first one of the document."""
    with olefile.OleFileIO(REPORT) as container:
        first = container.direntries[container._find("WordDocument")].isectStart
        fat = container.fat
    table = struct.pack(f"<{len(fat)}I", *fat)
    place = REPORT.index(table[: 4 * 20])
    looped = REPORT[:place] + struct.pack("<I", first) * 100 + REPORT[place + 400 :]
    with contextlib.suppress(UnreadableError):
        read_page(looped)


def test_pieces_that_repeat_are_refused():
    """A list of pieces that claims more text than the file could hold would fill the memory."""
    streams = read_streams(REPORT)
    place, size = struct.unpack_from("<II", streams["WordDocument"], PLACES + 8 * TEXT)
    clx = streams["1Table"][place : place + size]
    last = clx.index(b"\2") + 5 + 4
    bomb = patch(REPORT, "1Table", place + last, struct.pack("<I", 0x7FFFFFFF))
    assert code_of(bomb) == "damaged_file"


def test_random_damage_is_told_in_one_line():
    random = Random(11)
    for data in (REPORT, STRUCTURES):
        for _ in range(150):
            spoiled = bytearray(data)
            for _ in range(random.choice((1, 5, 50))):
                spoiled[random.randrange(len(spoiled))] = random.randrange(256)
            with contextlib.suppress(UnreadableError):
                read_doc(bytes(spoiled))
