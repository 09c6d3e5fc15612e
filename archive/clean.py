"""From a candidate's paragraphs to the text of a report: what is not the report goes, paragraphs are made whole.

STEPS are small pure functions, paragraphs → paragraphs, in the order they run. None of them ever adds a character or
changes the order of those that stay, but for the forms in characters.py; a property test holds this.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from itertools import pairwise

from archive.characters import map_characters
from archive.furniture import is_furniture
from archive.head import (
    DASHES,
    FULL_TEXT,
    HAN,
    POST,
    SALUTATION,
    SITE_TAG,
    find_salutation,
    is_head_line,
    is_title,
    tidy_title,
)

Step = Callable[[list[str]], list[str]]

# A paragraph this long is several run together (SOURCES §5: line length > 3,000).
RUN_TOGETHER = 3000
# A heading has at most so many characters and no sentence (READING §6.4).
HEADING = 45
# A line shorter than this without punctuation is no cut paragraph (READING §6.4).
SHORTEST_CUT = 25
# The title stands within so many lines before the salutation (READING §2.5).
HEAD_LINES = 30

NUMERALS = "一二三四五六七八九十"
HEADING_START = re.compile(
    rf"^(?:[（(]?[{NUMERALS}]{{1,3}}[）)、.．]|[（(]?\d{{1,2}}[）)、.．](?!\d)|[①-⑳]|第[{NUMERALS}]+[章节部篇]|附件|附[:：]|"
    rf"[●•➢◆■▲]|[{DASHES}]{{2}}|各位|[{NUMERALS}]是)"
)
SENTENCE_END = "。！？：；…!?;:"
CLOSING = "”’）》」』)\"'"


def tidy_characters(paragraphs: list[str]) -> list[str]:
    """Apply the small map of characters and collapse white space; lines a page left in one paragraph come apart."""
    lines = (line for paragraph in paragraphs for line in map_characters(paragraph).split("\n"))
    return [tidy for line in lines if (tidy := re.sub(r"\s+", " ", line).strip())]


def close_spaces(paragraphs: list[str]) -> list[str]:
    """Take out the spaces that layout put between Han and digits, letters and punctuation; letter-spaced titles close.

    Spaces between Latin words and between two Han characters (a name: 胡 广杰) stay. All 439 such contacts in the
    seeds were artefacts (READING §6.4).
    """
    return [close_line(line) for line in paragraphs]


def close_line(line: str) -> str:
    """One line of close_spaces."""
    wide = rf"[{HAN}，。、；：？！“”‘’（）《》【】…—％%]"
    line = re.sub(rf"(?<={wide})\s+(?=[0-9A-Za-z+\-%.$≥≤<>])", "", line)
    line = re.sub(rf"(?<=[0-9A-Za-z+%.)])\s+(?={wide})", "", line)
    line = re.sub(r"\s+(?=[，。、；：？！”’）》】…])", "", line)
    line = re.sub(r"(?<=[，。、；：？！“‘（《【])\s+(?=\S)", "", line)
    line = re.sub(rf"(?<=[{HAN}])\s+(?=[“‘（《])|(?<=[”’）》])\s+(?=[{HAN}])", "", line)
    # 政 府 工 作 报 告: four or more single characters with a space between each two (READING §6.4).
    spaced = rf"(?<![{HAN}])[{HAN}](?:\s[{HAN}]){{3,}}(?![{HAN}])"
    return re.sub(spaced, lambda match: match[0].replace(" ", ""), line)


# What sites write into a text, with the reason it is theirs. {title} stands for the title of the report itself.
INSERTIONS: tuple[tuple[str, str], ...] = (
    (r"{title}第[一二三四五六七八九十]+部分", "010b puts it before 一、 二、 三、"),
    (r"{title}全文完$", "010b ends every article with it"),
    (r"(?<=[。！])[（(]政府工作报告[）)]", "010b, between two sentences"),
)


def drop_insertions(paragraphs: list[str]) -> list[str]:
    """Take out what a site wrote into the text around the report's own title."""
    titles = {tidy_title(line) for line in paragraphs[:HEAD_LINES] if is_title(line)}
    for line in paragraphs[:HEAD_LINES]:
        if match := re.match(r"[^，。；]{2,40}?政府工作报告(?=全文)", SITE_TAG.sub("", line)):
            titles.add(match[0])
    if not titles:
        return paragraphs
    title = "(?:" + "|".join(re.escape(title) for title in sorted(titles, key=len, reverse=True)) + ")"
    rules = [re.compile(pattern.replace("{title}", title)) for pattern, _ in INSERTIONS]
    kept = []
    for paragraph in paragraphs:
        line = paragraph
        for rule in rules:
            line = rule.sub("", line)
        if line.strip():
            kept.append(line.strip())
    return kept


