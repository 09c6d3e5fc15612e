"""Exports: complete, described, the same bytes for the same snapshot, and of use to those who count."""

from __future__ import annotations

import csv
import gzip
import io
import json
import sqlite3
import subprocess
import zipfile
from contextlib import closing
from hashlib import sha256
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from archive.home import Home
from archive.panels import KEYS
from archive.publish import publish
from archive.publish.codebook import SOURCES, describe_fields
from archive.publish.exports import WITHOUT_INDEX, write_exports
from archive.schema import TABLES
from archive.search import fts_query
from tests.command import baogao
from tests.small_archive import write_small_archive

PUBLISHED = [name for name, table in TABLES.items() if table.published]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    home = write_small_archive(tmp_path_factory.mktemp("exports"))
    publish(home)
    return home


@pytest.fixture(scope="module")
def folder(home: Home, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("export") / "out"
    said = baogao(home, "export", str(folder)).stderr
    assert "files" in said
    return folder


def test_the_same_snapshot_gives_the_same_bytes(home: Home, folder: Path, tmp_path: Path) -> None:
    write_exports(home.snapshot, tmp_path / "again")
    (published,) = home.published.glob("exports-*")
    for other in (tmp_path / "again", published):
        assert {path.name for path in other.iterdir()} == {path.name for path in folder.iterdir()}
        for path in folder.iterdir():
            assert (other / path.name).read_bytes() == path.read_bytes(), path.name


def test_every_file_is_whole_and_described(folder: Path) -> None:
    subprocess.run(["sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS"], cwd=folder, check=True)
    package = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    described = {resource["path"]: resource for resource in package["resources"]}
    assert described.keys() == {path.name for path in folder.iterdir()} - {"datapackage.json", "SHA256SUMS"}
    assert len({resource["name"] for resource in package["resources"]}) == len(described)
    for path, resource in described.items():
        assert resource["bytes"] == (folder / path).stat().st_size
        assert resource["hash"] == f"sha256:{sha256((folder / path).read_bytes()).hexdigest()}"
    names = {resource["name"] for resource in package["resources"]}
    for resource in described.values():
        for key in resource.get("schema", {}).get("foreignKeys", []):
            assert key["reference"]["resource"] in names or key["reference"]["resource"] == "texts-csv"


@pytest.mark.parametrize("name", PUBLISHED)
def test_every_form_holds_every_row(home: Home, folder: Path, name: str) -> None:
    columns = list(TABLES[name].columns)
    with closing(sqlite3.connect(home.snapshot)) as db:
        listed = ", ".join(f"[{column}]" for column in columns)
        rows = db.execute(f"select {listed} from [{name}]").fetchall()
    told = (
        (folder / f"{name}.csv").read_bytes()
        if name != "texts"
        else gzip.decompress((folder / "texts.csv.gz").read_bytes())
    )
    found = list(csv.reader(io.StringIO(told.decode(), newline="")))
    assert found[0] == columns
    assert sorted(found[1:]) == sorted(["" if cell is None else str(cell) for cell in row] for row in rows)
    lines = gzip.decompress((folder / f"{name}.jsonl.gz").read_bytes()).decode().splitlines()
    listed = [tuple(json.loads(line).values()) for line in lines]
    parquet = [tuple(row.values()) for row in pq.read_table(folder / f"{name}.parquet").to_pylist()]
    assert sorted(map(repr, listed)) == sorted(map(repr, parquet)) == sorted(map(repr, rows))


@pytest.mark.parametrize("name", KEYS)
def test_panels_name_their_version_and_are_sorted(home: Home, folder: Path, name: str) -> None:
    with closing(sqlite3.connect(home.snapshot)) as db:
        rows = db.execute(f"select * from [{name}]").fetchall()
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        found = list(csv.DictReader(file))
    assert len(found) == len(rows)
    version = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))["version"]
    assert {row["version"] for row in found} <= {version}
    keys = [tuple(int(row[key]) if row[key].isdecimal() else row[key] for key in KEYS[name]) for row in found]
    assert keys == sorted(keys, key=lambda key: [str(part).zfill(6) for part in key])


