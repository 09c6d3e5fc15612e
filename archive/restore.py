"""The text of a report of which no copy is whole, put together from its damaged copies. Pure; nothing is guessed.

The base is the best copy. Into it go only characters that are known to be lost from it, at places that another copy
shows: its neighbours on both sides stand in both copies. What differs in wording stays as the base has it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from archive.align import align
from archive.draft import (
    CUT,
    END_UNSURE,
    FIGURES_CHANGED,
    MARKS,
    RUN,
    UNSEEN,
    DamagedCopy,
    Draft,
    Missing,
    Pair,
    bare,
    find_marks,
    pair_places,
)
from archive.gaps import DIGITS


@dataclass(frozen=True, slots=True)
class Restored:
    """`length` characters of the restored text from `start` on, and the id of the copy that gave them."""

    start: int
    length: int
    copy: str


@dataclass(frozen=True, slots=True)
class Restoration:
    """A restored text. `lost`: the characters that are still missing somewhere; `cut`: its end still is."""

    text: str
    restored: tuple[Restored, ...]
    missing: tuple[Missing, ...]
    lost: str
    cut: bool


def restore(copies: Sequence[DamagedCopy]) -> Restoration:
    """Fill what the first copy has lost with what the others show, each asked in the order given.

    With one copy, or where the others show nothing that is lost, the text is the first copy's. Of two copies that both
    show a place the earlier one decides.
    """
    base = copies[0]
    nothing = np.zeros(len(base.text), dtype=np.int64)
    draft = Draft(base.text, not base.codes.isdisjoint(CUT), nothing, nothing)
    unsettled: list[Missing] = []
    while True:
        # A round can add an end that the next one fills; the last finds nothing and says what is unsettled.
        before = draft.text
        unsettled = [gap for number in range(1, len(copies)) for gap in ask(draft, copies, number)]
        if draft.text == before:
            break
    missing = [*unsettled, *find_unseen(draft, copies, unsettled)]
    missing.sort(key=lambda gap: (gap.start, gap.length, gap.characters))
    lost = "".join(dict.fromkeys(character for gap in missing for character in gap.characters))
    return Restoration(draft.text, tuple(list_restored(draft, copies)), tuple(missing), lost, draft.cut)


def ask(draft: Draft, asked: Sequence[DamagedCopy], number: int) -> list[Missing]:
    """Let one copy fill what it can of a draft; returns what it shows to be lost without showing where."""
    other = asked[number]
    lost = frozenset("".join(asked[source].lost for source in draft.passages()))
    figures_lost = any(asked[source].figures_lost for source in draft.passages())
    usable = lost - set(other.lost)
    figures = figures_lost and not other.figures_lost and other.codes.isdisjoint(FIGURES_CHANGED)
    marked = sorted(MARKS.keys() & asked[0].codes - other.codes)
    marks = [mark for code in marked for mark in find_marks(code, draft.text)]
    if not (usable or figures or marks or draft.cut):
        return []
    left_out = lost | set(other.lost) | (DIGITS if figures_lost or other.figures_lost else frozenset())
    ours, theirs = bare(draft.text, left_out, marks), bare(other.text, left_out, ())
    edits = align(ours.text, theirs.text)
    partners = pair_places(edits, len(ours.text), len(theirs.text))
    pair = Pair(draft, asked, number, ours, theirs, partners)
    changes, unsettled = pair.fill_lost(usable, figures, marks)
    changes += pair.fill_marks(marks)
    if draft.cut and other.codes.isdisjoint(END_UNSURE) and (end := pair.find_end(edits)):
        draft.extend(*end, number)
        draft.cut = not other.codes.isdisjoint(CUT)
    draft.splice(sorted(changes), number)
    return unsettled


def find_unseen(draft: Draft, asked: Sequence[DamagedCopy], unsettled: Sequence[Missing]) -> Iterator[Missing]:
    """The stretches in which a character is lost and no other copy shows that it stands there or does not."""
    for gap in unsettled:
        for character in gap.characters:
            draft.shown_of(character)[gap.start : gap.start + gap.length + 1] = True
    stretches: dict[tuple[int, int], str] = {}
    for character in dict.fromkeys("".join(asked[number].lost for number in draft.passages())):
        losing = np.array([character in copy.lost for copy in asked])[draft.passage]
        needed = np.concatenate((losing[:1], losing[1:] | losing[:-1], losing[-1:]))
        unseen = np.concatenate(([0], needed & ~draft.shown_of(character), [0])).astype(np.int8)
        starts, ends = np.flatnonzero(np.diff(unseen) == 1), np.flatnonzero(np.diff(unseen) == -1)
        for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
            if end - start >= min(RUN, len(draft.text) + 1):
                stretch = (start, min(end, len(draft.text)) - start)
                stretches[stretch] = stretches.get(stretch, "") + character
    for (start, length), characters in stretches.items():
        yield Missing(characters, start, length, UNSEEN)


def list_restored(draft: Draft, asked: Sequence[DamagedCopy]) -> Iterator[Restored]:
    """The stretches of a draft that are not from the base."""
    edges = np.flatnonzero(np.diff(draft.source, prepend=-1, append=-1))
    for start, end in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
        if draft.source[start]:
            yield Restored(start, end - start, asked[int(draft.source[start])].id)
