"""Heads in all their forms, and the near misses."""

import pytest

from archive.head import read_date, read_number, read_session, title_year
from archive.identify import Clues, identify
from archive.near_miss import REASONS, decide
from archive.regions import Region, Regions, load_regions
from archive.speaker import read_session_speaker, read_speaker
from tests import speech


@pytest.fixture(scope="module")
def regions() -> Regions:
    fictional = [
        Region("990000", "示例省", "province", "示例省", "", 1981, None, ""),
        Region("990100", "样例市", "prefecture", "示例省", "样例市", 1981, None, ""),
        Region("990101", "甲子区", "county", "示例省", "样例市", 1981, None, ""),
        Region("990201", "甲子区", "county", "示例省", "别例市", 1981, None, ""),
        Region("990121", "寅县", "county", "示例省", "样例市", 1981, None, ""),
        Region("990122", "丙寅县", "county", "示例省", "样例市", 1981, 2019, "990103"),
    ]
    return Regions([*load_regions().all, *fictional])


@pytest.mark.parametrize(
    ("line", "congress", "session"),
    [
        ("——2020年1月9日上海市黄浦区第二届人民代表大会第七次会议审议通过", "上海市黄浦区第二届人民代表大会", "第七次会议"),
        ("2025年1月8日在上海市黄浦区第三届人民代表大会第六次会议上", "上海市黄浦区第三届人民代表大会", "第六次会议"),
        ("──2017年1月9日在嘉定区第六届人民代表大会第二次全体会议上", "嘉定区第六届人民代表大会", "第二次全体会议"),
        ("2023年1月10日在道里区第十六届人民代表大会第二次会议第一次全体会议上", "道里区第十六届人民代表大会", "第二次会议第一次全体会议"),
        ("——在东乌珠穆沁旗第十六届人民代表大会第一会议上", "东乌珠穆沁旗第十六届人民代表大会", "第一会议"),
        ("——二〇二六年一月二十七日在甘肃省十四届人民代表大会第四次会议上", "甘肃省十四届人民代表大会", "第四次会议"),
        ("青岛市人民政府市长夏耕在青岛市第十三届人民代表大会第四次会议上", "青岛市第十三届人民代表大会", "第四次会议"),
    ],
)  # fmt: skip
def test_session_lines(line: str, congress: str, session: str) -> None:
    read = read_session(line)
    assert read is not None
    assert (read.congress, read.session) == (congress, session)


@pytest.mark.parametrize(
    ("line", "day"),
    [
        ("——2020 年 1 月 9 日", "2020-01-09"),
        ("二〇二一年一月十二日", "2021-01-12"),
        ("（2006年1月6日）", "2006-01-06"),
        ("二○○三年十二月三十一日", "2003-12-31"),
        ("2019115日", None),
        ("2019年13月40日", None),
    ],
)
def test_dates(line: str, day: str | None) -> None:
    read = read_date(line)
    assert (read.isoformat() if read else None) == day


@pytest.mark.parametrize(
    ("line", "speaker"),
    [
        ("虹口区区长 胡广杰", ("胡广杰", "区长")),
        ("上海市静安区区长于勇", ("于勇", "区长")),
        ("长宁区代区长 刘平", ("刘平", "代区长")),
        ("黄浦区代理区长 徐惠丽", ("徐惠丽", "代理区长")),
        ("上海市松江区人民政府区长 秦 健", ("秦健", "区长")),
        ("长宁区区长 : 王岚", ("王岚", "区长")),
        ("区 长 周传龙", ("周传龙", "区长")),
        ("自治区代主席 乌云其木格", ("乌云其木格", "代主席")),
        ("县委副书记、县长 木合塔尔·丝迪克", ("木合塔尔·丝迪克", "县长")),
        ("于 军", ("于军", None)),
        ("自治县人民政府代理县长 孙立良", ("孙立良", "代理县长")),
        ("各位代表：", None),
        ("副区长 王小二", None),
        ("一、2019年工作回顾", None),
    ],
)
def test_speaker_lines(line: str, speaker: tuple[str, str | None] | None) -> None:
    assert read_speaker(line) == speaker


