"""The grammar of a report's head: title, session line, date, speaker, salutation (forms: SOURCES §4).

Pure functions on single lines; split, clean and identify read heads with them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from archive.fold import SIMPLIFIED

NUMERAL = r"[0-9一二三四五六七八九十百零〇○]+"
DASHES = "-—―─━–－"  # the hyphen first: the string also stands in character classes
HAN = "\u3400-\u4dbf\u4e00-\u9fff"
# The title stands within so many lines before the salutation: 30 (READING §2.5), and a table of contents between.
HEAD_LINES = 70
# No line of a head is longer, however it is spaced, nor all of it run together: the longest in SOURCES §4 has 120.
LONGEST_HEAD = 400

# 2020年1月9日, 二〇二一年一月十二日, with or without spaces (SOURCES §4, 1–45).
DATE = re.compile(
    r"(?P<year>\d{4}|[一二三四五六七八九零〇○ＯO]{4})\s*年\s*"
    r"(?P<month>\d{1,2}|[一二三四五六七八九十]{1,2})\s*月\s*"
    r"(?P<day>\d{1,2}|[一二三四五六七八九十]{1,3})\s*日"
)
# A date that lost its 年 and 月, or all but its 日: 2019115日, —— 日在 (SOURCES §4, 9 and 22).
DAMAGED_DATE = re.compile(rf"(?<!\d)\d{{5,8}}\s*日|[{DASHES}]{{1,4}}\s*年?\s*月?\s*日(?=\s*在)")

SESSION = re.compile(
    rf"(?P<congress>第?{NUMERAL}届人民代表大会)"
    rf"(?P<session>第{NUMERAL}次?(?:全体)?会议(?:第{NUMERAL}次(?:全体)?会议)?)"
)
# Numbers of congress and session lost: 第届人民代表大会第次会议, 第十人民代表大会第次会议 (SOURCES §4, 10).
DAMAGED_SESSION = re.compile(rf"第(?:{NUMERAL})?届?人民代表大会第(?:{NUMERAL})?次?(?:全体)?会议")

SALUTATION = re.compile(
    r"各位(?:代表|委员)(?:[、，,]?\s*(?:各位)?(?:委员|同志们|同志|代表|来宾|朋友们)){0,8}\s*[:：！!]"
)

# 我 may be the character a text has lost (seeds: 现在,代表…人民政府).
OPENING = re.compile(
    r"(?:我|现在)[^。！；]{0,6}(?:受|代表)[^。！]{0,24}?政府[^。！]{0,24}?(?:报告|汇报)"
    r"|我?代表[^。！]{1,24}?(?:政府|公署)[^。！]{0,24}?(?:作|报告)"
)

# 2020年黄浦区政府工作报告, 政府工作报告, 区政府工作报告(2008), 上海市静安区人民政府工作报告(全文)
TITLE = re.compile(
    r"^(?!.*(?:解读|读懂|图解|看点|征求意见|讨论稿|协商稿|摘登|摘要|决议|分工|任务分解|作政府工作报告|人民代表大会))"
    r"[^，。；！？,;!?]{0,40}?政府(?:的)?工作报告(?:[（(][^）)]{0,16}[）)])?(?:全文)?$"
)
SITE_TAG = re.compile(r"^(?:【[^】]{1,20}】|\[[^\]]{1,10}\])+")
FULL_TEXT = re.compile(r"(?:[（(]全文[）)]|全文)$")

POST = (
    r"(?:代理|代)?(?:区|市|县|州|旗|省|镇|乡)\s*长|(?:代理|代)?主\s*席|(?:代理|代)?专\s*员|(?:代理|代)?盟\s*长|主\s*任"
)
NAME = rf"[{HAN}](?:\s*[{HAN}]){{1,3}}|[{HAN}]{{2,12}}(?:[·•．][{HAN}]{{1,12}})+|[{HAN}]{{5,8}}"
# What may stand before the post: region, 人民政府, party post (县委副书记、).
SPEAKER = re.compile(rf"^(?P<before>[{HAN}、，,\s]{{0,34}}?)(?P<post>{POST})\s*[:：]?\s*(?P<name>{NAME})$")
BARE_NAME = re.compile(rf"^[{HAN}](?:\s+[{HAN}]){{1,2}}$")
# A name without post or spaces counts only right under the session line or date (湖南 2026).
LONE_NAME = re.compile(rf"^[{HAN}]{{2,4}}$|^[{HAN}]{{2,12}}(?:[·•．][{HAN}]{{1,12}})+$")

# A speaker named within the session line: …会议上河北省人民政府省长王正谱作政府工作报告, ——2025年1月14日自治区人民政府
# 主席王莉霞在…上的讲话, 1月15日龚正市长在… (provincial reports of 2025).
IN_SESSION = (
    re.compile(rf"会议上[，,]?[{HAN}、]{{0,24}}?(?P<post>{POST})\s*(?P<name>{NAME})(?=作|[。\s]|$)"),
    re.compile(rf"日[{HAN}、]{{0,24}}?(?P<post>{POST})\s*(?P<name>{NAME})在"),
    re.compile(rf"日(?P<name>(?:(?![省市县区州旗盟府会])[{HAN}]){{2,4}}?)(?P<post>{POST})在"),
)

# Mirrors print heads in traditional characters (SOURCES §1b); the grammar above is in simplified ones.
TRADITIONAL = frozenset(SIMPLIFIED)  # a set: as a pattern its thousands of characters are searched one by one
SIMPLER = str.maketrans(SIMPLIFIED)

CHINESE_DIGITS = {"零": 0, "〇": 0, "○": 0, "Ｏ": 0, "O": 0} | {c: n for n, c in enumerate("一二三四五六七八九", 1)}


@dataclass(frozen=True, slots=True)
class Session:
    """A session line read: `place` is the words before 第N届, where the region stands."""

    place: str
    congress: str
    session: str


def simplify(line: str) -> str:
    """A line with simplified characters for traditional ones, character by character."""
    return line if TRADITIONAL.isdisjoint(line) else line.translate(SIMPLER)


def read_number(words: str) -> int | None:
    """An Arabic or Chinese numeral up to 99, or a year spelt digit by digit; None where it is neither."""
    if words.isdigit() and words.isascii():
        return int(words)
    if "十" in words:
        tens, _, ones = words.partition("十")
        if (tens and tens not in CHINESE_DIGITS) or (ones and ones not in CHINESE_DIGITS):
            return None
        return (CHINESE_DIGITS[tens] if tens else 1) * 10 + (CHINESE_DIGITS[ones] if ones else 0)
    if words and all(character in CHINESE_DIGITS for character in words):
        return int("".join(str(CHINESE_DIGITS[character]) for character in words))
    return None


def read_date(line: str) -> date | None:
    """The first whole date in a line; None where there is none or it is no day of the calendar."""
    for match in DATE.finditer(line):
        parts = [read_number(match[part]) for part in ("year", "month", "day")]
        try:
            return date(*(part or 0 for part in parts))
        except ValueError:
            continue
    return None


def read_session(line: str) -> Session | None:
    """The people's congress and session a line names near its beginning, with the place words before them."""
    undated = DATE.sub("|", re.sub(rf"(?<=[{HAN}])\s+(?=[{HAN}])", "", simplify(line[:LONGEST_HEAD])))
    match = SESSION.search(undated)
    if match is None:
        return None
    before = re.search(rf"[{HAN}]*$", undated[: match.start()])
    place = (before[0] if before else "").rpartition("在")[2]
    return Session(place, place + match["congress"], match["session"])


