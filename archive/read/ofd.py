"""OFD (GB/T 33190-2016), China's own format of printed pages → paragraphs, by the same rules as PDF (READING §6.3)."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from posixpath import join, normpath

from lxml import etree

from archive.errors import UnreadableError
from archive.model import Page, Problem
from archive.read.layout import lay_out
from archive.read.legible import MOST_PAGES, judge_sheet, read_character
from archive.read.lines import FULL_WIDTH, Glyph, Sheet, direction_of
from archive.read.margins import find_rule
from archive.read.numbering import attribute, child_named, children_named, local_name
from archive.read.office import Container, damaged
from archive.read.sniff import encrypted

POINTS = 72 / 25.4  # in a millimetre, the unit of OFD (7.1)
A4 = (0.0, 0.0, 210.0, 297.0)

# OFD gives places, no widths: full-width characters are 1 em wide, what is narrower has its own advance, within these
# (em), or half an em.
NARROW = (0.2, 1.0)
HALF = 0.5

NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
# A path of straight lines alone: M x y L x y C (9.1).
STRAIGHT = re.compile(r"[MLSC\s\d.eE+-]+")
STRAIGHT_LENGTH = 200  # characters; that of a rule is short

Box = tuple[float, float, float, float]
Affine = tuple[float, float, float, float, float, float]
UNTURNED: Affine = (1, 0, 0, 1, 0, 0)


def read_ofd(data: bytes) -> Page:
    """The paragraphs of an OFD, its notes last.

    Pages that are pictures, garbled or damaged are problems that name the page, counted from 1. Raises UnreadableError:
    damaged_file, encrypted, too_large_for_memory or no_text.
    """
    container = Container(data)
    sheets = list(islice(read_sheets(container), MOST_PAGES + 1))
    problems = [problem for number, sheet in enumerate(sheets, 1) for problem in judge_sheet(sheet, number)]
    if len(sheets) > MOST_PAGES:
        sheets.pop()
        problems.append(Problem("page_limit", "major", f"no page after {MOST_PAGES} is read"))
    paragraphs = tuple(lay_out(sheets))
    if not paragraphs:
        if failures := [sheet.failure for sheet in sheets if sheet.failure]:
            raise UnreadableError("damaged_file", failures[0])
        raise UnreadableError("no_text", "the OFD has no text, its pages are pictures: look for another copy")
    return Page(paragraphs=paragraphs, reader="ofd", problems=tuple(problems))


def read_sheets(container: Container) -> Iterator[Sheet]:
    """The pages of the first document in an OFD, in order."""
    root = container.parse("OFD.xml")
    if root is None:
        raise damaged("it has no OFD.xml")
    if "Encryptions.xml" in container.members:
        raise encrypted("OFD")
    where = find_text(root, "DocRoot")
    document = container.parse(resolve("", where)) if where else None
    if document is None:
        raise damaged(f"it has no {where or 'document'}")
    folder = where.rpartition("/")[0]
    common = child_named(document, "CommonData")
    box = read_box(common, A4)
    templates = {attribute(t, "ID"): attribute(t, "BaseLoc") or "" for t in children_named(common, "TemplatePage")}
    units = read_units(container, folder, common)
    for page in children_named(child_named(document, "Pages"), "Page"):
        try:
            yield read_sheet(container, folder, attribute(page, "BaseLoc") or "", templates, units, box)
        except UnreadableError as error:
            if error.code != "damaged_file":
                raise
            # The other pages may be whole.
            yield Sheet(box[2] * POINTS, box[3] * POINTS, [], failure=error.message)


def read_sheet(
    container: Container,
    folder: str,
    where: str,
    templates: Mapping[str | None, str],
    units: Mapping[str | None, etree._Element],
    box: Box,
) -> Sheet:
    """One page with what its templates draw on it. Raises UnreadableError where it is damaged."""
    content = container.parse(resolve(folder, where))
    if content is None:
        raise damaged(f"it has no {where or 'content for a page'}")
    canvas = Canvas(read_box(content, box), units)
    for template in children_named(content, "Template"):
        name = templates.get(attribute(template, "TemplateID"), "")
        drawn = container.parse(resolve(folder, name)) if name else None
        if drawn is not None:
            canvas.draw(drawn)
    canvas.draw(content)
    return canvas.sheet()


def read_units(container: Container, folder: str, common: etree._Element | None) -> dict[str | None, etree._Element]:
    """The drawings in the resources of a document by ID: programs that convert PDF put whole pages there (7.9, 13)."""
    units: dict[str | None, etree._Element] = {}
    for kind in ("PublicRes", "DocumentRes"):
        for named in children_named(common, kind):
            resources = container.parse(resolve(folder, (named.text or "").strip()))
            for unit in resources.iter("{*}CompositeGraphicUnit") if resources is not None else ():
                units[attribute(unit, "ID")] = unit
    return units


def resolve(folder: str, where: str) -> str:
    """The name of a member that another names: from the root with a slash, else from its own folder (7.2)."""
    return normpath(where if where.startswith("/") else join(folder, where)).lstrip("/")


def find_text(root: etree._Element, name: str) -> str:
    """The text of the first element of that name, at any depth; "" for none."""
    return next((element.text.strip() for element in root.iter(f"{{*}}{name}") if element.text), "")


def numbers(text: str | None) -> list[float]:
    """The numbers in a text that fit a page."""
    return [number for found in NUMBER.findall(text or "") if abs(number := float(found)) < 1e9]


def read_box(parent: etree._Element | None, default: Box) -> Box:
    """Left, top, width and height (mm) of the paper that a document or page says it is printed on."""
    area = child_named(parent, "PageArea")
    area = area if area is not None else child_named(parent, "Area")
    found = numbers(find_text(area, "PhysicalBox")) if area is not None else []
    if len(found) != 4 or min(found[2:]) <= 0:
        return default
    left, top, width, height = found
    return left, top, width, height


def read_affine(element: etree._Element) -> Affine:
    """How the space of an object lies in that around it: turned and stretched, then moved to its corner (8.5)."""
    ctm = numbers(attribute(element, "CTM"))
    a, b, c, d, e, f = ctm if len(ctm) == 6 else UNTURNED
    x, y, *_ = *numbers(attribute(element, "Boundary")), 0.0, 0.0
    return a, b, c, d, e + x, f + y


def compose(outer: Affine, inner: Affine) -> Affine:
    """What two of them make, one within the other."""
    a, b, c, d, _, _ = inner
    p, q, r, s, _, _ = outer
    return a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, *apply(outer, inner[4], inner[5])


def apply(affine: Affine, x: float, y: float) -> tuple[float, float]:
    """A point of the inner space in the outer one."""
    a, b, c, d, e, f = affine
    return a * x + c * y + e, b * x + d * y + f


class Canvas:
    """Records the characters, rules and images of one page, in points from its lower left corner.

    `units` are the drawings by ID that objects of the page may show.
    """

    def __init__(self, box: Box, units: Mapping[str | None, etree._Element]) -> None:
        left, top, self.width, self.height = box
        self.units = units
        self.showing: list[str | None] = []
        # From millimetres below the upper left corner to points above the lower left one.
        self.paper: Affine = (POINTS, 0, 0, -POINTS, -left * POINTS, (self.height + top) * POINTS)
        self.glyphs: list[Glyph] = []
        self.rules: list[tuple[float, float, float]] = []
        self.images = 0.0

    def sheet(self) -> Sheet:
        """What was recorded."""
        images = self.images / (self.width * self.height * POINTS**2)
        return Sheet(self.width * POINTS, self.height * POINTS, self.glyphs, self.rules, images)

    def draw(self, element: etree._Element, around: Affine | None = None) -> None:
        """Record what is drawn below an element: layers and blocks hold objects, and may nest."""
        around = around or self.paper
        for child in element:
            name = local_name(child)
            if attribute(child, "Visible") == "false":
                continue
            if name == "TextObject":
                self.draw_text(child, compose(around, read_affine(child)))
            elif name == "PathObject":
                self.draw_path(child, compose(around, read_affine(child)))
            elif name == "ImageObject":
                _, _, width, height, *_ = *numbers(attribute(child, "Boundary")), 0.0, 0.0, 0.0, 0.0
                a, b, c, d, _, _ = around
                self.images += abs(width * height * (a * d - b * c))
            elif name == "CompositeObject":
                self.draw_unit(attribute(child, "ResourceID"), compose(around, read_affine(child)))
            else:
                self.draw(child, around)

    def draw_unit(self, id: str | None, space: Affine) -> None:
        """Record a drawing that is kept apart (13); one that shows itself is shown once."""
        if id in self.units and id not in self.showing:
            self.showing.append(id)
            self.draw(self.units[id], space)
            self.showing.pop()

    def draw_text(self, element: etree._Element, space: Affine) -> None:
        """Record the characters of a text (11.2, 11.3)."""
        size = next(iter(numbers(attribute(element, "Size"))), 0.0)
        stretch = next(iter(numbers(attribute(element, "HScale"))), 1.0)
        sideways = attribute(element, "ReadDirection") in ("90", "270")
        x = y = 0.0
        for code in children_named(element, "TextCode"):
            # A text that does not say where it begins begins where the one before did.
            x = next(iter(numbers(attribute(code, "X"))), x)
            y = next(iter(numbers(attribute(code, "Y"))), y)
            text = (code.text or "").strip("\r\n")
            across = expand(attribute(code, "DeltaX"), len(text) - 1)
            down = expand(attribute(code, "DeltaY"), len(text) - 1)
            if not across and not down:
                # Nothing says how far apart the characters are: then as far as they are wide.
                advances = [size * stretch * (1 if FULL_WIDTH.match(character) else HALF) for character in text[:-1]]
                across, down = ([], advances) if sideways else (advances, [])
            self.set_text(text, (x, y), (across, down), size, stretch, space)

    def set_text(
        self,
        text: str,
        start: tuple[float, float],
        steps: tuple[Sequence[float], Sequence[float]],
        size: float,
        stretch: float,
        space: Affine,
    ) -> None:
        """Record one run of characters: where it starts and the steps from one to the next, in its own space."""
        a, b, c, d, _, _ = space
        (x, y), (across, down) = start, steps
        # The line runs the way the steps go.
        runs_down = sum(map(abs, down)) > sum(map(abs, across))
        angle = direction_of(c, d) if runs_down else direction_of(a, b)
        along = math.hypot(c, d) if runs_down else math.hypot(a, b)
        height = size * math.hypot(c, d)
        for number, character in enumerate(text):
            step_x = across[number] if number < len(across) else 0.0
            step_y = down[number] if number < len(down) else 0.0
            step = abs(step_y if runs_down else step_x)
            width = advance_of(character, step, size if runs_down else size * stretch)
            self.glyphs.append(Glyph(read_character(character), *apply(space, x, y), width * along, height, angle))
            x, y = x + step_x, y + step_y

    def draw_path(self, element: etree._Element, space: Affine) -> None:
        """Record a path that is a long thin horizontal rule."""
        drawn = next((data.text or "" for data in children_named(element, "AbbreviatedData")), "")
        if len(drawn) > STRAIGHT_LENGTH or not STRAIGHT.fullmatch(drawn):
            return
        flat = iter(numbers(drawn))
        points = [apply(space, x, y) for x, y in zip(flat, flat, strict=False)]
        self.rules += find_rule(points)


def expand(text: str | None, count: int) -> list[float]:
    """The first `count` steps of a DeltaX or DeltaY, the last one again where there are fewer; [] where there are none.

    `g n d` stands for n steps of d (11.3).
    """
    steps: list[float] = []
    words = iter((text or "").split())
    for word in words:
        if len(steps) >= count:
            break
        if word == "g":
            times, step = numbers(next(words, "")), numbers(next(words, ""))
            if times and step:
                steps += step[:1] * min(int(times[0]), count - len(steps))
        else:
            steps += numbers(word)
    return (steps + steps[-1:] * (count - len(steps)))[: max(count, 0)]


def advance_of(character: str, step: float, em: float) -> float:
    """How wide a character is, from how far the next one begins from it (0: unknown) and the size of its type."""
    if FULL_WIDTH.match(character):
        # Punctuation may be set closer than 1 em.
        return min(step, em) if step >= HALF * em else em
    least, most = NARROW
    return step if least * em <= step <= most * em else HALF * em
