"""Word 97 to 2003 documents (.doc), which WPS Writer's .wps are too → paragraphs ([MS-DOC]; READING §6.3).

The text lies in pieces of the main stream; everything said of it lies elsewhere, by its place in the text or the file.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from io import BytesIO
from itertools import pairwise

import olefile

from archive.errors import UnreadableError
from archive.model import Page, Problem
from archive.read.conventions import Rows, find_large, make_page, set_notes
from archive.read.doclists import read_lists
from archive.read.docprops import (
    IN_TABLE,
    INNER_CELL_END,
    INNER_ROW_END,
    LIST,
    LIST_DEPTH,
    PICTURE,
    ROW_END,
    SYMBOL,
    TABLE_DEPTH,
    Modifiers,
    Plex,
    Properties,
    read_properties,
)
from archive.read.doctext import Text
from archive.read.numbering import BULLETS, Counter, NumberLists
from archive.read.office import damaged
from archive.read.sniff import encrypted

# The beginning of the main stream ([MS-DOC] 2.5): its mark, its version from Word 97 on, and bits of its flags.
WORD = 0xA5EC
WORD_97 = 0xC1
ENCRYPTED = 0x0100
SECOND_TABLE = 0x0200

# Which pair of place and size stands for what in the list of them ([MS-DOC] 2.5.6), and where the list begins.
PLACES = 154
STYLES, NOTE_REFERENCES, NOTES, CHARACTERS, PARAGRAPHS, TEXT = 1, 2, 3, 12, 13, 33
SHAPES, END_REFERENCES, ENDS, BOXES, LISTS, LIST_OVERRIDES = 40, 46, 47, 56, 73, 74
REFERENCE_SIZE, SHAPE_SIZE, BOX_SIZE = 2, 26, 22

# Characters that stand for something else ([MS-DOC] 2.4.1). A line break ends a line of the page, as in docx.
CELL, BREAKS = "\x07", "\r\x07\x0c"
FIELD_BEGIN, FIELD_RESULT, FIELD_END = "\x13", "\x14", "\x15"
SHOWN = {"\t": "\t", "\x0b": "\n", "\x0e": "\n", "\x1e": "-"}
CONTROLS = {code: SHOWN.get(chr(code), "") for code in range(0x20)}

TWIPS = 1440  # an inch

# How a picture in the data stream begins ([MS-DOC] 2.9.190 and 2.9.157): the size of its head, its kind. Other things
# lie there too.
PICTURE_HEAD = 68
PICTURE_KINDS = (0x64, 0x66)


def read_doc(data: bytes) -> Page:
    """The paragraphs of a .doc: body, tables row by row, text boxes, then its notes.

    Automatic numbers are written out; deleted and hidden text is left out, as are headers and comments. Raises
    UnreadableError: damaged_file, encrypted, unsupported_type or no_text.
    """
    streams = read_streams(data)
    try:
        document = Document(streams)
        lines = document.read()
        problems = (*document.problems, *find_large(document.picture_areas()))
    except (struct.error, IndexError) as error:
        raise damaged(f"{error or 'it stops too early'}") from error
    return make_page(lines, "doc", problems)


def read_streams(data: bytes) -> dict[str, bytes]:
    """The streams of an OLE file that a Word document lies in. Raises UnreadableError."""
    try:
        with olefile.OleFileIO(BytesIO(data)) as container:
            names = ("WordDocument", "0Table", "1Table", "Data")
            return {name: container.openstream(name).read() for name in names if container.exists(name)}
    # What olefile raises for a hostile file is not for it to choose: a directory may loop, a size may be absurd.
    except (OSError, ValueError, LookupError, RecursionError, AttributeError, TypeError, struct.error) as error:
        raise damaged(str(error) or type(error).__name__) from error


class Document:
    """Reads one Word document. Good for one `read`. Raises UnreadableError, struct.error or IndexError."""

    def __init__(self, streams: dict[str, bytes]) -> None:
        self.main = streams.get("WordDocument", b"")
        mark, version = struct.unpack_from("<HH", self.main)
        (flags,) = struct.unpack_from("<H", self.main, 10)
        if mark != WORD or version < WORD_97:
            message = "a document of Word 95 or older, for which there is no reader: save it as docx"
            raise UnreadableError("unsupported_type", message)
        if flags & ENCRYPTED:
            raise encrypted("Word document")
        self.table = streams.get("1Table" if flags & SECOND_TABLE else "0Table", b"")
        self.data = streams.get("Data", b"")
        self.problems: list[Problem] = []
        self.text = Text(self.main, self.part_of_table(TEXT))
        self.properties = self.read_formatting()
        self.counter = Counter(self.find_lists())
        self.hide()

    def part_of_table(self, number: int) -> bytes:
        """The part of the table stream that a pair of place and size names."""
        place, size = struct.unpack_from("<II", self.main, PLACES + 8 * number)
        return self.table[place : place + size]

    # --- what is said of it ---------------------------------------------------------------------------------------

    def read_formatting(self) -> Properties:
        """The properties of the text; where they are damaged, none and a problem."""
        try:
            return read_properties(
                self.main,
                self.part_of_table(STYLES),
                Plex.read(self.part_of_table(PARAGRAPHS), 4),
                Plex.read(self.part_of_table(CHARACTERS), 4),
                self.data,
            )
        except (struct.error, IndexError) as error:
            self.problems.append(Problem("formatting_lost", "minor", f"tables, numbers and hidden text: {error}"))
            return Properties()

    def find_lists(self) -> NumberLists:
        """The automatic lists; where they are damaged, none and a problem."""
        if not self.part_of_table(LISTS) or not self.part_of_table(LIST_OVERRIDES):
            return NumberLists()
        places = (struct.unpack_from("<I", self.main, PLACES + 8 * number)[0] for number in (LISTS, LIST_OVERRIDES))
        try:
            return read_lists(self.table, *places)
        except (struct.error, IndexError) as error:
            self.problems.append(Problem("numbers_lost", "minor", f"automatic numbers: {error}"))
            return NumberLists()

    def hide(self) -> None:
        """Empty the characters that do not show: hidden and deleted runs, codes of fields. Put symbols in place."""
        runs = self.properties.characters
        for start, end, modifiers in zip(runs.starts, runs.ends, runs.modifiers, strict=True):
            hidden = self.properties.is_hidden(modifiers)
            if not hidden and SYMBOL not in modifiers:
                continue
            for positions in self.text.positions(start, end):
                for position in positions:
                    if hidden and self.text.characters[position] not in BREAKS:
                        self.text.characters[position] = ""
                    elif not hidden and self.text.characters[position] == "(":
                        shown = chr(int.from_bytes(modifiers[SYMBOL][2:4], "little"))
                        self.text.characters[position] = BULLETS.get(shown, shown)
        for part in self.text.parts.values():
            self.hide_codes(part)

    def hide_codes(self, part: range) -> None:
        """Empty the codes of fields, from their beginning to their result or, without one, to their end."""
        open_fields: list[int | None] = []
        for position in part:
            character = self.text.characters[position]
            if character == FIELD_BEGIN:
                open_fields.append(position)
            elif character in (FIELD_RESULT, FIELD_END) and open_fields:
                if (begun := open_fields[-1]) is not None:
                    self.text.characters[begun:position] = [""] * (position - begun)
                    open_fields[-1] = None
                if character == FIELD_END:
                    open_fields.pop()

    # --- the lines ------------------------------------------------------------------------------------------------

    def read(self) -> list[str]:
        """All lines of the body with its tables and text boxes, then those of the notes it refers to."""
        boxes = self.find_boxes()
        lines = list(self.read_part(self.text.parts["body"], boxes))
        for box in boxes.values():
            lines += self.read_part(box)
        return lines + set_notes([list(self.read_part(note)) for note in self.find_notes()])

    def read_part(self, part: range, boxes: dict[int, range] | None = None) -> Iterator[str]:
        """The lines of a part of the text. Takes from `boxes` those anchored in it: they follow their paragraph."""
        rows = Rows()
        boxes = boxes or {}
        before = ""
        for paragraph in self.paragraphs(part):
            mark = self.text.characters[paragraph[-1]]
            modifiers = self.properties.paragraph(self.text.place_of(paragraph[-1]))
            lines = self.read_paragraph(paragraph, modifiers)
            for anchor in [anchor for anchor in boxes if anchor in paragraph]:
                lines += self.read_part(boxes.pop(anchor))
            depth, ends = place_in_table(modifiers, mark)
            # Without formatting, a cell mark after a cell mark stands for the end of a row.
            if not self.properties.paragraphs.starts and mark == before == CELL and not lines:
                ends = "row"
            before = mark
            yield from rows.add(lines, depth, ends)
        yield from rows.close()

    def paragraphs(self, part: range) -> Iterator[range]:
        """The paragraphs of a part, each with the mark that ends it."""
        start = part.start
        for position in part:
            if self.text.characters[position] in BREAKS and self.text.characters[position]:
                yield range(start, position + 1)
                start = position + 1
        if start < part.stop:
            yield range(start, part.stop)

    def read_paragraph(self, paragraph: range, modifiers: Modifiers) -> list[str]:
        """The lines of a paragraph, its number before the first."""
        text = self.text.show(paragraph).translate(CONTROLS).strip()
        number = self.number(modifiers)
        text = text and number + text
        return [line.strip() for line in text.splitlines() if line.strip()]

    def number(self, modifiers: Modifiers) -> str:
        """The automatic number of a paragraph, "" where it has none (list 0, or one that was taken away)."""
        list_id = int.from_bytes(modifiers.get(LIST, b""), "little", signed=True)
        return self.counter.next_number(str(list_id), modifiers.get(LIST_DEPTH, b"\0")[0]) if list_id > 0 else ""

    def find_notes(self) -> list[range]:
        """The footnotes and endnotes, in the order in which the body refers to them."""
        notes: list[tuple[int, range]] = []
        for name, references, texts in (("footnotes", NOTE_REFERENCES, NOTES), ("endnotes", END_REFERENCES, ENDS)):
            anchors = Plex.read(self.part_of_table(references), REFERENCE_SIZE).bounds
            stretches = self.stretches(name, Plex.read(self.part_of_table(texts), 0).bounds)
            notes += [
                (anchor, stretch)
                for anchor, stretch in zip(anchors, stretches, strict=False)
                if anchor in self.text.parts["body"] and self.text.characters[anchor]
            ]
        return [stretch for _, stretch in sorted(notes, key=lambda note: note[0])]

    def find_boxes(self) -> dict[int, range]:
        """The text boxes by the place that anchors each; those in a group, below any place of the text, come last."""
        plex = Plex.read(self.part_of_table(BOXES), BOX_SIZE)
        shapes = Plex.read(self.part_of_table(SHAPES), SHAPE_SIZE)
        anchors = {item[:4]: anchor for anchor, item in zip(shapes.bounds, shapes.items, strict=False)}
        found: dict[int, range] = {}
        for number, (stretch, item) in enumerate(zip(self.stretches("boxes", plex.bounds), plex.items, strict=False)):
            anchor = anchors.get(item[14:18], -1)
            found[anchor if anchor >= 0 and anchor not in found else -1 - number] = stretch
        return found

    def stretches(self, part: str, bounds: Sequence[int]) -> list[range]:
        """The stretches of a part of the text between bounds that count from its beginning."""
        whole = self.text.parts[part]
        ends = [min(whole.start + bound, whole.stop) for bound in bounds]
        return [range(start, end) for start, end in pairwise(ends)]

    def picture_areas(self) -> Iterator[float]:
        """The area in square inches of each picture, inline or floating, of the body."""
        body = self.text.parts["body"]
        runs = self.properties.characters
        for start, end, modifiers in zip(runs.starts, runs.ends, runs.modifiers, strict=True):
            if PICTURE in modifiers and any(positions.start in body for positions in self.text.positions(start, end)):
                yield self.inline_area(int.from_bytes(modifiers[PICTURE], "little"))
        boxes = Plex.read(self.part_of_table(BOXES), BOX_SIZE)
        with_text = {item[14:18] for item in boxes.items}
        for shape in Plex.read(self.part_of_table(SHAPES), SHAPE_SIZE).items:
            if shape[:4] not in with_text:
                left, top, right, bottom = struct.unpack_from("<4i", shape, 4)
                yield (right - left) * (bottom - top) / TWIPS**2

    def inline_area(self, place: int) -> float:
        """The area of a picture in the data stream ([MS-DOC] 2.9.190), in square inches; 0 where there is none."""
        head, kind = struct.unpack_from("<HH", self.data, place + 4) if place + 36 <= len(self.data) else (0, 0)
        if head != PICTURE_HEAD or kind not in PICTURE_KINDS:
            return 0.0
        width, height, across, down = struct.unpack_from("<4H", self.data, place + 28)
        # The scale is in thousandths.
        return width * across * height * down / (1000 * TWIPS) ** 2


def place_in_table(modifiers: Modifiers, mark: str) -> tuple[int, str]:
    """How many tables a paragraph is in, and what it ends there: "cell", "row" or nothing."""
    if mark != CELL and not is_set(modifiers, IN_TABLE):
        return 0, ""
    depth = max(int.from_bytes(modifiers.get(TABLE_DEPTH, b"\1"), "little", signed=True), 1)
    # The marks of the outermost table are characters, those of tables within it are properties.
    if is_set(modifiers, ROW_END if depth == 1 else INNER_ROW_END):
        return depth, "row"
    return depth, "cell" if (mark == CELL if depth == 1 else is_set(modifiers, INNER_CELL_END)) else ""


def is_set(modifiers: Modifiers, number: int) -> bool:
    """Whether a modifier that is on or off is on."""
    return modifiers.get(number, b"\0")[0] == 1
