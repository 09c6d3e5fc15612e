"""Report or not: a decision with its reason, for every candidate. The near misses are a closed list."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from archive.head import (
    HEAD_LINES,
    LONGEST_HEAD,
    OPENING,
    SALUTATION,
    SESSION,
    TITLE,
    is_title,
    names_a_report,
    simplify,
    squeeze,
)

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
    "stub": "a stub put together afterwards",
    "list_page": "a list of links",
    "later_page": "a later page of an article, joined to its first",
    "too_short": "too short to be a report",
    "unreadable": "the capture could not be read",
    "other": "none of the signs of a report",
}

# (reason, pattern): what a title says a text is, when it is not itself the title of a government's work report. The
# title of the page counts, and every line above the salutation that ends as titles do.
TITLE_SIGNS: tuple[tuple[str, str], ...] = (
    ("template", r"范文|模板|样本|格式|精选\d*篇|\d篇\)?$|篇[一二三]"),
    ("draft_for_comment", r"征求意见|讨论稿|协商稿|征求.{0,30}意见|征集.{0,20}(?:意见|建议)"),
    (
        "interpretation",
        r"解读|图解|读懂|看点|亮点|速览|问答|数说|热词|关键词|名词解释|名词注释|起草.{0,8}(?:说明|情况)|划重点|一图",
    ),
    ("newspaper_digest", r"摘登|摘要|节选|摘编|要点$|删节"),
    ("budget_report", r"预算|决算"),
    ("plan_report", r"国民经济和社会发展计划|计划执行情况|计划\(?草案"),
    ("statistical_communique", r"统计公报"),
    ("court_report", r"法院.{0,6}工作报告|法院报告"),
    ("procuratorate_report", r"检察院.{0,6}工作报告|检察院报告"),
    (
        "party_congress_report",
        r"中国共产党|党代会|纪律检查|纪委|^中共.{2,20}(?:委员会|委)|[省市区县州旗镇]委.{0,12}全(?:体会议|会)",
    ),
    ("cppcc_report", r"^(?!.*(?:开幕|闭幕|召开|举行|听取|列席)).*(?:政协|政治协商)"),
    ("standing_committee_report", r"(?:人大|人民代表大会)?常务?委?员?会.{0,4}工作报告|主席团.{0,4}工作报告"),
    ("half_year_report", r"上半年|前三季度|前三个季度"),
    ("resolution", r"决议"),
    (
        "task_breakdown",
        r"任务分解|责任分工|分工方案|部门分工|重点工作分工|目标任务|重点任务|任务清单|责任清单|(?:重点工作|任务).{0,6}(?:完成|落实|进展)情况",
    ),
    (
        "bureau_summary",
        r"法治政府建设|信息公开.{0,10}报告|述职|工作总结|年度总结|(?:局|厅|办公室|中心|委员会)\d{0,4}年?.{0,8}工作(?:报告|要点|计划|情况)",
    ),
    ("investment_news", r"^【[^】]{0,10}(?:招商|投资)[^】]{0,10}】"),
    ("session_news", r"开幕|闭幕|召开|举行|听取|审议|作政府工作报告|热议|侧记|列席|传达|学习贯彻"),
)
# A document of government: only where the title says nothing of the report itself, which notices have as their annex.
POLICY = re.compile(
    r"规划|纲要|实施意见|的意见$|若干.{0,6}(?:措施|意见|规定)|政策措施|管理办法|实施办法|实施方案|行动方案|行动计划|实施细则|的通知$|条例$"
)
ENDS_LIKE_A_TITLE = re.compile(
    r"(?:报告|决议|公报|意见|通知|方案|计划|清单|说明|稿|摘要|摘登|节选|要点|删节|情况)[）)]?$"
)

# (reason, pattern, characters of the opening it is sought in)
OPENING_SIGNS: tuple[tuple[str, str, int], ...] = (
    (
        "standing_committee_report",
        r"受[^。]{0,24}(?:人大常委会|常务委员会|人大主席团|主席团)[^。]{0,8}委托(?![^。]{0,40}政协)",
        800,
    ),
    ("budget_report", r"受[^。]{0,20}政府(?:的)?委托[^。]{0,60}(?:预算|决算)", 1200),
    ("plan_report", r"受[^。]{0,20}政府(?:的)?委托[^。]{0,60}(?:计划(?:执行|草案|\()|国民经济和社会发展计划)", 1200),
    ("policy_document", r"代表[^。：:]{0,20}政府[^。]{0,40}(?:规划|纲要)[^。]{0,20}(?:报告|说明)", 600),
    ("court_report", r"代表[^。]{0,20}人民法院", 600),
    ("procuratorate_report", r"代表[^。]{0,20}人民检察院", 600),
    ("party_congress_report", r"代表(?:中国共产党|中共)[^。]{0,24}委员?会?[，,向]|代表[省市区县州旗镇]委常委会", 600),
    ("half_year_report", r"主任[、，][^。]{0,20}副主任[^。]{0,20}各位委员", 400),
    (
        "half_year_report",
        r"(?:常务委员会|常委会)[^。，]{0,4}第?[\d一二三四五六七八九十]+次[^。]{0,6}会议上[^。]{0,200}(?:上半年|季度|各位委员|向[^。]{0,12}常委会)",
        800,
    ),
    ("half_year_report", r"上半年[^。]{0,100}(?:常务委员会|常委会)|(?:常务委员会|常委会)[^。]{0,60}上半年", 800),
    ("cppcc_report", r"^(?:(?!各位代表)[^。]){0,80}各位委员[:：]", 400),
    ("resolution", r"(?:决定|同意)批准(?:这个|这一|该)?报告", 1500),
    ("session_news", r"本报讯|本网讯|记者[^。]{0,12}[)）]|在热烈的掌声中", 300),
)
# What a government may put before the assembly together with its report, a township in one speech.
WITH_THE_REPORT = ("budget_report", "plan_report", "policy_document")
# News tells of the speech in the third person; some heads do too, but there the speech itself follows.
TOLD = re.compile(r"长[^。，我]{2,20}(?:作|所作)(?:了|的)?政府工作报告|隆重?开幕|听取(?:了)?[^。]{0,30}政府工作报告")
ORDERED = re.compile(r"受[^。]{0,20}政府(?:的)?委托[^。]{0,80}")
# 征求意见稿, 摘要, 本报有删节 on a line of its own below the title.
BELOW_TITLE: tuple[tuple[str, str], ...] = (
    ("draft_for_comment", r"^[（(【\[]?.{0,4}(?:征求意见稿|讨论稿|协商稿|送审稿|初稿)[）)】\]]?$"),
    ("newspaper_digest", r"^[（(【\[]?.{0,6}(?:摘登|摘要|节选|摘编|有删节|有删减|要点)[）)】\]]?$"),
)
# Blanks where a sample leaves out the name or the year (SOURCES §5, anonymised): sought from the title to the opening.
BLANKS = re.compile(
    r"(?:20|二〇|二0)?[xXｘＸ×]{2,}\s*(?:年|省|市|县|区|镇|乡|旗|州|街道)|[*＊]{2,}\s*(?:省|市|县|区|镇|乡|旗|州)"
    r"|_{2,}\s*(?:年|省|市|县|区|镇|乡|旗|州)|某某?(?:省|市|县|区|镇|乡|旗|州)"
)
# What a stub says of itself, above or below (USERS §1.3: 21 of 81 texts of one set).
STUB = re.compile(
    r"^(?=.{0,100}$)(?=[（(【\[*]?\s*(?:注|说明|备注|提示|本文|以上|本报告|该)).{0,30}"
    r"(?:(?:公开|网络|历史|有关|相关)?(?:资料|信息|报道|材料)[^。]{0,10}(?:整理|汇编|重建|编写|综合|还原|推测)|非(?:报告)?(?:原文|全文))",
)
# A text that lacks more common characters than these was not written as reports are; a copy loses one (SOURCES §5).
MOST_LOST = 2
# A page of links has so many lines that name a report (SOURCES §2: columns of the reports of past years).
LISTED = 3

# Fewer characters than this and it is no report, whatever it says: the shortest whole reports seen have 5,000
# (READING §2.7), townships' about 3,000, the rest is news.
SHORTEST = 2000
# The gate of READING §2.7, point 6: 38 of 38 reports, 0 of 552 other pages at 4 points and 4,000 characters.
ENOUGH = 4
# News of investment promotion speaks of it (招商) so often, and once in so many characters: a yearbook of statistics of
# 5,000 characters has three too.
WOOING, WOOING_SPAN = 3, 500
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


@cache
def without(pattern: re.Pattern[str], lost: str) -> re.Pattern[str]:
    """A pattern for a text that has lost a character throughout: each place of it may be empty (SOURCES §1, 010b)."""
    return re.compile(re.sub(f"[{lost}]", r"\g<0>?", pattern.pattern)) if lost else pattern


def decide(text: str, shown: str | None, *, has_session: bool, lost: str = "") -> Decision:
    """Whether a cleaned text is a government's work report, by its title, its opening and its build.

    `shown` is the page's title; `has_session` whether the head has a session line; `lost` the characters that the text
    has lost throughout.
    """
    lines = text.split("\n")
    lost = lost if len(lost) <= MOST_LOST else ""
    titles = [squeeze(simplify(line)) for line in (shown or "", *lines[:6]) if len(line) <= LONGEST_HEAD]
    titled = any(is_title(title) or (lost and names_a_report(title, without(TITLE, lost))) for title in titles)
    salutation = without(SALUTATION, lost).search(text[:1500])
    speaks = without(OPENING, lost).search(text[:2000])
    delivered = speaks is not None and any(SALUTATION.match(line) for line in lines[:HEAD_LINES])
    to_assembly = salutation or re.search(r"大会|审议|审查", text[speaks.start() : speaks.end() + 60] if speaks else "")
    points = {
        "salutation": 2 * (salutation is not None),
        "opening": (1 + (to_assembly is not None)) * (speaks is not None),
        "title": int(titled),
        "headings": int(len(re.findall(r"^[一二三四五六七八九十]+、", text, re.MULTILINE)) >= 2),
        "inner": int(sum(sign in text for sign in INNER_SIGNS) >= 2),
        "deliberation": int("审议" in text[:2500]),
        "session": int(has_session or SESSION.search(text[:1500]) is not None),
    }
    score = sum(points.values())
    has_head = salutation is not None or titled
    counted = f"{score} points: " + ", ".join(name for name, value in points.items() if value)
    sign = find_sign(lines, shown)
    if sign and not ((delivered or (titled and speaks)) and sign[0] in ("investment_news", "session_news")):
        return Decision(False, sign[0], sign[1], has_head)
    if len(text) < SHORTEST:
        if sum("工作报告" in line for line in lines) >= LISTED and not speaks:
            return Decision(False, "list_page", f"{len(lines)} lines, most of them titles", has_head)
        return Decision(False, "too_short", f"{len(text)} characters", has_head)
    # Courts, committees and parties address the representatives too, and whoever closes the session: one sign must be
    # the government's own.
    if score >= ENOUGH and (titled or speaks):
        return Decision(True, "report", counted, has_head)
    if titled and points["inner"]:
        return Decision(True, "report", counted, has_head)
    wooing = text.count("招商")
    if wooing >= WOOING and wooing * WOOING_SPAN >= len(text):
        return Decision(False, "investment_news", f"招商 stands {wooing} times", has_head)
    return Decision(False, "other", counted, has_head)


def find_sign(lines: list[str], shown: str | None) -> tuple[str, str] | None:
    """The first sign that a text is a near miss: its reason, and the words."""
    text = "\n".join(lines)[:3000]
    opening = OPENING.search(text)
    head = text[: opening.end() + 60 if opening else 400]
    start = SALUTATION.search(text) or opening
    above = [line.strip() for line in text[: start.start() if start else 300].split("\n")]
    if shown and not is_title(shown) and (sign := title_sign(shown)):
        return sign
    for line in above[:8]:
        if is_title(line):
            continue
        for reason, pattern in BELOW_TITLE:
            if re.search(pattern, line):
                return reason, line[:80]
        if len(line) <= 80 and ENDS_LIKE_A_TITLE.search(line) and (sign := title_sign(line)):
            return sign
    if match := BLANKS.search(head[:-60] if opening else head):
        return "template", match[0]
    for line in (*lines[:6], *lines[-3:]):
        if match := STUB.search(line.strip()):
            return "stub", match[0]
    for reason, pattern, within in OPENING_SIGNS:
        # A June session of the assembly itself speaks of the half year too, a township's of its budget.
        if reason == "half_year_report" and SESSION.search(head):
            continue
        match = re.search(pattern, (head if reason == "half_year_report" else text)[:within])
        if match and not (reason in WITH_THE_REPORT and re.search("政府工作|工作报告|报告工作", match[0])):
            return reason, " ".join(match[0].split())[:80]
    # What others report by the government's order is of one matter, not of its work.
    if (match := ORDERED.search(head)) and not re.search(r"政府工作|报告工作|工作报告", match[0]):
        return "other", match[0][:80]
    if (match := TOLD.search(text[:300])) and not opening:
        return "session_news", match[0]
    return None


def title_sign(title: str) -> tuple[str, str] | None:
    """What a title says a text is instead of a report, and the words; None where it says nothing."""
    title = squeeze(simplify(title))
    for reason, pattern in TITLE_SIGNS:
        if match := re.search(pattern, title):
            return reason, f"title: {match[0]}"
    if "政府工作报告" not in title and (match := POLICY.search(title)):
        return "policy_document", f"title: {match[0]}"
    return None