def test_every_column_of_the_schema_is_in_the_codebook(folder: Path) -> None:
    with (folder / "codebook.csv").open(encoding="utf-8", newline="") as file:
        found = {(row["table"], row["column"]): row for row in csv.DictReader(file)}
    assert found.keys() == {(name, column) for name in PUBLISHED for column in TABLES[name].columns}
    assert all(row["meaning"] and row["source"] for row in found.values())
    assert found["reports", "chars"]["unit"] == "characters"
    assert found["captures", "fetched_at"]["unit"] == "ISO 8601, UTC"
    assert found["reports", "year"]["unit"] == "calendar year"
    assert set(SOURCES) <= set(TABLES)
    assert [field.column for field in describe_fields("problems") if field.is_key] == ["id"]


def test_texts_are_files_of_a_zip(home: Home, folder: Path) -> None:
    with closing(sqlite3.connect(home.snapshot)) as db:
        texts = dict(db.execute("select id, text from full_reports"))
    with zipfile.ZipFile(folder / "texts.zip") as archive:
        assert archive.testzip() is None
        found = {Path(name).stem.split()[0]: archive.read(name).decode() for name in archive.namelist()}
    assert found == {id: f"{text}\n" for id, text in texts.items()}


def test_sheets_say_what_a_data_editor_asks(folder: Path) -> None:
    sheet = (folder / "PROVENANCE.md").read_text(encoding="utf-8")
    for item in (
        "producer",
        "version",
        "software",
        "29 reports",
        "2019 to 2024",
        "2026-03-02",
        "| 2020 | 4 |",
        "样例市人民政府",
    ):
        assert item in sheet, item
    citation = (folder / "CITATION.cff").read_text(encoding="utf-8")
    version = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))["version"]
    assert f"version: '{version}'" in citation


def test_a_folder_in_use_is_refused(home: Home, folder: Path) -> None:
    done = baogao(home, "export", str(folder), check=False)
    assert done.returncode == 2
    assert "not empty" in done.stderr


def unpack(folder: Path, target: Path) -> None:
    """As `zstd -d` does."""
    with pa.input_stream(str(folder / WITHOUT_INDEX), compression="zstd") as source:
        target.write_bytes(source.read())


# --- what the README shows


def test_plain_sqlite_finds_what_the_site_finds(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "reports.db")) as db:
        sql = "select r.id from reports_fts f join reports r on r.n = f.rowid where reports_fts match ? order by r.id"
        for asked, word in {
            '"营商 商环 环境"': "营商环境",
            "旧改": "旧改",
            "水*": "水",
            '"14 +亿 亿元"': "14亿元",
        }.items():
            found = db.execute(sql, [asked]).fetchall()
            assert found == db.execute(sql, [fts_query(word)]).fetchall() != []


def test_pandas_and_duckdb_count_the_same(folder: Path) -> None:
    duckdb = pytest.importorskip("duckdb", reason="skipped: duckdb is not installed")
    pandas = pytest.importorskip("pandas", reason="skipped: pandas is not installed")
    with closing(sqlite3.connect(folder / "reports.db")) as db:
        expected = dict(
            db.execute("select year, count(*) from full_reports where text like '%数字经济%' group by year")
        )
        frame = pandas.read_sql("select year, text from full_reports", db)
    assert frame[frame["text"].str.contains("数字经济")].groupby("year").size().to_dict() == expected
    frame = pandas.concat(pandas.read_parquet(path) for path in folder.glob("full_reports-*.parquet"))
    assert frame[frame["text"].str.contains("数字经济")].groupby("year").size().to_dict() == expected
    sql = f"select year, count(*) from '{folder}/full_reports-*.parquet' where text like '%数字经济%' group by year"
    assert dict(duckdb.sql(sql).fetchall()) == expected != {}
    assert pandas.read_csv(folder / "reports.csv", dtype={"region": str})["id"].is_unique
