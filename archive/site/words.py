"""The site's words for what the tables and their codes mean: Chinese here, English from schema.py and `english/`."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

from archive.schema import TABLES as SCHEMA
from archive.schema import VIEWS
from archive.site.codes import FIELDS, VALUES
from archive.site.language import in_english, translate

INDICATORS = Path(__file__).parents[1] / "indicators.csv"

TABLES: dict[str, tuple[str, str]] = {
    # table or view → (name, meaning)
    "reports": ("报告", "一个地区一年一份的政府工作报告。文本取自最好的一份抄本。"),
    "copies": ("抄本", "同一份报告在各处网页上的样子，逐份保留，注明出处与差异。"),
    "captures": ("网页存档", "某一网址某一时刻的原始字节，永久保存在 WARC 文件里。"),
    "problems": ("问题", "抄本或报告里查出的毛病：缺字、截断、年份不符等，注明位置。"),
    "restored": ("补字", "报告文本中依据另一份抄本补上的字，注明位置与所据抄本。"),
    "differences": ("差异", "每份抄本与采用的抄本不同之处：数字、缺文、增文、措辞、残损，注明位置。"),
    "sections": ("章节", "报告的章节及其在文本中的位置。"),
    "targets": ("目标与指标", "报告承诺或宣布的数字，逐句摘出。"),
    "terms": ("名词解释", "报告附录里解释的名词。"),
    "mentions": ("名词出处", "所解释的名词在报告正文中出现的位置。"),
    "regions": ("行政区划", "行政区划代码、名称及其有效年份。"),
    "sources": ("来源网站", "发布或转载报告的网站。"),
    "runs": ("采集记录", "对一个来源的一次采集：数量与结论。"),
    "rejections": ("未收录", "看上去像报告而不是的文本，各附理由。"),
    "snapshots": ("数据版本", "每一次发布的版本与校验值。"),
    "snapshot_changes": ("版本间变化", "每个版本新增、撤下、改动了哪些报告。"),
    "corrections": ("人工更正", "由人核定的值及其依据。"),
    "aliases": ("旧编号", "曾经发布过的编号如今对应的报告。"),
    "texts": ("文本", "去重后的全文，每种文本只存一份。"),
    "paragraphs": ("段落", "报告的段落在文本中的位置。"),
    "revisits": ("复查记录", "再次访问而内容未变的时刻。"),
    "full_reports": ("报告全文", "报告的全部字段连同全文。"),
    "full_copies": ("抄本全文", "抄本的全部字段连同全文。"),
    "full_paragraphs": ("段落文字", "段落连同其文字。"),
    "full_sections": ("章节文字", "章节连同其文字。"),
    "full_terms": ("名词及出处", "所解释的名词连同地区和年份。"),
    "panel": ("地区年份面板", "每个地区每年一行，空缺注明原因，可直接与其他数据合并。"),
    "growth_panel": ("增长目标面板", "各地区各年的经济增长目标、上级目标与差距，附原句。"),
    "target_outcomes": ("目标与完成", "当年目标与次年报告所述完成情况对照。"),
    "full_targets": ("目标原句", "目标与指标连同所在的句子。"),
    "coverage": ("覆盖情况", "哪个地区哪一年有、没有，以及缘由。"),
    "source_status": ("来源状况", "每个来源最近一次采集的情况。"),
    "changes": ("最近变化", "报告按文本最近变化的时间排列。"),
    "provenance": ("出处总表", "每份报告的每份抄本：网址、抓取时间、校验值。"),
}

COLUMNS: dict[str, str] = {
    # "column" for every table, or "table.column" where it means something else there
    "id": "编号",
    "reports.id": "编号：地区代码-年份；同一地区同年有两份时加 -b、-c",
    "regions.id": "编号：代码-启用年份",
    "sources.id": "来源文件名，也是采集程序名",
    "captures.id": "网址、内容校验值与时间合成的编号",
    "copies.id": "存档编号-页内序号",
    "n": "在报告中的顺序，从 1 起",
    "reports.n": "检索用的序号，随版本变化，请勿引用",
    "region": "六位行政区划代码",
    "region_name": "当时的完整区划名称",
    "province": "省级名称",
    "prefecture": "地级名称",
    "name": "名称",
    "township": "乡镇名称，其他级别为空",
    "level": "级别：全国、省级、地级、县级、乡级",
    "sections.level": "标题级别：1 为章，2 为节，3 为节下的小标题",
    "year": "报告所部署的年份",
    "title": "报告正文的标题，去掉空白",
    "rejections.title": "网页所示标题",
    "delivered_on": "作报告的日期",
    "congress": "人民代表大会届次",
    "session": "会议次数",
    "speaker": "报告人",
    "speaker_post": "报告人的职务，如原文",
    "text_sha256": "文本的 SHA-256 校验值，见“文本”表",
    "folded_sha256": "折叠后的校验值：只差标点空白的抄本相同",
    "chars": "字数：汉字、字母与数字",
    "copies": "抄本份数",
    "best_copy": "文本所取的抄本",
    "source_url": "作为出处的抄本的网址",
    "published_on": "网页所示发布日期",
    "origin": "出处类别：官方、报刊、数据库、聚合站等",
    "trust": "可信程度：官方、转载、残缺、修复",
    "lost": "抄本通篇丢失、报告中尚未补齐的字",
    "first_seen_at": "首次收录的时间（UTC）",
    "changed_at": "现用文本首次抓取的时间（UTC）",
    "report": "所属报告",
    "capture": "所出的网页存档",
    "part": "页内第几份，从 1 起",
    "rejections.part": "页内第几份，从 1 起；0 为整页",
    "source": "来源网站",
    "url": "网址；不知道则为空",
    "url_key": "规范化的网址，用于比对",
    "title_as_shown": "网页所示标题，未作改动",
    "title_year": "标题所称年份",
    "complete": "是否有头有尾",
    "damage": "严重问题的个数",
    "relation": "与最好抄本的关系",
    "similarity": "较短文本见于最好抄本的比例，0 到 1",
    "rank": "名次，1 为最好",
    "why": "名次的缘由",
    "aliases.why": "缘由",
    "reader": "读取网页的程序与规则",
    "evidence": "各字段的依据（JSON）",
    "corrections.evidence": "依据",
    "seen_from": "此文本在此网址首次见到的时间",
    "seen_until": "此文本在此网址最后见到的时间",
    "sha256": "SHA-256 校验值",
    "text": "全文，一段一行",
    "code": "六位行政区划代码，000000 为全国",
    "problems.code": "问题的种类",
    "path": "自省级起的完整名称",
    "valid_from": "启用年份",
    "valid_until": "停用年份，仍有效则为空",
    "successors": "去向代码，分号相隔，方括号内为部分划出的年份",
    "kind": "种类",
    "platform": "所用的网站系统",
    "start": "在文本中的起点（字）",
    "sources.start": "采集的第一个网址",
    "length": "长度（字）",
    "unverified": "尚未核实过线上页面则为 1",
    "retired": "停止采集的时间与缘由",
    "expect_from": "应有报告的第一年",
    "expect_until": "应有报告的最后一年，空为至今",
    "change": "变化：新增、撤下、文本、字段",
    "fields": "变化的字段，分号相隔",
    "text_before": "上一版本的文本校验值",
    "text_after": "这一版本的文本校验值",
    "content": "所发布全部内容的校验值",
    "started_at": "开始时间（UTC）",
    "finished_at": "结束时间（UTC），中断则为空",
    "verdict": "结论",
    "reason": "结论的依据",
    "rejections.reason": "不收的理由",
    "requests": "请求数",
    "captures": "新存档数",
    "revisits": "未变页面数",
    "bytes": "字节数",
    "runs.copies": "新抄本数",
    "rejections": "新的未收录数",
    "errors": "失败数",
    "seconds": "用时（秒）",
    "seconds_reading": "其中读取存档（秒）",
    "seconds_settling": "其中归并报告（秒）",
    "last_new_copy": "最近一次得到新抄本的时间（UTC）",
    "bad_runs": "连续失败次数",
    "source_status.since": "自何时起如此",
    "fetched_at": "抓取时间（UTC），不详则为空",
    "last_seen_at": "最后一次见到相同内容的时间",
    "content_type": "服务器所称类型",
    "status": "HTTP 状态码",
    "etag": "再次请求用的校验",
    "last_modified": "再次请求用的时间",
    "warc_file": "所在的 WARC 文件",
    "warc_offset": "记录的起始字节",
    "warc_length": "记录的压缩长度",
    "examined": "上次读它的规则版本",
    "seen_at": "复查时间（UTC）",
    "detail": "所涉的字、年份、名称等",
    "copy": "所在的抄本",
    "restored.copy": "所据的抄本",
    "severity": "轻重：严重、轻微、提示",
    "heading": "标题原文",
    "section": "所在的最内层章节",
    "term": "名词",
    "definition": "解释",
    "mentions": "正文中出现的次数",
    "mentions.term": "名词在名词解释中的序号",
    "indicator": "指标",
    "period": "所指时期",
    "low": "下限，百分数写作 5.0",
    "high": "上限，单一数字与下限相同",
    "unit": "单位",
    "modifier": "原文限定语：左右、以上、力争、控制在…以内、同步等",
    "of_year": "数字所指的年份，五年数为空",
    "figure_start": "数字在文本中的起点（字）",
    "figure_length": "数字连同单位、限定语的长度（字）",
    "comparator": "比较对象",
    "paragraph": "所在段落",
    "paragraphs": "段落数",
    "region_now": "该地区今天的区划代码，已分属多处的为空",
    "parent": "当时上级地区的代码",
    "old_id": "旧编号",
    "since": "自哪一版本起",
    "version": "版本号",
    "published_at": "发布时间（UTC）",
    "reports": "报告份数",
    "note": "越过检查时所附的说明",
    "copies.version": "同一网址上第几种文本，从 1 起；不知则为空",
    "repeats": "同一网址上更早显示同样文本的抄本；首次则为空",
    "home": "地区或年份未定时，其文本所在报告的地区与年份",
    "differs": "与采用的抄本不同之处有几处，按种类（JSON）",
    "compared_with": "所比对的文本，见“文本”表",
    "other": "所涉及的另一份抄本",
    "differences.kind": "种类：数字、缺文、增文、措辞、残损",
    "words": "抄本此处的文字",
    "best_start": "在采用的抄本中的起点",
    "best_length": "在采用的抄本中的长度",
    "best_words": "采用的抄本此处的文字",
    "times": "同样的差异出现几次",
    "field": "字段",
    "value": "更正后的值",
    "was": "原来的值",
    "who": "更正人",
    "on": "更正日期",
}

# Datasette's filters by key.
LOOKUPS = {
    "exact": "等于",
    "not": "不等于",
    "contains": "包含",
    "notcontains": "不包含",
    "endswith": "结尾是",
    "startswith": "开头是",
    "gt": "大于",
    "gte": "不小于",
    "lt": "小于",
    "lte": "不大于",
    "like": "形如（like）",
    "notlike": "不形如（not like）",
    "glob": "形如（glob）",
    "in": "是其中之一",
    "notin": "不是其中之一",
    "arraycontains": "列表包含",
    "arraynotcontains": "列表不包含",
    "date": "日期是",
    "isnull": "为空值",
    "notnull": "不为空值",
    "isblank": "为空",
    "notblank": "不为空",
}


def name_value(column: str, value: object) -> str:
    """The words for one value of a column with a closed list; any other value as it is."""
    known = VALUES.get(column, {}).get(str(value))
    return translate(known) if known else str(value)


def name_column(table: str, column: str, meaning: str) -> str:
    """The words for a column; `meaning`, the schema's, in English and where there are none."""
    if in_english():
        return meaning
    return COLUMNS.get(f"{table}.{column}") or COLUMNS.get(column) or meaning


