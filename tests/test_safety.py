"""Hostile input has nothing to hold on to: no pickle, no entities, bombs bounded, no way out of the home."""

from __future__ import annotations

import ast
import io
import zipfile
from contextlib import closing
from pathlib import Path

import pytest

from archive.captures import CaptureStore
from archive.captures.warc import read_record
from archive.database import open_archive
from archive.errors import DamagedInputError, UnreadableError
from archive.hand import HandPage, find_pages
from archive.home import Home
from archive.read import read_page

ROOT = Path(__file__).parents[1]
# What runs code that stands in its input.
RUNS_INPUT = {"pickle", "marshal", "shelve", "dill", "cloudpickle", "joblib"}
LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9))
    + b'<!ENTITY s SYSTEM "file:///etc/hostname">]>'
)


@pytest.mark.parametrize(
    "path", sorted([*(ROOT / "archive").rglob("*.py"), *(ROOT / "crawler").rglob("*.py")]), ids=str
)
def test_nothing_unpacks_objects_or_runs_text(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            assert {alias.name.partition(".")[0] for alias in node.names}.isdisjoint(RUNS_INPUT)
        elif isinstance(node, ast.ImportFrom):
            assert (node.module or "").partition(".")[0] not in RUNS_INPUT
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id not in ("eval", "exec")


def docx_with(document: bytes) -> bytes:
    """A docx whose text is `document`."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", document)
    return out.getvalue()


def test_entities_are_not_expanded() -> None:
    name = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    text = f'<w:document xmlns:w="{name}"><w:body><w:p><w:r><w:t>甲&s;&j;乙</w:t></w:r></w:p></w:body></w:document>'
    try:
        page = read_page(docx_with(LAUGHS + text.encode()))
    except UnreadableError:
        return
    said = "".join(page.paragraphs)
    assert "haha" not in said
    assert Path("/etc/hostname").read_text().strip() not in said


def test_a_docx_that_unpacks_to_a_gigabyte_is_refused() -> None:
    with pytest.raises(UnreadableError) as error:
        read_page(docx_with(b"<w>" + bytes(300_000_000)))
    assert error.value.code in ("too_large", "too_large_for_memory", "damaged_file", "zip_bomb", "timeout"), error.value


def test_a_zip_of_zeros_gives_no_page_and_stays_in_its_place(home: Home, tmp_path: Path) -> None:
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("../../../outside.html", "<p>甲</p>" * 100)
        archive.writestr("/etc/outside.html", "<p>乙</p>" * 100)
        archive.writestr("zeros.html", bytes(150_000_000))
    found = list(find_pages(path, 100_000_000, None))
    assert [one.name for one in found if isinstance(one, HandPage) and len(one.data) > 100_000_000] == []
    with closing(open_archive(home)) as db, CaptureStore(home, db, "added") as store:
        for one in found:
            if isinstance(one, HandPage):
                store.add_resource(one.url, one.fetched_at, one.content_type, one.data)
    assert {one for one in tmp_path.rglob("*") if home.root not in one.parents and one != home.root} == {path}
    assert not Path("/etc/outside.html").exists()


def test_a_record_that_says_less_than_it_holds_is_refused() -> None:
    with pytest.raises(DamagedInputError):
        read_record(b"WARC/1.1\r\nWARC-Type: resource\r\nContent-Length: 99999999999\r\n\r\nx")
