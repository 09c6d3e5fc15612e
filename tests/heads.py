"""Heads put together at random from the forms of SOURCES §4, each with what must be read from it."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date

from tests import speech

# Region as a session line may name it, its code, the class of its chief; names hide in one another and are shared.
PLACES = (
    ("丙寅县", "990121", "县长"), ("样例市丙寅县", "990121", "县长"), ("寅县", "990123", "县长"), ("样例市", "990100", "市长"),
    ("示例省样例市", "990100", "市长"), ("样例市甲子区", "990101", "区长"), ("范例市甲子区", "990202", "区长"),
    ("己巳市", "990181", "市长"), ("示例省", "990000", "省长"), ("癸酉回族自治县", "991121", "县长"),
    ("东癸酉县", "991122", "县长"), ("参照盟壬申左旗", "991221", "旗长"), ("对照蒙古族自治州", "991100", "州长"),
    ("例证自治区", "991000", "主席"), ("高唐县", "371526", "县长"), ("唐县", "130627", "县长"), ("河北省易县", "130633", "县长"),
    ("米易县", "510421", "县长"), ("上海市长宁区", "310105", "区长"), ("重庆市长寿区", "500115", "区长"),
    ("天津市河北区", "120105", "区长"), ("日照市", "371100", "市长"), ("于都县", "360731", "县长"), ("和硕县", "652828", "县长"),
    ("青岛市市南区", "370202", "区长"), ("徐州市鼓楼区", "320302", "区长"), ("吉林省吉林市", "220200", "市长"),
    ("代县", "140923", "县长"), ("长沙县", "430121", "县长"), ("黔东南苗族侗族自治州", "522600", "州长"),
    ("西双版纳傣族自治州", "532800", "州长"), ("太仓市", "320585", "市长"), ("文山市", "532601", "市长"),
)  # fmt: skip
NAMES = (
    "田禾", "石榴", "方竹", "苏木林", "欧阳苏木", "马兰", "阿里木江·买合木提", "宝音", "乌云其木格", "白鹭", "于勇", "高山", "区长青", "市川",
    "任会", "江长水", "代朋", "向阳", "和平", "安县生",
)  # fmt: skip
TITLES = ("政府工作报告", "政 府 工 作 报 告", "{year}年{place}政府工作报告", "{place}人民政府工作报告（全文）")
FURNITURE = (
    "发布时间：2026-03-01",
    "来源：样例日报",
    "【字号：大 中 小】",
    "责任编辑：王小二",
    "打印 关闭",
    "样例日报",
    "浏览次数：123",
)
DIGITS = "〇一二三四五六七八九"
DASHES = ("——", "──", "――", "—", "--", "－－", "━━", "—— ", "")


@dataclass(frozen=True, slots=True)
class MadeHead:
    """A head and the truth: what is read must be this or nothing."""

    lines: tuple[str, ...]
    region: str
    year: int
    day: date
    speaker: str | None
    post: str | None
    congress: str

    def page(self) -> list[str]:
        """The whole text, a line an item."""
        opening = "现在，我代表本级人民政府，向大会报告政府工作，请予审议，并请列席人员提出意见。"
        return [*self.lines, speech.SALUTATION, opening, *speech.body(self.year, paragraphs=2), "谢谢大家！"]


def numeral(number: int) -> str:
    """A number up to 99 in Chinese."""
    tens, ones = divmod(number, 10)
    return ("" if tens == 0 else "十" if tens == 1 else DIGITS[tens] + "十") + (DIGITS[ones] if ones else "")


def day_forms(day: date) -> list[str]:
    """A day in the forms heads print it."""
    circled = "".join(DIGITS[int(digit)] for digit in str(day.year)).replace("〇", "○")
    month = "元" if day.month == 1 else str(day.month)
    return [
        f"{day.year}年{day.month}月{day.day}日",
        f"{day.year} 年 {day.month} 月 {day.day} 日",
        f"{day.year}年{day.month:02}月{day.day:02}日",
        f"{day.year}年{month}月{day.day}日",
        "".join(DIGITS[int(digit)] for digit in str(day.year)) + f"年{numeral(day.month)}月{numeral(day.day)}日",
        f"{circled}年{numeral(day.month)}月{numeral(day.day)}日",
        f"{day.year}年{day.month}月{day.day}日".translate({ord("0") + n: 0xFF10 + n for n in range(10)}),
    ]


def make_head(seed: int) -> MadeHead:
    """The head of a seed: title, session line, day and speaker in forms drawn at random."""
    draw = random.Random(seed)
    place, code, chief = draw.choice(PLACES)
    day = date(draw.randint(2011, 2026), draw.choice((1, 1, 1, 2, 2, 3, 4, 6, 11, 12, 12)), draw.randint(1, 28))
    year = day.year + (day.month >= 11)
    said = draw.choice(day_forms(day))
    congress, session = draw.randint(1, 19), draw.randint(1, 8)
    ordinal = draw.choice((numeral, str))
    assembly = f"第{ordinal(congress)}届人民代表大会"
    meeting = f"第{ordinal(session)}次{draw.choice(('', '', '全体'))}会议"
    ending = draw.choice(("上", "上", "上的报告", "", "审议通过"))
    dash = draw.choice(DASHES)
    opened, closed = draw.choice((("", ""), ("", ""), ("（", "）"), ("(", ")"), ("〔", "〕")))
    between = draw.choice(("在", "在", "于" if not place.startswith("于") else "在"))
    name, acting = draw.choice((*NAMES, None)), draw.choice(("", "", "代", "代理"))
    speaker, post = speaker_line(draw, place, chief, name, acting)
    title = draw.choice(TITLES).format(year=year, place=place)
    line = f"{dash}{opened}{said}{between}{place}{assembly}{meeting}{ending}{closed}"
    lines = [title, *cut(draw, line)]
    shape = draw.choice(("line", "line", "line", "apart", "short", "spoken", "two lines", "glued"))
    if shape == "short":
        assembly = f"第{ordinal(congress)}届人大"
        lines = [title, f"{dash}{opened}{said}{between}{place}{assembly}{meeting}{ending}{closed}"]
    elif shape == "apart":
        parts = [f"{between}{place}{assembly}{meeting}上", f"（{said}）"]
        lines = [title, *(parts if draw.random() < 0.5 else [said, parts[0]])]
    if shape == "spoken" and name:
        post = acting + chief
        lines = [title, f"{dash}{said}{place}人民政府{post}{name}在{place}{assembly}{meeting}上"]
    elif shape == "two lines" and name:
        post = acting + chief
        lines += [f"{place}人民政府{post}", draw.choice((" ", "　")).join(name) if len(name) <= 3 else name]
    elif speaker and shape == "glued":
        lines = [f"{title}{dash or '——'}{said}在{place}{assembly}{meeting}上", f"{place}{post} {name}"]
    elif speaker:
        lines.insert(draw.choice((1, len(lines), len(lines))), speaker)
    if draw.random() < 0.2:
        lines.append(draw.choice(FURNITURE))
    known = name if name and (speaker or shape in ("spoken", "two lines")) else None
    return MadeHead(tuple(lines), code, year, day, known, post if known else None, place + assembly)


def speaker_line(draw: random.Random, place: str, chief: str, name: str | None, acting: str) -> tuple[str, str | None]:
    """A speaker line in one of its forms, and the post that stands in it."""
    if name is None:
        return "", None
    post = acting + chief
    spaced = draw.choice((" ", "　", "  ")).join(name) if len(name) <= 3 else name
    who = draw.choice((name, spaced))
    gap = draw.choice((" ", " ", "　", "", "：")) if who == name and len(name) <= 3 else " "
    before = draw.choice(("", place, f"{place}人民政府", "县委副书记、" if chief == "县长" else place))
    form = draw.choice(("line", "line", "line", "brackets", "label", "spaced"))
    if form == "spaced":
        post_words = " ".join(post)
        return f"{post_words} {who}", post
    words = f"{before}{post}{gap}{who}"
    return {"line": words, "brackets": f"（{words}）", "label": f"报告人：{words}"}[form], post


def cut(draw: random.Random, line: str) -> list[str]:
    """A session line whole, or cut over two or three lines."""
    if draw.random() < 0.7:
        return [line]
    places = sorted(draw.sample(range(8, len(line) - 4), draw.choice((1, 1, 2))))
    return [part for part in (line[a:b] for a, b in zip([0, *places], [*places, len(line)], strict=True)) if part]
