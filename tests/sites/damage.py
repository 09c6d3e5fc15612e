"""What the sites of the test world do to a report: run it together, lose a character, star words out, add tokens."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape

from crawler.demo.copies import narrow_punctuation
from crawler.demo.reports import FictionalReport


def copy_of(given: FictionalReport, damage: str) -> list[str]:
    """The lines of a report as a site shows them."""
    lines = list(given.paragraphs)
    if damage == "lost":
        lines = [narrow_punctuation(line).replace("国", "") for line in lines]
        return [f"{given.full_title}全文――", *lines[1:], f"{given.full_title}全文完"]
    if damage == "narrow":
        return [narrow_punctuation(line) for line in lines]
    if damage == "stars":
        return [line.replace("深入", "*").replace("全面", "*") for line in lines]
    if damage == "tokens":
        return [*lines[:3], *(line + "vfO" if len(line) > 40 else line for line in lines[3:])]
    if damage == "no speaker":
        return [line for line in lines if line not in given.head[2:] and not re.match("各位代表：$", line)]
    if damage == "notice":
        name, year = given.region.name, given.sitting.year
        notice = [
            f"{name}人民政府关于印发{year}年政府工作报告的通知",
            "各镇人民政府，各街道办事处：",
            "现将报告印发给你们，请认真贯彻执行。",
        ]
        return [*notice, *lines]
    return lines


def cleaned(given: FictionalReport, damage: str) -> list[str]:
    """The lines of a report as the archive should have them from a site that does `damage`: its additions taken out."""
    return copy_of(given, "none" if damage in ("tokens", "notice") else damage)


def paragraphs(lines: list[str]) -> list[str]:
    """A paragraph a line."""
    return [f"<p>　　{escape(line)}</p>" for line in lines]


def breaks(lines: list[str]) -> list[str]:
    """One block, lines parted by <br>."""
    return ["<br>\n".join(f"　　{escape(line)}" for line in lines)]


def spans(lines: list[str]) -> list[str]:
    """As pasted from Word."""
    return [f'<p class="MsoNormal"><span style="font-family:仿宋_GB2312">{escape(line)}</span></p>' for line in lines]


def noisy(lines: list[str]) -> list[str]:
    """A forum's lines with hidden noise between them."""
    noise = '<font class="jammer">&nbsp;# u3 E/ |3 I\'</font>'
    return ["<br>\n".join(f"　　{escape(line)}{noise if number % 9 == 4 else ''}" for number, line in enumerate(lines))]


def flat(lines: list[str]) -> list[str]:
    """All in one line, spaces where paragraphs ended: a forum's older posts."""
    return ["　　".join(map(escape, lines))]


FORMS: dict[str, Callable[[list[str]], list[str]]] = {
    "paragraphs": paragraphs,
    "breaks": breaks,
    "spans": spans,
    "noisy": noisy,
    "flat": flat,
}
