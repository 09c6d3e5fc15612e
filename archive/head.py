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

# 2020年1月9日, 二〇二一年一月十二日, 二00三年, 2012年元月9日, with or without spaces (SOURCES §4, 1–45).
DATE = re.compile(
    r"(?<!\d)(?P<year>[12]\s?\d\s?\d\s?\d|[一二](?:\s?[一二三四五六七八九零〇○ＯOo0]){3})\s*年\s*"
    r"(?P<month>元|\d{1,2}|[一二三四五六七八九十]{1,2})\s*月\s*"
    r"(?P<day>\d{1,2}|[一二三四五六七八九十廿](?:\s?[一二三四五六七八九十]){0,2})\s*日"
)
# （2012.2.9） on a line of its own, as heads print it; sites have no brackets, or dashes for points.
POINT_DATE = re.compile(r"^[（(\[〔【](?P<year>\d{4})[.．](?P<month>\d{1,2})[.．](?P<day>\d{1,2})[）)\]〕】]$")
# A date that lost its 年 and 月: 2019115日, 2019年115日, 20191月15日 (SOURCES §4, 9, 22).
DAMAGED_DATE = re.compile(
    r"(?<!\d)(?:(?P<digits>[12]\d{4,7})|(?P<year>[12]\d{3})年(?P<rest>\d{2,4})"
    r"|(?P<year2>[12]\d{3})(?P<month2>\d{1,2})月(?P<day2>\d{1,2}))\s*日"
    r"|(?P<year3>[12]\d{3})年(?P<month3>\d{1,2})月(?P<day3>\d{1,2})(?=在)"
)
# All or nearly all of it is lost: —— 日在, 2019年月日在, 年1月16日在.
DATE_GONE = re.compile(
    rf"(?:[{DASHES}（(]{{1,4}}|^)\s*(?:\d{{4}}|[一二][〇○零\w]{{3}})?\s*年?\s*\d{{0,2}}\s*月?\s*\d{{0,2}}\s*日(?=\s*[于在])"
)

LOST_DATE_END = re.compile(r"(?<=\d)日")

# 第十五届人民代表大会第三次会议, 第十四届全国人民代表大会…, 十五届人大三次会议, 首次会议. 人大常委会 has none.
ORDINAL = rf"(?:第?\s?{NUMERAL}|首)"
SESSION = re.compile(
    rf"(?P<congress>{ORDINAL}届(?:全国)?(?:人民代表大会|人大|人代会))"
    rf"(?P<session>(?:第?{NUMERAL}次?|首次)(?:全体)?会议(?:第{NUMERAL}次(?:全体)?会议)?)"
)
# Numbers or a character of congress and session lost: 第届人民代表大会第次会议, 第十人民代表大会第次会议 (SOURCES §4,
# 10), 第五届民代表大会第三次会议.
CONGRESS_LESS_ONE = "|".join("人民代表大会"[:n] + "人民代表大会"[n + 1 :] for n in range(6))
DAMAGED_SESSION = re.compile(
    rf"第(?:{NUMERAL})?届?(?:人民代表大会|{CONGRESS_LESS_ONE})第?(?:{NUMERAL})?次?(?:全体)?会议"
)

ADDRESS = "各位"  # the same in traditional characters
SALUTATION = re.compile(
    rf"{ADDRESS}(?:代表|委员)(?:[、，,]?\s*(?:各位)?(?:委员|同志们|同志|代表|来宾|朋友们)){{0,8}}\s*[:：！!]"
)

# 我 may be the character a text has lost (seeds: 现在,代表…人民政府).
OPENING = re.compile(
    r"(?:我|现在)[^。！；]{0,6}(?:受|代表)[^。！]{0,24}?政府[^。！]{0,24}?(?:报告|汇报)"
    r"|(?:^|[^位])我?代表[^。！：:\n]{1,24}?(?:政府|公署)[^。！]{0,24}?(?:作|报告)"
    r"|(?:我|现在)[^。！；]{0,8}向(?:大会|各位代表)[^。！；]{0,8}(?:作|报告)[^。！；]{0,12}政府工作"
)

# 2020年黄浦区政府工作报告, 政府工作报告, 区政府工作报告(2008), 上海市静安区人民政府工作报告(全文)
TITLE = re.compile(r"^[^，。；！？,;!?]{0,40}?政府(?:的)?工作报告(?:[（(][^）)]{0,30}[）)])?(?:全文)?$")
# 区长作政府工作报告 may have lost a character, too.
ABOUT_A_REPORT = re.compile(
    r"解读|读懂|图解|看点|数说|征求意见|讨论稿|协商稿|摘登|摘要|决议|分工|任务分解|作政?府?工?作报告|人民代表大会"
    r"|审议|听取|热议|学习|贯彻|落实|宣讲|起草|列席|传达|范文|模板|上半年"
)
SITE_TAG = re.compile(r"^(?:【[^】]{1,20}】|\[[^\]]{1,10}\])+")
FULL_TEXT = re.compile(r"(?:[（(]全文[）)]|全文)$")

# Mirrors print heads in traditional characters (SOURCES §1b); the grammar above is in simplified ones.
TRADITIONAL = frozenset(SIMPLIFIED)  # a set: as a pattern its thousands of characters are searched one by one
SIMPLER = str.maketrans(SIMPLIFIED)

CHINESE_DIGITS = dict.fromkeys("零〇○ＯOo0", 0) | {c: n for n, c in enumerate("一二三四五六七八九", 1)}


@dataclass(frozen=True, slots=True)
class Session:
    """A session line read: `place` is the words before 第N届, where the region stands."""

    place: str
    congress: str
    session: str


