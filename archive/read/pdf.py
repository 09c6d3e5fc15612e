"""PDF → paragraphs: pdfminer.six gives the characters, PDFium where that gives none or garble; layout.py does the rest.

Parses hostile bytes: call it through the sandbox. READING §6.1 says why neither library's own layout is used.
"""

from __future__ import annotations

import logging
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from io import BytesIO
from itertools import islice

from pdfminer import pdffont
from pdfminer.cmapdb import CMapDB, FileUnicodeMap
from pdfminer.pdfcolor import PDFColorSpace
from pdfminer.pdfdevice import PDFTextDevice
from pdfminer.pdfdocument import PDFDocument, PDFPasswordIncorrect
from pdfminer.pdffont import PDFFont, PDFUnicodeNotDefined
from pdfminer.pdfinterp import PDFGraphicState, PDFPageInterpreter, PDFResourceManager
from pdfminer.pdfpage import PDFPage
from pdfminer.pdfparser import PDFParser
from pdfminer.pdftypes import PDFStream
from pdfminer.psparser import PSLiteral
from pdfminer.utils import Matrix, PathSegment, apply_matrix_pt

from archive.errors import UnreadableError
from archive.model import Page, Problem
from archive.read.layout import lay_out
from archive.read.legible import MOST_PAGES, UNKNOWN, count_good, is_garbled, judge_sheet, read_character, text_of
from archive.read.lines import Glyph, Sheet, direction_of
from archive.read.margins import find_rule
from archive.read.sniff import encrypted, is_truncated_pdf

# A rule is a path of one stroke or box.
RULE_SEGMENTS = 6

# An object up to its end or its stream, and one that is a page (ISO 32000-1 §7.3.10, §7.7.3.3).
OBJECT = re.compile(rb"(?<!\d)(\d{1,9})\s+0\s+obj\b(.*?)(?:endobj|stream|\Z)", re.S)
PAGE_OBJECT = re.compile(rb"/Type\s*/Page\b")

# pdfminer logs each oddity of a file; those that matter become problems here.
logging.getLogger("pdfminer").setLevel(logging.CRITICAL)

# pdfminer's table for UCS-2 lacks U+00B7, the middle dot of names, which then vanishes without a trace; its table for
# UTF-16, a superset, has it (READING §6.1; tests/test_read_pdf.py guards this private attribute).
for direction in "HV":
    CMapDB.get_cmap(f"UniGB-UTF16-{direction}")
    CMapDB._cmap_cache[f"UniGB-UCS2-{direction}"] = CMapDB._cmap_cache[f"UniGB-UTF16-{direction}"]

# A font has at most 65,536 characters (ISO 32000-1 annex C); some tables say each more than once.
MOST_CODES = 4 * 65_536


class BoundedUnicodeMap(FileUnicodeMap):
    """A font's table of its characters, which may say of ranges without end what they are. Raises ValueError."""

    codes = 0

    def add_cid2unichr(self, cid: int, code: PSLiteral | bytes | int) -> None:
        """Take one character into the table."""
        self.codes += 1
        if self.codes > MOST_CODES:
            raise ValueError("a font has more characters than a font can have")
        super().add_cid2unichr(cid, code)


pdffont.FileUnicodeMap = BoundedUnicodeMap  # type: ignore[misc]


def read_pdf(data: bytes) -> Page:
    """The paragraphs of a PDF, its notes last. `reader` is `pdf`, or `pdf pdfium` for the second reader.

    Pages without text and garbled pages are problems that name the page, counted from 1. A file that stops before its
    end, or has a page that breaks the reader, gives what can be read and a major problem. Raises UnreadableError:
    encrypted, truncated_file, damaged_file or no_text; MemoryError where that is why nothing could be read.
    """
    return set_page(data, *choose_sheets(data))


def choose_sheets(data: bytes) -> tuple[list[Sheet], str]:
    """The pages of a PDF as the better of two readers sees them, and its name. Raises UnreadableError: encrypted."""
    sheets = collect(record_pages(data))
    # PDFium aborts the process where pdfminer only raises.
    if is_poor(sheets) and not lacked_memory(sheets):
        from archive.read import pdfium  # noqa: PLC0415 (a native library, loaded for the few files that want it)

        second = collect(pdfium.record_pages(data))
        if count_good(second) > count_good(sheets):
            return second, "pdf pdfium"
    return sheets, "pdf"


def lacked_memory(sheets: Sequence[Sheet]) -> bool:
    """Whether memory ran out while reading."""
    return any(sheet.failure.startswith("MemoryError") for sheet in sheets)


def set_page(data: bytes, sheets: Sequence[Sheet], reader: str, more: Sequence[Problem] = ()) -> Page:
    """The page that sheets make, with what is wrong with them and `more`. Raises what `read_pdf` does."""
    paragraphs = tuple(lay_out(sheets))
    if not paragraphs:
        raise MemoryError if lacked_memory(sheets) else explain_nothing(data, sheets)
    problems = [problem for number, sheet in enumerate(sheets, 1) for problem in judge_sheet(sheet, number)]
    problems += more
    if len(sheets) == MOST_PAGES:
        problems.append(Problem("page_limit", "major", f"no page after {MOST_PAGES} is read"))
    if is_truncated_pdf(data):
        problems.append(Problem("truncated_file", "major", f"the file stops before its end; pages read: {len(sheets)}"))
    return Page(paragraphs=paragraphs, reader=reader, problems=tuple(problems))


