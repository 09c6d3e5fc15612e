"""The fictional reports of the test world: eleven regions, one report a year from 2000 to 2026."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

from crawler.demo.reports import FictionalRegion, FictionalReport, Sitting, Writer, count

REGIONS = Path(__file__).parent / "regions.csv"
YEARS = range(2000, 2027)
SURNAMES, NAMES = "样例范示", ("知秋", "一鸣", "思远", "望舒", "鹤年", "清和", "景行")
FORMS = ("dash", "bare", "brackets")


@cache
def regions() -> dict[str, FictionalRegion]:
    """The regions by code."""
    with REGIONS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {row["code"]: FictionalRegion(*(row[key] for key in FictionalRegion.__slots__)) for row in rows}


@cache
def report(code: str, year: int) -> FictionalReport:
    """The report of a region for a year."""
    region, number = regions()[code], int(code) + year
    term, session = divmod(year - 1992, 5)
    post = {"区": "区长", "县": "县长", "市": "市长", "省": "省长"}[region.name[-1]]
    name = SURNAMES[(int(code) + term) % 4] + NAMES[(int(code) + term) % 7]
    titles = (f"{year}年{region.name}政府工作报告", "政府工作报告", f"{region.name}人民政府工作报告")
    sitting = Sitting(
        region=code,
        year=year,
        delivered_on=f"{year}-01-{7 + number % 19:02}",
        congress=f"{region.name}第{count(term)}届人民代表大会",
        session=f"第{count(session + 1)}次会议",
        session_form=FORMS[number % 3],
        title=titles[number % 3],
        speaker_line=f"{region.name}{post}　{name}",
        speaker=name,
        speaker_post=post,
        glossary=number % 5 == 0,
    )
    return Writer(sitting, region).write()
