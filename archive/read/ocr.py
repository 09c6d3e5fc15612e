"""Scanned pages of a PDF → characters, by text recognition with rapidocr: the optional extra `ocr`, off by default.

READING §6.2 measured engine and settings. It takes some three seconds a page and a gigabyte: the child process of the
sandbox is its place.
"""

from __future__ import annotations

import math
import os
import re
import signal
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from importlib.util import find_spec
from statistics import median
from typing import Any

from archive.model import Page, Problem
from archive.read.legible import count_good, is_garbled, is_scan, text_of
from archive.read.lines import FULL_WIDTH, HAN, Glyph, Sheet

# Set to 1 to switch it on.
SWITCH = "BAOGAO_OCR"

# READING §6.2: limits of the child. A report has some 60 pages; the others of a longer scan stay unread.
PAGE_SECONDS = 60
MEMORY_MB = 2048
MOST_SCANS = 60
# What reading the PDF before may take, as in the sandbox's own limits.
FIRST_SECONDS = 45
ALL_SECONDS = FIRST_SECONDS + MOST_SCANS * PAGE_SECONDS

# READING §6.2: grey pages at 200 dots an inch. Larger sheets than A3 get fewer: the engine makes them smaller anyway.
DOTS = 200 / 72
MOST_DOTS = 3400
# A page read with less confidence may lie on its side or its head.
SURE = 0.7

# A box so many times as high as wide holds characters that lie on their side, which the engine turns and reads.
TALL = 1.5

# Half-width punctuation that the engine sees beside a Han character is full-width: Chinese type has no other.
FULL_FORMS = str.maketrans(";:,!?()", "；：，！？（）")
BESIDE_HAN = re.compile(rf"(?<={HAN.pattern})[;:,!?()]|[;:,!?()](?={HAN.pattern})")

# Sizes that differ no more are one (READING §6.2, "snap sizes"). The width of fewer em than this is no sure sign.
SAME_SIZE = 0.18
SHORT = 4
HALF = 0.5  # em, the width of a character that is not full width
# The middle of a line of type is so far (em) above its baseline: half of a Han character's height, less its descent.
MIDDLE = 0.38


@dataclass(frozen=True, slots=True)
class Found:
    """A line of text found in a picture: its ends and height in points from the upper left corner, and its score."""

    text: str
    start: tuple[float, float]
    end: tuple[float, float]
    height: float
    score: float

    @property
    def length(self) -> float:
        """From end to end, in points."""
        return math.dist(self.start, self.end)

    @property
    def tall(self) -> bool:
        """Whether it runs up or down the page."""
        return self.height > TALL * self.length and len(self.text) > 1

    @property
    def em(self) -> float:
        """How many em the text is wide."""
        return sum(map(em_of, self.text))


def em_of(character: str) -> float:
    """The usual width of a character, in em."""
    return 1.0 if FULL_WIDTH.match(character) else HALF


def is_on() -> bool:
    """Whether scans are to be read: switched on, and the extra installed."""
    return os.environ.get(SWITCH) == "1" and all(find_spec(name) is not None for name in ("rapidocr", "onnxruntime"))


def read_scans(data: bytes) -> Page:
    """The paragraphs of a PDF whose scanned or garbled pages are read by text recognition; `reader` is `pdf ocr`.

    Each such page is a problem `read_by_ocr` that names the page, counted from 1, and the mean score (0 to 1). A page
    that takes longer than PAGE_SECONDS ends the process. Raises what `read_pdf` raises.
    """
    from archive.read.pdf import choose_sheets, set_page  # noqa: PLC0415 (whoever only asks `is_on` needs no PDF)

    signal.alarm(FIRST_SECONDS)
    sheets, _ = choose_sheets(data)
    blank = not any(map(text_of, sheets))
    wanted = [
        number
        for number, sheet in enumerate(sheets)
        if not sheet.failure and (blank or is_scan(sheet) or is_garbled(text_of(sheet)))
    ]
    problems = []
    for number, (sheet, score) in zip(wanted, recognise(data, wanted[:MOST_SCANS]), strict=False):
        if count_good([sheet]) > count_good([sheets[number]]):
            sheets[number] = sheet
            problems.append(Problem("read_by_ocr", "minor", f"page {number + 1}: mean score {score:.2f}"))
    return set_page(data, sheets, "pdf ocr", problems)


def recognise(data: bytes, numbers: Sequence[int]) -> Iterator[tuple[Sheet, float]]:
    """What stands on the pages with these numbers, from 0, and the mean score of each."""
    import pypdfium2  # noqa: PLC0415 (a native library, for the child process alone)

    engine = start_engine()
    with pypdfium2.PdfDocument(data) as document:
        for number in numbers:
            # The default action ends the process, even within native code that never returns.
            signal.alarm(PAGE_SECONDS)
            page = document[number]
            width, height = page.get_size()
            dots = min(DOTS, MOST_DOTS / max(width, height, 1))
            image = page.render(scale=dots, grayscale=True).to_numpy()
            page.close()
            yield read_image(engine, image, dots)
    signal.alarm(FIRST_SECONDS)


