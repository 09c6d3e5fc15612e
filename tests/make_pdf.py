"""Writes small PDFs by hand: no library, a font that is not embedded, set like an official document."""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass, field

A4 = (595, 842)
NOT_AT_START = "，。、；：！？”’）》％"
FONTS = {
    "utf-16-be": ("STSong-Light", "UniGB-UCS2-H"),
    "gbk": ("STSong-Light", "GBK-EUC-H"),
}


@dataclass
class Pdf:
    """A PDF in the making: objects by number, pages of content."""

    encoding: str = "utf-16-be"
    objects: dict[int, bytes] = field(default_factory=dict)
    pages: list[list[str]] = field(default_factory=list)
    resources: str = ""
    rotate: int = 0
    trailer: str = ""

    def add_page(self) -> None:
        self.pages.append([])

    def write(self, x: float, y: float, size: float, text: str, spacing: float = 0, matrix: str = "1 0 0 1") -> None:
        """Put a line of text on the last page, its baseline at (x, y)."""
        code = text.encode(self.encoding).hex()
        self.pages[-1].append(f"BT /F1 {size} Tf {spacing:.3f} Tc {matrix} {x:.2f} {y:.2f} Tm <{code}> Tj ET")

    def rule(self, x: float, y: float, width: float) -> None:
        self.pages[-1].append(f"0.5 w {x} {y} m {x + width} {y} l S")

    def save(self, compress: bool = True) -> bytes:
        """The file. Objects 1 to 5 are the catalogue, the pages and the font; page n is 10 + 2n, its content 11 + 2n."""
        base, cmap = FONTS[self.encoding]
        kids = " ".join(f"{10 + 2 * n} 0 R" for n in range(len(self.pages)))
        objects = {
            1: b"<< /Type /Catalog /Pages 2 0 R >>",
            2: f"<< /Type /Pages /Kids [{kids}] /Count {len(self.pages)} >>".encode(),
            3: f"<< /Type /Font /Subtype /Type0 /BaseFont /{base} /Encoding /{cmap} /DescendantFonts [4 0 R] >>".encode(),
            4: (
                f"<< /Type /Font /Subtype /CIDFontType0 /BaseFont /{base} /FontDescriptor 5 0 R /DW 1000 /W [1 95 500"
                " 814 939 500] /CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 4 >> >>"
            ).encode(),
            5: (
                f"<< /Type /FontDescriptor /FontName /{base} /Flags 6 /FontBBox [-25 -254 1000 880] /ItalicAngle 0"
                " /Ascent 880 /Descent -120 /CapHeight 880 /StemV 93 >>"
            ).encode(),
            **self.objects,
        }
        for number, content in enumerate(self.pages):
            page, stream = 10 + 2 * number, "\n".join(content).encode("latin-1")
            objects[page] = (
                f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {A4[0]} {A4[1]}] /Rotate {self.rotate}"
                f" /Resources << /Font << /F1 3 0 R >> {self.resources} >> /Contents {page + 1} 0 R >>"
            ).encode()
            packed = zlib.compress(stream) if compress else stream
            how = "/Filter /FlateDecode " if compress else ""
            head = f"<< {how}/Length {len(packed)} >>\nstream\n".encode()
            objects[page + 1] = head + packed + b"\nendstream"
        return assemble(objects, self.trailer)


def assemble(objects: dict[int, bytes], trailer: str = "") -> bytes:
    """A PDF file of numbered objects; object 1 is the catalogue."""
    body, offsets = b"%PDF-1.5\n%\xe2\xe3\xcf\xd3\n", {}
    for number, content in sorted(objects.items()):
        offsets[number] = len(body)
        body += b"%d 0 obj\n" % number + content + b"\nendobj\n"
    table = b"xref\n0 1\n0000000000 65535 f \n"
    for number, offset in sorted(offsets.items()):
        table += b"%d 1\n%010d 00000 n \n" % (number, offset)
    end = f"trailer\n<< /Size {max(objects) + 1} /Root 1 0 R {trailer} >>\nstartxref\n{len(body)}\n%%EOF\n"
    return body + table + end.encode()


