"""The grammar of speakers in a report's head: post and name, on a line of their own or within the session line.

Pure functions on single lines (forms: SOURCES §4).
"""

from __future__ import annotations

import csv
import re
from functools import cache
from pathlib import Path

from archive.head import DASHES, DATE, HAN, POINT_DATE, simplify, squeeze

ACTING = r"(?:代\s*理|代|[（(]\s*代\s*理?\s*[)）])"
CHIEF = r"[区市县州旗省镇乡盟]\s*长|主\s*席|专\s*员"
POST = rf"{ACTING}?\s*(?:{CHIEF})(?:[（(]\s*代\s*理?\s*[)）])?|苏木达|国务院总理|总理|主\s*任"
POINTS = "·•．・‧∙･"
NAME = rf"[{HAN}](?:\s*[{HAN}]){{1,3}}|[{HAN}]{{2,12}}(?:[{POINTS}][{HAN}]{{1,12}})+|[{HAN}]{{5,8}}"
# What may stand before the post: region, 人民政府, party post (县委副书记、). The last post of a line is the speaker's:
# 上海市长宁区区长 has none before.
SPEAKER = re.compile(
    rf"^(?P<before>[{HAN}、，,\s]{{0,40}})(?<![代理副（(])(?P<post>{POST})\s*[:：]?\s*(?P<name>{NAME})$"
)
POST_ALONE = re.compile(rf"^(?P<before>[{HAN}、，,\s]{{0,40}})(?<![代理副（(])(?P<post>{POST})\s*[:：]?$")
LABEL = re.compile(r"^\s*(?:作?报告人|报告者)\s*[:：]?\s*")
SPACED_NAME = re.compile(rf"^[{HAN}](?:\s+[{HAN}]){{1,2}}$")
GOVERNMENT_NAME = re.compile(rf"^(?P<before>[{HAN}]{{1,20}}?)人民政府\s+(?P<name>{NAME})$")

# A speaker named within the session line: …会议上河北省人民政府省长王正谱作政府工作报告, 青岛市人民政府市长夏耕在…上,
# ——2025年1月14日自治区人民政府主席王莉霞在…上的讲话, 1月15日龚正市长在… (SOURCES §4, 30; provincial reports of 2025).
BEGINNING = rf"(?:^|日(?:[上下]午)?|[{DASHES}])"
IN_SESSION = (
    re.compile(rf"会议上[，,]?[{HAN}、]{{0,24}}?(?P<post>{POST})(?P<name>{NAME})(?=作|所作|代表|[。，（(]|$)"),
    re.compile(rf"{BEGINNING}[{HAN}、]{{0,24}}?(?P<post>{POST})(?P<name>{NAME})(?:同志)?在(?=.{{2,40}}[届会])"),
    re.compile(
        rf"{BEGINNING}(?P<name>(?:(?![省市县区州旗盟府会])[{HAN}]){{2,4}}?)(?P<post>{POST})(?:同志)?在(?=.{{2,40}}[届会])"
    ),
)

TABLE = Path(__file__).parent / "names.csv"


@cache
def words_of(kind: str) -> frozenset[str]:
    """The words of a kind in names.csv: surname, transliterated, none or ending."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        return frozenset(word for row in csv.DictReader(file) if row["kind"] == kind for word in row["words"].split())


def is_name(words: str) -> bool:
    """Whether squeezed words may be a person's name: none of a page's words, nor a body's name."""
    of_a_body = words[-1] in words_of("ending") and not (len(words) <= 3 and words[0] in words_of("surname"))
    if re.search("政府|人民|代理|书记|委员", words):
        return False
    # 上海市长宁区 is no 市长 called 宁区.
    return (
        words not in words_of("none") and not of_a_body and words[-1] not in "区县" and words[0] not in "各省县州旗长"
    )


def is_lone_name(words: str) -> bool:
    """Whether words without post or spaces are a name beyond doubt: surname first, or a transliteration."""
    if not is_name(words) or not re.fullmatch(NAME, words):
        return False
    if any(point in words for point in POINTS):
        return True
    surnames = words_of("surname")
    if (len(words) <= 3 and words[0] in surnames) or (len(words) <= 4 and words[:2] in surnames):
        return True
    return len(words) >= 3 and all(character in words_of("transliterated") for character in words)


def bare(line: str) -> str:
    """A line without dates, brackets around, dashes, 同志, （女） and the spaces around the points of a name."""
    line = re.sub(r"[（(\[〔]\s*[)）\]〕]", "", DATE.sub("", line))
    line = re.sub(rf"\s*([{POINTS}])\s*", r"\1", line).strip(DASHES + " ")
    if line.startswith(("（", "(")) and line.endswith(("）", ")")) and line.count(line[0]) == 1:
        line = line[1:-1]
    line = re.sub(rf"代\s*(理?)\s*(?={CHIEF})", r"代\1", line)
    line = "" if POINT_DATE.match(line) else line
    return re.sub(r"\s*(?:同志|[（(]女[)）])\s*$", "", line).strip(DASHES + " ")


def tidy_post(post: str) -> str:
    """A post without white space and brackets: （代）区长 and 区长（代） are 代区长."""
    squeezed = squeeze(post)
    if behind := re.search(r"[（(](代理?)[)）]$", squeezed):
        return behind[1] + squeezed[: behind.start()]
    return re.sub(r"[（()）]", "", squeezed)


def read_speaker(line: str) -> tuple[str, str | None] | None:
    """Name and post of a speaker line (区长 胡广杰; 秦 健 has its space taken out); post None for a name alone."""
    labelled = LABEL.match(line)
    line = bare(line[labelled.end() :] if labelled else line)
    if match := SPEAKER.match(simplify(line)):
        name = squeeze(line[match.start("name") : match.end("name")])
        return (name, tidy_post(line[match.start("post") : match.end("post")])) if is_name(name) else None
    if match := GOVERNMENT_NAME.match(simplify(line)):
        name = squeeze(line[match.start("name") : match.end("name")])
        spaced = SPACED_NAME.match(match["name"]) is not None
        return (name, None) if is_name(name) and (spaced or is_lone_name(simplify(name))) else None
    name = squeeze(line)
    if SPACED_NAME.match(line) and is_name(simplify(name)):
        return name, None
    if labelled and is_lone_name(simplify(name)):
        return name, None
    return None


def read_lone_name(line: str) -> str | None:
    """A name without post or spaces, as it stands right under a session line or date (湖南 2026); None for others."""
    name = squeeze(bare(line))
    return name if name and is_lone_name(simplify(name)) else None


def read_post(line: str) -> str | None:
    """The post on a line that has no name, which may stand on the next (海淀 2017); None for other lines."""
    line = bare(line)
    match = POST_ALONE.match(simplify(line))
    return tidy_post(line[match.start("post") : match.end("post")]) if match else None


def words_before_post(line: str) -> str:
    """What stands before the post of a speaker line, where a region may be named; the line where it has no post."""
    line = bare(LABEL.sub("", line))
    match = SPEAKER.match(simplify(line)) or POST_ALONE.match(simplify(line)) or GOVERNMENT_NAME.match(simplify(line))
    return line[: match.end("before")] if match else ""


def read_session_speaker(line: str) -> tuple[str, str] | None:
    """Name and post of a speaker named within a session line; None where none is."""
    squeezed = squeeze(line)
    for pattern in IN_SESSION:
        match = pattern.search(simplify(squeezed))
        if match and "副" not in match[0]:
            name = squeezed[match.start("name") : match.end("name")].removesuffix("同志")
            if is_name(name):
                return name, tidy_post(squeezed[match.start("post") : match.end("post")])
    return None
