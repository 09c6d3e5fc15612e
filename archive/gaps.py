"""What stands between two characters that two copies share: which lost characters can be put where. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from archive.align import align
from archive.fold import COMPARISON, FOLD

DIGITS = frozenset("0123456789")
NUMBER = re.compile(r"[0-9]+(?:[.,][0-9]+)*[%‰]?")
# After one of these a new paragraph begins; a line that ends otherwise may be a heading.
SENTENCE_END = frozenset("。！？；：”’）》!?;:)")


@dataclass(frozen=True, slots=True)
class Fill:
    """Characters that can be put into a text before the character `offset`."""

    offset: int
    characters: str


@dataclass(frozen=True, slots=True)
class Unsettled:
    """Characters known to be lost beside `length` others from `offset` on: in which order is not known."""

    offset: int
    length: int
    characters: str


@dataclass(frozen=True, slots=True)
class Slot:
    """The stretch of a gap between two of its marks: `start` in our text, and its characters in both texts."""

    start: int
    ours: str
    theirs: str


def fill_gap(ours: str, theirs: str, usable: frozenset[str], figures: bool) -> Iterator[Fill | Unsettled]:
    """Put the `usable` characters of `theirs` into `ours`, two gaps between the same neighbours.

    What else stands in them (marks, white space, characters that the other copy has lost) tells the place: where it
    does not, the characters are unsettled. With `figures` numbers that are gone are taken too.
    """
    for slot in pair_slots(ours, theirs):
        before = ours[slot.start - 1 : slot.start]
        for found in fill_slot(slot, usable, figures, before):
            if isinstance(found, Fill):
                yield Fill(slot.start + found.offset, found.characters)
            else:
                yield Unsettled(slot.start + found.offset, found.length, found.characters)


def pair_slots(ours: str, theirs: str) -> Iterator[Slot]:
    """The slots of two gaps, by the marks that stand in both: as they are, without white space, by number alone."""
    for level in range(4):
        marks, others = list_marks(ours, level), list_marks(theirs, level)
        if [key for key, _, _ in marks] == [key for key, _, _ in others]:
            yield from cut_slots(ours, theirs, [span for _, *span in marks], [span for _, *span in others])
            return
    marks, others = list_marks(ours, 2), list_marks(theirs, 2)
    kept, known = [], []
    for edit in align("".join(key for key, _, _ in marks), "".join(key for key, _, _ in others)):
        if edit.kind == "equal":
            kept += [span for _, *span in marks[edit.start_a : edit.end_a]]
            known += [span for _, *span in others[edit.start_b : edit.end_b]]
    yield from cut_slots(ours, theirs, kept, known)


def list_marks(gap: str, level: int) -> list[tuple[str, int, int]]:
    """What is no letter in a gap, as (key, start, end).

    The levels forget more and more: 0 only forms (, for ，), 1 plain spaces and empty lines, 2 line ends, 3 which mark.
    """
    found: list[tuple[str, int, int]] = []
    for place, sign in enumerate(gap):
        if COMPARISON[ord(sign)]:
            continue
        key = "\n" if sign == "\n" else " " if sign.isspace() else "." if level == 3 else FOLD[ord(sign)][:1] or sign
        if (key == " " and level >= 1) or (key == "\n" and level >= 2):
            continue
        if key == "\n" and level == 1 and found and found[-1][0] == "\n" and not gap[found[-1][1] : place].strip():
            found[-1] = (key, found[-1][1], place + 1)
            continue
        found.append((key, place, place + 1))
    return found


def cut_slots(ours: str, theirs: str, marks: Sequence[list[int]], others: Sequence[list[int]]) -> Iterator[Slot]:
    """The stretches between paired marks."""
    start = begin = 0
    for (mark, after), (other, behind) in zip((*marks, [len(ours), 0]), (*others, [len(theirs), 0]), strict=True):
        yield Slot(start, ours[start:mark], theirs[begin:other])
        start, begin = after, behind


def fill_slot(slot: Slot, usable: frozenset[str], figures: bool, before: str) -> Iterator[Fill | Unsettled]:
    """The fills of one slot, with offsets in it; `before` is the character in front of it in our gap."""
    letters = [(offset, COMPARISON[ord(sign)]) for offset, sign in enumerate(slot.ours) if COMPARISON[ord(sign)]]
    # A number that is there in part, or another one, is what the copy says.
    figures = figures and not any(key in DIGITS for _, key in letters)
    wanted = take(slot.theirs, usable, figures)
    if not wanted:
        return
    if not slot.ours.strip():
        if "\n" not in slot.ours:
            yield Fill(0, wanted)
        elif before in SENTENCE_END and before:
            yield Fill(len(slot.ours), wanted)
        else:
            yield Unsettled(0, len(slot.ours), wanted)
        return
    if len(letters) < sum(not sign.isspace() for sign in slot.ours):
        yield Unsettled(0, len(slot.ours), wanted)
        return
    theirs = [sign for sign in slot.theirs if COMPARISON[ord(sign)]]
    for edit in align("".join(key for _, key in letters), "".join(COMPARISON[ord(sign)] for sign in theirs)):
        wanted = take("".join(theirs[edit.start_b : edit.end_b]), usable, figures)
        place = letters[edit.start_a][0] if edit.start_a < len(letters) else len(slot.ours)
        if edit.kind == "insert" and wanted:
            yield Fill(place, wanted)
        elif edit.kind == "replace" and wanted:
            last = letters[edit.end_a - 1][0]
            yield Unsettled(place, last + 1 - place, wanted)


def take(theirs: str, usable: frozenset[str], figures: bool) -> str:
    """What of the other copy's words may be taken: usable characters, in the form in which they are lost; numbers."""
    taken = []
    for match in re.finditer(rf"{NUMBER.pattern}|." if figures else ".", theirs, re.DOTALL):
        key = COMPARISON[ord(match[0])] if len(match[0]) == 1 else ""
        if key in usable and key:
            taken.append(key)
        elif match[0][0] in DIGITS and figures:
            taken.append(match[0])
    return "".join(taken)
