"""The grammar of a figure behind the name of an indicator: 增长5%左右, 控制在5.5%以内, 与经济增长同步. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

NUMBER = r"-?\d+(?:\.\d+)?"
# Written unit → the unit stored and what to multiply by: one panel has one unit.
UNITS: dict[str, tuple[str, float]] = {
    "%": ("%", 1), "％": ("%", 1), "个百分点": ("个百分点", 1),
    "万亿元": ("亿元", 10_000), "亿元": ("亿元", 1), "万元": ("元", 10_000), "元": ("元", 1),
    "亿美元": ("亿美元", 1), "万美元": ("亿美元", 1e-4), "亿斤": ("万吨", 5), "万吨": ("万吨", 1), "吨": ("万吨", 1e-4),
    "万人次": ("万人", 1), "万人": ("万人", 1), "人": ("万人", 1e-4), "万户": ("户", 10_000), "户": ("户", 1),
    "万平方米": ("万平方米", 1), "平方米": ("万平方米", 1e-4), "万个": ("个", 10_000), "个": ("个", 1),
    "万张": ("张", 10_000), "张": ("张", 1), "万套": ("套", 10_000), "套": ("套", 1),
    "微克/立方米": ("微克/立方米", 1), "微克／立方米": ("微克/立方米", 1), "微克每立方米": ("微克/立方米", 1),
    "万元/人": ("万元/人", 1),
}  # fmt: skip
UNIT = "|".join(sorted(map(re.escape, UNITS), key=len, reverse=True))
BEHIND = "左右|以上|以内|以下|上下"
# The mark of a note may stand before what belongs to the figure: 6.5%①左右.
NOTE = r"(?:[①-⑳]|[［\[]\d{1,2}[］\]])?"
VALUE = re.compile(
    rf"(?P<about>约|近|超过?|逾)?(?P<low>{NUMBER})(?P<unit0>{UNIT})?(?:[-—–－~～至到]+(?P<high>{NUMBER}))?(?P<unit>{UNIT})?"
    rf"(?:（套）)?(?P<more>多|余)?(?P<unit2>{UNIT})?{NOTE}(?P<behind>{BEHIND})?(?:之间)?"
)
# Words that may stand between an indicator's name and its figure. Each is one of: direction, bound, resolve, silent.
RISES = ("增长", "增幅", "增速", "涨幅", "上涨", "提高", "提升", "上升", "增加", "增", "升")
FALLS = ("下降率", "降低率", "改善", "下降", "降低", "减少", "回落", "降至", "降到", "下降到", "下降至")
BOUNDS = (
    "控制在", "不低于", "不少于", "不高于", "不超过", "高于", "超过", "突破", "跨越", "迈上", "跨上", "低于", "超",
    "逾",
)  # fmt: skip
RESOLVES = ("力争", "确保", "争取", "努力")
# 增加到, 降至: the figure is where it ends, not by how much.
LANDINGS = ("降至", "降到", "下降到", "下降至")
ARRIVALS = ("达到", "达", "到", "至", "为", "保持在", "稳定在")
AVERAGE = ("年均", "年平均", "平均每年", "每年")
TOTAL = ("累计", "五年")
SILENT = (
    "同比例", "同比", "同口径", "可比", "比上年", "较上年", "比去年", "较去年", "预计", "预期", "初步核算", "分别",
    "均值", "平均为", "平均", "全年", "今年", "年度", "约为", "保持在", "稳定在", "保持", "稳定", "维持在", "达到",
    "达", "完成", "实现", "目标", "为", "是", "在", "到", "至", "幅度", "速度", "水平", "总体", "继续", "将", "约",
    "按", "由", "人数", "规模", "总量", "总额", "金额", "基本", "浓度", "签约", "竣工", "指标", "上述", "户数",
    "面积", "改造", "完工", "新增", "平均值为", "平均值", "实现翻番", "翻番", "翻一番",
)  # fmt: skip
WORDS = sorted((*RISES, *FALLS, *BOUNDS, *RESOLVES, *AVERAGE, *TOTAL, *SILENT), key=lambda word: (-len(word), word))
WORD = re.compile("|".join(map(re.escape, WORDS)))
# 从2020年的3.68万亿元增长到2025年的4.93万亿元, 由77%上升至79%: the second figure counts.
FROM = re.compile(
    rf"(?:从|由)(?:\d{{4}}年)?的?{NUMBER}(?:{UNIT})(?:增长|增加|提高|上升|下降|降低|提升|扩大|下降|降)(?:到|至)(?:\d{{4}}年的?)?"
)
# 竣工15个项目、16.4万平方米 · 跨越3个千亿元台阶，达到1.5万亿元: what says nothing of the figure behind it.
SKIPPED = re.compile(
    r"\d+个项目、|(?:连续)?(?:跨越|连跨|跨上|迈上|越过)\d+个(?:千亿|万亿|百亿)元?级?新?台阶[、，](?:\d{4}年)?"
)
ECONOMY = r"(?:地区|全[省市区县])?(?:经济(?:增长|增速|发展)?|GDP|生产总值)(?:增长|增速|增幅)?(?:速度|水平)?"
NATION = r"全[国省市](?:平均)?(?:增长)?(?:水平|增速)?"
URBAN = r"城镇(?:常住)?居民(?:人均可支配)?(?:收入)?(?:增速|增长|增幅)?"
GROWS = r"(?:增长|增速|增幅|涨幅|收入)?(?:率|速度|水平)?(?:继续|总体)?"
COMPARED = re.compile(
    rf"^{GROWS}(?:(?:保持)?(?:与|和|同)(?P<even>{ECONOMY}|{NATION})(?:保持)?(?P<sync>基本同步|同步|一致|持平)"
    rf"|(?:保持)?(?:略|均)?(?P<over>高于|快于|不低于|超过|低于)(?P<than>{ECONOMY}|{NATION}|{URBAN})(?!\d)(?=[，。；、,;]|$|的)"
    rf"|(?:保持)?(?:在)?(?P<level>{NATION})(?P<above>以上)"
    r"|(?:保持|实现|力争实现|争取实现|力争保持)?(?P<positive>正增长))"
)


@dataclass(frozen=True, slots=True)
class Figure:
    """What stands behind an indicator's name.

    `low` and `high` in `unit`, None for a comparison alone; `modifier` as printed, … between what stands before the
    figure and behind it; `comparator` what it is compared with; `sign` 1 or -1 by its verb, 0 where none is said;
    `average` and `total`: said to be a yearly average, a sum over years; `change`: by how much, not how far; `start`
    and `end` its place.
    """

    start: int
    end: int
    low: float | None = None
    high: float | None = None
    unit: str = ""
    modifier: str = ""
    comparator: str = ""
    sign: int = 0
    average: bool = False
    total: bool = False
    change: bool = False


@dataclass(frozen=True, slots=True)
class Said:
    """What the words before a figure have said of it."""

    resolve: str = ""
    bound: str = ""
    sign: int = 0
    change: bool = False
    average: bool = False
    total: bool = False


NOTHING = Said()


def hear(said: Said, word: str) -> Said:
    """What is said with one word more."""
    if word in RISES or word in FALLS:
        said = replace(said, sign=-1 if word in FALLS else 1, change=word not in LANDINGS)
    elif word in BOUNDS:
        said = replace(said, bound=word)
    elif word in RESOLVES:
        said = replace(said, resolve=word)
    elif word in ARRIVALS:
        said = replace(said, change=False)
    elif word in AVERAGE:
        said = replace(said, average=True)
    elif word in TOTAL:
        said = replace(said, total=True)
    return said


def read_figure(text: str, place: int, end: int, said: Said = NOTHING) -> Figure | None:
    """The figure or comparison that begins at `place`, only words of the grammar between; None where another stands.

    `said`: what stands before the indicator's name (力争地区生产总值增长5%).
    """
    position = place
    while position < end:
        if compared := COMPARED.match(text[position:end]):
            return read_comparison(compared, position, said)
        if (moved := FROM.match(text, position, end)) or (moved := SKIPPED.match(text, position, end)):
            said = replace(said, change=False)
            position = moved.end()
        elif value := VALUE.match(text, position, end):
            return read_value(value, said)
        elif word := WORD.match(text, position, end):
            said = hear(said, word[0])
            position = word.end()
        else:
            return None
    return None


def read_value(value: re.Match[str], said: Said) -> Figure | None:
    """The figure of a match of VALUE; None where no unit is known."""
    written = value["unit"] or value["unit2"] or value["unit0"]
    if not written or (value["high"] and not (value["unit"] or value["unit2"])):
        return None
    unit, scale = UNITS[written]
    low, high = float(value["low"]), float(value["high"] or value["low"])
    before = said.resolve + (said.bound or (value["about"] if value["about"] not in ("约", "近") else "") or "")
    return Figure(
        start=value.start("low"),
        end=value.end(),
        low=round(low * scale, 6),
        high=round(high * scale, 6),
        unit=unit,
        modifier="…".join(filter(None, (before, value["behind"]))),
        sign=said.sign,
        average=said.average,
        total=said.total,
        change=said.change,
    )


def read_comparison(compared: re.Match[str], position: int, said: Said) -> Figure:
    """A comparison without a figure of its own: 与经济增长同步, 高于全国平均水平, 正增长."""
    than = compared["even"] or compared["than"] or compared["level"] or ""
    modifier = next(word for name in ("sync", "over", "above", "positive") if (word := compared[name]))
    # 与经济增长同步, 高于全国平均水平: with the word that compares.
    first = compared.start("even") - 1 if compared["even"] else compared.start("over" if compared["over"] else 0)
    start = position + first
    before = said.resolve or next(iter(re.findall("力争|争取", compared[0])), "")
    return Figure(
        start=start,
        end=position + compared.end(),
        modifier=f"{before}…{modifier}" if before else modifier,
        comparator=than,
        average=said.average,
    )


MORE = re.compile(
    "|".join(
        (*RISES, *FALLS, *RESOLVES, *AVERAGE, "同比", "比上年", "可比", "高于", "快于", "达到", "突破", "稳步达到")
    )
)
APART = re.compile(r"(?:大关|关口|新?台阶)?(?:[，,、（(]\s?|(?=(?:同比)?增长\d))")


def read_more(text: str, before: Figure, end: int, counts: bool = False) -> Figure | None:
    """The next figure on the same indicator: 、增长5.4% · ，力争达到8% · 、高于全国平均水平; None where others begin.

    `counts`: one in another unit may follow without a word: 6250户、17.5万平方米.
    """
    apart = APART.match(text, before.end, end)
    if apart is None:
        return None
    position = apart.end()
    if text.startswith("稳步", position):
        position += 2
    if MORE.match(text, position, end):
        figure = read_figure(text, position, end, Said(sign=before.sign, average=before.average, total=before.total))
        # 达到68.2%、提高1个百分点，高于全国: what it is compared with is no further figure.
        aside = figure and before.low is not None and (figure.low is None or figure.unit == "个百分点")
        return None if aside else figure
    counted = VALUE.match(text, position, end) if counts and "、" in apart[0] else None
    return read_value(counted, NOTHING) if counted and text[counted.end()] in "，,。；;" else None


def read_several(text: str, place: int, end: int, wanted: int, said: Said) -> list[Figure]:
    """So many figures behind one verb: 分别增长5%、6.5%左右. What stands behind the last is said of all."""
    first = read_figure(text, place, end, said)
    if first is None or first.low is None:
        return []
    figures = [first]
    while len(figures) < wanted:
        apart = re.compile("[、，,和与及]").match(text, figures[-1].end, end)
        following = read_figure(text, apart.end(), end) if apart else None
        if following is None or following.low is None:
            break
        figures.append(
            replace(
                following,
                sign=following.sign or first.sign,
                change=following.change or first.change,
                average=first.average,
                total=first.total,
            )
        )
    before = first.modifier.partition("…")[0] if not re.fullmatch(BEHIND, first.modifier) else ""
    behind = [match[0] if (match := re.search(f"(?:{BEHIND})$", figure.modifier)) else "" for figure in figures]
    if not any(behind[:-1]):
        behind = [behind[-1]] * len(figures)
    return [
        replace(one, modifier="…".join(filter(None, (before, end)))) for one, end in zip(figures, behind, strict=True)
    ]
