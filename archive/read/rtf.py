"""Rich Text Format (.rtf) → paragraphs (RTF specification 1.9.1).

A reader of its own: striprtf loses notes, text boxes and characters whose second byte is written plainly, and shows
hidden and deleted text.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from archive.model import Page
from archive.read.conventions import Rows, find_large, make_page, set_notes
from archive.read.numbering import BULLETS

# A control word with its number, a byte, a control symbol, a brace, or text; line ends are none of them.
TOKEN = re.compile(
    rb"\\([a-zA-Z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z'])|([{}])|([^\\{}\r\n]+)|[\r\n]+|\\'?", re.S
)

# Groups that are not text of the document, by the control word they begin with. So is any group that begins with `\*`
# and is not in STARRED.
SKIPPED = frozenset(
    (
        *("fonttbl", "colortbl", "stylesheet", "info", "fldinst", "pict", "annotation", "atnid", "atnauthor", "xe"),
        *("header", "headerl", "headerr", "headerf", "footer", "footerl", "footerr", "footerf", "tc", "nonshppict"),
        *("ftnsep", "ftnsepc", "ftncn", "aftnsep", "aftnsepc", "aftncn", "listtable", "listoverridetable", "revtbl"),
        *("objdata", "objclass", "objname", "nonesttables", "sn", "sv", "upr", "filetbl", "rxe", "bkmkstart"),
        *("bkmkend", "txe", "pntxta", "pntxtb", "private", "template", "shprslt"),
    )
)
STARRED = frozenset(("footnote", "shpinst", "shptxt", "shppict", "pict", "nesttableprops"))

CHARACTERS: Mapping[str, str] = {
    **{"tab": "\t", "line": "\n", "column": "\n", "page": "\n", "lbr": "\n"},
    **{"emdash": "—", "endash": "–", "bullet": "•", "lquote": "‘", "rquote": "’", "ldblquote": "“", "rdblquote": "”"},
    **{"emspace": "\u2003", "enspace": "\u2002", "qmspace": "\u2005"},
}
SYMBOLS: Mapping[bytes, str] = {b"~": "\u00a0", b"_": "-", b"\t": "\t"}
ESCAPED = (b"\\", b"{", b"}")  # which may be the second byte of a character
PARAGRAPH_SYMBOLS = (b"\n", b"\r")

# What a font's character set means for bytes; others follow the document's own code page.
CHARSETS: Mapping[int, str] = {134: "gb18030", 136: "big5hkscs", 128: "cp932", 129: "cp949"}
CODE_PAGES: Mapping[int, str] = {936: "gb18030", 950: "big5hkscs", 65001: "utf-8"}
CHINESE = "gb18030"

TWIPS = 1440  # an inch


@dataclass(frozen=True, slots=True)
class State:
    """What holds within a group: given back when it ends."""

    skipped: bool = False
    hidden: bool = False
    starred: bool = False  # the group began with `\\*`: its next word says whether it is known
    encoding: str = ""
    replacement: int = 1  # how many characters stand for a \\u where it is not understood
    in_table: bool = False
    depth: int = 0
    opens: str = ""  # what ends with this group: "note", "box", "number" or "picture"


@dataclass(slots=True)
class Sink:
    """A stretch of text that is read by itself: the body, a note or a text box."""

    lines: list[str] = field(default_factory=list)
    rows: Rows = field(default_factory=Rows)
    text: list[str] = field(default_factory=list)
    number: str = ""
    boxes: list[str] = field(default_factory=list)

    def end_paragraph(self, depth: int, ends: str = "") -> None:
        """Take what was gathered as a paragraph in so many tables, which ends a "cell", a "row" or nothing."""
        # Characters beyond U+FFFF are written as two.
        text = "".join(self.text).encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace").strip()
        text = text and self.number + text
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        self.lines += self.rows.add([*lines, *self.boxes], depth, ends)
        self.text, self.number, self.boxes = [], "", []

    def close(self) -> list[str]:
        """All lines, the last paragraph included."""
        self.end_paragraph(len(self.rows.open))
        self.lines += self.rows.close()
        return self.lines


def read_rtf(data: bytes) -> Page:
    """The paragraphs of an RTF document: body, tables row by row, text boxes, then its notes.

    Automatic numbers stand in the file as text; deleted and hidden text is left out, as are headers and comments.
    Raises UnreadableError with the code no_text.
    """
    reader = Reader()
    reader.read(data)
    lines = reader.sinks[0].close() + set_notes(reader.notes)
    return make_page(lines, "rtf", find_large(reader.pictures))


class Reader:
    """Reads one RTF document. Good for one `read`."""

    def __init__(self) -> None:
        self.state = State()
        self.groups: list[State] = []
        self.sinks = [Sink()]
        self.notes: list[list[str]] = []
        self.pictures: list[float] = []
        self.picture: dict[str, int] = {}
        self.code_page = CHINESE
        self.fonts: dict[int, str] = {}
        self.font = 0  # the font that the table of fonts speaks of
        self.in_fonts = 0  # how many groups deep the table of fonts began; 0 outside it
        self.bytes = bytearray()
        self.to_skip = 0

    def read(self, data: bytes) -> None:
        """Read the document up to the end of its outermost group."""
        place = 0
        while place < len(data):
            token = TOKEN.match(data, place)
            assert token is not None  # every byte begins some token
            place = token.end()
            word, number, byte, symbol, brace, text = token.groups()
            if brace:
                self.flush()
                self.to_skip = 0
                if brace == b"{":
                    self.groups.append(self.state)
                    self.state = replace(self.state, opens="", starred=False)
                elif not self.end_group():
                    break
            elif word == b"bin" and number:
                place += max(int(number), 0)
            elif word:
                self.do_word(word.decode("ascii"), int(number) if number else None)
            elif byte:
                self.add_bytes(bytes((int(byte, 16),)))
            elif text:
                self.add_bytes(text)
            elif symbol:
                self.do_symbol(symbol)
        self.flush()
        while len(self.sinks) > 1:
            self.close_sink("note")

    # --- groups ---------------------------------------------------------------------------------------------------

    def end_group(self) -> bool:
        """End a group. False for the outermost one."""
        if not self.groups:
            return False
        ended, self.state = self.state, self.groups.pop()
        if len(self.groups) < self.in_fonts:
            self.in_fonts = 0
        if ended.opens == "picture":
            width, height = (
                self.picture.get(f"pic{side}goal", 0) * self.picture.get(f"picscale{axis}", 100) / 100 / TWIPS
                for side, axis in (("w", "x"), ("h", "y"))
            )
            self.pictures.append(width * height)
        elif ended.opens:
            self.close_sink(ended.opens)
        return bool(self.groups)

    def open_sink(self, opens: str) -> None:
        """Begin a stretch of text of its own, which ends with the group."""
        self.sinks.append(Sink())
        self.state = replace(self.state, opens=opens, in_table=False, depth=0)

    def close_sink(self, opened: str) -> None:
        """Put away what was gathered since `open_sink`."""
        lines = self.sinks.pop().close()
        if opened == "note":
            self.notes.append(lines)
        elif opened == "box":
            self.sinks[-1].boxes += lines
        elif lines:
            shown = "".join(BULLETS.get(character, character) for character in lines[0])
            # As numbering.py shows them: a space parts the number from the text where no mark ends it.
            self.sinks[-1].number = shown + (" " if shown[-1].isalpha() or shown[-1].isdecimal() else "")

    # --- words ----------------------------------------------------------------------------------------------------

    def do_word(self, word: str, number: int | None) -> None:
        """Obey a control word."""
        starred = self.state.starred
        if starred:
            self.state = replace(self.state, starred=False)
        if word == "u" and number is not None:
            self.add_text(chr(number % 0x10000))
            self.to_skip = self.state.replacement
            return
        # A word for a character may be what stands for it where it is not understood; any other word ends that.
        replacing, self.to_skip = self.to_skip, 0
        if replacing and word in CHARACTERS:
            self.to_skip = replacing - 1
        elif word in SKIPPED or (starred and word not in STARRED):
            self.begin_skipped(word, starred)
        elif self.in_fonts:
            self.read_font(word, number)
        elif self.state.opens == "picture":
            self.picture[word] = number or 0
        elif not self.state.skipped:
            self.do_text_word(word, number)

    def begin_skipped(self, word: str, starred: bool) -> None:
        """Begin a group that is no text. Some still tell something."""
        if word == "pict" and not self.state.skipped:
            self.picture = {}
            self.state = replace(self.state, opens="picture")
        elif word == "fonttbl":
            self.in_fonts = len(self.groups)
        self.state = replace(self.state, skipped=True)

    def read_font(self, word: str, number: int | None) -> None:
        """Take in what the table of fonts says."""
        if word == "f":
            self.font = number or 0
        elif word == "fcharset" and (encoding := CHARSETS.get(number or 0)):
            self.fonts[self.font] = encoding

    def do_text_word(self, word: str, number: int | None) -> None:
        """Obey a control word that bears on the text."""
        on = number != 0
        if word in CHARACTERS:
            self.add_text(CHARACTERS[word])
        elif word in ("par", "sect", "cell", "nestcell", "row", "nestrow"):
            self.end_paragraph(word)
        elif word in ("f", "af"):
            self.flush()
            self.state = replace(self.state, encoding=self.fonts.get(number or 0, ""))
        elif word in ("v", "deleted"):
            self.flush()
            self.state = replace(self.state, hidden=on)
        elif word == "plain":
            self.flush()
            self.state = replace(self.state, hidden=False, encoding="")
        elif word == "pard":
            self.state = replace(self.state, in_table=False, depth=0)
        elif word == "intbl":
            self.state = replace(self.state, in_table=on)
        elif word == "itap":
            self.state = replace(self.state, depth=max(number or 0, 0))
        elif word == "uc":
            self.state = replace(self.state, replacement=max(number or 0, 0))
        elif word == "ansicpg":
            self.code_page = find_code_page(number or 0)
        elif word in ("listtext", "pntext", "footnote", "shptxt"):
            kinds = {"footnote": "note", "shptxt": "box"}
            self.open_sink(kinds.get(word, "number"))

    def end_paragraph(self, word: str) -> None:
        """End a paragraph, a cell or a row."""
        self.flush()
        depth = self.state.depth or int(self.state.in_table)
        if word in ("cell", "row"):
            depth = 1
        elif word in ("nestcell", "nestrow"):
            depth = max(depth, 2)
        self.sinks[-1].end_paragraph(depth, word.removeprefix("nest") if word not in ("par", "sect") else "")

    def do_symbol(self, symbol: bytes) -> None:
        """Obey a control symbol."""
        if symbol == b"*":
            self.state = replace(self.state, starred=True)
        elif symbol in ESCAPED:
            self.add_bytes(symbol)
        elif self.to_skip:
            self.to_skip -= 1
        elif symbol in PARAGRAPH_SYMBOLS:
            self.do_word("par", None)
        elif symbol in SYMBOLS:
            self.add_text(SYMBOLS[symbol])

    # --- text -----------------------------------------------------------------------------------------------------

    def add_bytes(self, text: bytes) -> None:
        """Add text in the encoding of its font. Characters may be written half as a byte, half plainly."""
        skipped = min(self.to_skip, len(text))
        self.to_skip -= skipped
        if not (self.state.skipped or self.state.hidden):
            self.bytes += text[skipped:]

    def add_text(self, text: str) -> None:
        """Add characters."""
        self.flush()
        if not (self.state.skipped or self.state.hidden):
            self.sinks[-1].text.append(text)

    def flush(self) -> None:
        """Decode the bytes gathered so far."""
        if self.bytes:
            self.sinks[-1].text.append(decode_bytes(bytes(self.bytes), self.state.encoding or self.code_page))
            self.bytes.clear()


def find_code_page(number: int) -> str:
    """The encoding of a Windows code page; that of Chinese where there is none of that number."""
    name = CODE_PAGES.get(number, f"cp{number}")
    try:
        codecs.lookup(name)
    except LookupError:
        return CHINESE
    return name


def decode_bytes(data: bytes, encoding: str) -> str:
    """Text in the encoding its font or document names, or else in Chinese: some programs name any."""
    for name in (encoding, CHINESE):
        try:
            return data.decode(name)
        except (UnicodeDecodeError, UnicodeError):
            continue
    return data.decode(encoding, "replace")
