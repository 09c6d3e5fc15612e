"""A text in the making, put together from damaged copies, and one of them laid beside it. Pure; restore.py uses it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from archive.align import Edit, codes_of, fold_with_places
from archive.ends import CLOSING_WORDS, STOPS
from archive.fold import fold, fold_text
from archive.gaps import DIGITS, Fill, Unsettled, fill_gap, take

# What each kind of damage takes away, by the codes of archive/damage.py and identify.py.
FIGURES_LOST = frozenset({"digits_lost", "missing_year"})
CUT = frozenset({"cut", "cut_at_cell_limit", "truncated_file", "page_limit"})
MARKS = {
    "question_marks": r"[?？]{3,}",
    "unreadable_characters": "[\ufffd\ue000-\uf8ff]+",
    "stars": r"\*+",
    "anonymised": r"(?<![xX×])[xX×]{2,}(?=[省市县区镇乡旗村])|(?<=20)[xX×]{2}(?=年)",
}
# Marks that say how many characters they stand for, of so many bytes at most.
MEASURED, BYTES = frozenset({"question_marks", "unreadable_characters"}), 3
RESTORABLE = frozenset({"lost_character", *FIGURES_LOST, *CUT, *MARKS})
# Copies whose figures somebody changed give none; one with strange words behind its end gives no end.
FIGURES_CHANGED = frozenset({"false_year", "anonymised"})
END_UNSURE = frozenset({"tag_cloud", "repeated", "too_long"})

# A shorter run that two copies share between two differences may be chance: of the runs in the longest common
# subsequence of two districts' reports 92 of 100 are shorter (ten pairs of 15,000 characters).
SURE = 4
# The run by which copies are verified (READING §3.2): an end is taken from behind one, and where no copy shows so
# many places together, a passage is unseen.
RUN = 16
# Of the ends of 99 whole texts none is so long without a closing.
TAIL = 400
# The stretch that one mark stands for is no longer.
MARKED = 16
ORDER, UNSEEN = "order_unsettled", "still_lost"


@dataclass(frozen=True, slots=True)
class DamagedCopy:
    """A copy's text with what is wrong with it: the characters `lost` throughout and the codes of its problems."""

    id: str
    text: str
    lost: str = ""
    codes: frozenset[str] = frozenset()

    @property
    def figures_lost(self) -> bool:
        """Whether figures are gone from it."""
        return not self.codes.isdisjoint(FIGURES_LOST)


@dataclass(frozen=True, slots=True)
class Missing:
    """Characters that are still lost at `start` of the restored text, and why.

    `reason` is order_unsettled (they stand beside the `length` characters there, before or behind) or still_lost (in
    the stretch of `length` characters, which no copy shows that has them).
    """

    characters: str
    start: int
    length: int
    reason: str


class Mark(NamedTuple):
    """A stretch that stands for others; `measured`: its length says for how many characters."""

    start: int
    length: int
    measured: bool


Change = tuple[int, int, str]  # start, end, characters in their place


@dataclass(slots=True)
class Draft:
    """A text in the making. For each character: `source`, the number of the copy that gave it, and `passage`, that of
    the copy whose words it stands among. `shown`, for each character known to be lost ("0" for figures): the places,
    before each character and at the end, of which some copy has shown what stands there.
    """

    text: str
    cut: bool
    source: np.ndarray
    passage: np.ndarray
    shown: dict[str, np.ndarray] = field(default_factory=dict)

    def passages(self) -> list[int]:
        """The numbers of the copies whose words it has, in order."""
        return sorted({0, *np.unique(self.passage).tolist()})

    def shown_of(self, character: str) -> np.ndarray:
        """The places at which it is known whether `character` stands there."""
        return self.shown.setdefault(character, np.zeros(len(self.text) + 1, dtype=bool))

    def extend(self, start: int, characters: str, number: int) -> None:
        """Put words of copy `number` in the place of all from `start` on."""
        added = np.full(len(characters), number)
        self.text = self.text[:start] + characters
        self.source, self.passage = (np.concatenate((own[:start], added)) for own in (self.source, self.passage))
        for character, shown in self.shown.items():
            self.shown[character] = np.concatenate((shown[: start + 1], np.full(len(characters), False)))

    def splice(self, changes: Sequence[Change], number: int) -> None:
        """Make changes, in order and not overlapping, with characters of copy `number`."""
        text: list[str] = []
        source: list[np.ndarray] = []
        passage: list[np.ndarray] = []
        shown: dict[str, list[np.ndarray]] = {character: [] for character in self.shown}
        done = 0
        for start, end, characters in (*changes, (len(self.text), len(self.text), "")):
            text += [self.text[done:start], characters]
            source += [self.source[done:start], np.full(len(characters), number)]
            among = self.passage[max(0, start - 1)] if len(self.passage) else 0
            passage += [self.passage[done:start], np.full(len(characters), among)]
            for character, pieces in shown.items():
                known = self.shown[character]
                pieces += [known[done:start], np.full(len(characters), known[start])]
            done = end
        self.text, self.source, self.passage = "".join(text), np.concatenate(source), np.concatenate(passage)
        for character, pieces in shown.items():
            self.shown[character] = np.concatenate((*pieces, self.shown[character][-1:]))


