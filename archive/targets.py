"""What a report promises and what it claims to have reached, in figures: one row a figure, with its sentence and place.

The rules are data: indicators.csv names the indicators, figures.py has the grammar behind a name. A figure counts only
where nothing unknown stands before the name in its clause and between the name and the figure: 海洋生产总值增长,
工业投资增长 and 成都地区生产总值增长 are a sector's or a part's, 全国 a parent's, and are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from archive.figures import UNIT, UNITS, Figure, Said, hear, read_figure, read_more, read_several
from archive.indicators import Indicator, Name, find_names, load_indicators
from archive.outline import Section
from archive.periods import Clock, State

SENTENCE = re.compile(r"[^。！？；;!?\n]+[。！？；;!?]?")
# What may stand in a clause before an indicator's name.
BEFORE = re.compile(
    r"(?:\d{1,2}[.、．]|[（(]\d{1,2}[）)])?(?:(?:全[省市区县州旗盟]|我[省市区县州旗盟]|全疆|自治区|本[市区县])的?|全年|年内|今年|去年|上年|当年|每年|全社会|全体|常住|其中|同时|到?\d{4}年(?:底|末)?"
    r"|(?:前三季度|上半年|一季度|\d{1,2}[-—至]\d{1,2}月|前\d{1,2}个月)|五年来|五年间|这五年|共|共计|累计|年均|预计|初步预计|预期|初步核算|综合|单位"
    r"|实现|完成|达到|确保|力争|争取|努力|推动|促进|保持|带动|使|新增|增加|新?改造(?:完工)?|开工|实施|启动|推进|建成|竣工|开展|新?开工改造|建设|提供|实际|超额|顺利|均|和|与|及"
    r"|地方|区级|市级|县级|本级|主要|稳定|稳定实现|城镇|城市|地级及以上城市|中心城市|环境|生态环境|经济|建议|正常年景下|的|在|，|—+|•|●|“?十[四五六]五”?时期)*"
)
LONGEST_BEFORE = 24
DELIMITERS = "，,：:；;。！？、（(——\n"
# 粮食产量、单位地区生产总值能耗完成国家下达目标
TASK = re.compile(
    r"完成(?:国家|市政府|市|省|自治区|经国家|“十[四五]五”)?[^，。；,;]{0,24}(?:目标|任务|要求)|达到[^，。；,;]{0,6}下达[^，。；,;]{0,4}目标"
)
TASKS = ("energy_intensity", "carbon_intensity", "grain", "pm25")
JOINED = re.compile(r"[、和与及]|以及|(?:增长|增速)?[、和]")
COUNTED = re.compile(
    rf"(?:新增|增加|完成|改造|启动|建成|实施|推进|新建|开工|年)(?:改造)?(?P<over>超过?|逾)?约?"
    rf"(?P<number>\d+(?:\.\d+)?)(?P<unit>{UNIT})(?:城镇|普惠性?)?$"
)
COUNTS = frozenset({"户", "个", "张", "万平方米", "万人", "套"})
# Indicators that are rates: 5.5% is the level, not its growth; and those whose fall counts as positive.
LEVELS = frozenset({"unemployment", "rd_intensity", "urbanization", "clean_air", "pm25"})
FALLING = frozenset({"energy_intensity", "carbon_intensity"})


@dataclass(frozen=True, slots=True)
class Target:
    """A planned or achieved figure, or the absence of one. The columns of the table `targets`, but for the report."""

    indicator: str
    kind: str
    period: str | None
    of_year: int | None
    low: float | None
    high: float | None
    unit: str | None
    modifier: str | None
    comparator: str | None
    start: int | None
    length: int | None
    figure_start: int | None
    figure_length: int | None


def find_targets(text: str, sections: Sequence[Section], year: int, region_name: str | None = None) -> list[Target]:
    """The targets and outcomes of a report that plans `year`, then the main indicators it sets none for.

    `sections` as outline gives them; `region_name` (上海市/黄浦区) tells its own figures (全区) from others' (全市).
    """
    clock = Clock(text, sections, year)
    found: list[Target] = []
    for sentence in SENTENCE.finditer(text):
        if not clock.speaks_at(sentence.start()):
            continue
        names = find_names(text, sentence.start(), sentence.end())
        if not names:
            continue
        for indicator, figure in read_sentence(text, sentence, names, own_words(region_name)):
            state = clock.state(sentence.start(), figure.start, figure.average, figure.total)
            if state is not None and (state.kind == "planned" or not figure.modifier.endswith("完成")):
                found.append(make_target(indicator, figure, state, sentence))
    return [*found, *find_absent(found, clock, year)]


def own_words(region_name: str | None) -> tuple[str, ...]:
    """What a report calls its own region: 全区, 我区, 本区, its name; the longest first, none where it is not known."""
    if not region_name:
        return ()
    name = region_name.rpartition("/")[2]
    last = "区" if name.endswith("自治区") else name[-1]
    bare = re.sub("(?:壮族|回族|维吾尔)?自治区$|自治[州县旗]$|[省市区县旗]$", "", name)
    words = {name, bare, f"全{bare[-1:]}", *(f"{one}{last}" for one in "全我本")}
    return tuple(sorted(words, key=lambda word: (-len(word), word)))


def read_sentence(
    text: str, sentence: re.Match[str], names: list[Name], own: tuple[str, ...]
) -> Iterator[tuple[Indicator, Figure]]:
    """Each indicator of a sentence with each of its figures."""
    end = sentence.end()
    done = -1
    for place, name in enumerate(names):
        if place <= done:
            continue
        said = read_before(text, sentence.start(), name, own)
        if said is None:
            yield from counted_before(text, sentence.start(), name)
            continue
        group = [name]
        while place + len(group) < len(names) and JOINED.fullmatch(
            text, group[-1].end, names[place + len(group)].start
        ):
            group.append(names[place + len(group)])
        if len(group) > 1 or len(name.indicators[0].codes) > 1:
            pairs = list(read_group(text, group, end, said))
            if pairs:
                done = place + len(group) - 1
                yield from pairs
                continue
        yield from read_name(text, name, end, said)
    yield from read_task(text, sentence, names)


def read_before(text: str, start: int, name: Name, own: tuple[str, ...]) -> Said | None:
    """What is said before a name in its clause; None where something unknown or another region stands there."""
    clause = max(text.rfind(sign, start, name.start) for sign in DELIMITERS) + 1
    before = text[max(clause, start) : name.start]
    before = before.removeprefix(next((word for word in own if before.startswith(word)), ""))
    if len(before) > LONGEST_BEFORE or not BEFORE.fullmatch(before):
        return None
    others = re.findall("[全我本][省市区县州旗盟]", text[max(clause, start) : name.end])
    if own and not all(other in own for other in others):
        return None
    # 新增护理型床位、家庭养老床位4500张: a sum of several.
    joined = name.indicators[0].units <= COUNTS and text[clause - 1 : clause] == "、"
    if joined and not re.search(r"\d[^，。、]{0,5}$", text[max(start, clause - 8) : clause - 1]):
        return None
    said = Said()
    for word in re.findall("力争|确保|争取|年均|每年|累计", before):
        said = hear(said, word)
    return said


def read_name(text: str, name: Name, end: int, said: Said) -> Iterator[tuple[Indicator, Figure]]:
    """The figures behind one name."""
    figure = read_figure(text, name.end, end, said)
    while figure is not None:
        indicator = next((one for one in name.indicators if fits(one, figure)), None)
        if indicator is not None:
            yield indicator, figure
        counts = name.indicators[0].units <= COUNTS
        figure = read_more(text, figure, end, counts)


def read_group(text: str, group: list[Name], end: int, said: Said) -> Iterator[tuple[Indicator, Figure]]:
    """The figures of names joined before them: 城镇、农村居民收入分别增长5%、6.5%左右."""
    codes = [(name.indicators, code) for name in group for code in name.indicators[0].codes]
    figures = read_several(text, group[-1].end, end, len(codes), said)
    if len(figures) == len(codes):
        # 失业率、价格涨幅分别控制在…: the rise is the last one's.
        levels = [code in LEVELS and place < len(codes) for place, (_, code) in enumerate(codes, 1)]
        figures = [replace(one, change=one.change and not level) for one, level in zip(figures, levels, strict=True)]
        for (indicators, code), figure in zip(codes, figures, strict=True):
            indicator = next((one for one in indicators if fits(one, figure)), None)
            if indicator is not None:
                yield replace(indicator, codes=(code,)), figure
    elif len(group) == 1:
        # 城乡居民收入增长与经济增长同步 speaks of both as one.
        income = next(one for one in load_indicators() if one.codes == ("income",))
        yield from ((income, figure) for _, figure in read_name(text, group[0], end, said))


def counted_before(text: str, start: int, name: Name) -> Iterator[tuple[Indicator, Figure]]:
    """A count that stands before its name: 新增1000张养老床位."""
    indicator = name.indicators[0]
    first = max(start, name.start - LONGEST_BEFORE)
    hit = COUNTED.search(text[first : name.start]) if indicator.units <= COUNTS else None
    if hit is not None:
        unit, scale = UNITS[hit["unit"]]
        value = round(float(hit["number"]) * scale, 6)
        figure = Figure(first + hit.start("number"), name.start, value, value, unit, hit["over"] or "")
        if fits(indicator, figure):
            yield indicator, figure


def fits(indicator: Indicator, figure: Figure) -> bool:
    """Whether a figure can be the indicator's: by its unit, and by whether it says a level or a change."""
    code = indicator.codes[0]
    if figure.low is None:
        return code not in ("gdp",)
    unit = "万人" if code == "urban_jobs" and figure.unit == "个" else figure.unit
    if unit not in indicator.units:
        return False
    if code in LEVELS and unit == "%":
        return not figure.change or code == "pm25"
    if unit == "%" and code not in LEVELS:
        return figure.sign != 0 or code in FALLING
    return not (figure.change and unit in ("亿元", "元", "亿美元"))


