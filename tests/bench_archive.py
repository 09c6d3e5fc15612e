"""A large archive for `make bench`: reports of fictional regions, mixed from the sentences of the demo's reports."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path
from typing import Any

from archive.database import open_archive, writing
from archive.home import Home
from archive.outline import outline
from crawler.demo.reports import all_reports

PROVINCES = ("示例省", "样例省", "范例省", "设例省", "比例省")
FIRST_YEAR, YEARS = 2005, 20
# The mean of the real reports at hand (READING §5): 17,700 characters.
CHARACTERS = 17_500
SEED = 20260101
# Variants of each sentence, its figures drawn anew: as many different numbers as real reports have.
VARIANTS = 12


def draw_sentences(chance: random.Random) -> list[str]:
    """Sentences of the demo's reports, each in several variants with other figures."""
    whole = [p for report in all_reports() for p in report.paragraphs]
    sentences = sorted({s for p in whole for s in re.split(r"(?<=[。！])", p) if len(s) > 12 and s.endswith("。")})

    def vary(sentence: str) -> str:
        return re.sub(r"\d+", lambda found: str(chance.randrange(1, 10 ** len(found.group()) + 1)), sentence)

    return [vary(sentence) for sentence in sentences for _ in range(VARIANTS)]


def write_text(chance: random.Random, sentences: list[str], name: str, year: int) -> str:
    """One report of about CHARACTERS characters."""
    lines = [f"{year}年{name}政府工作报告", f"——{year}年1月12日在{name}人民代表大会会议上", "各位代表："]
    chapters = (f"一、{year - 1}年工作回顾", f"二、{year}年工作安排", "三、加强政府自身建设")
    for chapter in chapters:
        lines.append(chapter)
        length = 0
        while length < CHARACTERS / len(chapters):
            if chance.random() < 0.2:
                lines.append(f"（{chance.choice('一二三四五六七八九')}）{chance.choice(sentences)[:12]}")
            lines.append("".join(chance.choices(sentences, k=chance.randint(2, 6))))
            length += len(lines[-1])
    return "\n".join(lines)


def places(count: int) -> Iterator[tuple[str, str, str, str, int]]:
    """(code, province, prefecture, name, year) of so many reports, the years of a region together."""
    for n in range(count):
        region, year = divmod(n, YEARS)
        province = PROVINCES[region % len(PROVINCES)]
        city = region // len(PROVINCES) // 10
        yield (
            f"99{region:04}",
            province,
            f"示{city:02}市",
            f"例{region:04}县",
            FIRST_YEAR + year,
        )


def write_archive(root: Path, count: int) -> Home:
    """A working database with so many reports, a copy and a capture each; returns its home."""
    home = Home(root).prepare()
    db = open_archive(home)
    chance = random.Random(SEED)
    sentences = draw_sentences(chance)
    with writing(db):
        for start in range(0, count, 1000):
            batch: dict[str, list[dict[str, Any]]] = {}
            for code, province, city, name, year in list(places(count))[start : start + 1000]:
                text = write_text(chance, sentences, name, year)
                add_report(batch, code, (province, city, name), year, text, chance)
            for table, rows in batch.items():
                db.table(table).insert_all(rows)
    db.close()
    return home


def add_report(
    batch: dict[str, list[dict[str, Any]]],
    code: str,
    place: tuple[str, str, str],
    year: int,
    text: str,
    chance: random.Random,
) -> None:
    """The rows of one report, into `batch`."""
    province, city, name = place
    id, digest = f"{code}-{year}", sha256(text.encode()).hexdigest()
    url, seen = f"https://bench.example/{code}/{year}.html", f"{year}-02-01T00:00:00Z"
    trust = chance.choices(("official", "republished", "damaged"), (6, 3, 1))[0]
    origin = "official" if trust == "official" else "aggregator"
    capture = digest[:16]
    rows: dict[str, dict[str, Any]] = {
        "texts": {"sha256": digest, "text": text},
        "captures": {"id": capture, "url": url, "fetched_at": seen, "sha256": digest, "verdict": "page"},
        "copies": {"id": f"{capture}-1", "report": id, "capture": capture, "part": 1, "url": url, "relation": "best"}
        | {"region": code, "year": year, "text_sha256": digest, "chars": len(text), "rank": 1, "origin": origin}
        | {"complete": 1, "damage": 0, "similarity": 1.0, "seen_from": seen},
        "reports": {"id": id, "region": code, "region_name": f"{province}/{city}/{name}", "province": province}
        | {"prefecture": city, "name": name, "level": "county", "year": year, "title": f"{year}年{name}政府工作报告"}
        | {"delivered_on": f"{year}-01-12", "text_sha256": digest, "chars": len(text), "copies": 1, "trust": trust}
        | {"best_copy": f"{capture}-1", "source_url": url, "origin": origin, "first_seen_at": seen, "changed_at": seen},
    }
    for table, row in rows.items():
        batch.setdefault(table, []).append(row)
    sections, paragraphs = outline(text)
    batch.setdefault("sections", []).extend({"report": id, **asdict(section)} for section in sections)
    batch.setdefault("paragraphs", []).extend({"report": id, **asdict(paragraph)} for paragraph in paragraphs)
