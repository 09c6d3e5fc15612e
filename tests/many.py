"""A home with as many captures as wanted: reports of fictional counties in a government page, no two alike."""

from __future__ import annotations

import csv
import random
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from archive.captures import CaptureStore
from archive.database import open_archive
from archive.home import Home
from crawler.demo.pdf import write_pdf
from tests import speech

ROOT = Path(__file__).parents[1]
# Fictional counties of a fictional prefecture, as many as there are real ones (USERS §5.1): the sixty names of the old
# calendar with a word for a place, and no real one.
STEMS, BRANCHES = "甲乙丙丁戊己庚辛壬癸", "子丑寅卯辰巳午未申酉戌亥"
PLACES = "山川河湖海江林田石沙泉溪谷岭峰岩坡洲岛湾港桥关城塘池井沟堤坝浦滩洞原野坪垦屯庄村镇坊亭台寺塔门楼"
COUNTIES = [f"样{STEMS[n % 10]}{BRANCHES[n % 12]}{PLACES[n // 60]}{'区县'[n % 2]}" for n in range(60 * len(PLACES))]
YEARS = range(1990, 2026)
# The commonest characters stand in any text; one without them is a damaged one (archive/damage.py).
with (ROOT / "archive" / "common_characters.csv").open(encoding="utf-8", newline="") as table:
    COMMON = "".join(row["character"] for row in csv.DictReader(table))
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
HTML = [("Content-Type", "text/html; charset=utf-8")]
# What surrounds a report: with it a page has the 80 to 150 kB of real ones (USERS §5.1).
STYLE = "".join(
    f".m{n} a:hover{{color:#c{n % 10}1920;background:url(/images/bg{n}.png) no-repeat}}\n" for n in range(150)
)
SCRIPT = "".join(
    f"var t{n}=document.getElementById('tab{n}');if(t{n}){{t{n}.onclick=function(){{show({n})}}}};\n"
    for n in range(120)
)
MENU = "".join(f'<li class="m{n}"><a href="/zwgk/c{n}/" target="_blank">栏目{n}</a></li>\n' for n in range(150))
BESIDE = "".join(
    f'<li><a href="/xwzx/202601/t{n}.html" title="样例市召开第{n}次工作会议">样例市召开第{n}次工作会议</a><span>01-{n % 28 + 1:02}</span></li>\n'
    for n in range(120)
)
CHROME = (
    f'<div class="head"><ul class="menu">{MENU}</ul></div><div class="side"><ul class="list">{BESIDE}</ul></div>'
    '<div class="nav"><a href="/">首页</a> &gt; <a href="/zwgk/">政务公开</a> &gt; <a href="/zfgzbg/">政府工作报告</a></div>'
    '<div class="tools">【字体：<a>大</a> <a>中</a> <a>小</a>】 <a>打印本页</a> <a>关闭窗口</a></div>'
)
# The style that word processors leave on each paragraph.
WORD = "margin:0;text-indent:32pt;line-height:28pt;font-family:仿宋_GB2312;font-size:16pt"
FOOT = '<div class="foot"><p>主办：示例省样例市人民政府办公室</p><p>版权所有 未经授权禁止转载</p></div>'
# Words put together anew for each report: reports of one kind that share no sentence, as those of two counties.
WORDS = (
    "经济社会发展改革创新农业农村工业企业项目投资消费市场服务金融财政税收就业教育医疗卫生养老托育住房交通道路桥梁水利"
    "生态环境空气土壤河湖森林湿地能源电力数字网络平台数据科技人才文化旅游体育城市乡镇社区街道园区产业集群品牌质量标准"
    "安全应急消防食品药品法治监督审计信访基层治理群众民生保障救助慈善残疾妇女儿童青年老人退役军人民族宗教外事侨务"
    "粮食蔬菜果树畜牧渔业种子机械仓储物流冷链电商贸易开放口岸招商签约落地建成投产改造升级扩建新建整治修复保护利用"
)


