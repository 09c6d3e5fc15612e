"""The 31 provincial reports of 2025 (.docx) and the 31 of 2026 (tables), read whole: fields, ends, no false alarm."""

import csv
import io
import re
import zipfile
from pathlib import Path

import pytest

from archive.examine import Circumstances, examine
from archive.furniture import is_furniture
from archive.head import is_title
from archive.model import Finding
from tests.gold.identity import HEADS

SHARED = Path(__file__).parents[2] / "shared" / "data"
# Words that stand in no report's first or last line but on the rows of buttons around it.
FURNITURE = re.compile(
    "下载|打印|字号|字体|相关报道|相关解读|相关链接|收藏|扫一扫|责任编辑|上一篇|下一篇|浏览次数|点击数|返回顶部|关闭窗口|分享到"
    "|来源[:：]|发布时间|版权所有|ICP备|公网安备|网站地图|联系我们"
)


@pytest.fixture(scope="module")
def findings() -> dict[str, Finding]:
    """What the archive makes of each, by name."""
    if not SHARED.is_dir():
        pytest.skip("skipped: the provincial reports (../shared/data) are not at hand")
    with zipfile.ZipFile(SHARED / "reports-2025-docx.zip") as container:
        pages = {name: container.read(name) for name in container.namelist() if name.endswith(".docx")}
    csv.field_size_limit(10_000_000)
    for path in sorted((SHARED / "reports-2026-csv").glob("*.csv")):
        (row,) = csv.DictReader(io.StringIO(path.read_text("utf-8-sig")))
        pages[path.stem] = row["full_text"].encode()
    assert len(pages) == 62
    found = {name: examine(data, Circumstances()).findings for name, data in pages.items()}
    assert {len(of_page) for of_page in found.values()} == {1}
    return {name: of_page[0] for name, of_page in found.items()}


def test_every_one_is_a_report_with_its_fields(findings: dict[str, Finding]) -> None:
    assert [name for name, finding in findings.items() if not finding.identity.is_report] == []
    identities = [finding.identity for finding in findings.values()]
    read = [(one.region, one.year, one.delivered_on, one.speaker_post, one.speaker) for one in identities]
    with (HEADS / "provincial.csv").open(encoding="utf-8", newline="") as file:
        facts = [(r["region"], int(r["year"]), r["day"], r["post"] or None, r["speaker"]) for r in csv.DictReader(file)]
    assert sorted(read, key=str) == sorted(facts, key=str)


def test_no_furniture_is_left_at_their_ends(findings: dict[str, Finding]) -> None:
    for name, finding in findings.items():
        lines = finding.text.split("\n")
        assert is_title(lines[0]), (name, lines[0])
        assert not any(FURNITURE.search(line) for line in (*lines[:4], *lines[-3:]) if len(line) < 60), name
        assert not is_furniture(lines[-1], "tail"), name


def test_none_is_called_damaged(findings: dict[str, Finding]) -> None:
    found = {name: {problem.code for problem in finding.problems} for name, finding in findings.items()}
    assert {name: codes for name, codes in found.items() if codes} == {}
