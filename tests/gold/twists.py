"""What happens to a report on its way to a page: summaries, noise, damage. One function a kind (SOURCES §1, §5).

A twist changes a Draft: the lines a page shows and the lines a perfect reader would give of it. What a page has lost
stays lost in the expected text: no reader may invent it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from crawler.demo.reports import FictionalReport


@dataclass(frozen=True, slots=True)
class Draft:
    """A report on its way to a page: lines shown, lines expected, how many of the shown are its head.

    `front` are lines in front of the report within the same container; `teaser` is the summary a site sets apart;
    `after` changes the finished markup.
    """

    report: FictionalReport
    shown: tuple[str, ...]
    expected: tuple[str, ...]
    head: int
    front: tuple[str, ...] = ()
    teaser: str = ""
    after: tuple[Callable[[str], str], ...] = field(default=())


Twist = Callable[[Draft], Draft]


def begin(report: FictionalReport) -> Draft:
    """The report as it was given."""
    return Draft(report, report.paragraphs, report.paragraphs, len(report.head))


def both(draft: Draft, change: Callable[[str], str], honest: Callable[[str], str] | None = None) -> Draft:
    """Change every shown line, and the expected ones as a perfect reader could give them (default: alike)."""
    shown, expected = map(change, draft.shown), map(honest or change, draft.expected)
    return replace(draft, shown=tuple(shown), expected=tuple(expected))


# --- what stands in front ---------------------------------------------------------------------------------------------


def teaser(draft: Draft) -> Draft:
    """A summary that repeats the opening and breaks off (zgcounty)."""
    return replace(draft, teaser="内容摘要:" + " ".join(draft.shown)[:190] + "......")


def lead(draft: Draft) -> Draft:
    """A farm's own opening, then the beginning of the speech."""
    words = "".join(draft.shown[draft.head :])[:80]
    return replace(draft, teaser=f"下面是小编为大家整理的{draft.report.full_title},供大家参考。{words}…")


def contents(draft: Draft) -> Draft:
    """A table of contents made from the headings (guanlizhidu)."""
    headings = [
        line for line in draft.report.body if re.match(r"[一二三四五六七八九十]{1,3}、|（[一二三四五六七八九十]", line)
    ]
    return replace(draft, front=("目录", *headings))


def notice(draft: Draft) -> Draft:
    """The notice that printed the report, and the resolution that approved it (嘉定, 海淀)."""
    name, year = draft.report.region.name, draft.report.sitting.year
    front = (
        f"{name}人民政府关于印发{year}年政府工作报告的通知",
        f"各镇人民政府、街道办事处，{name}各委、办、局：",
        f"现将{draft.report.sitting.congress}{draft.report.sitting.session}审议通过的《政府工作报告》印发给你们，请结合实际，认真贯彻执行。",
        f"{name}人民政府",
        f"{year}年2月1日",
        f"{draft.report.sitting.congress}{draft.report.sitting.session}关于政府工作报告的决议",
        f"会议听取和审议了{name}人民政府工作报告，充分肯定过去一年的工作，同意报告提出的目标任务，决定批准这个报告。",
    )
    return replace(draft, front=front)


def above(draft: Draft) -> Draft:
    """The number of the document above the title (长宁)."""
    return replace(draft, front=(f"{draft.report.sitting.congress}{draft.report.sitting.session}文件（16）",))


def caption(draft: Draft) -> Draft:
    """A photo's caption and the site's line between head and salutation (滨海新区)."""
    name = draft.report.region.name
    between = (
        f"图为{name}{draft.report.sitting.session}会场。本报记者 样某 摄",
        f"发布日期： {draft.report.sitting.delivered_on} 11:33 来源： 区政府办 字号： •",
    )
    return replace(draft, shown=(*draft.shown[: draft.head], *between, *draft.shown[draft.head :]), head=draft.head)


def spaced_title(draft: Draft) -> Draft:
    """The title letter by letter."""
    return replace(draft, shown=(" ".join(draft.shown[0]), *draft.shown[1:]))


def broken_session(draft: Draft) -> Draft:
    """The session line over two lines (青浦, 长宁)."""
    line = draft.shown[1]
    cut = line.index("人民代表大会")
    shown = (draft.shown[0], line[:cut], line[cut:], *draft.shown[2:])
    return replace(draft, shown=shown, head=draft.head + 1)


# --- forms of characters ----------------------------------------------------------------------------------------------