def sentence(chance: random.Random) -> str:
    """A sentence of some forty characters."""
    places = [2 * chance.randrange(len(WORDS) // 2) for _ in range(14)]
    words = [WORDS[place : place + 2] + chance.choice(COMMON) for place in places]
    return f"{''.join(words[:6])}，{''.join(words[6:10])}达到{chance.randrange(10**4)}.{chance.randrange(10)}亿元，{''.join(words[10:])}。"


def body(year: int, chance: random.Random, paragraphs: int) -> list[str]:
    """Three chapters of two sections each."""
    lines = []
    for chapter in (f"一、{year - 1}年工作回顾", f"二、{year}年主要任务", "三、加强政府自身建设"):
        lines.append(chapter)
        for section in ("（一）推动经济平稳发展", "（二）增进百姓生活品质"):
            lines += [section, *("".join(sentence(chance) for _ in range(5)) for _ in range(paragraphs))]
    return lines


def lines_of(number: int, paragraphs: int) -> tuple[list[str], list[str]]:
    """Head and speech of a page's report; every seventh is that of the page before."""
    report = number - 1 if number % 7 == 6 else number
    county, year = COUNTIES[report // len(YEARS) % len(COUNTIES)], YEARS[report % len(YEARS)]
    head = [f"{year}年{county}政府工作报告", f"——{year}年1月16日在示例省广例市{county}第三届人民代表大会第四次会议上"]
    said = body(year, random.Random(report), paragraphs)
    return [*head, f"{county}区长 田禾"], [speech.SALUTATION, speech.OPENING, *said, speech.CLOSING]


def page(number: int, paragraphs: int = 12) -> bytes:
    """The page of one report of some 15,000 characters; every ninth is of none."""
    if number % 9 == 8:
        text = "".join(f"<p>第{number}号通知：会议定于{number % 28 + 1}日召开，请准时参加。</p>" for _ in range(5))
        return f"<html><head><title>通知</title></head><body>{text}</body></html>".encode()
    head, speech_lines = lines_of(number, paragraphs)
    lines = [*head, *speech_lines]
    text = "".join(f'<p style="{WORD}"><span style="font-size:16pt">　　{line}</span></p>\n' for line in lines)
    title = f"<title>{head[0]}_样例市人民政府</title><style>{STYLE}</style><script>{SCRIPT}</script>"
    return (
        f"<html><head><meta charset='utf-8'>{title}</head><body>{CHROME}<h1>{head[0]}</h1>"
        f'<div class="TRS_Editor">{text}</div>{FOOT}</body></html>'
    ).encode()


def document(number: int, paragraphs: int = 12) -> bytes:
    """The same report as a PDF."""
    head, lines = lines_of(number, paragraphs)
    return write_pdf(head[0], head[1:], lines)


def fill(home: Home, count: int, paragraphs: int = 12, first: int = 0, pdfs: int = 0) -> Home:
    """Capture so many pages; where `pdfs` is given, every `pdfs`-th is a PDF."""
    home.prepare()
    lines = ["990000,示例省,province,示例省,,1981,,current,", "991000,广例市,prefecture,示例省,广例市,1981,,current,"]
    lines += [f"{991001 + n},{name},county,示例省,广例市,1981,,current," for n, name in enumerate(COUNTIES)]
    head = "code,name,level,province,prefecture,valid_from,valid_until,status,successors"
    home.regions.write_text("\n".join([head, *lines, ""]), encoding="utf-8")
    with closing(open_archive(home)) as db, CaptureStore(home, db, f"many-{first:06}") as store:
        for number in range(first, first + count):
            url = f"http://www.yangli.gov.example/zfgzbg/{number}.html"
            at = (BEGIN + timedelta(seconds=number)).strftime("%Y-%m-%dT%H:%M:%SZ")
            if pdfs and number % pdfs == 0:
                url = url.replace(".html", ".pdf")
                store.add_response(url, at, 200, [("Content-Type", "application/pdf")], document(number, paragraphs))
            else:
                store.add_response(url, at, 200, HTML, page(number, paragraphs))
    return home