@dataclass(frozen=True, slots=True)
class Skeleton:
    """A text folded, without what one of two copies has lost, and the place of each character that is left."""

    text: str
    places: np.ndarray


@dataclass(frozen=True, slots=True)
class Pair:
    """A draft beside one of the other copies, aligned: `partners` as pair_places gives them."""

    draft: Draft
    asked: Sequence[DamagedCopy]
    number: int
    ours: Skeleton
    theirs: Skeleton
    partners: np.ndarray

    def gap(self, index: int) -> tuple[int, int]:
        """Where the gap in front of the character `index` of our skeleton begins and ends in the draft."""
        return gap_between(self.ours, index, len(self.draft.text))

    def their_gap(self, index: int) -> str:
        """What the other copy has in the gap in front of the character `index` of its skeleton."""
        text = self.asked[self.number].text
        start, end = gap_between(self.theirs, index, len(text))
        return text[start:end]

    def lost_near(self, start: int, end: int) -> tuple[set[str], bool]:
        """What is lost from the copies that gave the neighbours of a gap: characters, and whether figures are."""
        passages = {int(self.draft.passage[place]) for place in (start - 1, end) if 0 <= place < len(self.draft.text)}
        copies = [self.asked[number] for number in passages or {0}]
        return {character for copy in copies for character in copy.lost}, any(copy.figures_lost for copy in copies)

    def fill_lost(
        self, usable: frozenset[str], figures: bool, marks: Sequence[Mark]
    ) -> tuple[list[Change], list[Missing]]:
        """Changes that put lost characters and figures where both texts have their neighbours; what stays unsettled."""
        changes: list[Change] = []
        unsettled: list[Missing] = []
        known = self.mark_shown()
        for index in self.gaps_with(usable | DIGITS if figures else usable):
            left, right = int(self.partners[index]), int(self.partners[index + 1])
            joined = left >= 0 and right == left + 1
            if not joined and left < 0 and right < 0:
                continue  # words that the draft does not have
            start, end = self.gap(left if left >= 0 else right - 1)
            if not joined:
                start = end = start if left >= 0 else end
            lost, figures_lost = self.lost_near(start, end)
            here = frozenset(sign for sign in usable & lost if not self.draft.shown_of(sign)[start])
            numbers = figures and figures_lost and not self.draft.shown_of("0")[start]
            if any(mark.start < end and mark.start + mark.length > start for mark in marks):
                continue
            if not joined:
                found: list[Fill | Unsettled] = []
                if words := take(self.their_gap(index), here, figures=False):
                    found.append(Unsettled(0, 0, words))
            else:
                found = list(fill_gap(self.draft.text[start:end], self.their_gap(index), here, numbers))
            for one in found:
                place = start + one.offset
                if isinstance(one, Fill):
                    changes.append((place, place, one.characters))
                else:
                    unsettled.append(Missing(one.characters, place, one.length, ORDER))
                    known[start : end + 1] = False
        for character in (*usable, "0") if figures else usable:
            self.draft.shown[character] = self.draft.shown_of(character) | known
        return changes, unsettled

    def mark_shown(self) -> np.ndarray:
        """The places of the draft, before each character and at its end, whose neighbours stand together in both."""
        left = self.partners[:-1][(self.partners[:-1] >= 0) & (self.partners[1:] == self.partners[:-1] + 1)]
        edges = np.zeros(len(self.draft.text) + 2, dtype=np.int64)
        starts = np.concatenate(([0], self.ours.places + 1))
        ends = np.concatenate((self.ours.places, [len(self.draft.text)]))
        np.add.at(edges, starts[left], 1)
        np.add.at(edges, np.maximum(ends[left], starts[left]) + 1, -1)
        return np.cumsum(edges)[:-1] > 0

    def gaps_with(self, characters: frozenset[str]) -> list[int]:
        """The gaps of the other copy in which one of some characters stands, by the index of what is behind them."""
        folded = fold_with_places(self.asked[self.number].text)
        wanted = folded.places[np.isin(codes_of(folded.text), codes_of("".join(sorted(characters))))]
        return [int(index) for index in np.unique(np.searchsorted(self.theirs.places, wanted))]

    def fill_marks(self, marks: Sequence[Mark]) -> list[Change]:
        """Changes that put in the place of marks (??? or XX) what the other copy has between the same neighbours."""
        found: list[tuple[Mark, str]] = []
        theirs_of = np.full(len(self.ours.text) + 2, -9, dtype=np.int64)
        paired = np.flatnonzero(self.partners >= 0)
        theirs_of[self.partners[paired]] = paired
        for mark in marks:
            first, last = mark.start, mark.start + mark.length
            index = int(np.searchsorted(self.ours.places, first))
            left, right = int(theirs_of[index]), int(theirs_of[index + 1])
            if left < 0 or right < 0 or not 0 < right - left <= MARKED:
                continue
            start, end = self.gap(index)
            begin, _ = gap_between(self.theirs, left, 0)
            _, stop = gap_between(self.theirs, right - 1, len(self.asked[self.number].text))
            front, behind = (
                "".join(sign for sign in side if sign not in self.asked[self.number].lost)
                for side in (self.draft.text[start:first], self.draft.text[last:end])
            )
            words = between(front, behind, self.asked[self.number].text[begin:stop])
            if words:
                found.append((mark, words))
        # A character that could not be converted left one mark, or one for each of its two or three bytes: as in most.
        ratios = Counter(mark.length // len(words) for mark, words in found if mark.length % len(words) == 0)
        usual = ratios.most_common(1)[0][0] if ratios else 0
        return [
            (mark.start, mark.start + mark.length, words)
            for mark, words in found
            if not mark.measured or (mark.length == len(words) * usual and usual <= BYTES)
        ]

    def find_end(self, edits: Sequence[Edit]) -> tuple[int, str] | None:
        """Where a text is cut that the other copy continues, and its words from there on."""
        if len(edits) < 2 or edits[-1].kind != "insert" or edits[-2].end_a - edits[-2].start_a < RUN:
            return None
        start, _ = gap_between(self.ours, len(self.ours.text), len(self.draft.text))
        begin, _ = gap_between(self.theirs, edits[-2].end_b, 0)
        end = self.asked[self.number].text[begin:]
        sentence_over = self.draft.text[start:].rstrip()[-1:] in STOPS
        if sentence_over and len(end) < TAIL and not CLOSING_WORDS.search(end):
            return None  # a page's words behind the report rather than its end
        return start, end


def gap_between(skeleton: Skeleton, index: int, length: int) -> tuple[int, int]:
    """Where what stands in front of the skeleton's character `index` begins and ends in a text of some length."""
    start = int(skeleton.places[index - 1]) + 1 if index else 0
    end = int(skeleton.places[index]) if index < len(skeleton.places) else length
    return start, max(start, end)


def between(front: str, back: str, words: str) -> str | None:
    """What of `words` stands between what they share with `front` and `back`, marks folded; None where they do not."""
    front, back, folded = fold(front), fold(back), fold(words)
    if len(folded) != len(words) or not folded.startswith(front) or not folded.endswith(back):
        return None
    inner = words[len(front) : len(words) - len(back)].strip() if len(front) + len(back) < len(words) else ""
    return inner if inner and "\n" not in inner and fold_text(inner) else None


def find_marks(code: str, text: str) -> list[Mark]:
    """The stretches of a text that stand for characters nobody could read or somebody hid."""
    found = re.finditer(MARKS[code], text)
    return [Mark(match.start(), len(match[0]), code in MEASURED) for match in found]


def bare(text: str, left_out: Iterable[str], marks: Iterable[Mark]) -> Skeleton:
    """A text folded, without some characters and what stands at marks.

    Two copies of one text of which each has lost another character are the same without both.
    """
    for start, length, _ in marks:
        text = text[:start] + " " * length + text[start + length :]
    folded = fold_with_places(text)
    codes = codes_of(folded.text)
    kept = ~np.isin(codes, codes_of("".join(sorted(left_out))))
    return Skeleton(codes[kept].tobytes().decode("utf-32-le"), folded.places[kept])


def pair_places(edits: Sequence[Edit], ours: int, theirs: int) -> np.ndarray:
    """For each character of their skeleton, and the two ends of it, the one of ours; -9 where there is none.

    Index and value are one higher than the place: 0 is the beginning of either text, the last its end.
    """
    partners = np.full(theirs + 2, -9, dtype=np.int64)
    for edit in edits:
        at_an_end = edit.start_a == edit.start_b == 0 or (edit.end_a == ours and edit.end_b == theirs)
        if edit.kind == "equal" and (at_an_end or edit.end_a - edit.start_a >= SURE):
            partners[edit.start_b + 1 : edit.end_b + 1] = np.arange(edit.start_a + 1, edit.end_a + 1)
    if ours == theirs == 0 or (theirs and partners[1] == 1):
        partners[0] = 0
    if ours == theirs == 0 or (theirs and partners[theirs] == ours):
        partners[theirs + 1] = ours + 1
    return partners
