"""The site's Chinese words for codes, column by column: levels, trust, problems, verdicts, reasons."""

from __future__ import annotations

LEVELS = {"national": "全国", "province": "省级", "prefecture": "地级", "county": "县级", "township": "乡级"}

ORIGINS = {
    "official": "政府或人大网站",
    "press": "报刊",
    "database": "数据库",
    "aggregator": "聚合站",
    "forum": "论坛",
    "network": "改动文本的站群",
    "farm": "范文站",
    "unknown": "不详",
}

TRUST = {"official": "官方", "republished": "转载", "damaged": "残缺", "restored": "修复"}

TRUST_MEANINGS = {
    "official": "文本取自该地政府或人大的网站。",
    "republished": "文本取自转载处或来路不明的页面，未见官方原页，内容未发现残缺。",
    "damaged": "现有抄本都有残缺，文本与会上所作的报告不尽相同，引用前请核对。",
    "restored": "残缺之处依据另一份抄本补全，补过的地方均有记录。",
}

RELATIONS = {
    "best": "采用",
    "same": "相同",
    "near": "近同",
    "truncated": "截断",
    "excerpt": "节选",
    "edited": "有改动",
}

# How a copy differs from the best copy of its report: the table `differences`.
DIFFERENCES = {"numbers": "数字", "missing": "缺文", "added": "增文", "wording": "措辞", "damage": "残损"}

SEVERITIES = {"major": "严重", "minor": "轻微", "note": "提示"}

PROBLEMS = {
    "anachronistic_name": "名称与年代不合",
    "anonymised": "名称被隐去",
    "another_text": "同一地区同年另有文本",
    "cut": "文本被截断",
    "cut_at_cell_limit": "在表格单元格上限处截断",
    "contents_in_front": "前有目录，已略去",
    "corrected": "人工更正",
    "crossed_marks": "引号、括号错乱",
    "damaged_date": "日期残缺",
    "damaged_session": "届次残缺",
    "date_disagrees": "日期说法不一",
    "date_of_publication": "日期或为发布日期",
    "digits_lost": "数字脱落",
    "escaped_markup": "夹有网页代码",
    "false_year": "年份不可能",
    "formatting_lost": "版式丢失",
    "found_in_several": "见于几份报告，归属未定",
    "garbled_page": "网页乱码",
    "headless": "没有开头",
    "lost_character": "通篇缺字",
    "interleaved_columns": "两栏文字交错",
    "missing_chapter": "章节不连续",
    "missing_year": "年份缺失",
    "order_unsettled": "缺字，次序未定",
    "still_lost": "仍缺字",
    "number_differs": "各抄本数字不同",
    "numbers_lost": "自动编号未能读出",
    "ocr_failed": "文字识别未完成",
    "page_limit": "超过可读页数",
    "page_without_text": "页面没有文字",
    "paragraphs_run_together": "段落连成一片，已在标题前分开，标题与其后的文字可能仍相连",
    "picture_not_read": "有图片未读",
    "pinyin_in_brackets": "括号里夹有拼音",
    "published_before_delivery": "发布早于作报告",
    "question_marks": "夹有成串问号",
    "read_by_ocr": "由文字识别读出",
    "region_disagrees": "地区说法不一",
    "reissued": "同一网址上重新发布过",
    "repeated": "内容重复",
    "selector_missed": "未找到预定的正文区",
    "stars": "夹有星号",
    "tag_cloud": "文末夹有标签或其他标题",
    "title_year_differs": "标题年份不同",
    "text_of_another": "文本也见于别的报告",
    "token_noise": "夹有防抄字符",
    "too_long": "长过任何报告",
    "traditional": "被转成繁体",
    "truncated_file": "文件不完整",
    "undecodable_bytes": "有无法解码的字节",
    "unreadable_characters": "夹有无法辨认的字符",
    "unreadable_page": "页面无法读取",
    "unresolved_region": "地区未能确定",
    "unresolved_year": "年份未能确定",
    "watermark": "夹有网址",
    "year_disagrees": "年份说法不一",
}

# How a run of a source ended: crawler/runs.py RUN_VERDICTS.
VERDICTS = {
    "ok": "有新页面",
    "ok_nothing_new": "没有新页面",
    "fewer_than_expected": "少于预期",
    "empty": "列表中没有报告",
    "blocked": "被网站拒绝",
    "robots_denied": "robots.txt 不许",
    "moved": "网址已迁移",
    "gone": "网站无应答",
    "dns_failure": "域名无法解析",
    "tls_failure": "无法建立安全连接",
    "server_error": "服务器出错",
    "broken": "应答残缺或不是网页",
    "slow": "网站太慢",
    "parse_changed": "页面改版，找不到报告",
    "crashed": "中途出错",
    "interrupted": "被人中止",
}

# Kinds of sources.
KINDS = {
    "government": "政府网站",
    "press": "报刊",
    "database": "数据库",
    "aggregator": "聚合站",
    "forum": "论坛",
    "network": "改动文本的站群",
    "farm": "范文站",
}

# Why a text was not taken for a report: archive/near_miss.py REASONS.
REJECTIONS = {
    "session_news": "会议新闻",
    "interpretation": "报告解读",
    "plan_report": "国民经济和社会发展计划报告",
    "budget_report": "预算报告",
    "court_report": "法院工作报告",
    "procuratorate_report": "检察院工作报告",
    "standing_committee_report": "人大常委会工作报告",
    "cppcc_report": "政协报告",
    "half_year_report": "半年工作情况报告",
    "resolution": "关于报告的决议",
    "task_breakdown": "任务分解",
    "draft_for_comment": "征求意见稿",
    "statistical_communique": "统计公报",
    "policy_document": "政策文件",
    "party_congress_report": "党代会报告",
    "bureau_summary": "部门总结",
    "investment_news": "招商新闻",
    "newspaper_digest": "报纸摘登",
    "template": "留空的范文",
    "stub": "事后拼成的短文",
    "list_page": "列表页",
    "later_page": "文章的后页，已并入首页",
    "too_short": "太短",
    "unreadable": "无法读取",
    "other": "没有报告的任何特征",
}

# Why a cell of the coverage map is empty, where the view `coverage` does not say it (coverage.py).
REASONS = {
    "gone": "该区划只存在于 %(from)s–%(until)s 年",
    "not_due": "会期未过，可能尚未作报告",
    "before": "来源“%(source)s”的报告自 %(from)s 年起",
    "unsaid": "有来源“%(source)s”，但没有这一年的报告",
    "no_source": "还没有来源收录该地区",
}

# The names of facets and filters.
FIELDS = {"province": "省份", "year": "年份", "level": "级别", "trust": "可信程度"}

# The time a target speaks of.
PERIODS = {
    "year": "全年",
    "half_year": "上半年",
    "three_quarters": "前三季度",
    "first_quarter": "一季度",
    "january_november": "1—11月",
    "five_years": "五年",
    "five_years_average": "五年年均",
}

# Which words stand for the values of which column, wherever it is shown.
VALUES = {
    "level": LEVELS,
    "origin": ORIGINS,
    "trust": TRUST,
    "relation": RELATIONS,
    "severity": SEVERITIES,
    "verdict": VERDICTS,
    "kind": KINDS | DIFFERENCES,
    "reason": REJECTIONS,
    "period": PERIODS,
    "code": PROBLEMS,
}
