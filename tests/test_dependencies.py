"""The one-way rule (DESIGN §2), kept by walking the imports."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from archive.cli import COMMANDS

ROOT = Path(__file__).parents[1]
PURE = (
    "split",
    "clean",
    "identify",
    "ends",
    "near_miss",
    "head",
    "speaker",
    "when",
    "place",
    "furniture",
    "characters",
    "damage",
    "copies",
    "outline",
    "glossary",
    "wording",
    "targets",
    "figures",
    "periods",
    "versions",
    "numbers",
    "copy_differences",
    "align",
    "gaps",
    "draft",
    "restore",
    "differences",
    "compare",
)
IMPURE = {
    "sqlite3", "sqlite_utils", "datasette", "warcio", "archive.database", "archive.captures", "archive.home",
    "archive.publish", "archive.settle", "archive.ingest", "archive.findings", "archive.build",
}  # fmt: skip
SOCKETS = {"socket", "socketserver", "http.client", "http.server", "urllib.request", "requests", "httpx", "aiohttp"}
# The supervisor of the site and its workers listen; they connect to nothing.
LISTENERS = {"archive/serve.py", "archive/site/worker.py"}


def imports_of(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def modules(folder: str) -> list[Path]:
    return sorted((ROOT / folder).rglob("*.py"))


def reaches(imports: set[str], forbidden: set[str]) -> set[str]:
    return {name for name in imports for bad in forbidden if name == bad or name.startswith(bad + ".")}


@pytest.mark.parametrize("path", modules("archive"), ids=lambda path: str(path.relative_to(ROOT)))
def test_archive_never_reaches_back(path: Path) -> None:
    assert reaches(imports_of(path), {"crawler", "scrapy", "twisted"}) == set()


@pytest.mark.parametrize("path", modules("archive"), ids=lambda path: str(path.relative_to(ROOT)))
def test_archive_connects_to_nothing(path: Path) -> None:
    if str(path.relative_to(ROOT)) not in LISTENERS:
        assert reaches(imports_of(path), SOCKETS) == set()


@pytest.mark.parametrize("name", PURE)
def test_pure_steps_know_nothing_of_sql_and_files(name: str) -> None:
    assert reaches(imports_of(ROOT / "archive" / f"{name}.py"), IMPURE) == set()


@pytest.mark.parametrize("path", modules("archive/read"), ids=lambda path: path.name)
def test_readers_know_nothing_of_sql_and_files(path: Path) -> None:
    assert reaches(imports_of(path), IMPURE) == set()


def test_steps_do_not_know_each_other() -> None:
    steps = {
        "archive.split",
        "archive.clean",
        "archive.identify",
        "archive.damage",
        "archive.copies",
        "archive.outline",
    }
    for step in steps:
        path = ROOT / (step.replace(".", "/") + ".py")
        assert reaches(imports_of(path), steps - {step}) == set(), step


def test_files_stay_small_enough_to_read() -> None:
    long = {
        str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines())
        for folder in ("archive", "crawler")
        for path in modules(folder)
    }
    # The schema is data: one line a column.
    assert {name: lines for name, lines in long.items() if lines > 330 and name != "archive/schema.py"} == {}


def test_a_command_loads_no_pandas() -> None:
    code = "import sys, sqlite3, archive.database, archive.settle; print('pandas' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "False"


def test_each_command_can_be_loaded_first() -> None:
    """No circle of imports shows only where another module was loaded before."""
    code = """
import importlib, os, sys
for module in sys.argv[1:]:
    child = os.fork()
    if not child:
        importlib.import_module(module)
        os._exit(0)
    if os.waitpid(child, 0)[1]:
        print(module)
"""
    firsts = [
        *sorted(set(COMMANDS.values())),
        "archive.read.child",
        "crawler.recorder",
        "crawler.run",
        "crawler.sources",
    ]
    done = subprocess.run([sys.executable, "-c", code, *firsts], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout == "", done.stderr


def test_a_reader_loads_no_database() -> None:
    """One begins for each PDF and office file: what it need not load it should not."""
    code = "import sys, archive.read.child, archive.read.pdf; print({'sqlite_utils', 'numpy'} & sys.modules.keys())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "set()"
