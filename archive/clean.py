"""From a candidate's paragraphs to the text of a report: what is not the report goes, paragraphs are made whole.

STEPS are small pure functions, paragraphs → paragraphs, in the order they run. None of them ever adds a character or
changes the order of those that stay, but for the forms in characters.py; a property test holds this.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise

from archive.characters import map_characters
from archive.furniture import is_furniture
from archive.head import (
    DAMAGED_SESSION,
    DASHES,
    DATE,
    FULL_TEXT,
    HAN,
    HEAD_LINES,
    LONGEST_HEAD,
    SALUTATION,
    SESSION,
    SITE_TAG,
    find_salutation,
    is_date_line,
    is_title,
    read_date,
    read_session,
    simplify,
    squeeze,
)
from archive.noise import drop_inserted_lines, drop_insertions, drop_page_furniture, drop_readings, drop_tokens
from archive.paragraphs import HEADING, HEADING_START, join_cut, part_flattened, split_run_together
from archive.speaker import POST, read_speaker

Step = Callable[[list[str]], list[str]]

# Line ends and blocks written out: \\r\\n as two letters each, tags as text (USERS §1.3: 28 of 76 reseller's texts).
WRITTEN_ENDS = re.compile(r"(?:\\[rn])+|<br\s*/?>|</?(?:p|div|tr|li)(?:\s[^<>]*)?>", re.IGNORECASE)
WRITTEN_SPACES = re.compile(r"\\t|\\u3000|\\xa0")
WRITTEN_TAGS = re.compile(r"</?(?:span|font|strong|b|i|u|a|em|o:p)(?:\s[^<>]*)?/?>", re.IGNORECASE)


def tidy_characters(paragraphs: list[str]) -> list[str]:
    """Apply the small map of characters and collapse white space; line ends come apart, those written out too."""
    lines = (line for paragraph in paragraphs for line in undo_markup(map_characters(paragraph)).split("\n"))
    return [tidy for line in lines if (tidy := re.sub(r"\s+", " ", line).strip())]


def undo_markup(text: str) -> str:
    """A text whose line ends, spaces and tags were written out as text."""
    if "\\" in text:
        text = WRITTEN_SPACES.sub(" ", text)
    if "\\" in text or "<" in text:
        text = WRITTEN_TAGS.sub("", WRITTEN_ENDS.sub("\n", text))
    return text


def close_spaces(paragraphs: list[str]) -> list[str]:
    """Take out the spaces that layout put between Han and digits, letters and punctuation; letter-spaced titles close.

    Spaces between Latin words and between two Han characters (a name: 胡 广杰) stay. All 439 such contacts in the
    seeds were artefacts (READING §6.4).
    """
    return [close_line(line) for line in paragraphs]


WIDE = rf"[{HAN}，。、；：？！“”‘’（）《》【】…—％%]"
SPACES = tuple(
    # Each begins where its white space does: a pattern that could begin anywhere in it would take quadratic time.
    re.compile(rf"(?<!\s){pattern}")
    for pattern in (
        rf"(?<={WIDE})\s+(?=[0-9A-Za-z+\-%.$≥≤<>])",
        rf"(?<=[0-9A-Za-z+%.)])\s+(?={WIDE})",
        r"\s+(?=[，。、；：？！”’）》】…])",
        r"(?<=[，。、；：？！“‘（《【])\s+(?=\S)",
        rf"(?:(?<=[{HAN}])\s+(?=[“‘（《])|(?<=[”’）》])\s+(?=[{HAN}]))",
    )
)
# 政 府 工 作 报 告: four or more single characters with a space between each two (READING §6.4).
LETTER_SPACED = re.compile(rf"(?<![{HAN}])[{HAN}](?:\s[{HAN}]){{3,}}(?![{HAN}])")


def close_line(line: str) -> str:
    """One line of close_spaces."""
    if " " not in line:
        return line
    for spaces in SPACES:
        line = spaces.sub("", line)
    return LETTER_SPACED.sub(lambda match: match[0].replace(" ", ""), line)


def part_head(paragraphs: list[str]) -> list[str]:
    """Set title, session, speaker and salutation of a head that was run together on lines of their own.

    After the speech has begun, 各位代表 is a remark within its paragraph.
    """
    salutation = find_salutation(paragraphs)
    end = 0 if salutation is None else salutation + 1
    return [part for line in paragraphs[:end] for part in part_head_line(line)] + paragraphs[end:]


# Where a head that was run together comes apart: behind its title, behind its session.
GLUED_TITLE = re.compile(
    rf"^(?:{SITE_TAG.pattern[1:]})?[^，。；]{{0,40}}?政府工作报告(?:全文|[（(]全文[）)])?(?=\s?[{DASHES}\d在（(])"
)
GLUED_SESSION = re.compile(rf"(?:会议上?|审议通过|会上)[）)]?(?=\s?[{HAN}]{{0,20}}(?:{POST}))")


def part_head_line(line: str) -> Iterable[str]:
    """One line of part_head: untouched unless a salutation stands in it, behind a session, title or speaker."""
    simple = simplify(line[:400])  # as long as the line: places in one are places in the other
    salutation = SALUTATION.search(simple)
    if salutation is None:
        return [line]
    before = simple[: salutation.start()]
    if before and not re.search(r"人民代表大会|工作报告", before) and not read_speaker(before):
        return [line]
    cuts = {salutation.start(), salutation.end()}
    cuts |= {match.end() for pattern in (GLUED_TITLE, GLUED_SESSION) for match in pattern.finditer(before)}
    parts = [line[start:end].strip() for start, end in pairwise((0, *sorted(cuts), len(line)))]
    return [part for part in parts if part]


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
    found = join_session(paragraphs[between:salutation])
    dated = any(read_date(line) and not is_date_line(line) for line in (*paragraphs[between - 1 : between], *found))
    lines = [line for line in found if belongs_to_head(line) or (not dated and is_printed_date(line))]
    head = list(dict.fromkeys(part_session(lines)))
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


# How a session line begins: dashes or brackets, a day, or 在.
SESSION_BEGINS = re.compile(
    rf"^\s*(?:[{DASHES}（(〔\[【]|[12]\s?\d\s?\d\s?\d\s*年|[一二][〇○零ＯOo0一二三四五六七八九]{{3}}年|[在于])"
)
# A session line is cut into so many lines at most.
MOST_CUTS = 4


def join_session(lines: Sequence[str]) -> list[str]:
    """A session line that was broken over two, three or four lines as one (SOURCES §4, rule 3: 9, 10, 45)."""
    for start in range(len(lines) - 1):
        # A day on a line of its own is that of publication, unless the next goes on from it: 在….
        alone = is_date_line(lines[start]) and not re.match(r"\s*[于在]", lines[start + 1])
        if alone or not SESSION_BEGINS.match(lines[start]):
            continue
        for size in range(2, min(MOST_CUTS, len(lines) - start) + 1):
            parts = lines[start : start + size]
            if is_one_session(parts):
                return [*lines[:start], "".join(parts), *join_session(lines[start + size :])]
    return list(lines)


def is_one_session(parts: Sequence[str]) -> bool:
    """Whether lines are one session line: together they say more of day and session than without first or last."""
    whole = "".join(parts)
    session = read_session(whole)
    if session is None or len(whole) > LONGEST_HEAD or any(is_title(part) or begins_other(part) for part in parts[1:]):
        return False
    day = read_date(whole)
    for fewer in (parts[1:], parts[:-1]):
        rest = "".join(fewer)
        if read_session(rest) == session and read_date(rest) == day:
            return False
    return True


def begins_other(part: str) -> bool:
    """Whether a line is of the head but no part of a session line: a speaker with a post, or a date alone."""
    return is_date_line(part) or bool((read := read_speaker(part)) and read[1])


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


def is_head_line(line: str) -> bool:
    """Whether a line between title and salutation belongs to the head: session, date or speaker."""
    if len(line) > LONGEST_HEAD:
        return False
    squeezed = squeeze(line)
    if len(squeezed) > 90:
        return False
    squeezed = simplify(squeezed)
    return bool(
        not re.search(r"[。！？；]", squeezed.removesuffix("。"))
        and (
            SESSION.search(squeezed)
            or DAMAGED_SESSION.search(squeezed)
            or is_date_line(line)
            or read_speaker(line)
            or (squeezed[:1] in DASHES and re.search(r"\d日|人民代表大会|会议上", squeezed))
        )
    )


# Heads print 2016年1月14日 and 二〇一六年; sites pad 2016年01月14日, and state the time.
PRINTED_DATE = re.compile(r"^\D{4,}$|^\d{4}\s?年\s?[1-9]\d?\s?月\s?[1-9]\d?\s?日$")


def is_printed_date(line: str) -> bool:
    """Whether a line is a date alone, written as heads print it; it counts where no other line of the head has one."""
    return is_date_line(line) and PRINTED_DATE.match(line.strip()) is not None


def begins_session(line: str) -> bool:
    """Whether a line begins with a day and goes on with a session: no caption, though …作政府工作报告 (31 of 2025)."""
    return DATE.match(line.lstrip(DASHES + " （(")) is not None and read_session(line) is not None


def belongs_to_head(line: str) -> bool:
    """Whether a line between title and salutation stays: head lines do, others unless they are plainly none."""
    if is_head_line(line):
        return not is_furniture(line, "head") or line.strip()[:1] in DASHES + "（(" or begins_session(line)
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
    left = sum(map(prose_of, paragraphs))
    for number, line in enumerate(paragraphs):
        if seen > 0.6 * total and left < 0.05 * total and is_furniture(line, "tail"):
            paragraphs = paragraphs[:number]
            break
        seen += len(line)
        left -= prose_of(line)
    end = len(paragraphs)
    while end and is_furniture(paragraphs[end - 1], "tail"):
        end -= 1
    return paragraphs[:end]


def prose_of(line: str) -> int:
    """How many characters of prose a line holds: a short one, or one without a stop, holds none."""
    return len(line) if len(line) > HEADING and line[-1:] in "。！" else 0


STEPS: tuple[Step, ...] = (
    tidy_characters,
    drop_readings,
    drop_tokens,
    part_flattened,
    close_spaces,
    drop_inserted_lines,
    drop_page_furniture,
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