def simplify(line: str) -> str:
    """A line with simplified characters for traditional ones, character by character."""
    return line if TRADITIONAL.isdisjoint(line) else line.translate(SIMPLER)


def squeeze(line: str) -> str:
    """A line without white space."""
    return re.sub(r"\s", "", line)


def read_number(words: str) -> int | None:
    """An Arabic or Chinese numeral up to 99 (元 is 1, 廿 20), or a year spelt digit by digit; None for neither."""
    words = {"元": "一"}.get(words, words.replace("廿", "二十"))
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


def day_of(*parts: str) -> date | None:
    """Year, month and day in words as a day; None where the calendar has none such."""
    try:
        return date(*(read_number(squeeze(part)) or 0 for part in parts))
    except ValueError:
        return None


def read_date(line: str) -> date | None:
    """The first whole date in a line; None where there is none or it is no day of the calendar."""
    matches = [*DATE.finditer(line), *POINT_DATE.finditer(line.strip(DASHES + " "))]
    days = (day_of(match["year"], match["month"], match["day"]) for match in matches)
    return next((day for day in days if day), None)


def damaged_readings(line: str) -> tuple[str, list[date]] | None:
    """A date that lost characters: its words, and every day it may have been (none where too much is lost).

    A whole date that the calendar does not have (2月31日) is damaged too. None where there is no such date.
    """
    if read_date(line):
        return None
    if match := DATE.search(line):
        return match[0], []
    match = DAMAGED_DATE.search(squeeze(line))
    if match is None:
        gone = DATE_GONE.search(line) or DATE_GONE.search(squeeze(line))
        return (gone[0], []) if gone else None
    found = match.groupdict()
    if found["digits"] or found["rest"]:
        year, rest = (found["year"], found["rest"]) if found["rest"] else (found["digits"][:4], found["digits"][4:])
        splits = [(rest[:cut], rest[cut:]) for cut in (1, 2) if 1 <= len(rest) - cut <= 2]
        # 0115 is January the 15th, never 01 and 15 of a month without nought.
        splits = [(month, day) for month, day in splits if not (day.startswith("0") and len(day) == 1)]
        return match[0], sorted({day for split in splits if (day := day_of(year, *split))})
    n = "2" if found["year2"] else "3"
    day = day_of(found[f"year{n}"], found[f"month{n}"], found[f"day{n}"])
    return match[0], [day] if day else []


def read_session(line: str) -> Session | None:
    """The people's congress and session a line names near its beginning, with the place words before them."""
    found = place_before(line, SESSION)
    if found is None:
        return None
    place, match, printed = found
    congress, session = (printed[match.start(part) : match.end(part)] for part in ("congress", "session"))
    return Session(place, place + congress, session)


def read_damaged_session(line: str) -> tuple[str, str] | None:
    """Place and words of a session line that lost its numbers or a character; None where there is none."""
    found = place_before(line, DAMAGED_SESSION)
    return (found[0], found[1][0]) if found else None


def place_before(line: str, pattern: re.Pattern[str]) -> tuple[str, re.Match[str], str] | None:
    """A match in a squeezed line, the words of place before it and the line it stands in; forms as printed."""
    printed = squeeze(line[:LONGEST_HEAD])
    simple = simplify(printed)
    match = pattern.search(simple)
    if match is None:
        return None
    dated = [found.end() for found in (*DATE.finditer(simple), *LOST_DATE_END.finditer(simple))]
    start = max((end for end in dated if end <= match.start()), default=0)
    before = re.search(rf"[{HAN}]*$", re.sub("^[上下]午", "", printed[start : match.start()]))
    place = (before[0] if before else "").rpartition("在")[2]
    # 于都, 于田 and 于洪 are names; any other 于 is the preposition.
    return re.sub(r"^于(?!都县|田县|洪区)", "", place), match, printed


def is_title(line: str) -> bool:
    """Whether a line is the title of a government work report and nothing else."""
    if len(line) > LONGEST_HEAD:
        return False
    squeezed = squeeze(SITE_TAG.sub("", line))
    return len(squeezed) <= 60 and names_a_report(simplify(squeezed), TITLE)


def names_a_report(title: str, pattern: re.Pattern[str]) -> bool:
    """Whether a title in simplified characters is one of `pattern`, TITLE or what a damaged text keeps of it."""
    return pattern.match(title) is not None and ABOUT_A_REPORT.search(title) is None


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
    """Whether a line holds a date and nothing else but brackets, dashes and 上午."""
    if POINT_DATE.match(line.strip(DASHES + " ")):
        return True
    return re.sub(r"[上下]午", "", DATE.sub("", line)).strip(DASHES + " （）()〔〕[]") == "" and bool(DATE.search(line))


def find_salutation(lines: tuple[str, ...] | list[str]) -> int | None:
    """The line at which the speech begins.

    Of several 各位代表 with 我代表…政府 after them within the first 3,000 characters the last one counts: the earlier
    ones stand in summaries that repeat the opening (SOURCES §4, rule 5). Where none has it, the first 各位代表 within
    them counts, unless it is a remark: 各位代表！ with the sentence after it, as in the last paragraph of a speech.
    """
    seen, found, any_salutation = 0, None, None
    for number, line in enumerate(lines):
        start = line[:200]
        # Most lines have none: looking for its first word spares them being simplified.
        if ADDRESS in start and (match := SALUTATION.search(simplify(start))):
            is_remark = match[0][-1] in "！!" and line[match.end() :].strip() != ""
            if any_salutation is None and seen < 3000 and not is_remark:
                any_salutation = number
            after = simplify("".join(lines[number : number + 3])[:300])
            if OPENING.search(after) and (found is None or seen < 3000) and not line.rstrip().endswith(("...", "……")):
                found = number
        seen += len(line)
    return found if found is not None else any_salutation
