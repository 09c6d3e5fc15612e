"""What differs between two copies of a report, by kind. Pure: two texts in, places in both out.

Punctuation, white space and forms make no difference, save for what belongs to a number: 84.6, 846 and 84.6% differ.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from archive.align import Edit, Folded, align, fold_with_places, kind_of, merge
from archive.draft import MARKS, SURE

# damage: a character lost throughout, or a mark where nobody could read; missing: a passage only the second text has;
# added: one only the first has; numbers: figures that are not the same; wording: all else.
KINDS = ("damage", "missing", "added", "numbers", "wording")

# Marks that belong to the number they stand in or behind.
FIGURE_MARK = re.compile(r"(?<=\d)[.．](?=\d)|(?<=\d)[%％‰]")
# Letters that stand in for them while a text is folded, of a script that no report is written in (Yi), and back.
STAND_INS = {".": "\ua000", "．": "\ua000", "%": "\ua001", "％": "\ua001", "‰": "\ua002"}
MARKS_OF = str.maketrans({"\ua000": ".", "\ua001": "%", "\ua002": "‰"})
NUMBER_SIGN = frozenset("0123456789.%‰")
UNITS = re.compile("[0-9.%‰十百千万亿]")
UNREADABLE = re.compile("|".join(MARKS.values()))
# A run of so many characters is a passage (the run by which copies are verified, READING §3.2).
PASSAGE = 16
# The copy has a character at most once that the other has so often: it has lost it (READING §4.1, §4.2).
AT_MOST, OFTEN = 1, 10
# Beside its digits a number that was written otherwise has so many other characters: 53082万吨, 5.31亿吨.
BESIDE = 2
# Marks that go with what stands behind them; all others with what stands before.
OPENING = frozenset("“‘（《〈【「『([{<")


@dataclass(frozen=True, slots=True)
class Difference:
    """One stretch in which two texts differ: a[start_a:end_a] stands where b has b[start_b:end_b]; `kind` of KINDS."""

    kind: str
    start_a: int
    end_a: int
    start_b: int
    end_b: int


Span = tuple[int, int, int, int]  # start and end in the first text, start and end in the second


@dataclass(frozen=True, slots=True)
class Aligned:
    """Two copies of one text, `a` and `b`, cut into stretches that are the same and stretches that differ.

    `spans` cover both texts without gap and overlap; `kinds` has one of KINDS for each, or None where they agree.
    `similarity`: twice the characters that stand in both, of the characters of both: 1.0 for the same text.
    """

    a: str
    b: str
    spans: tuple[Span, ...]
    kinds: tuple[str | None, ...]
    similarity: float


def find_differences(a: str, b: str) -> list[Difference]:
    """What differs between a copy `a` and the better one `b`, in text order, offsets in either text as it is."""
    aligned = align_copies(a, b)
    return [
        Difference(kind, *strip(a, span[0], span[1]), *strip(b, span[2], span[3]))
        for span, kind in zip(aligned.spans, aligned.kinds, strict=True)
        if kind is not None
    ]


def strip(text: str, start: int, end: int) -> tuple[int, int]:
    """A stretch without the marks and white space at its end, where it has more than these."""
    words = text[start:end]
    if not UNREADABLE.search(words):
        end = start + len(words.rstrip("，。、；：！？）》”’】,;:!?)]} \n"))
    return start, end


def align_copies(a: str, b: str) -> Aligned:
    """Two copies of one text aligned, every difference with its kind."""
    one, other = fold_figures(a), fold_figures(b)
    found = slide(align(one.text, other.text), one.text, other.text, line_starts(a, one), line_starts(b, other))
    edits = tuple(tidy(found, one.text, other.text)) or (Edit("equal", 0, 0, 0, 0),)
    spans = tuple(span_edits(edits, a, b, one, other))
    lost_a, lost_b = lost_characters(one.text, other.text), lost_characters(other.text, one.text)
    kinds: list[str | None] = []
    for edit, span in zip(edits, spans, strict=True):
        if edit.kind == "equal":
            kinds.append(None)
        elif any(map(UNREADABLE.search, (a[span[0] : span[1]], b[span[2] : span[3]]))):
            kinds.append("damage")
        else:
            only_a, only_b = one.text[edit.start_a : edit.end_a], other.text[edit.start_b : edit.end_b]
            kinds.append(tell_kind(only_a, only_b, lost_a, lost_b))
    same = sum(edit.end_a - edit.start_a for edit in edits if edit.kind == "equal")
    total = len(one.text) + len(other.text)
    return Aligned(a, b, spans, tuple(kinds), 2 * same / total if total else 1.0)


def span_edits(edits: Sequence[Edit], a: str, b: str, one: Folded, other: Folded) -> Iterator[Span]:
    """Of each edit the stretches of both texts as they are that it covers."""
    at_a = at_b = 0
    for number, edit in enumerate(edits):
        if number == len(edits) - 1:
            yield at_a, len(a), at_b, len(b)
            return
        changed = edit.kind != "equal"
        end_a = end_of(a, one, edit.start_a, edit.end_a, at_a, changed)
        end_b = end_of(b, other, edit.start_b, edit.end_b, at_b, changed)
        yield at_a, end_a, at_b, end_b
        at_a, at_b = end_a, end_b


def end_of(text: str, folded: Folded, first: int, last: int, start: int, changed: bool) -> int:
    """Where the stretch from `start` ends that has the folded characters from `first` up to `last`.

    One without any has what nobody could read in their place, if there is something of the kind.
    """
    if first < last:
        return max(start, boundary(folded, text, last))
    end = int(folded.places[last]) if last < len(folded.places) else len(text)
    marks = list(UNREADABLE.finditer(text, start, end)) if changed else []
    return marks[-1].end() if marks else start


def fold_figures(text: str) -> Folded:
    """`fold_with_places`, with the decimal points and percent signs of numbers kept."""
    folded = fold_with_places(FIGURE_MARK.sub(lambda mark: STAND_INS[mark[0]], text))
    return Folded(folded.text.translate(MARKS_OF), folded.places)


def lost_characters(text: str, other: str) -> frozenset[str]:
    """The characters that the other folded text has again and again and this one hardly ever."""
    there, here = Counter(other), Counter(text)
    often = (sign for sign, times in there.items() if times >= OFTEN and not sign.isascii())
    return frozenset(sign for sign in often if here[sign] <= AT_MOST)


def tell_kind(only_a: str, only_b: str, lost_a: frozenset[str], lost_b: frozenset[str]) -> str:
    """Of which kind a difference of folded texts is. `lost_a`, `lost_b`: what either text has lost throughout."""
    kept_a = "".join(sign for sign in only_a if sign not in lost_b)
    kept_b = "".join(sign for sign in only_b if sign not in lost_a)
    if kept_a == kept_b:
        return "damage"
    if len(only_b) - len(only_a) >= PASSAGE and len(only_a) * 4 <= len(only_b):
        return "missing"
    if len(only_a) - len(only_b) >= PASSAGE and len(only_b) * 4 <= len(only_a):
        return "added"
    figures = not NUMBER_SIGN.isdisjoint(only_a + only_b)
    if figures and all(len(UNITS.sub("", side)) <= BESIDE for side in (only_a, only_b)):
        return "numbers"
    return "wording"


def line_starts(text: str, folded: Folded) -> frozenset[int]:
    """The folded characters that begin a line, by their index; the one behind the last too."""
    ends = [place for place, sign in enumerate(text) if sign == "\n"]
    return frozenset({0, len(folded.text), *np.searchsorted(folded.places, ends).tolist()})


def slide(edits: Iterable[Edit], a: str, b: str, starts_a: frozenset[int], starts_b: frozenset[int]) -> Iterator[Edit]:
    """The same edits, in which words that one text alone has begin a line where they could as well begin there.

    Of 甲乙 and 甲丙甲乙 the new words are 甲丙 or 丙甲: the first, if they stand on lines of their own.
    """
    listed = list(edits)
    for number in range(1, len(listed) - 1):
        edit, before, after = listed[number], listed[number - 1], listed[number + 1]
        if edit.kind not in ("insert", "delete"):
            continue
        text, starts = (b, starts_b) if edit.kind == "insert" else (a, starts_a)
        start, end = edit[3:] if edit.kind == "insert" else edit[1:3]
        shift = find_line(text, start, end, starts, before.end_a - before.start_a, after.end_a - after.start_a)
        if shift:
            listed[number] = Edit(edit.kind, *(place + shift for place in edit[1:]))
            listed[number - 1] = before._replace(end_a=before.end_a + shift, end_b=before.end_b + shift)
            listed[number + 1] = after._replace(start_a=after.start_a + shift, start_b=after.start_b + shift)
    return merge(listed)


def find_line(text: str, start: int, end: int, starts: frozenset[int], most_back: int, most_on: int) -> int:
    """How far text[start:end] can be slid, its words the same, for it to begin a line: the shortest way, else 0."""
    back = on = 0
    while start + on not in starts and on < most_on and text[start + on] == text[end + on]:
        on += 1
    while start - back not in starts and back < most_back and text[start - back - 1] == text[end - back - 1]:
        back += 1
    shifts = [shift for shift in (-back, on) if start + shift in starts]
    return min(shifts, key=abs, default=0)


def tidy(edits: Iterable[Edit], a: str, b: str) -> Iterator[Edit]:
    """Edits as a reader would mark them: numbers whole, and no single characters kept within what was rewritten.

    A short run that two differences have between them is theirs too where it is no longer than either (the rule of
    Google's diff-match-patch, its "semantic cleanup"), unless one of them is a number.
    """
    done: list[Edit] = []
    for edit in merge(cut_at_numbers(edits, a, b)):
        done.append(edit)
        while len(done) >= 3 and done[-1].kind != "equal" and is_chance(done[-3], done[-2], done[-1], a, b):
            spans = (done[-3].start_a, done[-1].end_a, done[-3].start_b, done[-1].end_b)
            done[-3:] = [Edit(kind_of(*spans), *spans)]
    yield from done


def is_chance(before: Edit, same: Edit, after: Edit, a: str, b: str) -> bool:
    """Whether what two differences have between them stands in both texts by chance: not in words only one has."""
    if size(same) >= SURE or size(same) > min(size(before), size(after)):
        return False
    if before.kind == after.kind and before.kind != "replace":
        return False
    words = (a[edit.start_a : edit.end_a] + b[edit.start_b : edit.end_b] for edit in (before, after))
    return all(UNITS.sub("", side) for side in words)


def size(edit: Edit) -> int:
    """Characters of the longer side of an edit."""
    return max(edit.end_a - edit.start_a, edit.end_b - edit.start_b)


def cut_at_numbers(edits: Iterable[Edit], a: str, b: str) -> Iterator[Edit]:
    """The same edits, in which a difference within a number is one of the whole number."""
    listed = list(edits)
    for number, edit in enumerate(listed):
        if edit.kind != "equal":
            yield edit
            continue
        front = back = 0
        length = edit.end_a - edit.start_a
        if number:
            front = reach(a, b, edit, range(length)) if touches(a, b, listed[number - 1], last=True) else 0
        if number < len(listed) - 1 and front < length:
            after = range(length - 1, front - 1, -1)
            back = reach(a, b, edit, after) if touches(a, b, listed[number + 1], last=False) else 0
        spans = [0, front, length - back, length]
        for start, end in pairwise(spans):
            whole = (edit.start_a + start, edit.start_a + end, edit.start_b + start, edit.start_b + end)
            yield Edit("equal" if (start, end) == (front, length - back) else "replace", *whole)


def touches(a: str, b: str, change: Edit, *, last: bool) -> bool:
    """Whether a difference has a number at its end (`last`), or at its beginning, in either text."""
    sides = (a[change.start_a : change.end_a], b[change.start_b : change.end_b])
    return any(side and side[-1 if last else 0] in NUMBER_SIGN - {"%", "‰"} for side in sides)


def reach(a: str, b: str, edit: Edit, offsets: Sequence[int]) -> int:
    """How many characters at one end of an equal stretch belong to a number."""
    count = 0
    for offset in offsets:
        if a[edit.start_a + offset] not in NUMBER_SIGN:
            break
        count += 1
    return count


def boundary(folded: Folded, text: str, index: int) -> int:
    """Where to cut a text between two folded characters, the second of which is `index`.

    A line end stays with the line, an opening quote goes with what it opens, other marks with what stands before.
    """
    if index <= 0 or index >= len(folded.places):
        return 0 if index <= 0 else len(text)
    start, end = int(folded.places[index - 1]) + 1, int(folded.places[index])
    if end <= start:
        return end
    gap = text[start:end]
    line_end = gap.rfind("\n") + 1
    if line_end:
        return start + line_end
    unread = UNREADABLE.search(gap)
    opening = next((place for place, sign in enumerate(gap) if sign in OPENING), len(gap))
    return start + min(opening, unread.start() if unread else len(gap))
