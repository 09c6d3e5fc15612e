"""Every folder of tests/office holds a file and the paragraphs it shows; a file's name says nothing of its type."""

from __future__ import annotations

from pathlib import Path

import pytest

from archive.read import read_page

CASES = sorted(folder for folder in (Path(__file__).parent / "office").iterdir() if folder.is_dir())


def lines_of(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


@pytest.mark.parametrize("folder", CASES, ids=lambda folder: folder.name)
def test_file_reads_as_it_shows(folder: Path):
    (page,) = folder.glob("page.*")
    expected = lines_of(folder / "expected.txt")
    assert expected, f"{folder.name} has no expected.txt"
    read = read_page(page.read_bytes(), f"https://www.yangli.gov.example/{page.name}")
    assert "\n".join(read.paragraphs) == "\n".join(expected)
    assert [f"{found.code}: {found.detail}" for found in read.problems] == lines_of(folder / "problems.txt")