def describe_columns(table: str) -> dict[str, str]:
    """Column → its words, for a table of the schema; nothing for a view."""
    known = SCHEMA.get(table)
    return {column: name_column(table, column, said) for column, (_, said) in known.columns.items()} if known else {}


def describe_table(name: str) -> tuple[str, str]:
    """Title and meaning of a table or view."""
    title, meaning = TABLES.get(name, (name, ""))
    if in_english() or not meaning:
        meaning = SCHEMA[name].meaning if name in SCHEMA else VIEWS.get(name, ("",))[0]
    return translate(title), meaning


@cache
def read_indicators() -> dict[str, tuple[str, str]]:
    """Indicator → its Chinese and its English name, of archive/indicators.csv."""
    with INDICATORS.open(encoding="utf-8", newline="") as file:
        return {row["indicator"]: (row["name"], row["english"]) for row in csv.DictReader(file)}


def name_indicator(code: str) -> str:
    """The name of an indicator of the table `targets`."""
    names = read_indicators().get(code)
    return names[in_english()] if names else code


def name_field(column: str) -> str:
    """The name of a facet or filter."""
    known = FIELDS.get(column)
    return translate(known) if known else column


def name_lookup(key: str, usual: str) -> str:
    """The name of one of Datasette's filters; `usual` is Datasette's own."""
    return usual if in_english() else LOOKUPS.get(key, usual)
