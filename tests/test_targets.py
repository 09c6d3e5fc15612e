"""Targets and outcomes: the grammar of a figure, of what time it is, and the known mistakes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.figures import read_figure
from archive.indicators import load_indicators
from archive.outline import outline
from archive.targets import Target, find_targets
from tests import speech

REVIEW, PLAN = "一、2023年工作回顾", "二、2024年主要任务"


def targets_of(review: str = "", plan: str = "", name: str | None = "示例省/样例市/甲子区") -> list[Target]:
    """What a report of 2024 with these paragraphs says in figures, without the absent ones."""
    text = "\n".join([speech.SALUTATION, REVIEW, review or "修了桥。", PLAN, plan or "要修路。", speech.CLOSING])
    found = find_targets(text, outline(text)[0], 2024, name)
    for target in found:
        if target.kind != "absent":
            assert target.start is not None
            assert target.figure_start is not None
            assert target.start <= target.figure_start < target.start + (target.length or 0)
    return [target for target in found if target.kind != "absent"]


def brief(targets: list[Target]) -> list[tuple[str, float | None, float | None, str, str]]:
    """Indicator, low, high, unit and modifier."""
    return [(one.indicator, one.low, one.high, one.unit or "", one.modifier or "") for one in targets]


@pytest.mark.parametrize(
    ("words", "low", "high", "modifier"),
    [
        ("增长5%", 5, 5, ""), ("增长5%左右", 5, 5, "左右"), ("增长5.5%以上", 5.5, 5.5, "以上"),
        ("增长5%—5.5%", 5, 5.5, ""), ("增长6-6.5%左右", 6, 6.5, "左右"), ("增长4.5%至5%", 4.5, 5, ""),
        ("力争增长6%", 6, 6, "力争"), ("增速不低于6%", 6, 6, "不低于"), ("增长确保达到6%以上", 6, 6, "确保…以上"),
        ("增速高于7%", 7, 7, "高于"), ("按可比口径", None, None, None), ("预计同比增长7.2%①左右", 7.2, 7.2, "左右"),
        ("增速控制在5%以内", 5, 5, "控制在…以内"), ("下降0.3%", 0.3, 0.3, ""), ("增长超过8%", 8, 8, "超过"),
    ],
)  # fmt: skip
def test_the_grammar_of_a_figure(words: str, low: float | None, high: float | None, modifier: str | None) -> None:
    figure = read_figure(words, 0, len(words))
    if low is None:
        assert figure is None
    else:
        assert figure is not None
        assert (figure.low, figure.high, figure.unit, figure.modifier) == (low, high, "%", modifier)


def test_the_goals_of_a_year() -> None:
    goals = (
        "今年的主要预期目标是：地区生产总值增长6%左右、力争6.5%，一般公共预算收入增长4%以上；固定资产投资增长8%，"
        "社会消费品零售总额增长7%以上，外贸进出口总额保持正增长；城乡居民人均可支配收入分别增长5%、6.5%左右，"
        "居民消费价格涨幅控制在2%以内，城镇新增就业1.2万人以上，城镇调查失业率5.5%左右，单位GDP能耗下降3%左右，"
        "完成旧改征收6000户、空气质量优良天数比率85%，单位地区生产总值二氧化碳排放完成省下达目标。"
    )
    assert brief(targets_of(plan=goals)) == [
        ("gdp_growth", 6, 6, "%", "左右"), ("gdp_growth", 6.5, 6.5, "%", "力争"),
        ("budget_revenue", 4, 4, "%", "以上"), ("investment", 8, 8, "%", ""), ("retail_sales", 7, 7, "%", "以上"),
        ("trade", None, None, "", "正增长"), ("urban_income", 5, 5, "%", "左右"), ("rural_income", 6.5, 6.5, "%", "左右"),
        ("cpi", 2, 2, "%", "控制在…以内"), ("urban_jobs", 1.2, 1.2, "万人", "以上"), ("unemployment", 5.5, 5.5, "%", "左右"),
        ("energy_intensity", 3, 3, "%", "左右"), ("housing_renewal", 6000, 6000, "户", ""),
        ("clean_air", 85, 85, "%", ""), ("carbon_intensity", None, None, "", "完成"),
    ]  # fmt: skip
    assert {(one.kind, one.period, one.of_year) for one in targets_of(plan=goals)} == {("planned", "year", 2024)}


def test_outcomes_are_of_the_year_before_in_one_unit() -> None:
    found = targets_of(
        review="全年完成一般公共预算收入1.05万亿元，同比增长6.1%；新增养老床位209张，新增1000张养老床位；"
        "居民人均可支配收入4.2万元，粮食产量70亿斤，空气质量优良率由77%上升至79%，居民消费价格下降0.3%。"
    )
    assert brief(found) == [
        ("budget_revenue", 10500, 10500, "亿元", ""), ("budget_revenue", 6.1, 6.1, "%", ""),
        ("elderly_beds", 209, 209, "张", ""), ("elderly_beds", 1000, 1000, "张", ""), ("income", 42000, 42000, "元", ""),
        ("grain", 350, 350, "万吨", ""), ("clean_air", 79, 79, "%", ""), ("cpi", -0.3, -0.3, "%", ""),
    ]  # fmt: skip
    assert {(one.kind, one.of_year) for one in found} == {("achieved", 2023)}


@pytest.mark.parametrize(
    ("words", "modifier", "comparator"),
    [
        ("居民收入增长与经济增长同步", "同步", "经济增长"),
        ("居民人均可支配收入与经济增长基本同步", "基本同步", "经济增长"),
        ("居民收入增速高于经济增速", "高于", "经济增速"),
        ("居民人均可支配收入增速高于全国平均水平", "高于", "全国平均水平"),
        ("固定资产投资增速保持在全国平均水平以上", "以上", "全国平均水平"),
        ("居民消费价格涨幅与全国一致", "一致", "全国"),
        ("全面完成国家下达的单位地区生产总值能耗降低目标", "完成", "国家下达的单位地区生产总值能耗降低目标"),
    ],
)
def test_comparisons(words: str, modifier: str, comparator: str) -> None:
    (found,) = targets_of(plan=f"主要预期目标是：{words}。")
    assert (found.low, found.modifier, found.comparator) == (None, modifier, comparator)


@pytest.mark.parametrize(
    "words",
    [
        "全国地区生产总值增长5%", "全市地区生产总值增长5%", "海洋生产总值增长9%", "乙丑镇地区生产总值增长9%", "工业投资增长9%",
        "服务业增加值增长7%", "对外岛进出口总额增长9%", "地区生产总值占全市的比重达到9%", "人均地区生产总值增长5%",
        "民营规模以上工业增加值增长9%", "新设外资企业增长20%", "城乡居民收入比缩小至2.1", "工业对经济增长贡献率达到40%",
    ],
)  # fmt: skip
def test_another_regions_or_a_sectors_figure_is_none(words: str) -> None:
    assert targets_of(review=f"{words}。", plan=f"{words}。") == []


def test_own_figures_are_known_by_the_regions_word() -> None:
    assert len(targets_of(plan="全区地区生产总值增长5%，甲子区固定资产投资增长6%，我区财政总收入增长7%。")) == 3
    assert len(targets_of(plan="全市地区生产总值增长5%。", name="示例省/样例市")) == 1
    assert len(targets_of(plan="全市地区生产总值增长5%。", name=None)) == 1


def test_last_years_outcome_in_the_plan_is_no_target() -> None:
    found = targets_of(plan="去年地区生产总值增长5.1%。今年地区生产总值增长6%左右。")
    assert [(one.kind, one.of_year, one.low) for one in found] == [("achieved", 2023, 5.1), ("planned", 2024, 6)]


def test_parts_of_the_year_and_five_years_are_told_apart() -> None:
    found = targets_of(
        review="前三季度地区生产总值增长5%。上半年一般公共预算收入增长4%。1-11月固定资产投资增长3%。“十四五”以来，地区生产总值"
        "年均增长6%，社会消费品零售总额突破300亿元。全年进出口总额增长2%。",
        plan="到2030年，城镇化率达到70%。地区生产总值年均增长5%。",
    )
    assert [(one.indicator, one.period, one.of_year) for one in found] == [
        ("gdp_growth", "three_quarters", 2023), ("budget_revenue", "half_year", 2023),
        ("investment", "january_november", 2023), ("gdp_growth", "five_years_average", None),
        ("retail_sales", "five_years", None), ("trade", "year", 2023), ("urbanization", "five_years", None),
        ("gdp_growth", "five_years_average", None),
    ]  # fmt: skip


def test_a_chapter_on_the_term_and_the_year_goes_by_its_words() -> None:
    text = "\n".join(
        [
            "一、“十四五”时期和2025年工作回顾",
            "地区生产总值达到900亿元。",
            "2025年，地区生产总值增长5%。进出口总额增长3%。",
            "二、“十五五”时期主要目标",
            "城镇化率达到70%。",
            "三、2026年重点工作",
            "主要预期目标是：地区生产总值增长6%。",
        ]
    )
    found = [one for one in find_targets(text, outline(text)[0], 2026) if one.kind != "absent"]
    assert [(one.indicator, one.kind, one.period) for one in found] == [
        ("gdp", "achieved", "five_years"), ("gdp_growth", "achieved", "year"), ("trade", "achieved", "year"),
        ("urbanization", "planned", "five_years"), ("gdp_growth", "planned", "year"),
    ]  # fmt: skip


def test_what_the_plan_sets_no_target_for_is_said() -> None:
    text = "\n".join([REVIEW, "修了桥。", PLAN, "主要预期目标是：地区生产总值增长6%，城乡居民收入分别增长5%、6%。"])
    absent = [one for one in find_targets(text, outline(text)[0], 2024) if one.kind == "absent"]
    main = {one.codes[0] for one in load_indicators() if one.main}
    assert {one.indicator for one in absent} == main - {"gdp_growth", "income"}
    assert {(one.of_year, one.low, one.figure_start) for one in absent} == {(2024, None, None)}
    assert all(text[one.start :].startswith("主要预期目标是") for one in absent)
    assert find_targets("各位代表：\n地区生产总值增长6%。", [], 2024) == []


PIECES = (
    "地区生产总值 城镇、农村居民收入 增长 分别 5% 、 ， 左右 与经济增长同步 从3亿元 2023年 力争 。 年均 养老床位 12张"
    " 完成国家下达目标 能耗强度 7 － 万亿元 \n"
)
WORDS = st.lists(st.sampled_from(PIECES.split(" ")), max_size=30)


@given(WORDS, WORDS)
def test_any_text_is_read(review: list[str], plan: list[str]) -> None:
    for target in targets_of("".join(review), "".join(plan)):
        assert (target.low is None) == (target.high is None)
        assert (target.of_year is None) == (target.period in ("five_years", "five_years_average"))
