"""A short fictional report to take apart in tests: 甲子区, written for this purpose."""

from __future__ import annotations

TITLE = "2024年甲子区政府工作报告"
SESSION = "——2024年1月16日在示例省样例市甲子区第三届人民代表大会第四次会议上"
SPEAKER = "甲子区区长 田禾"
SALUTATION = "各位代表："
OPENING = "现在，我代表甲子区人民政府，向大会报告工作，请予审议，并请各位政协委员和其他列席人员提出意见。"
CLOSING = "各位代表，让我们携手同行，为建设更加美好的甲子区而努力奋斗！"

_SUBJECTS = ("渡口新区", "织布小镇", "北坡果园", "石桥港", "青瓦老街", "云上学堂", "南岸工坊", "梯田合作社")
_DEEDS = ("建成投用", "扩大规模", "提升品质", "完成改造", "开放共享", "稳步推进", "提前达标", "持续增效")


def sentence(number: int) -> str:
    """One sentence of about forty characters, no two alike for numbers below 10,000."""
    subject, deed = _SUBJECTS[number % 8], _DEEDS[number // 8 % 8]
    amount = f"{number * 37 % 991 + 3}.{number % 10}"
    return (
        f"第{number}项工作是{subject}{deed}，全年投入{amount}亿元，比上年增加{number % 17 + 1}%，群众得到了实在的好处。"
    )


def paragraph(number: int, sentences: int = 5) -> str:
    """One paragraph of so many sentences."""
    return "".join(sentence(number * sentences + offset) for offset in range(sentences))


def body(year: int = 2024, seed: int = 0, paragraphs: int = 4) -> list[str]:
    """Chapters and sections of a report that plans `year`."""
    lines, number = [], seed * 100
    chapters = (f"一、{year - 1}年工作回顾", f"二、{year}年主要任务", "三、加强政府自身建设")
    for chapter in chapters:
        lines.append(chapter)
        for section in ("（一）推动经济平稳发展", "（二）增进百姓生活品质"):
            lines.append(section)
            for _ in range(paragraphs):
                lines.append(paragraph(number))
                number += 1
    return lines


def report(**parts: object) -> list[str]:
    """A whole report, a paragraph an item; `head` replaces the lines before the salutation."""
    head = parts.pop("head", [TITLE, SESSION, SPEAKER])
    return [*head, SALUTATION, OPENING, *body(**parts), CLOSING]  # type: ignore[misc, arg-type]