@pytest.mark.parametrize(
    ("line", "speaker"),
    [
        (
            "2025年1月13日在河北省第十四届人民代表大会第三次会议上河北省人民政府省长王正谱作政府工作报告。",
            ("王正谱", "省长"),
        ),
        (
            "——2025年1月14日自治区人民政府主席王莉霞在内蒙古自治区第十四届人民代表大会第三次会议上的讲话",
            ("王莉霞", "主席"),
        ),
        ("——2025年1月16日省长 李乐成在辽宁省第十四届人民代表大会第三次会议上的讲话", ("李乐成", "省长")),
        ("----2025年1月15日龚正市长在上海市第十六届人民代表大会第三次会议的政府工作报告", ("龚正", "市长")),
        ("——2020年1月9日上海市黄浦区第二届人民代表大会第七次会议审议通过", None),
        ("——2024年1月16日上海市市长在上海市第十六届人民代表大会第二次会议上", None),
    ],
)
def test_speakers_named_within_the_session_line(line: str, speaker: tuple[str, str] | None) -> None:
    assert read_session_speaker(line) == speaker


@pytest.mark.parametrize(
    ("words", "number"), [("十", 10), ("二十三", 23), ("十六", 16), ("7", 7), ("二〇二六", 2026), ("大", None)]
)
def test_numbers(words: str, number: int | None) -> None:
    assert read_number(words) == number


@pytest.mark.parametrize(
    ("title", "year"),
    [("2020 年黄浦区政府工作报告", 2020), ("2017政府工作报告", 2017), ("区政府工作报告(2008)", 2008), ("二〇〇三年政府工作报告", 2003), ("政府工作报告", None)],
)  # fmt: skip
def test_title_years(title: str, year: int | None) -> None:
    assert title_year(title) == year


def test_a_whole_head(regions: Regions) -> None:
    found = identify("\n".join(speech.report()), Clues(title=speech.TITLE), regions)
    assert found.is_report
    assert (found.region, found.region_name, found.year) == ("990101", "示例省/样例市/甲子区", 2024)
    assert (found.delivered_on, found.speaker, found.speaker_post) == ("2024-01-16", "田禾", "区长")
    assert found.complete
    assert found.problems == ()
    assert found.evidence["region"].rule == "session line"


def of_head(head: list[str], regions: Regions, year: int = 2024, **clues: str):
    return identify("\n".join(speech.report(head=head, year=year)), Clues(**clues), regions)


def test_december_plans_the_next_year(regions: Regions) -> None:
    found = of_head(["政府工作报告", "——2023年12月26日在样例市第五届人民代表大会第三次会议上"], regions)
    assert (found.year, found.delivered_on) == (2024, "2023-12-26")
    assert "year_disagrees" not in {problem.code for problem in found.problems}


def test_the_session_line_wins_over_a_wrong_title_and_says_so(regions: Regions) -> None:
    head = ["2025年样例市政府工作报告", speech.SESSION]
    found = of_head(head, regions, title=head[0])
    assert (found.region, found.year, found.title_year) == ("990101", 2024, 2025)
    assert "title_year_differs" in {problem.code for problem in found.problems}


def test_a_shared_name_needs_a_parent(regions: Regions) -> None:
    head = ["政府工作报告", "——2024年1月16日在甲子区第三届人民代表大会第四次会议上"]
    alone = of_head(head, regions)
    assert alone.region is None
    (problem,) = [problem for problem in alone.problems if problem.code == "unresolved_region"]
    assert "990101" in problem.detail
    assert "990201" in problem.detail
    assert of_head(head, regions, site_code="9902010003").region == "990201"
    assert of_head(head, regions, region="990101").region == "990101"
    assert of_head(head, regions, title="样例市甲子区政府工作报告").region == "990101"


def test_a_name_inside_a_longer_name_is_no_hit(regions: Regions) -> None:
    head = ["政府工作报告", "——2018年1月16日在丙寅县第三届人民代表大会第四次会议上"]
    assert of_head(head, regions, year=2018).region == "990122"


def test_a_name_counts_only_in_its_years(regions: Regions) -> None:
    for year, code in ((2015, "310108"), (2008, "310119")):
        name = {"310108": "闸北区", "310119": "南汇区"}[code]
        head = ["政府工作报告", f"——{year}年1月16日在{name}第三届人民代表大会第四次会议上"]
        assert of_head(head, regions, year=year).region == code


def test_without_a_date_the_headings_decide(regions: Regions) -> None:
    found = of_head(["政府工作报告", "样例市市长 田禾"], regions, year=2022)
    assert (found.year, found.delivered_on) == (2022, None)
    assert found.evidence["year"].rule == "heading of the review"


