"""A home with as many captures as wanted: reports of fictional counties in a government page, no two alike."""

from __future__ import annotations

import random
import shutil
from contextlib import closing
from pathlib import Path

from archive.captures import CaptureStore
from archive.database import open_archive
from archive.home import Home
from tests import speech

ROOT = Path(__file__).parents[1]
# Fictional counties (crawler/demo/regions.csv).
COUNTIES = ("甲子区", "乙丑区")
HTML = [("Content-Type", "text/html; charset=utf-8")]
CHROME = (
    '<div class="nav"><a href="/">首页</a> &gt; <a href="/zwgk/">政务公开</a> &gt; <a href="/zfgzbg/">政府工作报告</a></div>'
    '<div class="tools">【字体：<a>大</a> <a>中</a> <a>小</a>】 <a>打印本页</a> <a>关闭窗口</a></div>'
)
FOOT = '<div class="foot"><p>主办：示例省样例市人民政府办公室</p><p>版权所有 未经授权禁止转载</p></div>'


def page(number: int, paragraphs: int = 12) -> bytes:
    """The page of one report of some 15,000 characters; every seventh is a copy of another, every ninth is none."""
    if number % 9 == 8:
        text = "".join(f"<p>第{number}号通知：会议定于{number % 28 + 1}日召开，请准时参加。</p>" for _ in range(5))
        return f"<html><head><title>通知</title></head><body>{text}</body></html>".encode()
    report = number - 1 if number % 7 == 6 else number
    county, year = COUNTIES[report % 2], 2000 + report // 2 % 25
    head = [f"{year}年{county}政府工作报告", f"——{year}年1月16日在示例省样例市{county}第三届人民代表大会第四次会议上"]
    lines = speech.report(head=[*head, f"{county}区长 田禾"], year=year, seed=report % 90, paragraphs=paragraphs)
    # No two reports of the same region and year have the same text.
    chance = random.Random(report)
    body = [line if chance.random() > 0.2 else f"{line}另有{chance.randrange(10**6)}件事办成。" for line in lines]
    text = "".join(f"<p>　　{line}</p>\n" for line in body)
    title = f"<title>{head[0]}_样例市人民政府</title>"
    return (
        f"<html><head><meta charset='utf-8'>{title}</head><body>{CHROME}<h1>{head[0]}</h1>"
        f'<div class="TRS_Editor">{text}</div>{FOOT}</body></html>'
    ).encode()


def fill(home: Home, count: int, paragraphs: int = 12, first: int = 0) -> Home:
    """Capture so many pages."""
    home.prepare()
    shutil.copy(ROOT / "crawler" / "demo" / "regions.csv", home.regions)
    with closing(open_archive(home)) as db, CaptureStore(home, db, f"many-{first:06}") as store:
        for number in range(first, first + count):
            url = f"http://www.yangli.gov.example/zfgzbg/{number}.html"
            at = f"2026-01-{number % 28 + 1:02}T03:{number // 28 % 60:02}:{number // 1680 % 60:02}Z"
            store.add_response(url, at, 200, HTML, page(number, paragraphs))
    return home
