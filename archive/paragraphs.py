"""Paragraphs made whole: those an aggregator ran together come apart, those a page or a line cut are joined. Pure."""

from __future__ import annotations

import re
from itertools import pairwise

from archive.furniture import is_furniture
from archive.head import DASHES, HAN, SALUTATION, simplify

# A paragraph this long is several run together (SOURCES §5: line length > 3,000).
RUN_TOGETHER = 3000
# A heading has at most so many characters and no sentence (READING §6.4).
HEADING = 45
# A line shorter than this without punctuation is no cut paragraph (READING §6.4).
SHORTEST_CUT = 25

NUMERALS = "一二三四五六七八九十"
HEADING_START = re.compile(
    rf"^(?:[（(]?[{NUMERALS}]{{1,3}}[）)、.．]|[（(]?\d{{1,2}}[）)、.．](?!\d)|[①-⑳]|第[{NUMERALS}]+[章节部篇]|附件|附[:：]|"
    rf"[●•➢◆■▲]|[{DASHES}]{{2}}|各位|[{NUMERALS}]是)"
)
SENTENCE_END = "。！？：；…!?;:"
CLOSING = "”’）》」』)\"'"

# In a text flattened to one line the spaces that are left stand where paragraphs ended: after so many sentences at
# least, and never after most of them, as where a PDF put a space behind every full stop. 010b has them before headings
# alone; those are found by their words.
SPACED_ENDS, SPACED_SHARE = 10, 0.6
FIGURE_SPACE = re.compile(rf"(?<=[{HAN}、（(]) (?=\d)|(?<=[\d%]) (?=[{HAN}%])")
GLOSSARY_HEADING = re.compile("(?:名词|用语|名词术语)(?:解释|注释|说明)")
SPACED_END = re.compile(r"(?<=[。！？；：”）!?;:])\s+(?=\S)")


def part_flattened(paragraphs: list[str]) -> list[str]:
    """Split a text that was flattened to one line again at the spaces that stand for its paragraph ends."""
    return [part for line in paragraphs for part in (part_at_spaces(line) if len(line) > RUN_TOGETHER else [line])]


def part_at_spaces(line: str) -> list[str]:
    """One line of part_flattened."""
    pieces = SPACED_END.split(line)
    ends = len(re.findall(r"[。！？!?]", line))
    plain = sum(not HEADING_START.match(piece) for piece in pieces[1:])
    if plain < SPACED_ENDS or len(pieces) > SPACED_SHARE * ends:
        return [line]
    if len(FIGURE_SPACE.findall(line)) > 2 * len(pieces):  # the text has spaces round its figures
        pieces = [FIGURE_SPACE.sub("", piece) for piece in pieces]
    parts: list[str] = []
    for piece in pieces:
        heading, space, rest = piece.partition(" ")
        # A heading has no stop at its end; the first space in it is where it ended.
        while space and len(heading) <= HEADING and is_heading(heading):
            parts.append(heading)
            heading, space, rest = rest.partition(" ")
        parts.append(heading + space + rest)
    return parts


def is_heading(line: str) -> bool:
    """Whether a line begins as a heading does and has no stop."""
    return (HEADING_START.match(line) or GLOSSARY_HEADING.match(simplify(line))) is not None and not re.search(
        "[。；]", line
    )


def split_run_together(paragraphs: list[str]) -> list[str]:
    """Split a paragraph that an aggregator ran together again before its headings and glossary terms."""
    return [part for line in paragraphs for part in (split_line(line) if len(line) > RUN_TOGETHER else [line])]


GLOSSARY = re.compile(
    r"(?<=[。！？”!])\s*(?=《?[^，。；！!]{0,30}(?:名词解释|用语解释|名词注释|名词说明|名词术语解释))"
)
# 一、 or （一） after the end of a sentence: 多杆合 一、多头合一 is no heading.
CHAPTER = re.compile(
    rf"(?:(?<=[。！？；：”!?;:])\s*|(?<=^))(?=(?:[（(][{NUMERALS}]{{1,3}}[）)]|[{NUMERALS}]{{1,3}}、))"
)
# The heading of a chapter ends in some of these words; what follows it begins the first paragraph.
CHAPTER_WORDS = (
    "工作回顾|工作总结|发展回顾|回顾|发展成就|主要成绩|工作安排|工作计划|重点工作任务|重点工作|主要工作|工作任务"
    "|主要任务|重点任务|重大任务|发展目标任务|主要目标任务|主要目标|预期目标|目标任务|总体要求|重要要求|工作思路"
    "|主要考虑|重大举措|战略举措|政府自身建设|自身建设|政府治理创新|政府治理现代化水平|政府现代化治理水平"
    "|治理能力现代化|政府治理效能|治理效能和服务水平|人民满意政府|满意的政府|服务型政府|的说明"
)
# 关于2025年工作: a word that ends a heading only before one that begins a chapter's first sentence.
CHAPTER_START = r"\d{4}年是|今年|当前|做好|新的一年|综合|围绕"
CHAPTER_HEADING = re.compile(
    rf"^([{NUMERALS}]{{1,3}}、[^，。；：,;:]{{2,40}}?(?:(?:{CHAPTER_WORDS})(?:[和及与、]?(?:{CHAPTER_WORDS})|安排|建议)*+"
    rf"(?=\s?[{HAN}\d（(“])(?!\s?(?:\d{{0,4}}和|[和及与的]))|工作(?=\s?(?:{CHAPTER_START}))))"
)
# （一） of a text run together has its heading glued to its first sentence. They part where a word that ends headings
# meets one that begins sentences, if that is so in one place only (seed 001: 21 of its 28 such headings, none falsely;
# none of 62 reports that have them whole).
GLUED_SECTION = re.compile(rf"^[（(][{NUMERALS}]{{1,3}}[）)][^。；：;:]{{6,60}}")
GLUED_END = re.compile(
    r"(?:(?<=步伐)|(?<=成效)|(?<=台阶)|(?<=路径)|(?<=亮点)|(?<=作为)|(?<=突破)|(?<=进展)|(?<=局面)|(?<=格局)|(?<=成果)"
    r"|(?<=活力)|(?<=动能)|(?<=高地)|(?<=优势)|(?<=标杆)|(?<=体系)|(?<=体制)|(?<=水平)|(?<=效能)|(?<=能力)|(?<=提升)"
    r"|(?<=增强)|(?<=改善)|(?<=升级)|(?<=转变)|(?<=作风)|(?<=现代化)|(?<=民生)|(?<=协调发展)|(?<=”))"
    r"(?=坚持|面对|始终|牢固树立|坚定|紧紧围绕|认真贯彻|深入|积极|着力|牢牢|加强|强化|(?<!作为)政府[是的]|作风建设"
    rf"|[以将把][{HAN}])"
)
# After 、 a digit may follow (3、72街坊); after a dot it would be a decimal.
NUMBERED = re.compile(r"(?<![\d.．A-Za-z%])(\d{1,2})(?:([.．])(?=[^\d\s.．、，。])|(、)(?=[^\s.．、，。]))")
NOTE = re.compile(r"(?<=[。！？：”:!])(?=[①-⑳])")
REMARK = re.compile(r"(?<=[。！？；])(?=各位代表[，,！!：:])")