def test_a_damaged_date_is_named_and_not_guessed(regions: Regions) -> None:
    lines = ["政府工作报告", "——2024116日在样例市第五届人民代表大会第三次会议上", *speech.report()[3:]]
    text = "\n".join(lines).replace("2023年", "去年").replace("2024年", "今年")
    found = identify(text, Clues(), regions)
    assert found.delivered_on is None
    assert "damaged_date" in {problem.code for problem in found.problems}


def test_a_township_has_its_countys_code(regions: Regions) -> None:
    head = ["政府工作报告", "——2024年1月16日在样例市甲子区石桥镇第三届人民代表大会第四次会议上"]
    found = of_head(head, regions)
    assert (found.region, found.township) == ("990101", "石桥镇")


def test_a_cut_text_is_incomplete(regions: Regions) -> None:
    lines = speech.report()[:-1]
    lines[-1] = lines[-1][:60] + "..."
    found = identify("\n".join(lines), Clues(), regions)
    assert not found.complete
    assert "cut" in {problem.code for problem in found.problems}


@pytest.mark.parametrize("characters", [20, 60, 150])
def test_a_text_that_ends_within_a_sentence_is_cut(characters: int, regions: Regions) -> None:
    lines = speech.report()[:-8]
    lines[-1] = lines[-1][:characters]
    found = identify("\n".join(lines), Clues(), regions)
    assert ("cut" in {problem.code for problem in found.problems}) == (lines[-1][-1] not in "。！")


@pytest.mark.parametrize(
    "last", ["2024年1月16日", "甲子区人民政府", "谢谢大家", "（全文完）", "一网通办：只进一张网、只跑一次。"]
)
def test_a_signature_is_no_cut(last: str, regions: Regions) -> None:
    assert identify("\n".join([*speech.report(), last]), Clues(), regions).complete


@pytest.mark.parametrize(("every", "reason"), [(2, "investment_news"), (40, "other")])
def test_only_who_speaks_of_little_else_promotes_investment(every: int, reason: str, regions: Regions) -> None:
    lines = [f"招商又有进展。{line}" if number % every == 0 else line for number, line in enumerate(speech.body())]
    assert identify("\n".join([*lines, "招商团队。", "招商队伍。"]), Clues(), regions).reason == reason


LONG = "\n".join(speech.body())
NEAR_MISSES = [
    ("budget_report", "甲子区2023年预算执行情况和2024年预算草案的报告", "各位代表：\n受甲子区人民政府的委托，向大会报告预算，请予审议。\n" + LONG),
    ("plan_report", "关于甲子区国民经济和社会发展计划执行情况的报告", "各位代表：\n受甲子区人民政府的委托，报告计划。\n" + LONG),
    ("interpretation", "一图读懂甲子区政府工作报告", LONG),
    ("session_news", "甲子区人代会开幕 田禾作政府工作报告", "本报讯 1月16日，大会在热烈的掌声中开幕。\n" + LONG),
    ("standing_committee_report", "甲子区人大常委会工作报告", "各位代表：\n我受区人大常委会委托，报告工作。\n" + LONG),
    ("court_report", "甲子区人民法院工作报告", "各位代表：\n现在，我代表甲子区人民法院报告工作。\n" + LONG),
    ("procuratorate_report", "甲子区人民检察院工作报告", "各位代表：\n现在，我代表甲子区人民检察院报告工作。\n" + LONG),
    ("cppcc_report", "政协甲子区委员会常务委员会工作报告", "各位委员：\n现在报告工作。\n" + LONG),
    ("resolution", "关于政府工作报告的决议", "会议决定批准这个报告。"),
    ("draft_for_comment", "甲子区政府工作报告（征求意见稿）", LONG),
    ("task_breakdown", "关于印发政府工作报告重点任务分工方案的通知", LONG),
    ("statistical_communique", "甲子区2023年国民经济和社会发展统计公报", LONG),
    ("investment_news", "【甲子区招商】渡口新区再添项目", LONG[:1200]),
    ("too_short", "甲子区政府工作报告", "各位代表：\n现在，我代表甲子区人民政府，向大会报告工作。"),
    ("other", "甲子区气象日记", "\n".join(speech.sentence(n) for n in range(200))),
]  # fmt: skip


@pytest.mark.parametrize(("reason", "title", "text"), NEAR_MISSES, ids=[reason for reason, *_ in NEAR_MISSES])
def test_near_misses(reason: str, title: str, text: str) -> None:
    decision = decide(text, title, has_session=False)
    assert (decision.is_report, decision.reason) == (False, reason)
    assert decision.detail
    assert reason in REASONS
