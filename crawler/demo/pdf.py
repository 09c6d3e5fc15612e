"""A minimal PDF writer for Chinese text: A4, a heading, indented paragraphs, page numbers, a font that is not embedded.

Such files are what Word's oldest PDF add-ons leave: the reader has to know the Adobe-GB1 encoding by name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise

# Points. A4, and the layout GB/T 9704-2012 asks of official documents: 三号 type (16 pt), 28 pt from line to line,
# 28 characters a line, 22 lines a page, paragraphs set in by two characters.
PAGE = (595, 842)
SIZE, LEADING, TITLE_SIZE = 16, 28, 22
LINE, LINES = 28, 22
LEFT = (PAGE[0] - LINE * SIZE) / 2
TOP = 742
NUMBER_SIZE, NUMBER_AT = 14, 60
INDENT = "　　"

# Marks that may not begin a line are set into the margin after it.
HANGING = "，。、；：！？）》”’%"

Run = tuple[float, float, int, str]


def write_pdf(title: str, head: Iterable[str], paragraphs: Iterable[str]) -> bytes:
    """A PDF of `title` and the `head` lines, centred, and `paragraphs`, broken over lines and pages.

    Characters outside the basic plane cannot be written in this encoding and raise ValueError.
    """
    pages = [draw_page(runs, number) for number, runs in enumerate(lay_out(title, head, paragraphs), 1)]
    first = 6
    kids = " ".join(f"{first + 2 * number} 0 R" for number in range(len(pages)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Count {len(pages)} /Kids [{kids}] /MediaBox [0 0 {PAGE[0]} {PAGE[1]}] "
        "/Resources << /Font << /F1 3 0 R >> >> >>".encode(),
        b"<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light-UniGB-UCS2-H /Encoding /UniGB-UCS2-H "
        b"/DescendantFonts [4 0 R] >>",
        b"<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /FontDescriptor 5 0 R /DW 1000 "
        b"/CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 2 >> /W [1 95 500 814 939 500] >>",
        b"<< /Type /FontDescriptor /FontName /STSong-Light /Flags 6 /FontBBox [-25 -254 1000 880] /ItalicAngle 0 "
        b"/Ascent 880 /Descent -120 /CapHeight 880 /StemV 93 >>",
    ]
    for number, content in enumerate(pages):
        objects.append(f"<< /Type /Page /Parent 2 0 R /Contents {first + 2 * number + 1} 0 R >>".encode())
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content))
    return assemble(objects)


def lay_out(title: str, head: Iterable[str], paragraphs: Iterable[str]) -> Iterator[list[Run]]:
    """The runs of text of each page: x, y, size, words."""
    lines: list[Run] = [centred(part, TITLE_SIZE) for part in wrap(title, LINE * SIZE // TITLE_SIZE)]
    lines += [centred(line, SIZE) for part in head for line in wrap(part, LINE)]
    lines += [(LEFT, 0, SIZE, line) for paragraph in paragraphs for line in wrap(INDENT + paragraph, LINE)]
    for start in range(0, len(lines), LINES):
        page = lines[start : start + LINES]
        yield [(x, TOP - LEADING * row, size, words) for row, (x, _, size, words) in enumerate(page)]


def centred(words: str, size: int) -> Run:
    """A line in the middle of the page, its height still open."""
    return ((PAGE[0] - width(words) * size) / 2, 0, size, words)


def wrap(text: str, columns: float) -> Iterator[str]:
    """Lines at most `columns` characters wide; marks hang into the margin, numbers are not broken."""
    line = ""
    for before, character in pairwise(" " + text):
        breakable = not (is_narrow(before) and is_narrow(character)) and character not in HANGING
        if breakable and width(line + character) > columns:
            yield line
            line = ""
        line += character
    if line:
        yield line


def width(text: str) -> float:
    """Width in characters: Latin letters and digits take half of one."""
    return sum(0.5 if is_narrow(character) else 1 for character in text)


def is_narrow(character: str) -> bool:
    """Whether the font sets a character at half width."""
    return character.isascii()


def draw_page(runs: list[Run], number: int) -> bytes:
    """The content stream of one page, its number at the foot."""
    foot = f"— {number} —"
    at = (PAGE[0] - width(foot) * NUMBER_SIZE) / 2
    return b"\n".join(draw_run(*run) for run in (*runs, (at, NUMBER_AT, NUMBER_SIZE, foot)))


def draw_run(x: float, y: float, size: int, words: str) -> bytes:
    """One run of text as PDF operators; two bytes a character."""
    if not all(ord(character) < 0x10000 for character in words):
        raise ValueError(f"outside the basic plane: {words}")
    return f"BT /F1 {size} Tf {x:g} {y:g} Td <{words.encode('utf-16-be').hex().upper()}> Tj ET".encode()


def assemble(objects: list[bytes]) -> bytes:
    """The file: header, objects, cross-reference table, trailer."""
    out = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    places = []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, table)
    return bytes(out)