NARROW = str.maketrans("，：；！？（）", ",:;!?()")
WIDE_DIGITS = str.maketrans("0123456789%", "０１２３４５６７８９％")
RADICALS = str.maketrans(
    "一人入八力十又口土士大女子小工己干弓心手文方日月木水火田目石立老而耳自行西见走足金长门青面食首马高黄",
    "⼀⼈⼊⼋⼒⼗⼜⼝⼟⼠⼤⼥⼦⼩⼯⼰⼲⼸⼼⼿⽂⽅⽇⽉⽊⽔⽕⽥⽬⽯⽴⽼⽽⽿⾃⾏⻄⻅⾛⾜⾦⻓⻔⻘⾯⻝⾸⻢⾼⻩",
)


def narrow(draft: Draft) -> Draft:
    """Half-width punctuation (cezhidao, 010b)."""
    return both(draft, lambda line: line.translate(NARROW))


def wide(draft: Draft) -> Draft:
    """Full-width digits."""
    return both(draft, lambda line: line.translate(WIDE_DIGITS), lambda line: line)


def radicals(draft: Draft) -> Draft:
    """Radicals for the characters that look the same, as PDFs give them."""
    return both(draft, lambda line: line.translate(RADICALS), lambda line: line)


def spaced(draft: Draft) -> Draft:
    """Spaces round figures."""
    return both(
        draft,
        lambda line: re.sub(r"(?<=[^\x00-\x7f])(?=[0-9])|(?<=[0-9%])(?=[^\x00-\x7f])", " ", line),
        lambda line: line,
    )


# simplified, traditional, and the reading some mirrors print after it
CHARACTERS = """
现現xiàn 报報bào 区區qū 发發fā 经經jīng 济濟jì 会會huì 议議yì 产產chǎn 业業yè 学學xué 务務wù 动動dòng 国國guó
实實shí 对對duì 应應yīng 质質zhì 场場chǎng 让讓ràng 总總zǒng 线線xiàn 结結jié 农農nóng 东東dōng 车車chē 长長cháng
门門mén 问問wèn 间間jiān 关關guān 开開kāi 进進jìn 运運yùn 选選xuǎn 这這zhè 还還hái 远遠yuǎn 连連lián 达達dá 边邊biān
员員yuán 资資zī 见見jiàn 观觀guān 规規guī 认認rèn 识識shí 论論lùn 评評píng 说說shuō 请請qǐng 读讀dú 调調diào 谈談tán
万萬wàn 与與yǔ 专專zhuān 乐樂lè 乡鄉xiāng 买買mǎi 争爭zhēng 亿億yì 从從cóng 价價jià 众眾zhòng 优優yōu 传傳chuán
体體tǐ 们們men 个個gè 届屆 县縣 书書 过過 贸貿 费費 视視 觉覺 证證 词詞 课課 谁誰 谊誼 义義 习習 乱亂 亏虧 云雲 亚亞
亩畝 亲親 仅僅 仓倉 仪儀 伟偉 伤傷 伦倫 伪偽 佣傭 侠俠 侣侶 侦偵 侧側 侨僑 构構 战戰 环環 设設 创創 领領 强強 团團
积積 极極 财財 项項 点點 标標 检檢
"""
TRADITIONAL = {word[0]: word[1] for word in CHARACTERS.split()}
PINYIN = {word[0]: word[2:] for word in CHARACTERS.split() if len(word) > 2}


def traditional(draft: Draft) -> Draft:
    """Traditional characters where the table has one."""
    return both(draft, lambda line: "".join(TRADITIONAL.get(character, character) for character in line))


def pinyin(draft: Draft) -> Draft:
    """現(xiàn)在: traditional characters with their reading in brackets (hijacked mirrors, SOURCES §1b)."""

    def read(line: str) -> str:
        return "".join(f"{TRADITIONAL[c]}({PINYIN[c]})" if c in PINYIN else TRADITIONAL.get(c, c) for c in line)

    return both(draft, read, lambda line: "".join(TRADITIONAL.get(c, c) for c in line))


# --- noise and damage -------------------------------------------------------------------------------------------------


def stars(draft: Draft) -> Draft:
    """Stars for words a censor takes (qwyd)."""
    return both(draft, lambda line: re.sub("深入|全面|坚持", "*", line))


def lost(draft: Draft) -> Draft:
    """One common character gone from the whole text (010b)."""
    return both(draft, lambda line: line.replace("和", ""))


def years(draft: Draft) -> Draft:
    """Years removed from the headings (sample farms)."""
    return both(draft, lambda line: re.sub(r"^(一|二|三)、20\d\d", r"\1、", line))


def tokens(draft: Draft) -> Draft:
    """A token of the page's own at the end of every paragraph but the head's (gongwensou)."""
    shown = [line if number < draft.head else f"{line}vfO" for number, line in enumerate(draft.shown)]
    return replace(draft, shown=tuple(shown))


