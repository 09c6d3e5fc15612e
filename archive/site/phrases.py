"""What the steps say in `why` and `detail`, in the words of the site."""

from __future__ import annotations

import re
from typing import Any

from archive.site.codes import ORIGINS, PROBLEMS, REASONS
from archive.site.coverage import Cell
from archive.site.language import in_english, translate

# What the steps say in `why` and `detail` (archive/copies.py, archive/damage.py): pattern → our words, in which {0} is
# the first group, itself named by TERMS. What fits none is shown as it stands.
PHRASES = (
    (r"best: (\w+), (\w+)", "居首：{0}，{1}"),
    (r"(\w+) after (\w+)", "{0}，排在{1}之后"),
    (r"a part", "只是一部分"),
    (r"the same text at the same address again", "同一网址上再次见到的同样文本"),
    (r"damaged", "有残缺"),
    (r"cut", "不完整"),
    (r"paragraphs run together", "段落连成一片"),
    (r"captured later", "抓取较晚"),
    (r"equal, by digest", "相同，按校验值排"),
    (r"(.+) is missing throughout, about (\d+) times", "“{0}”一次未见，本应约有 {1} 处"),
    (r"(.+) is lost here, before or after: no copy shows the order", "此处前或后缺“{0}”，没有一份抄本能定其次序"),
    (r"(.+) may be lost here: no copy shows this passage with it", "此段可能缺“{0}”，没有一份抄本的此段带有此字"),
    (r"no copy goes on, ends in (.+)", "没有一份抄本有后文，止于“{0}”"),
    (r"a paragraph of (\d+) characters, split again at its headings", "有一段长达 {0} 字"),
    (r"(.+), taken out", "{0}，已清除"),
    (r"(\d+) places, first (.+)", "{0} 处，首处为 {1}"),
    (r"([\d.]+%) of the characters are traditional ones", "{0} 的字是繁体"),
    (r"(\d+) figures are gone, first before (.+)", "{0} 处数字脱落，首处在“{1}”前"),
    (r"(\d+) of (\d+) marks", "{1} 个中有 {0} 个"),
    (r"chapter (\d+) follows chapter (\d+)", "第 {1} 章之后是第 {0} 章"),
    (r"(\d+) characters behind the end", "文末之后还有 {0} 字"),
    (r"(\d+) titles of reports behind the end", "文末之后有 {0} 个报告标题"),
    (r"(\d+) characters, more than twice the longest report known", "{0} 字，比已知最长的报告多一倍以上"),
    (r"(\d+) addresses, first (.+)", "{0} 处，首处为 {1}"),
    (
        r"speaks of (.+), over before a report of (\d+), in one of (\d+)",
        "说到“{0}”，{1} 年的报告才能说到，而报告标为 {2} 年",
    ),
    (r"(\d+) headings in front of the speech", "讲话之前有 {0} 行小标题"),
    (r"(\d+) lines run across two columns", "{0} 行横贯两栏"),
    (r"(\d+) places", "{0} 处"),
    (r"(\d+) times", "{0} 处"),
    (r"(\d+) characters", "{0} 字"),
    (r"(\d+) runs of \?+", "{0} 处"),
    (r"a paragraph stands (\d+) times", "有一段出现 {0} 次"),
    (r"(.+) ends (\d+) paragraphs", "有 {1} 段以“{0}”收尾"),
    (r"ends at (\d+) characters, a table cell's limit", "止于第 {0} 字"),
    (r"ends within a sentence: (.+)", "句未完，止于“{0}”"),
    (r"no closing, ends in (.+)", "没有结语，止于“{0}”"),
    (r"ends in (.+)", "止于“{0}”"),
    (r"neither salutation nor title: a later page or an excerpt", "既无称呼也无标题，可能是后页或节选"),
    (r"the date has lost characters: (.+)", "日期缺字：{0}"),
    (r"the session has lost its numbers: (.+)", "会议的届次缺字：{0}"),
    (r"neither date nor headings nor title name a year", "日期、小标题和标题都没有年份"),
    (r"no name of a region found", "没有找到地区名"),
    (r"(.+) says (\d+) \((.+)\), (.+) says (\d+) \((.+)\)", "{0}为 {1} 年（{2}），{3}为 {4} 年（{5}）"),
    (r"the title says (\d+), the report plans (\d+)", "标题写 {0} 年，报告安排的是 {1} 年"),
    (r"(.+) did not have this name in (\d+)", "{1} 年还没有或已没有“{0}”这个名称"),
    (r"(.+) says (.+), the site is of (.+)", "{0}为{1}，网站属{2}"),
    (r"(.+) says (.+), (.+) says (.+) \((.+)\)", "{0}为{1}，{2}为{3}（{4}）"),
    (r"(\d+)% of the text stands in the report of (.+) too \(copy (.+)\)", "有 {0}% 的文字也见于 {1}（抄本 {2}）"),
    (r"stands as well in the reports of (.+)", "同样见于 {0}"),
    (r"another text of this region and year is (.+)", "同一地区同年的另一文本是 {0}"),
    (r"version (\d+) of the text at this address, seen there from (.+)", "此网址上的第 {0} 种文本，自 {1} 起"),
    (r"(.+) here, (.+) in the best copy", "此处为“{0}”，采用的抄本为“{1}”"),
    (r"(\d+) more numbers differ from the best copy", "另有 {0} 个数字与采用的抄本不同"),
    (r"(\d+) characters were shown more than once, taken once", "有 {0} 字重复出现，只取一次"),
    (r"(\d+) as large as a page", "有 {0} 幅整页大小的图"),
    (r"page (\d+): mean score ([\d.]+)", "第 {0} 页，平均得分 {1}"),
    (r"page (\d+)", "第 {0} 页"),
    (r"no page after (\d+) is read", "第 {0} 页之后未读"),
    (r"(\d+) new captures, (\d+) copies", "新存档 {0} 个，抄本 {1} 份"),
    (r"(.+); (\d+) requests failed", "{0}；{1} 个请求失败"),
    (r"(\d+) pages as before", "{0} 个页面未变"),
    (r"(\d+) report pages; the source file expects (\d+)", "得到 {0} 个报告页面，来源文件预期 {1} 个"),
    (r"(\d+) list pages and no link to a report(; earlier runs found some)?", "{0} 个列表页，没有通向报告的链接"),
    (r"no page came; (\d+) requests failed", "没有得到页面，{0} 个请求失败"),
    (r"(\d+) times not found and no page", "{0} 次没有找到，没有得到页面"),
    (r"(\d+) redirects and no page", "{0} 次转址，没有得到页面"),
    (r"stopped by a signal after (\d+) responses", "收到 {0} 个应答后被中止"),
    (r"(\d+) errors of the program: see the log", "程序出错 {0} 次，见日志"),
    (r"expected of source (.+), not found there", "来源 {0} 应有，尚未得到"),
    (r"the file stops before its end; pages read: (\d+)", "文件不完整，读到 {0} 页"),
)
TERMS = ORIGINS | {
    "whole": "完整",
    "damaged": "有残缺",
    "cut": "不完整",
    "day of the speech": "讲话日期",
    "heading of the review": "回顾部分的小标题",
    "heading of the plan": "安排部分的小标题",
    "title": "标题",
    "session line": "会议行",
    "speaker line": "报告人行",
    "head title": "正文标题",
    "opening": "开场白",
    "page title": "网页标题",
}


def say(told: str) -> str:
    """What a step said in `why` or `detail`, in our words where PHRASES has them; in English as the step said it."""
    if in_english():
        return told
    for pattern, phrase in PHRASES:
        if found := re.fullmatch(pattern, told):
            return phrase.format(*(TERMS.get(group) or say(group) for group in found.groups()))
    return told


def name_problem(problem: dict[str, Any]) -> str:
    """A problem in words: what it is, and the character, year or name concerned."""
    said = translate(PROBLEMS.get(str(problem["code"]), str(problem["code"])))
    if not problem["detail"]:
        return said
    return f"{said}{': ' if in_english() else '：'}{say(str(problem['detail']))}"


def say_reason(cell: Cell) -> str:
    """Why a cell of the coverage map is empty."""
    said = say(cell.told["why"]) if cell.state == "missing" else translate(REASONS[cell.state]) % cell.told
    verdict = cell.told.get("verdict")
    return f"{said}{'; last run: ' if in_english() else '；最近一次采集：'}{verdict}" if verdict else said