def collect(pages: Iterator[Sheet]) -> list[Sheet]:
    """The sheets a reader gives, MOST_PAGES at most. Where it breaks down, a last empty sheet says why.

    Raises UnreadableError for a password.
    """
    sheets: list[Sheet] = []
    try:
        sheets.extend(islice(pages, MOST_PAGES))
    except PDFPasswordIncorrect as error:
        raise encrypted("PDF") from error
    except UnreadableError:
        raise
    except Exception as error:  # parsers of hostile files raise anything; what it was is kept and told
        sheets.append(Sheet(0, 0, [], failure=name_failure(error)))
    return sheets


def name_failure(error: Exception) -> str:
    """An error of a parser in a few words."""
    return f"{type(error).__name__}: {error}"[:200].rstrip(": ")


def record_pages(data: bytes) -> Iterator[Sheet]:
    """The pages of a PDF as pdfminer.six sees them."""
    if is_truncated_pdf(data):
        data = mend_truncated(data)
    resources = PDFResourceManager()
    recorder = Recorder(resources)
    interpreter = PDFPageInterpreter(resources, recorder)
    for page in PDFPage.create_pages(PDFDocument(PDFParser(BytesIO(data)))):
        failure = ""
        try:
            interpreter.process_page(page)
        except Exception as error:  # the other pages may be whole, and so may be what this one gave so far
            failure = name_failure(error)
        yield replace(recorder.sheet(), failure=failure)


def mend_truncated(data: bytes) -> bytes:
    """A PDF that lost its end, with an end made anew: a catalogue of the page objects that are left."""
    objects = list(OBJECT.finditer(data))
    pages = [match for match in objects if PAGE_OBJECT.search(match[2])]
    kids = " ".join(f"{match[1].decode()} 0 R" for match in pages)
    free = max((int(match[1]) for match in objects), default=0) + 1
    end = (
        f"\nendstream endobj\n{free} 0 obj << /Type /Pages /Count {len(pages)} /Kids [{kids}] >> endobj\n"
        f"{free + 1} 0 obj << /Type /Catalog /Pages {free} 0 R >> endobj\ntrailer << /Root {free + 1} 0 R >>\n"
    )
    return data + end.encode()


class Recorder(PDFTextDevice):
    """Records the characters, rules and images of one page at a time, and lays nothing out."""

    def __init__(self, resources: PDFResourceManager) -> None:
        super().__init__(resources)
        self.begin(0, 0)

    def begin(self, width: float, height: float) -> None:
        """Forget the page before."""
        self.width, self.height = width, height
        self.glyphs: list[Glyph] = []
        self.rules: list[tuple[float, float, float]] = []
        self.painted = 0.0

    def sheet(self) -> Sheet:
        """What was recorded since the page began."""
        area = self.width * self.height
        images = self.painted / area if area else 0.0
        return Sheet(self.width, self.height, self.glyphs, self.rules, images)

    def begin_page(self, page: PDFPage, ctm: Matrix) -> None:
        """Called before the first mark of a page."""
        left, low, right, high = page.mediabox
        turned = page.rotate in (90, 270)
        width, height = abs(right - left), abs(high - low)
        self.begin(*((height, width) if turned else (width, height)))

    def render_char(
        self,
        matrix: Matrix,
        font: PDFFont,
        fontsize: float,
        scaling: float,
        rise: float,
        cid: int,
        ncs: PDFColorSpace,
        graphicstate: PDFGraphicState,
    ) -> float:
        """Record one character; the advance in text space."""
        try:
            text = read_character(font.to_unichr(cid))
        except PDFUnicodeNotDefined:
            text = UNKNOWN
        advance = font.char_width(cid) * fontsize * scaling
        a, b, c, d, _, _ = matrix
        x, y = apply_matrix_pt(matrix, (0, rise))
        size = abs(fontsize) * math.hypot(c, d)
        if font.is_vertical():
            # The origin is the middle of the character's upper edge, and the line runs down from there.
            angle, width = direction_of(c, d) + 180, abs(advance) * math.hypot(c, d)
        else:
            angle, width = direction_of(a, b), abs(advance) * math.hypot(a, b)
        self.glyphs.append(Glyph(text, x, y, width, size, angle % 360))
        return advance

    def paint_path(
        self, graphicstate: PDFGraphicState, stroke: bool, fill: bool, evenodd: bool, path: Sequence[PathSegment]
    ) -> None:
        """Record a path that is a long thin horizontal rule."""
        if self.ctm is None or len(path) > RULE_SEGMENTS or not (stroke or fill):
            return
        points = [apply_matrix_pt(self.ctm, (step[-2], step[-1])) for step in path if len(step) >= 3]
        self.rules += find_rule(points)

    def render_image(self, name: str, stream: PDFStream) -> None:
        """Record the area of an image: it fills the unit square of its space."""
        if self.ctm is not None:
            a, b, c, d, _, _ = self.ctm
            self.painted += abs(a * d - b * c)


def is_poor(sheets: Sequence[Sheet]) -> bool:
    """Whether a second reader should try: no text, garble, or a page that broke the first."""
    texts = [text_of(sheet) for sheet in sheets]
    return not any(texts) or any(sheet.failure for sheet in sheets) or is_garbled("".join(texts))


def explain_nothing(data: bytes, sheets: Sequence[Sheet]) -> UnreadableError:
    """The error for a PDF that gives no text at all."""
    if is_truncated_pdf(data):
        message = "the PDF stops before its end and no page can be read: download it again"
        return UnreadableError("truncated_file", message)
    if failures := [sheet.failure for sheet in sheets if sheet.failure]:
        return UnreadableError("damaged_file", f"the PDF is damaged ({failures[0]}): download it again")
    message = "the PDF has no text, its pages are pictures: look for another copy, or read scans with "
    return UnreadableError("no_text", message + "`pip install baogao[ocr]` and BAOGAO_OCR=1")