def escapes(draft: Draft) -> Draft:
    """Entities written out, one of them split (gongwensou)."""
    shown = [
        f"&nbsp;&nbsp;&ens\np;{line}" if number % 9 == 4 else f"&nbsp;&nbsp;&nbsp;&nbsp;{line}"
        for number, line in enumerate(draft.shown)
    ]
    return replace(draft, shown=tuple(line.replace("“", "&ldquo;").replace("”", "&rdquo;") for line in shown))


def literal_ends(draft: Draft) -> Draft:
    r"""Literal \r\n for every line end, the whole text in one line."""
    return replace(draft, shown=(r"\r\n".join(draft.shown),), head=0)


def repeated(draft: Draft) -> Draft:
    """The whole text six times (USERS §1.3)."""
    return replace(draft, shown=draft.shown * 6)


def broken_off(draft: Draft) -> Draft:
    """The first part, three dots, and a wall."""
    kept, left = [], int(0.6 * sum(map(len, draft.shown)))
    for line in draft.shown:
        if left <= len(line):
            kept.append(f"{line[:left]}...")
            break
        kept.append(line)
        left -= len(line)
    return replace(draft, shown=(*kept, "[阅读全部图文内容,您需要先登录]"), expected=tuple(kept))


def second_half(draft: Draft) -> Draft:
    """The second page of an article in two: no head, no title."""
    lines = draft.shown[len(draft.shown) // 2 :]
    return replace(draft, shown=lines, expected=lines, head=0)


def glued(draft: Draft) -> Draft:
    """All paragraphs as one, with what 010b writes in; only the headings can tell where some of them began."""
    title = draft.report.full_title
    _, session, *speaker = draft.report.head
    lines = [f"{title}全文", session.replace("——", "――"), *speaker]
    chapter = 0
    for line in (*draft.report.body, *draft.report.glossary):
        if re.match("[一二三四五]、", line):
            chapter += 1
            lines.append(f"{title}第{'一二三四五'[chapter - 1]}部分")
        lines.append(line)
    whole = re.sub(r"\s", "", "".join([*lines, f"{title}全文完"])).translate(NARROW)
    return replace(draft, shown=(whole,), expected=tuple(headed(draft.report, title)), head=0)


def headed(report: FictionalReport, title: str) -> list[str]:
    """The lines a glued report can honestly be parted into: its head, its headings, its terms; not its paragraphs.

    A chapter's heading ends in one of a few words and comes apart; where a section's heading ends, nothing tells.
    """
    _, session, *speaker = report.head
    lines = [title, session.replace("——", "――"), *speaker, "各位代表："]
    run = ""
    for line in report.body[1:]:
        if re.match(r"[一二三四五六七八九十]{1,3}、", line):
            lines += [run, line]
            run = ""
        elif line.startswith(("（", "各位代表")):
            lines.append(run)
            run = line
        else:
            run += line
    lines += [run, *report.glossary]
    return [re.sub(r"\s", "", line).translate(NARROW) for line in lines if line]


def hidden(draft: Draft) -> Draft:
    """Words no reader sees, in four ways."""
    noise = (
        '<span style="display:none">样例公文网独家整理，转载请注明</span>',
        '<span style="font-size:0px;color:#fff">a8f3c1</span>',
        '<i style="visibility:hidden">本文来自样例网</i>',
        "<b hidden>复制无效</b>",
    )

    def add(html: str) -> str:
        pieces = html.split("。")
        return "。".join(piece + (noise[n // 5 % 4] if n % 5 == 2 else "") for n, piece in enumerate(pieces))

    return replace(draft, after=(*draft.after, add))


def jammer(draft: Draft) -> Draft:
    """Discuz's noise at line ends."""
    noise = ('<font class="jammer"># u3 E/ |3 I\'</font>', '<span style="display:none">9 b6 T8 h, }</span>')

    def add(html: str) -> str:
        pieces = re.split(r"(?=<br)", html)
        return "".join(piece + noise[n % 2] for n, piece in enumerate(pieces))

    return replace(draft, after=(*draft.after, add))


TWISTS: dict[str, Twist] = {
    function.__name__: function
    for function in (
        teaser, lead, contents, notice, above, caption, spaced_title, broken_session, narrow, wide, radicals, spaced,
        traditional, pinyin, stars, lost, years, tokens, escapes, literal_ends, repeated, broken_off, second_half,
        glued, hidden, jammer,
    )
}  # fmt: skip


def expected_text(lines: Sequence[str]) -> str:
    """The expected lines as expected.txt holds them."""
    return "".join(f"{line}\n" for line in lines)
