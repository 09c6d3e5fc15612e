"""Two texts side by side: two copies of a report by characters, two years of a region by paragraphs. Pure.

    compare_copies(a: str, b: str) -> Comparison
    compare_years(a: str, b: str) -> Comparison

Both give the same shape: rows in reading order, each with what stands in `a` (the copy, or the earlier year), in `b`
(the better copy, or the later year), cut into pieces that agree and pieces that differ.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from rapidfuzz.distance import Indel
from rapidfuzz.process import cdist

from archive.differences import KINDS, Aligned, align_copies, boundary, fold_figures

ROWS = ("kept", "changed", "gone", "new")

# Of the paragraphs of reports of two years 99 of 100 pairs agree in less than .27 of their characters, those on the
# same matter in .3 and more (four regions, 2019–2026, longest common subsequence).
SAME_MATTER = 0.35
# A paragraph that stands elsewhere must be nearly the same: as near as copies are (archive/copies.py, WHOLE).
ELSEWHERE = 0.8


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a row: `a` and `b` are its words in either text, "" where it has none.

    `kind` is None where both agree (punctuation, spacing and forms may differ); else one of differences.KINDS, which
    speak of copies: of two years it only matters that there is one.
    """

    a: str
    b: str
    kind: str | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One paragraph of either text, or of one of them, or the part that the other has as a paragraph of its own.

    `kind` is kept (only marks and forms may differ), changed, gone (only `a` has it) or new (only `b` has it).
    `start_a` and `start_b` are offsets in the texts, None where that text has nothing here; line ends are left out.
    `elsewhere`: of a row that is gone or new, the number, from 0, of the row with the same paragraph in the other text.
    """

    kind: str
    pieces: tuple[Piece, ...]
    start_a: int | None
    start_b: int | None
    elsewhere: int | None = None

    @property
    def a(self) -> str:
        """What the first text has here."""
        return "".join(piece.a for piece in self.pieces)

    @property
    def b(self) -> str:
        """What the second text has here."""
        return "".join(piece.b for piece in self.pieces)


@dataclass(frozen=True)
class Comparison:
    """Two texts compared.

    `similarity`: twice the characters that stand in both, of the characters of both, 0.0 to 1.0, punctuation aside.
    """

    rows: tuple[Row, ...]
    similarity: float

    @cached_property
    def row_counts(self) -> dict[str, int]:
        """How many rows there are of each kind, all of ROWS in order."""
        counts = Counter(row.kind for row in self.rows)
        return {kind: counts[kind] for kind in ROWS}

    @cached_property
    def counts(self) -> dict[str, int]:
        """How many differences there are of each kind, all of differences.KINDS in order."""
        counts = Counter(piece.kind for row in self.rows for piece in row.pieces)
        return {kind: counts[kind] for kind in KINDS}

    @property
    def differences(self) -> int:
        """How many differences there are."""
        return sum(self.counts.values())


def compare_copies(a: str, b: str) -> Comparison:
    """A copy `a` of a report beside a better one `b`.

    Aligned character by character over the whole text, so that paragraphs that are cut or run together in one of them
    change nothing; a row ends where a line ends in either. In near-linear time.
    """
    aligned = align_copies(a, b)
    return Comparison(tuple(cut_rows(aligned)), aligned.similarity)


def compare_years(a: str, b: str) -> Comparison:
    """The report of one year `a` beside that of a later one `b`.

    Paragraphs are paired in order, those that have most in common; within a pair every difference is marked. What is
    left is gone or new, or stands elsewhere.
    """
    ours, theirs = ([line for line in lines_of(text) if fold_figures(line[1]).text] for text in (a, b))
    folded_a, folded_b = ([fold_figures(line).text for _, line in lines] for lines in (ours, theirs))
    likeness = np.zeros((len(ours), len(theirs)), dtype=np.float32)
    if ours and theirs:
        likeness = cdist(folded_a, folded_b, scorer=Indel.normalized_similarity, dtype=np.float32)
    pairs = pair_paragraphs(folded_a, folded_b, likeness)
    rows: list[Row] = []
    at: tuple[dict[int, int], dict[int, int]] = ({}, {})  # paragraph → row, for either text
    same = 0
    done_a = done_b = 0
    for here, there in (*pairs, (len(ours), len(theirs))):
        for number in range(done_a, here):
            at[0][number] = len(rows)
            rows.append(Row("gone", (Piece(ours[number][1], "", "added"),), ours[number][0], None))
        for number in range(done_b, there):
            at[1][number] = len(rows)
            rows.append(Row("new", (Piece("", theirs[number][1], "missing"),), None, theirs[number][0]))
        if here < len(ours):
            aligned = align_copies(ours[here][1], theirs[there][1])
            same += round(aligned.similarity * (len(folded_a[here]) + len(folded_b[there])) / 2)
            pieces = tuple(cut_pieces(aligned))
            kind = "kept" if all(piece.kind is None for piece in pieces) else "changed"
            rows.append(Row(kind, pieces, ours[here][0], theirs[there][0]))
        done_a, done_b = here + 1, there + 1
    total = sum(map(len, folded_a)) + sum(map(len, folded_b))
    return Comparison(tuple(mark_moved(rows, at, likeness)), 2 * same / total if total else 1.0)


def lines_of(text: str) -> Iterator[tuple[int, str]]:
    """Each line of a text without its end, and where it begins."""
    start = 0
    for line in text.split("\n"):
        yield start, line
        start += len(line) + 1


def pair_paragraphs(a: Sequence[str], b: Sequence[str], likeness: np.ndarray) -> list[tuple[int, int]]:
    """The pairs of paragraphs, in order in both texts, that have most characters in common altogether.

    The heaviest chain of the pairs that are alike enough: for each, in the order of the first text, the best chain that
    ends before it in the second, kept in a tree of prefix maxima (Fenwick).
    """
    tree: list[tuple[float, int]] = [(0.0, -1)] * (len(b) + 1)
    chosen: list[tuple[int, int, int]] = []  # paragraph, paragraph, the link before
    for here in range(len(a)):
        ends: list[tuple[int, float, int]] = []
        for there in np.flatnonzero(likeness[here] >= SAME_MATTER).tolist():
            weight = float(likeness[here, there]) * (len(a[here]) + len(b[there]))
            best, before = 0.0, -1
            place = there
            while place > 0:
                best, before = max((best, before), tree[place])
                place -= place & -place
            chosen.append((here, there, before))
            ends.append((there + 1, best + weight, len(chosen) - 1))
        for end, weight, link in ends:
            place = end
            while place <= len(b):
                tree[place] = max(tree[place], (weight, link))
                place += place & -place
    best, link = 0.0, -1
    place = len(b)
    while place > 0:
        best, link = max((best, link), tree[place])
        place -= place & -place
    pairs: list[tuple[int, int]] = []
    while link >= 0:
        here, there, link = chosen[link]
        pairs.append((here, there))
    return pairs[::-1]


def mark_moved(rows: Sequence[Row], at: tuple[dict[int, int], dict[int, int]], likeness: np.ndarray) -> list[Row]:
    """Rows that are gone and new and nearly the same point at each other; the likest first."""
    ours, theirs = (sorted(numbers) for numbers in at)
    found = [
        (-float(likeness[here, there]), here, there)
        for here in ours
        for there in theirs
        if likeness[here, there] >= ELSEWHERE
    ]
    marked = list(rows)
    taken_a: set[int] = set()
    taken_b: set[int] = set()
    for _, here, there in sorted(found):
        if here in taken_a or there in taken_b:
            continue
        taken_a.add(here)
        taken_b.add(there)
        for number, other in ((at[0][here], at[1][there]), (at[1][there], at[0][here])):
            row = marked[number]
            marked[number] = Row(row.kind, row.pieces, row.start_a, row.start_b, other)
    return marked


def cut_pieces(aligned: Aligned) -> Iterator[Piece]:
    """The stretches of two aligned texts as pieces."""
    for (start_a, end_a, start_b, end_b), kind in zip(aligned.spans, aligned.kinds, strict=True):
        yield Piece(aligned.a[start_a:end_a], aligned.b[start_b:end_b], kind)


def cut_rows(aligned: Aligned) -> Iterator[Row]:
    """Two aligned texts in rows: one ends where a line ends in either text."""
    pieces: list[Piece] = []
    at_a = at_b = 0
    owed = False  # a line ended in one text, and the words that only the other has come first
    listed = list(cut_lines(aligned))
    for number, (piece, ends) in enumerate(listed):
        pieces.append(piece)
        if ends and number < len(listed) - 1 and goes_on(piece, listed[number + 1][0]):
            owed = True
            continue
        if ends or owed or number == len(listed) - 1:
            owed = False
            words_a, words_b = ("".join(getattr(piece, side) for piece in pieces) for side in "ab")
            if words_a.strip() or words_b.strip():
                yield make_row(pieces, at_a + line_front(words_a), at_b + line_front(words_b))
            at_a, at_b = at_a + len(words_a), at_b + len(words_b)
            pieces = []


def line_front(words: str) -> int:
    """How many line ends words begin with."""
    return len(words) - len(words.lstrip("\n"))


def goes_on(piece: Piece, following: Piece) -> bool:
    """Whether a line that ends in one text alone goes on, in the other, with words that only that one has."""
    if piece.kind is not None or following.kind is None:
        return False
    open_a, open_b = not piece.a.endswith("\n"), not piece.b.endswith("\n")
    return (open_a and not following.b and following.a != "") or (open_b and not following.a and following.b != "")


def make_row(pieces: Sequence[Piece], start_a: int, start_b: int) -> Row:
    """A row of pieces, without line ends and white space around it; the starts are those of its first piece."""
    kept = [Piece(piece.a.strip("\n"), piece.b.strip("\n"), piece.kind) for piece in pieces]
    kept = [piece for piece in kept if piece.a or piece.b]
    in_a, in_b = (any(getattr(piece, side) for piece in kept) for side in "ab")
    changed = any(piece.kind for piece in kept)
    kind = "kept" if not changed else "new" if not in_a else "gone" if not in_b else "changed"
    return Row(kind, tuple(kept), start_a if in_a else None, start_b if in_b else None)


def cut_lines(aligned: Aligned) -> Iterator[tuple[Piece, bool]]:
    """The stretches of two aligned texts, cut where a line ends in either, and whether one ends there."""
    for piece in cut_pieces(aligned):
        if piece.kind is None:
            yield from cut_same(piece)
            continue
        lines_a, lines_b = (words.splitlines(keepends=True) for words in (piece.a, piece.b))
        for number in range(max(len(lines_a), len(lines_b))):
            words_a, words_b = (lines[number] if number < len(lines) else "" for lines in (lines_a, lines_b))
            yield Piece(words_a, words_b, piece.kind), words_a.endswith("\n") or words_b.endswith("\n")


def cut_same(piece: Piece) -> Iterator[tuple[Piece, bool]]:
    """A stretch in which both texts agree, cut where a line ends in either."""
    ours, theirs = fold_figures(piece.a), fold_figures(piece.b)
    cuts = {*line_ends(piece.a, ours.places), *line_ends(piece.b, theirs.places)}
    at_a = at_b = 0
    for cut in sorted({*cuts, len(ours.text)}):
        end_a, end_b = boundary(ours, piece.a, cut), boundary(theirs, piece.b, cut)
        if end_a > at_a or end_b > at_b:
            yield Piece(piece.a[at_a:end_a], piece.b[at_b:end_b]), cut in cuts
        at_a, at_b = max(at_a, end_a), max(at_b, end_b)


def line_ends(words: str, places: np.ndarray) -> list[int]:
    """How many folded characters stand before each line end."""
    ends = [place for place, sign in enumerate(words) if sign == "\n"]
    return [int(count) for count in np.searchsorted(places, ends)]