def make_target(indicator: Indicator, figure: Figure, state: State, sentence: re.Match[str]) -> Target:
    """One row."""
    code = indicator.codes[0] if len(indicator.codes) == 1 else "income"
    low, high, unit = figure.low, figure.high, figure.unit
    if low is not None and high is not None:
        if code == "urban_jobs" and unit == "个":
            low, high, unit = low / 10_000, high / 10_000, "万人"
        falls = figure.sign < 0 and figure.change and code not in FALLING and unit in ("%", "个百分点")
        if falls or (code in FALLING and figure.sign > 0):
            low, high = -high, -low
    return Target(
        indicator=code,
        kind=state.kind,
        period=state.period,
        of_year=state.of_year,
        low=low,
        high=high,
        unit=unit or None,
        modifier=figure.modifier or None,
        comparator=figure.comparator or None,
        start=sentence.start(),
        length=sentence.end() - sentence.start(),
        figure_start=figure.start,
        figure_length=figure.end - figure.start,
    )


def read_task(text: str, sentence: re.Match[str], names: list[Name]) -> Iterator[tuple[Indicator, Figure]]:
    """Indicators whose goal is another's: 单位地区生产总值能耗、粮食产量完成国家下达目标."""
    for task in TASK.finditer(text, sentence.start(), sentence.end()):
        before = max(text.rfind(sign, sentence.start(), task.start()) for sign in "，,；;：:。") + 1
        for name in names:
            indicator = name.indicators[0]
            inside = max(before, sentence.start()) <= name.start and name.end <= task.end()
            between = text[name.end : task.start()] if name.end <= task.start() else ""
            if indicator.codes[0] in TASKS and inside and not re.search(r"\d", between.replace("PM2.5", "")):
                start = task.start()
                comparator = re.sub("^(?:全面|均)?(?:完成|达到)", "", task[0])
                resolve = re.search("(?:力争|确保|争取)$", text[before:start])
                modifier = f"{resolve[0]}…完成" if resolve else "完成"
                yield indicator, Figure(start, task.end(), modifier=modifier, comparator=comparator)


def find_absent(found: Sequence[Target], clock: Clock, year: int) -> Iterator[Target]:
    """A row for each main indicator the plan of the year has no figure and no comparison for, where it has a plan."""
    plan = clock.plan_of_year()
    if plan is None:
        return
    planned = {target.indicator for target in found if target.kind == "planned" and target.period == "year"}
    for indicator in load_indicators():
        code = indicator.codes[0]
        named = {code, "urban_income", "rural_income"} if code == "income" else {code}
        if indicator.main and not named & planned:
            yield Target(code, "absent", "year", year, *(None,) * 5, plan[0], plan[1], None, None)
