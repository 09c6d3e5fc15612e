"""The terms a report explains (名词解释, notes marked ①), each with its definition and the places where it is used."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from archive.outline import Section

CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳㉑㉒㉓㉔㉕㉖㉗㉘㉙㉚㉛㉜㉝㉞㉟㊱㊲㊳㊴㊵㊶㊷㊸㊹㊺㊻㊼㊽㊾㊿"
# 1、 1. (1) ［1］ 注1： ①. The number has to be the next: 8.6个重大专项 is the eighth and begins with 6个.
ITEM = re.compile(rf"^(?:注\s?)?(?:[［\[【（(]\s?(\d{{1,3}})\s?[］\]】）)]|(\d{{1,3}})\s?[、.．：:]|([{CIRCLED}]))\s*")
# A term is no longer; the longest of the 176 terms in fourteen reports has 40 characters.
TERM = 60
# A term before a copula is short, unless the speech uses it as it is.
SHORT = 20
COLON = re.compile(r"[：:]\s*")
# 两网融合即…, 演艺大世界联盟是… : where no colon parts term and definition.
COPULA = re.compile(
    r"^[^，。；,;]{2,40}?(?=是指|系指|即[^将]|又称|也称|亦称|是由|是[“为以利一]|是[^，。]{1,12}[和、]|指)"
)
SENTENCE = re.compile(r"(?<=[。！？])(?=[^。！？：:，,]{2,24}[：:])")
QUOTES = "“”‘’\"'「」『』《》"


@dataclass(frozen=True, slots=True)
class Mention:
    """A place in the speech where a term is used."""

    start: int
    length: int


@dataclass(frozen=True, slots=True)
class Term:
    """A term with its definition as printed, `start` and `length` of both together, and where the speech uses it."""

    n: int
    term: str
    definition: str
    start: int
    length: int
    mentions: tuple[Mention, ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """An item of a glossary: its words without its number, and their place. `lines`: it has several."""

    words: str
    start: int


def find_terms(text: str, sections: Sequence[Section]) -> list[Term]:
    """The terms of a report's glossaries, in text order. `sections` as outline gives them."""
    glossaries = [section for section in sections if section.kind == "glossary" and section.level == 1]
    if not glossaries:
        return []
    speech = Speech(text, glossaries[0].start)
    terms: list[Term] = []
    for section in glossaries:
        for entry in split_entries(text, section, speech):
            parted = part_entry(entry.words, speech)
            if parted is None:
                continue
            term, definition = parted
            mentions = tuple(speech.find(term))
            terms.append(Term(len(terms) + 1, term, definition, entry.start, len(entry.words), mentions))
    return terms


class Speech:
    """The part of a report before its glossary, searched without quotation marks: “两网融合” is 两网融合 there too."""

    def __init__(self, text: str, end: int) -> None:
        self.end = end
        self.places = [place for place in range(end) if text[place] not in QUOTES]
        self.words = "".join(text[place] for place in self.places).translate(HALF_WIDTH)

    def holds(self, words: str) -> bool:
        """Whether the speech uses these words."""
        return bare(words) in self.words

    def find(self, term: str) -> Iterator[Mention]:
        """Where the speech uses a term; where never, its parts: 两重、两新."""
        wanted = bare(term)
        pieces = [wanted] if wanted in self.words else [bare(part) for part in re.split("[、和与及]", term)]
        found = {}
        for piece in pieces:
            if len(piece) > 1:
                for hit in re.finditer(re.escape(piece), self.words):
                    found[self.places[hit.start()]] = self.places[hit.end() - 1] + 1
        for start, end in sorted(found.items()):
            yield Mention(start, end - start)


HALF_WIDTH = str.maketrans("，：；（）！？％", ",:;()!?%")
NO_QUOTES = str.maketrans("", "", QUOTES)


def bare(words: str) -> str:
    """Words without quotation marks and with half-width signs, one for one, so that places stay."""
    return words.translate(NO_QUOTES).translate(HALF_WIDTH)


def split_entries(text: str, section: Section, speech: Speech) -> Iterator[Entry]:
    """The items of one glossary: lines from one number up to the next; without numbers, every line with a colon."""
    place = section.start
    lines: list[tuple[int, str]] = []
    for line in text[section.start : section.start + section.length].split("\n"):
        lines.append((place, line))
        place += len(line) + 1
    lines = lines[section.heading.count("\n") + 1 if section.heading else 0 :]
    starts: list[tuple[int, int]] = []
    for start, line in lines:
        item = ITEM.match(line)
        if item and number_of(item) == len(starts) + 1:
            starts.append((start, start + item.end()))
    if not starts:
        bare_lines = ((start + len(line) - len(line.lstrip()), line.strip()) for start, line in lines)
        heads = ((start, len(COLON.split(line, maxsplit=1)[0]), len(line)) for start, line in bare_lines)
        starts = [(start, start) for start, head, whole in heads if 0 < head < min(whole, TERM)]
    stops = [start for start, _ in starts[1:]] + [section.start + section.length]
    for (_, start), stop in zip(starts, stops, strict=False):
        # Where the numbers of later notes were lost they stand in the paragraph of the one before.
        place = start
        for piece in part_sentences(text[start:stop], speech):
            yield Entry(piece.strip(), place + len(piece) - len(piece.lstrip()))
            place += len(piece)


def number_of(item: re.Match[str]) -> int:
    """The number of an item, from 1."""
    return CIRCLED.index(item[3]) + 1 if item[3] else int(item[1] or item[2])


def part_sentences(words: str, speech: Speech) -> list[str]:
    """An entry parted before sentences that begin with a term the speech uses and a colon."""
    pieces: list[str] = []
    for piece in SENTENCE.split(words):
        head = COLON.split(piece, maxsplit=1)[0]
        if pieces and not (len(head) > 2 and speech.holds(head)):
            pieces[-1] += piece
        else:
            pieces.append(piece)
    return pieces


def part_entry(words: str, speech: Speech) -> tuple[str, str] | None:
    """Term and definition of one entry: parted by a line end, a colon, a copula, or where the speech's words end."""
    first, _, rest = words.partition("\n")
    colon = COLON.search(first)
    if colon and 0 < colon.start() <= TERM and not re.search("[。；，]", first[: colon.start()]):
        return first[: colon.start()].strip(), words[colon.end() :].strip()
    if rest.strip() and len(first) <= TERM and not re.search("[。；]", first):
        return first.strip(), rest.strip()
    used = next((first[:end] for end in range(min(len(first), TERM), 1, -1) if speech.holds(first[:end])), "")
    # A word that goes on in the speech as it does here is longer than the term: 蓝绿丝带是 is no term.
    used = used.rstrip(QUOTES[0] + "，。、是即指又该")
    copula = COPULA.match(first)
    term = copula[0] if copula and len(copula[0]) <= max(len(used), SHORT) else used
    if term != used and term.startswith(used) and bare(term[len(used) :]) in bare(used):
        term = used  # the definition begins with a part of the term: “两集中、两到位”改革“两集中”即…
    return (term, words[len(term) :].strip()) if len(term) > 1 else None