def split_line(line: str) -> list[str]:
    """One run-together line, split before chapters, sections, numbered items, notes and remarks to the delegates."""
    body, *glossary = GLOSSARY.split(line, maxsplit=1)
    pieces: list[str] = []
    for piece in CHAPTER.split(body):
        chapter = CHAPTER_HEADING.match(piece)
        heading = chapter[1] if chapter else glued_heading(piece)
        rest = [heading, piece[len(heading) :]] if heading else [piece]
        pieces += [part for section in rest for item in split_numbered(section) for part in REMARK.split(item)]
    for piece in glossary:
        title = re.match(r"《?[^，。；！!]{0,30}?(?:解释|注释|说明)(?:[（(][^）)]{0,20}[）)])?[:：]?", piece)
        end = title.end() if title else 0
        pieces += [piece[:end]] + [part for item in NOTE.split(piece[end:]) for part in split_numbered(item)]
    return [piece.strip() for piece in pieces if piece.strip()]


def glued_heading(piece: str) -> str:
    """The heading of a section that its first sentence is glued to; empty where it is not clear where it ends."""
    beginning = GLUED_SECTION.match(piece)
    ends = [found.start() for found in GLUED_END.finditer(beginning[0], 9)] if beginning else []
    return piece[: ends[0]] if len(ends) == 1 else ""


def split_numbered(text: str) -> list[str]:
    """Split before 1. 2. 3. or 1、2、3、 that follow one another from 1; a number out of turn is no item.

    An item begins after the end of a sentence; the first may also follow a heading directly.
    """
    starts, wanted, mark = [], 1, None
    for match in NUMBERED.finditer(text):
        # Only what stands just before: the whole of it, once for each number, would take quadratic time.
        before, sign = text[max(0, match.start() - 8) : match.start()].rstrip()[-1:], match[2] or match[3]
        after_sentence = before == "" or before in SENTENCE_END + CLOSING
        first = wanted == 1 and re.match(rf"[{HAN}]", before or " ") is not None
        if int(match[1]) == wanted and sign == (mark or sign) and (after_sentence or first):
            starts.append(match.start())
            wanted, mark = wanted + 1, sign
        elif int(match[1]) == 1 and after_sentence:
            starts.append(match.start())
            wanted, mark = 2, sign
    cuts = [0, *starts, len(text)]
    # A lone 1. is an accident, not a list.
    return [text] if len(starts) < 2 else [text[a:b] for a, b in pairwise(cuts) if text[a:b].strip()]


def join_cut(paragraphs: list[str]) -> list[str]:
    """Join paragraphs that a page or a hard wrap cut in two (READING §6.4: precision 1.000, recall .975)."""
    joined: list[list[str]] = []
    # The end of the last paragraph, all that is asked of a long one: a paragraph of a thousand lines is joined once.
    before = ""
    body = False
    for line in filter(None, paragraphs):
        if joined and body and continues(before, line):
            latin = before[-1].isascii() and before[-1].isalpha() and line[0].isascii() and line[0].isalpha()
            joined[-1] += [" ", line] if latin else [line]
            before = (before + line)[-2 * HEADING :]
        else:
            joined.append([line])
            before = line
        body = body or SALUTATION.search(line) is not None or len(line) > 2 * HEADING
    return ["".join(pieces) for pieces in joined]


def continues(before: str, line: str) -> bool:
    """Whether `line` goes on with the sentence that `before` broke off."""
    last = before[-1]
    if last in SENTENCE_END or (last in CLOSING and (before[-2:-1] in "。！？；" or len(before) <= HEADING)):
        return False
    if HEADING_START.match(line) or is_furniture(line, "tail"):
        return False
    if len(before) < SHORTEST_CUT and last not in "，、,":
        return False
    # A chapter's or section's heading may have a comma: （三）深化改革，扩大开放.
    stops = r"[。；;]" if re.match(rf"[（(]?[{NUMERALS}]{{1,3}}[）)、]", before) else r"[，。；,;]"
    is_heading = len(before) <= HEADING and not re.search(stops, before)
    return not is_heading and re.match(rf"[{HAN}\dA-Za-z“‘（(《，、。；”%]", line) is not None
