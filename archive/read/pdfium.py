"""The second reader of PDFs: PDFium gives characters where pdfminer.six gives none or garble (READING §6.1).

It is native code, not safe in threads, and aborts when memory runs out: the child process of the sandbox is its place.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from ctypes import c_double

import pypdfium2
import pypdfium2.raw as c

from archive.read.legible import UNKNOWN, read_character
from archive.read.lines import Glyph, Sheet
from archive.read.sniff import encrypted


def record_pages(data: bytes) -> Iterator[Sheet]:
    """The pages of a PDF as PDFium sees them. Raises UnreadableError where it asks for a password."""
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if error.err_code == c.FPDF_ERR_PASSWORD:
            raise encrypted("PDF") from error
        raise
    with document:
        for number in range(len(document)):
            page = document[number]
            width, height = page.get_size()
            text = page.get_textpage()
            try:
                glyphs = list(record_glyphs(text.raw))
                yield Sheet(width, height, glyphs, images=image_area(page) / (width * height or 1))
            finally:
                text.close()
                page.close()


def record_glyphs(text: c.FPDF_TEXTPAGE) -> Iterator[Glyph]:
    """The characters of a page, without the spaces and line ends that PDFium makes up."""
    x, y = c_double(), c_double()
    matrix, box = c.FS_MATRIX(), c.FS_RECTF()
    for index in range(c.FPDFText_CountChars(text)):
        if c.FPDFText_IsGenerated(text, index) == 1:
            continue
        code = c.FPDFText_GetUnicode(text, index)
        unknown = not code or c.FPDFText_HasUnicodeMapError(text, index) == 1
        placed = c.FPDFText_GetCharOrigin(text, index, x, y) and c.FPDFText_GetMatrix(text, index, matrix)
        if not placed or not c.FPDFText_GetLooseCharBox(text, index, box):
            continue
        angle = round(math.degrees(math.atan2(matrix.b, matrix.a)) / 90) * 90 % 360
        # The loose box is as long as the advance, along the line.
        width = box.right - box.left if angle in (0, 180) else box.top - box.bottom
        size = c.FPDFText_GetFontSize(text, index) * math.hypot(matrix.c, matrix.d)
        yield Glyph(UNKNOWN if unknown else read_character(chr(code)), x.value, y.value, width, size, angle)


def image_area(page: pypdfium2.PdfPage) -> float:
    """The area of all images of a page, in square points."""
    boxes = (image.get_bounds() for image in page.get_objects(filter=[c.FPDF_PAGEOBJ_IMAGE]))
    return sum((right - left) * (top - bottom) for left, bottom, right, top in boxes)
