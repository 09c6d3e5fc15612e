"""Bad input gets one clear line: what, where, how to mend it. The rest of the run goes on; the exit code says so."""

import random
import socket
from pathlib import Path

import pytest

from archive.home import Home
from tests import make_pdf, speech
from tests.command import baogao, rows

REPORT = "\n".join(speech.report())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "pages"
    folder.mkdir()
    (folder / "good.txt").write_text(REPORT, encoding="utf-8")
    return folder


def assert_one_line(said: str, *words: str) -> None:
    lines = [line for line in said.splitlines() if all(word in line for word in words)]
    assert len(lines) == 1, said
    assert "Traceback" not in said


BAD = {
    "empty.html": b"",
    "noise.html": random.Random(1).randbytes(20_000),
    "cut.pdf": make_pdf.set_document(make_pdf.official_blocks()).save()[:-900],
    "locked.pdf": make_pdf.encrypt(make_pdf.set_document(make_pdf.official_blocks()), b"secret"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_gets_one_line_and_the_rest_goes_on(name: str, folder: Path, home: Home) -> None:
    (folder / name).write_bytes(BAD[name])
    done = baogao(home, "add", folder, check=False)
    assert done.returncode == 3
    assert_one_line(done.stderr, name)
    built = baogao(home, "build", check=False)
    assert built.returncode in (0, 3)
    assert "Traceback" not in built.stderr
    assert len(rows(home, "select id from reports")) == 1


@pytest.mark.parametrize("name", BAD)
def test_reading_a_bad_file_says_so(name: str, folder: Path, home: Home) -> None:
    (folder / name).write_bytes(BAD[name])
    done = baogao(home, "read", "--json", folder, check=False)
    assert done.returncode in ((0, 3) if name == "cut.pdf" else (3,))
    assert "Traceback" not in done.stderr
    assert '"is_report": true' in done.stdout


def test_a_file_of_200_mb_is_refused_before_it_is_read(folder: Path, home: Home) -> None:
    with (folder / "huge.html").open("wb") as file:
        file.truncate(200_000_000)
    done = baogao(home, "add", folder, check=False)
    assert done.returncode == 3
    assert_one_line(done.stderr, "huge.html", "200 MB", "--max-size")
    assert len(rows(home, "select id from captures")) == 1


def test_a_capture_that_cannot_be_read_is_kept_and_named_by_build(folder: Path, home: Home) -> None:
    (folder / "locked.pdf").write_bytes(BAD["locked.pdf"])
    baogao(home, "add", folder, check=False)
    built = baogao(home, "build", check=False)
    assert built.returncode == 3
    assert_one_line(built.stderr, "password")
    assert rows(home, "select reason from rejections") == [("unreadable",)]
    assert len(rows(home, "select id from captures")) == 2


def test_a_wrong_key_names_file_key_and_the_nearest(home: Home) -> None:
    home.sources.mkdir()
    (home.sources / "x.toml").write_text('name = "x"\nstart = ["http://x.example/"]\n[page]\nbdoy = "#zoom"\n')
    for words in (["sources", "check"], ["sources", "list"], ["build"], ["crawl", "x"]):
        done = baogao(home, *words, check=False)
        assert done.returncode == 2
        assert_one_line(done.stderr, "x.toml", "page.bdoy", "'body'")


def test_a_bad_source_file_stops_no_other(home: Home, folder: Path) -> None:
    home.sources.mkdir()
    (home.sources / "x.toml").write_text('name = "x"\nstart = ["htp//x.example/"]\n')
    (home.sources / "y.toml").write_text('name = "y"\nstart = ["http://y.example/"]\n[list]\nlink = "ul..a["\n')
    (home.sources / "z.toml").write_text('name = "z"\nregion = "999999"\nstart = ["http://z.example/"]\n')
    baogao(home, "add", folder, check=False)
    built = baogao(home, "build", check=False)
    assert built.returncode == 2
    assert len(rows(home, "select id from reports")) == 1
    checked = baogao(home, "sources", "check", check=False)
    assert checked.returncode == 2
    assert_one_line(checked.stderr, "x.toml", "start", "http://")
    assert_one_line(checked.stderr, "y.toml", "list.link", "CSS")
    assert_one_line(checked.stderr, "z: region", "'999999'")


def test_the_demo_stays_out_of_a_real_archive(home: Home, folder: Path) -> None:
    baogao(home, "add", folder)
    done = baogao(home, "demo", "--no-serve", check=False)
    assert done.returncode == 2
    assert_one_line(done.stderr, "fictional", "--home")


def test_pictures_are_no_pages(home: Home, folder: Path) -> None:
    (folder / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(2000))
    done = baogao(home, "add", folder, check=False)
    assert done.returncode == 3
    assert_one_line(done.stderr, "a.png", "picture")
    assert baogao(home, "build").returncode == 0


def test_a_home_that_is_not_writable(tmp_path: Path, folder: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    done = baogao(tmp_path / "file" / "home", "add", folder, check=False)
    assert done.returncode == 4
    assert_one_line(done.stderr, "not writable", "--home")


def test_a_database_that_is_none(home: Home, folder: Path) -> None:
    home.database.write_bytes(b"this is no database at all" * 100)
    done = baogao(home, "add", folder, check=False)
    assert done.returncode == 3
    assert_one_line(done.stderr, "archive.db", "reindex")


def test_two_writers_do_not_meet(home: Home, folder: Path) -> None:
    with home.lock():
        done = baogao(home, "add", folder, check=False)
    assert done.returncode == 14
    assert_one_line(done.stderr, "another run")


def test_a_port_that_is_taken(home: Home, folder: Path) -> None:
    baogao(home, "add", folder)
    baogao(home, "build")
    baogao(home, "publish")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = baogao(home, "serve", "--port", str(port), check=False)
    assert done.returncode == 4
    assert_one_line(done.stderr, str(port), "--port")


def test_serving_before_publishing(home: Home) -> None:
    done = baogao(home, "serve", check=False)
    assert done.returncode == 4
    assert_one_line(done.stderr, "publish")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("file,url\na,b\n", ("path,url,fetched_at",)),
        ("path,url,fetched_at\ngood.txt,ftp:/x,\n", ("line 2", "web address")),
        ("path,url,fetched_at\ngood.txt,,yesterday\n", ("yesterday",)),
    ],
)
def test_a_manifest_with_a_mistake(content: str, words: tuple[str, ...], folder: Path, home: Home) -> None:
    (folder / "manifest.csv").write_text(content)
    done = baogao(home, "add", "--manifest", folder / "manifest.csv", check=False)
    assert done.returncode == 2
    assert_one_line(done.stderr, *words)


def test_a_file_that_is_not_there(home: Home, tmp_path: Path) -> None:
    done = baogao(home, "add", tmp_path / "none.html", check=False)
    assert done.returncode == 3
    assert_one_line(done.stderr, "none.html")


def test_unknown_words_are_bad_arguments(home: Home) -> None:
    assert baogao(home, "crwal", check=False).returncode == 2
    assert baogao(home, "add", check=False).returncode == 2
    done = baogao(home, "crawl", "cezhido", check=False)
    assert done.returncode == 2
    assert_one_line(done.stderr, "'cezhidao'")


@pytest.mark.parametrize(
    "words",
    [
        ("build", "--jobs", "-1"),
        ("crawl", "--jobs", "0"),
        ("add", ".", "--max-size", "0"),
        ("read", ".", "--max-size", "-5"),
        ("serve", "--port", "70000"),
        ("demo", "--no-serve", "--port", "70000"),
    ],
    ids=" ".join,
)
def test_a_number_out_of_range_is_refused(words: tuple[str, ...], home: Home) -> None:
    done = baogao(home, *words, check=False)
    assert done.returncode == 2
    assert_one_line(done.stderr, words[-1], "range")
