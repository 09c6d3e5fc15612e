"""Pages saved by hand: folders, zips, tables, browsers' files."""

import csv
import io
import zipfile
from pathlib import Path

import pytest

from archive.hand import HandPage, Refused, find_pages, read_manifest
from archive.home import Home
from tests import speech
from tests.command import baogao, rows

REPORT = "\n".join(speech.report())
PAGE = "<html><head><title>页</title></head><body><p>" + REPORT.replace("\n", "</p><p>") + "</p></body></html>"
MB = 1_000_000


def found(path: Path) -> list:
    return list(find_pages(path, 10 * MB))


def zipped(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def table(rows: list[dict[str, str]]) -> str:
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, rows[0])
    writer.writeheader()
    writer.writerows(rows)
    return buffer.getvalue()


def test_a_browsers_comment_gives_the_address(tmp_path: Path) -> None:
    path = tmp_path / "saved.html"
    path.write_text("<!-- saved from url=(0029)https://www.shili.example/a.html -->\n" + PAGE, encoding="utf-8")
    (page,) = found(path)
    assert page.url == "https://www.shili.example/a.html"


def test_mhtml_gives_address_and_time(tmp_path: Path) -> None:
    path = tmp_path / "saved.mhtml"
    head = "From: <Saved by Blink>\r\nSnapshot-Content-Location: https://www.shili.example/b.html\r\n"
    head += (
        "Date: Tue, 16 Jan 2024 09:00:00 +0800\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=x\r\n"
    )
    path.write_bytes((head + "\r\n--x\r\nContent-Type: text/html\r\n\r\n" + PAGE + "\r\n--x--\r\n").encode())
    (page,) = found(path)
    assert (page.url, page.fetched_at) == ("https://www.shili.example/b.html", "2024-01-16T01:00:00Z")


def test_folders_are_walked_in_order_and_hidden_files_left(tmp_path: Path) -> None:
    for name in ("b/2.html", "a/1.html", ".git/x.html", "b/.DS_Store"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(PAGE, encoding="utf-8")
    assert [Path(page.name).name for page in found(tmp_path)] == ["1.html", "2.html"]


def test_names_in_a_zip_are_decoded(tmp_path: Path) -> None:
    path = tmp_path / "pages.zip"
    data = zipped({"a" * 12 + ".html": PAGE.encode()})
    gbk = "报告甲子区".encode("gb18030")
    path.write_bytes(data.replace(b"a" * 12, gbk.ljust(12, b"1")))
    (page,) = found(path)
    assert "报告甲子区" in page.name


def test_a_zip_bomb_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bomb.zip"
    path.write_bytes(zipped({"zeros.html": b"\0" * 9 * MB, "good.html": PAGE.encode()}))
    page, refused = found(path)
    assert isinstance(page, HandPage)
    assert isinstance(refused, Refused)
    assert "zeros.html" in refused.name


def test_a_table_gives_a_capture_a_row(tmp_path: Path, home: Home) -> None:
    path = tmp_path / "table.csv"
    listed = [
        {"title": speech.TITLE, "source_url": "https://www.shili.example/1", "full_text": REPORT},
        {"title": "无", "source_url": "", "full_text": ""},
    ]
    path.write_text(table(listed), encoding="utf-8-sig")
    done = baogao(home, "add", path, check=False)
    assert done.returncode == 3
    assert "row 3" in done.stderr
    assert rows(home, "select url from captures") == [("https://www.shili.example/1",)]


def test_a_table_without_texts_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.csv"
    path.write_text("a,b\n1,2\n3,4\n")
    (refused,) = found(path)
    assert "full_text" in refused.why


def test_a_workbook_is_a_table_too(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    book.active.append(["url", "text"])
    book.active.append(["https://www.shili.example/1", REPORT])
    book.save(tmp_path / "table.xlsx")
    (page,) = found(tmp_path / "table.xlsx")
    assert (page.url, page.data.decode()) == ("https://www.shili.example/1", REPORT)


def test_manifest_paths_are_relative_to_it(tmp_path: Path) -> None:
    (tmp_path / "m.csv").write_text("path,url,fetched_at\na.html,https://www.shili.example/,2024-01-16T00:00:00Z\n")
    assert read_manifest(tmp_path / "m.csv") == [
        (tmp_path / "a.html", "https://www.shili.example/", "2024-01-16T00:00:00Z")
    ]


def test_a_url_for_one_file_is_kept(tmp_path: Path, home: Home) -> None:
    path = tmp_path / "page.html"
    path.write_text(PAGE, encoding="utf-8")
    baogao(home, "add", path, "--url", "https://www.shili.example/x.html")
    assert rows(home, "select url, fetched_at, verdict from captures") == [
        ("https://www.shili.example/x.html", None, "page")
    ]
    assert baogao(home, "add", path, path, "--url", "https://www.shili.example/", check=False).returncode == 2