def read_speaker(line: str) -> tuple[str, str | None] | None:
    """Name and post of a speaker line (区长 胡广杰; 秦 健 has its space taken out); post None for a bare name."""
    line = line.strip(DASHES + " （）()")
    if match := SPEAKER.match(simplify(line)):
        if match["before"].endswith("副"):
            return None
        return re.sub(r"\s", "", line[match.start("name") : match.end("name")]), re.sub(r"\s", "", match["post"])
    if BARE_NAME.match(line):
        return re.sub(r"\s", "", line), None
    return None


def read_session_speaker(line: str) -> tuple[str, str] | None:
    """Name and post of a speaker named within a session line; None where none is."""
    for pattern in IN_SESSION:
        if (match := pattern.search(simplify(line))) and "副" not in match[0]:
            name = line[match.start("name") : match.end("name")]
            return re.sub(r"\s", "", name), re.sub(r"\s", "", match["post"])
    return None


def is_title(line: str) -> bool:
    """Whether a line is the title of a government work report and nothing else."""
    if len(line) > LONGEST_HEAD:
        return False
    squeezed = re.sub(r"\s", "", simplify(SITE_TAG.sub("", line)))
    return len(squeezed) <= 60 and TITLE.match(squeezed) is not None


def tidy_title(line: str) -> str:
    """A title as printed, without white space, site tags 【…】 and 全文."""
    return FULL_TEXT.sub("", re.sub(r"\s", "", SITE_TAG.sub("", line.strip())))


def title_year(title: str | None) -> int | None:
    """The year a title claims: 2020年…, 2017政府工作报告, …(2008), 二〇〇三年."""
    squeezed = re.sub(r"\s", "", title or "")
    for pattern in (
        r"((?:19|20)\d\d)年",
        r"([一二][〇○零九ＯO一二三四五六七八]{3})年",
        r"(?<!\d)((?:19|20)\d\d)(?!\d|[年月.])",
    ):
        if match := re.search(pattern, squeezed):
            return read_number(match[1])
    return None


def is_date_line(line: str) -> bool:
    """Whether a line holds a date and nothing else but brackets and dashes."""
    return DATE.sub("", line).strip(DASHES + " （）()〔〕") == "" and DATE.search(line) is not None


def is_head_line(line: str) -> bool:
    """Whether a line between title and salutation belongs to the head: session, date or speaker."""
    if len(line) > LONGEST_HEAD:
        return False
    squeezed = re.sub(r"\s", "", simplify(line))
    return bool(
        len(squeezed) <= 90
        and not re.search(r"[。！？；]", squeezed)
        and (
            SESSION.search(squeezed)
            or DAMAGED_SESSION.search(squeezed)
            or is_date_line(line)
            or read_speaker(line)
            or (squeezed[:1] in DASHES and re.search(r"\d日|人民代表大会|会议上", squeezed))
        )
    )


def find_salutation(lines: tuple[str, ...] | list[str]) -> int | None:
    """The line at which the speech begins.

    Of several 各位代表 with 我代表…政府 after them within the first 3,000 characters the last one counts: the earlier
    ones stand in summaries that repeat the opening (SOURCES §4, rule 5). Where none has it, the first 各位代表 within
    them counts, unless it is a remark: 各位代表！ with the sentence after it, as in the last paragraph of a speech.
    """
    seen, found, any_salutation = 0, None, None
    for number, line in enumerate(lines):
        if match := SALUTATION.search(simplify(line[:200])):
            is_remark = match[0][-1] in "！!" and line[match.end() :].strip() != ""
            if any_salutation is None and seen < 3000 and not is_remark:
                any_salutation = number
            after = simplify("".join(lines[number : number + 3])[:300])
            if OPENING.search(after) and (found is None or seen < 3000) and not line.rstrip().endswith(("...", "……")):
                found = number
        seen += len(line)
    return found if found is not None else any_salutation
