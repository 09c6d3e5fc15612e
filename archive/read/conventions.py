"""What all readers of office documents do alike: a table's row is a line, notes stand last, large pictures are told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from archive.errors import UnreadableError
from archive.model import Page, Problem

# A picture that covers more of a page than this may be a page that someone photographed (READING §6.2, the share that
# makes a PDF's page without text a scanned one). A4 in inches stands for the page of every document.
PICTURE_SHARE = 0.3
PAGE_AREA = 8.27 * 11.69

DEEPEST = 64  # no table nests so deep but to do harm


def set_row(cells: Iterable[Sequence[str]]) -> list[str]:
    """The lines of a table's row, whose cells are lists of lines.

    One line, its cells parted by tabs, cells without text left out; a row with one filled cell is layout: its lines
    stay lines.
    """
    filled = [cell for cell in cells if cell]
    if len(filled) == 1:
        return list(filled[0])
    return ["\t".join(" ".join(cell) for cell in filled)] if filled else []


class Rows:
    """Puts rows together, of nested tables too, from paragraphs that each say how deep they are and what they end."""

    def __init__(self) -> None:
        self.open: list[tuple[list[list[str]], list[str]]] = []  # a table a level: the row's cells, the open cell

    def add(self, lines: Sequence[str], depth: int = 0, ends: str = "") -> Iterator[str]:
        """Take the lines of a paragraph in so many tables, which ends a "cell", a "row" or nothing.

        Gives the lines that are complete with it. What ends a row is no text itself.
        """
        depth = min(depth, DEEPEST)
        yield from self.close(depth)
        if not depth:
            yield from lines
            return
        while len(self.open) < depth:
            self.open.append(([], []))
        cells, cell = self.open[-1]
        if ends == "row":
            self.open[-1] = ([], [])
            yield from self.pass_on(set_row([*cells, cell]), depth - 1)
            return
        cell += lines
        if ends == "cell":
            self.open[-1] = ([*cells, cell], [])

    def close(self, depth: int = 0) -> Iterator[str]:
        """End the tables deeper than `depth`: the lines of rows that had no end of their own."""
        while len(self.open) > depth:
            cells, cell = self.open.pop()
            yield from self.pass_on(set_row([*cells, cell]), len(self.open))

    def pass_on(self, lines: list[str], depth: int) -> Iterator[str]:
        """Give out the lines of a row, or put them into the open cell of the table around it."""
        if depth:
            self.open[depth - 1][1].extend(lines)
        else:
            yield from lines


def set_notes(notes: Iterable[Sequence[str]]) -> list[str]:
    """The lines of the notes in the order of reference, each after its number.

    A mark in the text would part words that belong together, so it stands before its note alone.
    """
    lines: list[str] = []
    for number, note in enumerate((note for note in notes if note), 1):
        lines += [f"[{number}]{note[0]}", *note[1:]]
    return lines


def find_large(areas: Iterable[float]) -> list[Problem]:
    """One problem that counts the pictures, of these areas (square inches), that are as large as a scanned page."""
    count = sum(area > PICTURE_SHARE * PAGE_AREA for area in areas)
    return [Problem("picture_not_read", "minor", f"{count} as large as a page")] if count else []


def make_page(lines: Sequence[str], reader: str, problems: Sequence[Problem] = ()) -> Page:
    """The page of a document. Raises UnreadableError with the code no_text where it has no lines."""
    if not lines:
        raise UnreadableError("no_text", "the document has no text, perhaps only pictures: look for another copy")
    return Page(paragraphs=tuple(lines), reader=reader, problems=tuple(problems))
