"""The text of a .doc: pieces of its main stream, put together ([MS-DOC] 2.4.1), and where each character is."""

from __future__ import annotations

import struct
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from archive.read.docprops import Plex
from archive.read.office import damaged

# Where the main stream says how many characters each part of the text has (2.5.4), in the order of the parts.
COUNTS = 0x4C
PARTS = ("body", "footnotes", "headers", "macros", "comments", "endnotes", "boxes", "header_boxes")

# Bit 30 of a piece's place says that it has a byte a character, and that the place counts double (2.9.73).
NARROW = 0x40000000


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of the text: its characters, where the first is in the main stream, and bytes a character."""

    start: int
    end: int
    place: int
    width: int


class Text:
    """The text of a document: an item of `characters` for each place, and its `parts`.

    Raises UnreadableError, struct.error or IndexError for what is damaged.
    """

    def __init__(self, main: bytes, clx: bytes) -> None:
        place = 0
        while clx[place] == 1:  # formatting of whole pieces, before the list of pieces (2.9.38)
            place += 3 + int.from_bytes(clx[place + 1 : place + 3], "little")
        (size,) = struct.unpack_from("<I", clx, place + 1)
        plex = Plex.read(clx[place + 5 : place + 5 + size], 8)
        # A character takes a byte at least: what claims to hold more holds some stretch again and again.
        if not plex.items or plex.bounds[-1] > len(main):
            raise damaged("its text is lost")
        self.characters: list[str] = []
        self.pieces: list[Piece] = []
        for start, end, item in zip(plex.bounds, plex.bounds[1:], plex.items, strict=False):
            if start != len(self.characters) or end < start:
                raise damaged("the pieces of its text are out of order")
            self.add_piece(main, start, end, struct.unpack_from("<I", item, 2)[0])
        self.starts = [piece.start for piece in self.pieces]
        self.parts: dict[str, range] = {}
        begin = 0
        for name, count in zip(PARTS, struct.unpack_from(f"<{len(PARTS)}I", main, COUNTS), strict=True):
            self.parts[name] = range(min(begin, len(self.characters)), min(begin + count, len(self.characters)))
            begin += count

    def add_piece(self, main: bytes, start: int, end: int, where: int) -> None:
        """Append one piece: UTF-16, or Windows-1252 for text without Chinese."""
        narrow = bool(where & NARROW)
        where &= NARROW - 1
        place, width = (where // 2, 1) if narrow else (where, 2)
        raw = main[place : place + (end - start) * width]
        if len(raw) < (end - start) * width:
            raise damaged("a piece of its text is lost")
        self.characters += (
            raw.decode("cp1252", "replace") if narrow else map(chr, struct.unpack(f"<{end - start}H", raw))
        )
        self.pieces.append(Piece(start, end, place, width))

    def place_of(self, position: int) -> int:
        """Where a character of the text is in the main stream, in bytes."""
        piece = self.pieces[bisect_right(self.starts, position) - 1]
        return piece.place + (position - piece.start) * piece.width

    def positions(self, start: int, end: int) -> Iterator[range]:
        """The characters of the text that lie between two bytes of the main stream."""
        for piece in self.pieces:
            first = max(piece.start, piece.start + (start - piece.place + piece.width - 1) // piece.width)
            last = min(piece.end, piece.start + (end - piece.place + piece.width - 1) // piece.width)
            if first < last:
                yield range(first, last)

    def show(self, stretch: range) -> str:
        """The characters of a stretch as a string: those beyond U+FFFF take two places."""
        text = "".join(self.characters[stretch.start : stretch.stop])
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
