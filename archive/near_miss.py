"""Report or not: a decision with its reason, for every candidate. The near misses are a closed list."""

from __future__ import annotations

import re
from dataclasses import dataclass

from archive.head import OPENING, SALUTATION, SESSION, is_title

# Every reason a candidate may have; "report" is the one that keeps it.
REASONS: dict[str, str] = {
    "report": "a government's work report",
    "session_news": "news of a session",
    "interpretation": "an interpretation of a report",
    "plan_report": "the report on the plan for economic and social development",
    "budget_report": "the report on the budget",
    "court_report": "the work report of a court",
    "procuratorate_report": "the work report of a procuratorate",
    "standing_committee_report": "the work report of a standing committee",
    "cppcc_report": "a report of the consultative conference",
    "half_year_report": "a half-year report to the standing committee",
    "resolution": "a resolution on a report",
    "task_breakdown": "a breakdown of tasks from a report",
    "draft_for_comment": "a draft for comment",
    "statistical_communique": "a statistical communiqué",
    "policy_document": "a policy document",
    "party_congress_report": "the report of a party congress",
    "bureau_summary": "the summary of a bureau",
    "investment_news": "news of investment promotion",
    "newspaper_digest": "a newspaper's digest of a report",
    "template": "a sample text with blanks",
    "list_page": "a list of links",
    "later_page": "a later page of an article, joined to its first",
    "too_short": "too short to be a report",
    "unreadable": "the capture could not be read",
    "other": "none of the signs of a report",
}

# (reason, pattern on the title): what a title says it is, when it does not also end in 政府工作报告.
TITLE_SIGNS: tuple[tuple[str, str], ...] = (
    ("interpretation", r"解读|图解|一图读懂|看点|亮点|速览|问答"),
    ("draft_for_comment", r"征求意见稿|讨论稿|协商稿"),
    ("newspaper_digest", r"摘登|摘要|节选|要点"),
    ("budget_report", r"预算|决算"),
    ("plan_report", r"国民经济和社会发展计划|计划执行情况|计划\(?草案"),
    ("statistical_communique", r"统计公报"),
    ("court_report", r"法院.{0,6}工作报告|法院报告"),
    ("procuratorate_report", r"检察院.{0,6}工作报告|检察院报告"),
    ("cppcc_report", r"政协|政治协商"),
    ("standing_committee_report", r"(?:人大|人民代表大会)?常务?委?员?会.{0,4}工作报告"),
    ("half_year_report", r"上半年"),
    ("resolution", r"决议"),
    ("task_breakdown", r"任务分解|责任分工|分工方案|目标任务|重点任务|任务清单"),
    ("party_congress_report", r"中国共产党|党代会"),
    ("investment_news", r"^【[^】]{0,10}(?:招商|投资)[^】]{0,10}】"),
    ("session_news", r"开幕|闭幕|召开|举行|听取|审议|作政府工作报告|热议|侧记"),
)

# (reason, pattern, characters of the opening it is sought in)
OPENING_SIGNS: tuple[tuple[str, str, int], ...] = (
    (
        "standing_committee_report",
        r"受[^。]{0,20}人大常委会[^。]{0,8}委托|我受[^。]{0,20}常务委员会[^。]{0,8}委托",
        800,
    ),
    ("budget_report", r"受[^。]{2,20}人民政府(?:的)?委托[^。]{0,40}预算", 1200),
    ("plan_report", r"受[^。]{2,20}人民政府(?:的)?委托[^。]{0,60}(?:计划|发展)", 1200),
    ("court_report", r"代表[^。]{0,20}人民法院", 600),
    ("procuratorate_report", r"代表[^。]{0,20}人民检察院", 600),
    ("cppcc_report", r"^(?:(?!各位代表)[^。]){0,80}各位委员[:：]", 400),
    ("half_year_report", r"常务委员会[^。]{0,20}会议[^。]{0,200}上半年|上半年[^。]{0,100}常务?委员?会", 800),
    ("resolution", r"(?:决定|同意)批准(?:这个|这一|该)?报告", 1500),
    ("session_news", r"本报讯|记者[^。]{0,12}[)）]|在热烈的掌声中|开幕", 300),
    ("template", r"20[xX×]{2}年|[xX×]{2}[省市县区镇乡]", 2000),
)

# Fewer characters than this and it is no report, whatever it says: the shortest whole reports seen have 5,000
# (READING §2.7), townships' about 3,000, the rest is news.
SHORTEST = 2000
# The gate of READING §2.7, point 6: 38 of 38 reports, 0 of 552 other pages at 4 points and 4,000 characters.
ENOUGH = 4
INNER_SIGNS = (
    "工作回顾",
    "主要目标",
    "重点工作",
    "自身建设",
    "工作安排",
    "主要任务",
    "主要工作",
    "总体要求",
    "工作任务",
)


@dataclass(frozen=True, slots=True)
class Decision:
    """Report or not; `reason` a key of REASONS, `detail` the words it rests on, `has_head` whether a head was seen."""

    is_report: bool
    reason: str
    detail: str
    has_head: bool


def decide(text: str, shown: str | None, *, has_session: bool) -> Decision:
    """Whether a cleaned text is a government's work report, by its title, its opening and its build.

    `shown` is the page's title; `has_session` whether the head has a session line.
    """
    lines = text.split("\n")
    titled = bool(shown and is_title(shown)) or any(is_title(line) for line in lines[:6])
    opening = SALUTATION.search(text[:1500]) is not None
    speaks = OPENING.search(text[:2000])
    points = {
        "salutation": 2 * opening,
        "opening": 2 * (speaks is not None),
        "title": int(titled),
        "headings": int(len(re.findall(r"^[一二三四五六七八九十]+、", text, re.MULTILINE)) >= 2),
        "inner": int(sum(sign in text for sign in INNER_SIGNS) >= 2),
        "deliberation": int("审议" in text[:2500]),
        "session": int(has_session or SESSION.search(text[:1500]) is not None),
    }
    score = sum(points.values())
    has_head = opening or titled
    counted = f"{score} points: " + ", ".join(name for name, value in points.items() if value)
    if (sign := find_sign(text, shown)) and not (titled and speaks and sign[0] in ("investment_news", "session_news")):
        return Decision(False, sign[0], sign[1], has_head)
    if len(text) < SHORTEST:
        return Decision(False, "too_short", f"{len(text)} characters", has_head)
    if score >= ENOUGH:
        return Decision(True, "report", counted, has_head)
    if titled and points["inner"]:
        return Decision(True, "report", counted, has_head)
    return Decision(False, "investment_news" if text.count("招商") >= 3 else "other", counted, has_head)


def find_sign(text: str, shown: str | None) -> tuple[str, str] | None:
    """The first sign that a text is a near miss: its reason, and the words."""
    if shown and not is_title(shown):
        for reason, pattern in TITLE_SIGNS:
            if match := re.search(pattern, shown):
                return reason, f"title: {match[0]}"
    for reason, pattern, within in OPENING_SIGNS:
        if match := re.search(pattern, text[:within]):
            return reason, match[0][:80]
    return None
