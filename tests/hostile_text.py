"""Text made to cost a reader dear: short units, repeated up to megabytes, in front of or inside a report."""

from __future__ import annotations

from random import Random

from tests import speech

# Every unit is the beginning, the middle or the whole of something that a rule of the house looks for: repeated, it
# makes a pattern begin again and again, or a list of finds as long as the text.
UNITS: tuple[str, ...] = (
    "0", "0123456789", "2020", "1.", "1、", "12.5", "-", "—", "- ", "…", "*", "?", "·", "•", "~!", "a", "a ",
    "a\n", " ", "\n", "\t", "\u3000", "\u3000一", "\u00a0", "一 ", "一\n", "\u200b", "\u0301", "\u0301\u0316",
    "\u202e", "�", "\ue000", "\x00", "\x0c", "\u2028", "(", "（", "（一", "（一）", "【", "】", "【】", "[", "]",
    "《", "“", "”", "。”", "<", "<p", "<br ", "<meta ", "<!-- ", "<!---->", "</p>", "<p>", "&", "&amp;", "&#",
    "&nbsp;", "& n b s", "&#x110000;", "\\", "\\r\\n", "\\t", "\\u3000", "国", "國", "𠮷", "⺀", "戶", "，", "。",
    "。 ", "、", "：", "国我", "国，", "国。", "国。 ", "打印", "打印 ", "大", "全文", "XX", "20xx年", "各位代表",
    "各位代表：", "各位代表：\n", "各位代表、同志们", "各位代表！", "政府", "政府工作报告", "政府工作报告\n",
    "工作报告 ", "报告", "【政府】", "第", "第一", "第一届", "人民代表大会", "第一届人民代表大会",
    "第一届人民代表大会第一次会议上", "第届人民代表大会第次会议\n", "在", "会议上 ", "年", "2020年1月",
    "2020年1月9日", "2020年1月9日\n", "二〇二〇年一月", "区", "市", "示例省", "示例省样例市", "甲子区 ", "区长",
    "区 长 ", "一 区长", "县委副书记、县长", "主任", "副", "我代表", "现在，我代表甲子区人民政府",
    "现在我代表政府报告\n", "让我们", "一、", "一、\n", "一、年", "一、2020年", "一、2020年回顾\n", "一、工作回顾",
    "二、2020年工作\n", "1.一。2.二。", "一是", "①", "。①", "。名词解释", "名词解释：", "第一部分",
    "政府工作报告第一部分", "— 1 —\n", "1\n", "3/4\n", "第1页\n", "-\n", "-\n一\n2020-01-01\n", "来源：",
    "来源：甲\n", "版权所有\n", "上一页\n", "国(guó)", "国(", "国(g", "一abc\n", "一二三abc\n", "现（xiàn）",
    "甲" * 39 + "\n", "甲" * 41 + "\n", "甲" * 80 + "。\n", "甲" * 80 + "\n— 1 —\n", "甲" * 50 + "，\n各位\n",
)  # fmt: skip

SIZES = (100, 1_000, 10_000, 100_000, 300_000, 1_000_000)  # bytes, about
OFTEN = 300_000  # the most, where hostile text is a part of something else


def hostile_text(rng: Random, most: int = OFTEN) -> str:
    """A unit, or two in turn, repeated to one of SIZES."""
    unit = "".join(rng.sample(UNITS, rng.choice((1, 1, 1, 2, 3))))
    return repeat(unit, rng.choice([size for size in SIZES if size <= most]))


def repeat(unit: str, size: int) -> str:
    """A unit repeated to about `size` bytes."""
    return unit * max(1, size // len(unit.encode()))


def report_with(hostile: str, place: int | None = None) -> str:
    """A report with hostile text as a paragraph at a place among its lines; None for the hostile text alone."""
    if place is None:
        return hostile
    lines = speech.report()
    lines.insert(place, hostile)
    return "\n".join(lines)
