"""Cleaning: what goes, what stays, what is made whole. Nothing is ever added."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.characters import map_characters
from archive.clean import STEPS, clean_text, close_line
from archive.paragraphs import continues, join_cut, split_numbered
from tests import speech


def squeeze(text: str) -> str:
    return "".join(map_characters(text).split())


def is_subsequence(part: str, whole: str) -> bool:
    remaining = iter(whole)
    return all(character in remaining for character in part)


LINES = st.one_of(
    st.text(alphabet="国以我中和新发展的在，。：；！？（）“”、一二三十0123456789年月日 ABCabc.%-—①②\u3000\xa0\uff11⻓", max_size=80),
    st.sampled_from(
        [
            *speech.report(paragraphs=1)[:12],
            "【甲子区招商】2024年甲子区政府工作报告全文", "2024年甲子区政府工作报告全文完", "来源：甲子日报", "打印本页", "— 3 —",
            "2024年甲子区政府工作报告第一部分 一、2023年工作回顾2023年是", "全文――2024年1月2日在甲子区第三届人民代表大会第四次会议上甲子区区长田禾各位代表:现在,我代表",
            "名词解释1、渡口计划:是指。2、织布计划:是指。", "政 府 工 作 报 告", "相关报道：", "1.一件。2.两件。3.三件。",
        ]
    ),
    st.builds(lambda n: speech.paragraph(n, 60), st.integers(0, 20)),
)  # fmt: skip


@given(st.lists(LINES, max_size=25))
@settings(max_examples=300, deadline=None)
def test_cleaning_never_adds_or_reorders_a_character(lines: list[str]) -> None:
    assert is_subsequence(squeeze(clean_text(lines)), squeeze("".join(lines)))


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.__name__)
@given(lines=st.lists(LINES, max_size=12))
@settings(max_examples=40, deadline=None)
def test_no_step_adds_a_character(step, lines: list[str]) -> None:
    assert is_subsequence(squeeze("".join(step(list(lines)))), squeeze("".join(lines)))


def test_a_clean_report_stays_as_it_is() -> None:
    lines = speech.report()
    assert clean_text(lines) == "\n".join(lines)


def test_cleaning_what_is_clean_changes_nothing() -> None:
    text = clean_text(["首页", "来源：甲子日报", *speech.report(), "打印本页"])
    assert clean_text(text.split("\n")) == text


BEFORE = [
    "当前位置: 首页 > 政务公开 > 政府工作报告", "索引号：990101-2024-001", "发布日期：2024-01-20", "【字体：大 中 小】", "分享到：",
]  # fmt: skip
AFTER = [
    "相关解读",
    "扫一扫在手机打开当前页",
    "【打印】【关闭】",
    "主办单位：甲子区人民政府办公室",
    "网站标识码：9901010001",
]


def test_furniture_before_and_after_goes() -> None:
    lines = speech.report()
    assert clean_text([*BEFORE, *lines, *AFTER]) == "\n".join(lines)


def test_furniture_between_title_and_salutation_goes() -> None:
    head = [
        speech.TITLE,
        "来源：甲子日报",
        "2024-01-20 08:00",
        speech.SESSION,
        "字号：大 中 小",
        speech.SPEAKER,
        "田禾作政府工作报告。",
    ]
    cleaned = clean_text(speech.report(head=head)).split("\n")
    assert cleaned[:4] == [speech.TITLE, speech.SESSION, speech.SPEAKER, speech.SALUTATION]


def test_words_of_furniture_inside_the_body_stay() -> None:
    lines = speech.report()
    lines.insert(8, "健全信息来源、分享、打印、附件、版权保护机制，联系我们身边的群众，让服务更便捷。")
    assert clean_text(lines) == "\n".join(lines)


def test_a_table_of_contents_in_front_goes() -> None:
    lines = speech.report()
    contents = [line for line in lines if line.startswith(("一、", "二、", "三、", "（"))]
    assert clean_text([*contents, *lines]) == "\n".join(lines)


def test_a_summary_that_repeats_the_opening_goes() -> None:
    lines = speech.report()
    summary = "内容摘要：" + "".join(lines[:6])[:180] + "......"
    assert clean_text([speech.TITLE, summary, *lines]) == "\n".join(lines)


def test_a_title_with_tag_and_full_text_loses_both() -> None:
    head = ["【甲子区招商】2024年甲子区政府工作报告全文", speech.SESSION]
    assert clean_text(speech.report(head=head)).split("\n")[0] == speech.TITLE


def test_a_head_run_together_comes_apart() -> None:
    glued = f"{speech.TITLE}全文――2024年1月16日在甲子区第三届人民代表大会第四次会议上甲子区区长田禾各位代表:现在,我代表甲子区人民政府,向大会报告工作。"
    cleaned = clean_text([glued, *speech.body()]).split("\n")
    assert cleaned[:4] == [
        speech.TITLE, "――2024年1月16日在甲子区第三届人民代表大会第四次会议上", "甲子区区长田禾", "各位代表:",
    ]  # fmt: skip


def test_a_flattened_report_is_split_at_its_headings() -> None:
    lines = speech.report()
    body = "".join(lines[5:]).replace("（一）推动经济平稳发展", " （一）推动经济平稳发展")
    cleaned = clean_text([*lines[:5], body]).split("\n")
    assert "一、2023年工作回顾" in cleaned
    assert sum(line.startswith(("（一）", "（二）")) for line in cleaned) == 6
    assert cleaned[-1] == speech.CLOSING


def test_a_numeral_inside_a_sentence_is_no_heading() -> None:
    line = speech.paragraph(1, 70) + "多杆合 一、多头合一的要求继续落实。"
    assert all(not part.startswith("一、") for part in clean_text([line]).split("\n"))


def test_numbered_items_come_apart_only_in_turn() -> None:
    assert split_numbered("1.修路。2.架桥。3.通水。") == ["1.修路。", "2.架桥。", "3.通水。"]
    assert split_numbered("完成3.5亿元。又完成2、3件大事。") == ["完成3.5亿元。又完成2、3件大事。"]
    assert split_numbered("1、渡口计划是甲。2、3号线是乙。3、72街坊是丙。") == [
        "1、渡口计划是甲。",
        "2、3号线是乙。",
        "3、72街坊是丙。",
    ]


@pytest.mark.parametrize(
    ("line", "closed"),
    [
        ("2020 年 1 月 9 日", "2020年1月9日"),
        ("完成 225.73 亿元，增长 6.1% 。", "完成225.73亿元，增长6.1%。"),
        ("甲子区区长 田 禾", "甲子区区长 田 禾"),
        ("做强 “ 渡口计划 ”", "做强“渡口计划”"),
        ("政 府 工 作 报 告", "政府工作报告"),
        ("发展 AI and robots 产业", "发展AI and robots产业"),
        ("智荟江畔 创新未来", "智荟江畔 创新未来"),
    ],
)
def test_spaces_of_layout_close_and_others_stay(line: str, closed: str) -> None:
    assert close_line(line) == closed


@pytest.mark.parametrize(
    ("before", "line", "joined"),
    [
        ("全年新增渡口十二处，惠及北岸群众三万余人，并且带动了周边集市的", "恢复和繁荣。", True),
        ("全年新增渡口十二处，惠及北岸群众三万余人，并且带动了周边集市的恢复。", "一年来，我们做了很多。", False),
        ("（一）推动经济平稳发展", "全年经济增长了百分之五。", False),
        ("19、渡口数据平台", "渡口数据平台是一种平台。", False),
        ("全年新增渡口十二处，惠及北岸群众三万余人，并且带动了周边集市的", "（二）增进百姓生活", False),
        ("（三）深化改革，扩大开放，推动各项事业全面发展，建设美好家园", "全年新增渡口十二处。", False),
        ("一批首店落户，发展首演、", "首秀、首映经济。", True),
        ("他强调“要把渡口建好，把码头建好，把集市建好，把老街也建好。”", "全区上下认真落实。", False),
    ],
)
def test_cut_paragraphs_join(before: str, line: str, joined: bool) -> None:
    assert continues(before, line) is joined


def test_a_remark_to_the_delegates_stays_in_its_paragraph() -> None:
    lines = speech.report()
    lines.insert(10, "各位代表！成绩来之不易，这是大家共同努力的结果。")
    assert clean_text(lines) == "\n".join(lines)


def test_joining_waits_for_the_salutation() -> None:
    assert join_cut(["示例省样例市甲子区人民政府工作报告", "——在大会上"]) == [
        "示例省样例市甲子区人民政府工作报告",
        "——在大会上",
    ]


def test_page_numbers_go_and_their_paragraph_is_whole() -> None:
    lines = speech.report()
    whole = lines[7]
    pages = [*lines[:7], whole[:40], "— 3 —", whole[40:], *lines[8:]]
    assert clean_text(pages) == "\n".join(lines)
