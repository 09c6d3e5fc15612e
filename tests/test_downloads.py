"""Downloads: every file with Range and digest, the last versions, what changed between two; nothing else of the disk."""

from __future__ import annotations

import asyncio
import csv
import io
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
from datasette.app import Datasette
from selectolax.lexbor import LexborHTMLParser

from archive.database import open_archive, writing
from archive.home import Home
from archive.publish import publish
from archive.site import make_app
from tests.small_archive import change_something, write_small_archive


@pytest.fixture(scope="module")
def published(published: Home) -> Home:
    change_something(published)
    publish(published)
    return published


def get(site: Datasette, path: str, **headers: str) -> httpx.Response:
    return asyncio.run(
        site.client.get(path, headers={name.replace("_", "-"): value for name, value in headers.items()})
    )


def versions(site: Datasette) -> list[str]:
    return [version["version"] for version in get(site, "/downloads.json").json()["versions"]]


def test_every_file_is_what_its_digest_says(site: Datasette) -> None:
    told = get(site, "/downloads.json").json()["versions"]
    assert len(told) == 2
    assert [version["served"] for version in told] == [True, False]
    for file in told[0]["files"]:
        answer = get(site, file["url"])
        assert answer.status_code == 200
        assert len(answer.content) == file["bytes"]
        if file["sha256"]:
            assert sha256(answer.content).hexdigest() == file["sha256"], file["name"]
    old = next(file for file in told[1]["files"] if file["name"] == "reports.db")
    assert sha256(get(site, old["url"]).content).hexdigest() == old["sha256"]


def test_a_part_of_a_file(site: Datasette, published: Home) -> None:
    whole = published.snapshot.read_bytes()
    for path in ("/reports.db", "/downloads/latest/reports.db"):
        part = get(site, path, range="bytes=100-199")
        assert (part.status_code, part.content) == (206, whole[100:200])
        assert part.headers["content-range"] == f"bytes 100-199/{len(whole)}"
        assert get(site, path, range="bytes=-7").content == whole[-7:]
        assert get(site, path, range=f"bytes={len(whole)}-").status_code == 416
        etag = part.headers["etag"]
        assert etag == f'"{sha256(whole).hexdigest()}"'
        assert get(site, path, range="bytes=0-9", if_range=etag).status_code == 206
        # The file behind a half-done download has changed: all of the new one.
        assert get(site, path, range="bytes=0-9", if_range='"another"').status_code == 200
    head = asyncio.run(site.client.request("HEAD", "/reports.db"))
    assert head.status_code == 200
    assert (head.headers["content-length"], head.headers["accept-ranges"]) == (str(len(whole)), "bytes")
    assert head.content == b""


@pytest.mark.parametrize(
    "name",
    ["../archive.db", "..%2Farchive.db", "..%2F..%2Farchive.db", "%2Fetc%2Fpasswd", "nothing.csv", "unfinished-x"],
)
def test_nothing_else_of_the_disk(site: Datasette, name: str) -> None:
    for version in ("latest", versions(site)[0], "..", "...", "1"):
        answer = get(site, f"/downloads/{version}/{name}")
        assert answer.status_code in (302, 404)
        assert b"SQLite" not in answer.content


def test_the_page_lists_the_files_and_versions(site: Datasette) -> None:
    newest, oldest = versions(site)
    for language in ("zh", "en"):
        tree = LexborHTMLParser(get(site, f"/downloads?lang={language}").text)
        links = [link.attributes["href"] or "" for link in tree.css("main a[href]")]
        for link in links:
            if "/downloads/" in link:
                assert get(site, link).status_code == 200, link
        assert f"/downloads/{newest}/full_reports-2020.parquet" in links
        assert f"/downloads/{oldest}/reports.db" in links
        assert "insert into reports_fts" in tree.css_first("main").text()


def test_what_changed_is_a_page_and_a_file(site: Datasette) -> None:
    newest, oldest = versions(site)
    tree = LexborHTMLParser(get(site, "/downloads/changes").text)
    assert [link.attributes["href"] for link in tree.css("table a")] == ["/reports/reports/990100-2024"]
    assert "文本有变 1" in " ".join(tree.css_first("[role=status]").text().split())
    answer = get(site, f"/downloads/changes.csv?from={oldest}&to={newest}")
    (row,) = csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff")))
    assert (row["report"], row["change"]) == ("990100-2024", "text")
    assert row["text_before"] != row["text_after"]
    assert "没有变化" in get(site, f"/downloads/changes?from={newest}&to={newest}").text
    for wrong in (f"from={newest}&to={oldest}", "from=x", "to=x", f"to={quote('<script>')}"):
        assert get(site, f"/downloads/changes?{wrong}").status_code == 400


def test_an_id_that_moved_redirects_and_one_withdrawn_is_told(tmp_path: Path) -> None:
    home = write_small_archive(tmp_path)
    publish(home)
    with closing(open_archive(home)) as db, writing(db):
        db.execute("update reports set id = '990101-2020-b' where id = '990101-2020'")
        db.execute("update copies set report = '990101-2020-b' where report = '990101-2020'")
        db.execute("delete from copies where report = '990102-2022'")
        db.execute("delete from reports where id = '990102-2022'")
    publish(home, accept="示例")
    site = make_app(home.snapshot)
    moved = get(site, "/reports/reports/990101-2020")
    assert (moved.status_code, moved.headers["location"]) == (301, "/reports/reports/990101-2020-b")
    assert get(site, "/reports/reports/990101-2020.txt").headers["location"] == "/reports/reports/990101-2020-b.txt"
    assert get(site, "/reports/reports/990102-2022").status_code == 404
    site.get_database("reports").close()