def part_head(paragraphs: list[str]) -> list[str]:
    """Set title, session, speaker and salutation of a head that was run together on lines of their own.

    After the speech has begun, 各位代表 is a remark within its paragraph.
    """
    salutation = find_salutation(paragraphs)
    end = 0 if salutation is None else salutation + 1
    return [part for line in paragraphs[:end] for part in part_head_line(line)] + paragraphs[end:]


def part_head_line(line: str) -> Iterable[str]:
    """One line of part_head: untouched unless a salutation stands in it, not at its start, after a session or title."""
    salutation = SALUTATION.search(line[:400])
    if salutation is None:
        return [line]
    before, after = line[: salutation.start()], line[salutation.start() :]
    if before and not re.search(r"人民代表大会|工作报告", before):
        return [line]
    marked = re.sub(
        rf"^((?:{SITE_TAG.pattern[1:]})?[^，。；]{{0,40}}?政府工作报告(?:全文|[（(]全文[）)])?)(?=[{DASHES}\d在（(])",
        r"\1\n",
        before,
    )
    marked = re.sub(rf"((?:会议上?|审议通过|会上)[）)]?)(?=[{HAN}]{{0,20}}(?:{POST}))", r"\1\n", marked)
    said = re.sub(rf"^({SALUTATION.pattern})\s*", r"\1\n", after, count=1)
    return [part.strip() for part in (marked + "\n" + said).split("\n") if part.strip()]


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
# The heading of a chapter ends in one of these words; what follows it begins the first paragraph.
CHAPTER_HEADING = re.compile(
    rf"^([{NUMERALS}]{{1,3}}、[^，。；：,;:]{{2,30}}?(?:工作回顾|工作总结|回顾|工作安排|主要任务|重点工作|主要工作|工作任务|"
    rf"主要目标|总体要求|目标任务|政府自身建设|自身建设))(?=[{HAN}\d（(])(?!\d{{0,4}}和|和|及|与)"
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
        heading = CHAPTER_HEADING.match(piece)
        rest = [heading[1], piece[heading.end() :]] if heading else [piece]
        pieces += [part for section in rest for item in split_numbered(section) for part in REMARK.split(item)]
    for piece in glossary:
        title = re.match(r"《?[^，。；！!]{0,30}?(?:解释|注释|说明)(?:[（(][^）)]{0,20}[）)])?[:：]?", piece)
        end = title.end() if title else 0
        pieces += [piece[:end]] + [part for item in NOTE.split(piece[end:]) for part in split_numbered(item)]
    return [piece.strip() for piece in pieces if piece.strip()]


def split_numbered(text: str) -> list[str]:
    """Split before 1. 2. 3. or 1、2、3、 that follow one another from 1; a number out of turn is no item.

    An item begins after the end of a sentence; the first may also follow a heading directly.
    """
    starts, wanted, mark = [], 1, None
    for match in NUMBERED.finditer(text):
        before, sign = text[: match.start()].rstrip()[-1:], match[2] or match[3]
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


def trim_head(paragraphs: list[str]) -> list[str]:
    """Begin at the title: the last title line before the salutation; keep session, date and speaker, drop the rest.

    Tables of contents, summaries that repeat the opening, notices, breadcrumbs and captions stand before or between.
    """
    salutation = find_salutation(paragraphs)
    limit = salutation if salutation is not None else min(len(paragraphs), HEAD_LINES)
    titles = [n for n in range(max(0, limit - HEAD_LINES), limit) if is_title(paragraphs[n])]
    if salutation is None:
        return paragraphs[titles[-1] :] if titles else drop_leading_furniture(paragraphs)
    between = titles[-1] + 1 if titles else first_head_line(paragraphs, salutation)
    head = list(dict.fromkeys(part_session(line for line in paragraphs[between:salutation] if belongs_to_head(line))))
    if titles and not any(is_head_line(line) for line in head):
        # The site set title and session line apart with a second title or furniture between them.
        earlier = [line for line in paragraphs[titles[0] + 1 : titles[-1]] if is_head_line(line)]
        head = earlier[-3:] + head if earlier else head
        if earlier:
            return [without_full_text(paragraphs[titles[0]]), *head, *paragraphs[salutation:]]
    title = [without_full_text(paragraphs[titles[-1]])] if titles else []
    return [*title, *head, *paragraphs[salutation:]]


def part_session(lines: Iterable[str]) -> Iterable[str]:
    """Session and speaker on one line with a space between come apart (陕西 2026)."""
    return (part for line in lines for part in re.split(rf"(?<=会议上)\s+(?=[{HAN}]{{0,20}}(?:{POST}))", line))


def without_full_text(title: str) -> str:
    """A title line without the site's tags and 全文."""
    return FULL_TEXT.sub("", SITE_TAG.sub("", title).strip()).strip()


def first_head_line(paragraphs: list[str], salutation: int) -> int:
    """Where the head of a report without title begins: the first session, date or speaker line above the salutation."""
    start = salutation
    for number in range(salutation - 1, max(-1, salutation - 8), -1):
        if is_head_line(paragraphs[number]):
            start = number
    return start


def belongs_to_head(line: str) -> bool:
    """Whether a line between title and salutation stays: head lines do, others unless they are plainly none."""
    if is_head_line(line):
        return not is_furniture(line, "head") or line.strip()[:1] in DASHES + "（("
    listed = HEADING_START.match(line) is not None
    return not (is_furniture(line, "head") or is_title(line) or listed or len(line) > 60)


def drop_leading_furniture(paragraphs: list[str]) -> list[str]:
    """A headless part begins at its first line that is not furniture."""
    for number, line in enumerate(paragraphs):
        if not is_furniture(line, "head") and not is_furniture(line, "tail"):
            return paragraphs[number:]
    return []


def trim_tail(paragraphs: list[str]) -> list[str]:
    """End at the last sentence: cut at the first footer line of the last part, then strip furniture from the end.

    A footer line counts in the last 40 % of the text, and only where little prose follows it (READING §2.5).
    """
    total = sum(map(len, paragraphs)) or 1
    seen = 0
    for number, line in enumerate(paragraphs):
        left = sum(len(rest) for rest in paragraphs[number:] if len(rest) > HEADING and rest[-1:] in "。！")
        if seen > 0.6 * total and is_furniture(line, "tail") and left < 0.05 * total:
            paragraphs = paragraphs[:number]
            break
        seen += len(line)
    end = len(paragraphs)
    while end and is_furniture(paragraphs[end - 1], "tail"):
        end -= 1
    return paragraphs[:end]


def drop_page_numbers(paragraphs: list[str]) -> list[str]:
    """Drop lines that are nothing but a page number: — 3 —, - 3 -, 第3页, 第 3 页 共 20 页."""
    number = re.compile(rf"^[{DASHES}·\s]+\d{{1,3}}[{DASHES}·\s]+$|^第\s*\d+\s*页(?:[,，/\s]*共\s*\d+\s*页)?$")
    return [line for line in paragraphs if not number.match(line)]


def join_cut(paragraphs: list[str]) -> list[str]:
    """Join paragraphs that a page or a hard wrap cut in two (READING §6.4: precision 1.000, recall .975)."""
    joined: list[str] = []
    body = False
    for line in filter(None, paragraphs):
        if joined and body and continues(joined[-1], line):
            glue = (
                " "
                if joined[-1][-1].isascii() and joined[-1][-1].isalpha() and line[0].isascii() and line[0].isalpha()
                else ""
            )
            joined[-1] += glue + line
        else:
            joined.append(line)
        body = body or SALUTATION.search(line) is not None or len(line) > 2 * HEADING
    return joined


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


STEPS: tuple[Step, ...] = (
    tidy_characters,
    close_spaces,
    drop_page_numbers,
    drop_insertions,
    part_head,
    trim_head,
    split_run_together,
    trim_tail,
    join_cut,
    close_spaces,
)


def clean_text(paragraphs: Iterable[str]) -> str:
    """The text of a candidate: its paragraphs through every step, one a line."""
    lines = list(paragraphs)
    for step in STEPS:
        lines = step(lines)
    return "\n".join(lines)