def start_engine() -> Any:
    """The engine, with one thread and without its classifier, which turns whole lines upside down and loses them."""
    import cv2  # noqa: PLC0415 (heavy, and not installed with every archive)
    from rapidocr import RapidOCR  # noqa: PLC0415

    cv2.setNumThreads(1)
    threads = "EngineConfig.onnxruntime.{}_op_num_threads".format
    settings = {threads("intra"): 1, threads("inter"): 1, "Global.use_cls": False, "Global.log_level": "critical"}
    return RapidOCR(params=settings)


def read_image(engine: Any, image: Any, dots: float) -> tuple[Sheet, float]:
    """What stands in a picture with so many dots a point, and the mean score; turned if that reads better."""
    import numpy  # noqa: PLC0415 (for the child process alone)

    best: tuple[Sheet, float] | None = None
    for quarters in (0, 2, 1, 3):
        turned = numpy.ascontiguousarray(numpy.rot90(image, quarters))
        height, width = turned.shape[:2]
        found = find_lines(engine(turned), dots)
        score = mean_score(found)
        found = [line for line in found if not line.tall]
        if best is None or score > best[1]:
            best = Sheet(width / dots, height / dots, set_glyphs(found, width / dots, height / dots)), score
        if score >= SURE:
            break
    assert best is not None
    return best


def find_lines(result: Any, dots: float) -> list[Found]:
    """The lines of a result of the engine, in points."""
    if result.boxes is None or result.txts is None:
        return []
    found = []
    for box, seen, score in zip(result.boxes, result.txts, result.scores, strict=True):
        # Corners go round from the upper left one.
        corners = [(float(x) / dots, float(y) / dots) for x, y in box]
        start, end = middle(corners[0], corners[3]), middle(corners[1], corners[2])
        height = (math.dist(corners[0], corners[3]) + math.dist(corners[1], corners[2])) / 2
        text = BESIDE_HAN.sub(lambda mark: mark[0].translate(FULL_FORMS), seen.strip())
        if text and start[0] < end[0]:
            found.append(Found(text, start, end, height, float(score)))
    return found


def middle(first: tuple[float, float], second: tuple[float, float]) -> tuple[float, float]:
    """The point halfway between two."""
    return (first[0] + second[0]) / 2, (first[1] + second[1]) / 2


def mean_score(found: Sequence[Found]) -> float:
    """The mean score of all characters, 0 for those of tall lines; 0 where there are none."""
    characters = sum(len(line.text) for line in found)
    return sum(line.score * len(line.text) for line in found if not line.tall) / characters if characters else 0.0


def set_glyphs(found: Sequence[Found], width: float, height: float) -> list[Glyph]:
    """The characters of lines, set straight: each as wide as its kind is, in type of one of a few sizes."""
    sizes = find_sizes(found)
    slope = median(slopes) if (slopes := [slope_of(line) for line in found if line.em >= SHORT]) else 0.0
    glyphs: list[Glyph] = []
    for line, size in zip(found, sizes, strict=True):
        x, y = straighten(line.start, slope, width, height)
        # The middle of the line's ends: a box may be a little crooked by itself.
        y = (y + straighten(line.end, slope, width, height)[1]) / 2 - MIDDLE * size
        step = line.length / line.em
        for character in line.text:
            advance = em_of(character) * step
            glyphs.append(Glyph(character, x, y, advance, size))
            x += advance
    return glyphs


def slope_of(line: Found) -> float:
    """The angle by which a line falls, in radians."""
    return math.atan2(line.end[1] - line.start[1], line.end[0] - line.start[0])


def straighten(point: tuple[float, float], slope: float, width: float, height: float) -> tuple[float, float]:
    """A point turned back around the middle of the page, from the lower left corner."""
    x, y = point[0] - width / 2, point[1] - height / 2
    cosine, sine = math.cos(slope), math.sin(slope)
    return width / 2 + x * cosine + y * sine, height / 2 - (y * cosine - x * sine)


def find_sizes(found: Sequence[Found]) -> list[float]:
    """The size of each line's type in points, one of the usual ones: from its width, for short ones also its height."""
    long = [line for line in found if line.em >= SHORT]
    # How many em high the boxes are that the engine draws around lines.
    high = median(line.height * line.em / line.length for line in long) if long else 1.0
    # A full stop fills a quarter of its em, so that few characters may look narrow, and their boxes are often too high.
    sizes = [
        line.length / line.em if line.em >= SHORT else math.sqrt(line.length / line.em * line.height / high)
        for line in found
    ]
    weights = Counter[float]()
    for line in long or found:
        weights[round(line.length / line.em * 2) / 2] += len(line.text)
    usual: list[float] = []
    for size, _ in weights.most_common():
        if all(abs(size - other) > SAME_SIZE * other for other in usual):
            usual.append(size)
    return [min(usual, key=lambda other: abs(size - other)) for size in sizes]


def mark_failure(page: Page, message: str) -> Page:
    """A page whose scans could not be read, with why."""
    return replace(page, problems=(*page.problems, Problem("ocr_failed", "minor", message)))