@dataclass
class Style:
    """How a document is set; lengths in points, indent in em."""

    size: float = 16
    leading: float = 28
    left: float = 79
    right: float = 79
    top: float = 105
    bottom: float = 99
    indent: float = 2
    columns: int = 1
    gutter: float = 24
    gap: float = 0  # extra space between paragraphs
    head: str = ""
    number: str = "— {} —"
    justify: bool = True


def width_of(text: str) -> float:
    """The width of a text in em: half for ASCII."""
    return sum(0.5 if character.isascii() else 1 for character in text)


def break_lines(text: str, measure: float, indent: float) -> list[str]:
    """A paragraph broken into lines of at most `measure` em, the first shorter by `indent`."""
    words = re.findall(r"[0-9A-Za-z.%+-]+|.", text)
    lines, line, room = [], "", measure - indent
    for position, word in enumerate(words):
        follower = words[position + 1] if position + 1 < len(words) else ""
        # A mark that may not begin a line takes the character before it along.
        need = width_of(word) + (width_of(follower) if follower and follower in NOT_AT_START else 0)
        if line and width_of(line) + need > room and word not in NOT_AT_START:
            lines.append(line)
            line, room = "", measure
        line += word
    return [*lines, line]


def set_document(blocks: list, style: Style | None = None, encoding: str = "utf-16-be") -> Pdf:
    """A document from blocks: a str is a paragraph, ("title", text), ("centre", text), ("flush", text), or
    ("noted", text, [notes]), whose notes go to the foot of the page (column) its first line is on.
    """
    style = style or Style()
    pdf = Pdf(encoding)
    width = (A4[0] - style.left - style.right - (style.columns - 1) * style.gutter) / style.columns
    full = A4[0] - style.left - style.right
    note_size, note_leading = style.size * 0.7, style.size * 0.95
    state = {"column": style.columns, "y": 0.0, "floor": 0.0, "top": 0.0}
    notes: list[str] = []

    def column_left() -> float:
        return style.left + state["column"] * (width + style.gutter)

    def flush_notes() -> None:
        if not notes:
            return
        y = style.bottom + (len(notes) - 1) * note_leading
        pdf.rule(column_left(), y + note_size * 1.4, 120)
        for note in notes:
            pdf.write(column_left(), y, note_size, note)
            y -= note_leading
        notes.clear()

    def turn() -> None:
        if pdf.pages:
            flush_notes()
        state["column"] += 1
        if state["column"] >= style.columns or not pdf.pages:
            pdf.add_page()
            page = len(pdf.pages)
            if style.head:
                pdf.write(style.left + full / 2 - width_of(style.head) * 5, A4[1] - 50, 10, style.head)
            if style.number:
                label = style.number.format(page)
                x = style.left if page % 2 == 0 else A4[0] - style.right - width_of(label) * 14
                pdf.write(x, 56, 14, label)
            state["column"], state["top"] = 0, A4[1] - style.top
        state["y"], state["floor"] = state["top"], style.bottom

    def put(text: str, x: float, size: float, leading: float, spacing: float = 0) -> None:
        pdf.write(x, state["y"], size, text, spacing)
        state["y"] -= leading

    turn()
    for block in blocks:
        kind, text, *rest = ("plain", block) if isinstance(block, str) else block
        if kind in ("title", "centre"):
            size = 22 if kind == "title" else style.size
            put(text, style.left + (full - width_of(text) * size) / 2, size, style.leading * 1.2)
            if style.columns > 1:
                state["top"] = state["y"]
            continue
        indent = 0 if kind == "flush" else style.indent
        measure = width / style.size
        lines = break_lines(text, measure, indent)
        new_notes = [part for note in (rest[0] if rest else []) for part in break_lines(note, width / note_size, 0)]
        for number, line in enumerate(lines):
            need = len(new_notes) * note_leading if number == 0 else 0
            if state["y"] < state["floor"] + need:
                turn()
            if number == 0 and new_notes:
                rise = note_size * 2 if not notes else 0
                notes.extend(new_notes)
                state["floor"] += len(new_notes) * note_leading + rise
            first = indent if number == 0 else 0
            slack = measure - first - width_of(line)
            full_line = style.justify and number < len(lines) - 1 and 0 < slack < 2.5
            spacing = slack * style.size / (len(line) - 1) if full_line and len(line) > 1 else 0
            put(line, column_left() + first * style.size, style.size, style.leading, spacing)
        state["y"] -= style.gap
    flush_notes()
    return pdf
