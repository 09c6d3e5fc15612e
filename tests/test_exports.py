"""Exports: complete, described, the same bytes for the same snapshot, and of use to those who count."""

from __future__ import annotations

import csv
import gzip
import io
import json
import random
import re
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
from archive.publish.codebook import SOURCES, describe_fields
from archive.publish.exports import WITHOUT_INDEX, write_exports
from archive.publish.rebuild import BUILD_INDEX, add_recipe
from archive.schema import TABLES
from archive.search import EVERY, GAP, fts_query, tokens
from tests.command import baogao

PUBLISHED = [name for name, table in TABLES.items() if table.published]


@pytest.fixture(scope="module")
def folder(published: Home, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("export") / "out"
    said = baogao(published, "export", str(folder)).stderr
    assert "files" in said
    return folder


def test_the_same_snapshot_gives_the_same_bytes(published: Home, folder: Path, tmp_path: Path) -> None:
    write_exports(published.snapshot, tmp_path / "again")
    (published,) = published.published.glob("exports-*")
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
def test_every_form_holds_every_row(published: Home, folder: Path, name: str) -> None:
    columns = list(TABLES[name].columns)
    with closing(sqlite3.connect(published.snapshot)) as db:
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
def test_panels_name_their_version_and_are_sorted(published: Home, folder: Path, name: str) -> None:
    with closing(sqlite3.connect(published.snapshot)) as db:
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


def test_texts_are_files_of_a_zip(published: Home, folder: Path) -> None:
    with closing(sqlite3.connect(published.snapshot)) as db:
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


def test_a_folder_in_use_is_refused(published: Home, folder: Path) -> None:
    done = baogao(published, "export", str(folder), check=False)
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


def test_one_statement_builds_the_index(folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "reports.db"
    unpack(folder, path)
    with closing(sqlite3.connect(path)) as db, closing(sqlite3.connect(folder / "reports.db")) as whole:
        assert db.execute("select count(*) from reports_fts where reports_fts match '政府'").fetchone() == (0,)
        db.execute(BUILD_INDEX)
        runs = [run for (text,) in db.execute("select text from texts") for run in re.findall(r"[^\s，。]+", text)]
        chance = random.Random(0)
        drawn = [run[: chance.randint(1, 9)] for run in chance.sample(runs, 300)]
        sql = "select rowid from reports_fts where reports_fts match ? order by rowid"
        typed = [
            "营商环境",
            "水",
            "14亿元",
            "4亿元",
            "95.5%",
            "5G基站",
            "2020年",
            "-旧改",
            "各位代表：",
            "860个",
            "1,004",
        ]
        for word in [*typed, *drawn]:
            asked = [fts_query(word)]
            assert db.execute(sql, asked).fetchall() == whole.execute(sql, asked).fetchall(), word


@pytest.mark.parametrize(
    "text",
    ["数字经济5G，增长45.5%", "1.2024年", "1,004亿元、3.4.5", "①10个…㎡", "GDP per 5%以上", "　优化營商環境", "a.b,1 1,23", "5G",
     "", "\n水\n\n5\n火5"],
)  # fmt: skip
def test_sql_cuts_the_same_tokens(text: str) -> None:
    with closing(sqlite3.connect(":memory:")) as db:
        db.execute("create table reports (n integer, title text, text_sha256 text)")
        db.execute("create table texts (sha256 text, text text)")
        db.execute("insert into texts values ('x', ?)", [text])
        db.execute("insert into reports values (1, '标题', 'x')")
        add_recipe(db)
        body, title = db.execute("select body, title from search_tokens").fetchone()
    # At the very ends a gap is told that the other way is not: no phrase reaches beyond its words.
    ours = tokens(f"\n{text}\n").split()
    assert [token for token in (body or "").split() if token != GAP] == [token for token in ours if token != GAP]
    assert (body or "").strip(f" {GAP}").split() == tokens(text).strip(f" {GAP}").split()
    assert title.split() == [*tokens("标题").split(), EVERY]
