"""WordprocessingML, the XML inside a docx → lines of text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain

from lxml import etree

from archive.read.conventions import set_notes, set_row
from archive.read.numbering import (
    BULLETS,
    Counter,
    NumberLists,
    attribute,
    child_named,
    children_named,
    local_name,
    number_of,
    value_of,
)

# What a document shows nowhere, or keeps of an earlier version (ISO 29500-1 §17.13.5), or shows twice, or says of
# layout: never read.
SKIPPED = frozenset(
    ("del", "moveFrom", "delText", "instrText", "delInstrText", "Fallback", "rt", "pPr", "rPr", "tblPr", "sectPr")
)

# Characters that are elements (ISO 29500-1 §17.3.3). A line break ends a line of the page: in Chinese documents, often
# pasted from the web, that is the end of a paragraph.
CHARACTERS: Mapping[str, str] = {
    "tab": "\t",
    "ptab": "\t",
    "br": "\n",
    "cr": "\n",
    "noBreakHyphen": "-",
    "softHyphen": "",
}

NOTE_REFERENCES: Mapping[str, str] = {"footnoteReference": "footnote", "endnoteReference": "endnote"}

EMU = 914_400  # an inch
MOST_EMU = 27_273_042_316_900  # ISO 29500-1 §20.1.10.42

# Notes that are lines between text and notes (ISO 29500-1 §17.18.33).
SEPARATORS = frozenset(("separator", "continuationSeparator", "continuationNotice"))


@dataclass(frozen=True, slots=True)
class Style:
    """What a style says that bears on text: the style it is based on, its list and level, whether it hides."""

    parent: str | None
    list_id: str | None
    depth: int | None
    hidden: bool | None


class Document:
    """Reads one Word document, keeping count of its numbers and notes on the way. Good for one `read`."""

    def __init__(
        self, styles: Mapping[str, Style], lists: NumberLists, notes: Mapping[str, Mapping[str, etree._Element]]
    ) -> None:
        self.styles = styles
        self.lists = lists
        self.notes = notes
        self.counter = Counter(lists)
        self.noted: list[tuple[str, str]] = []

    def read(self, root: etree._Element) -> list[str]:
        """All lines below `root`, then those of the notes it refers to, in the order of reference."""
        lines = list(self.read_blocks(root))
        # A note may refer to further notes: those join the end of the list while it is read.
        notes = (self.notes[kind].get(id) for kind, id in self.noted)
        return lines + set_notes([list(self.read_blocks(note)) for note in notes if note is not None])

    def read_blocks(self, parent: etree._Element) -> Iterator[str]:
        """The lines of what lies below an element that holds paragraphs and tables."""
        for block in parent:
            name = local_name(block)
            if name == "p":
                yield from self.read_paragraph(block)
            elif name == "tbl":
                yield from self.read_table(block)
            elif name not in SKIPPED:
                yield from self.read_blocks(block)

    def read_table(self, table: etree._Element) -> Iterator[str]:
        """One line a row, its cells parted by tabs; a row with one filled cell is layout, its lines stay lines."""
        for row in descend(table, "tr"):
            yield from set_row([list(self.read_blocks(cell)) for cell in descend(row, "tc")])

    def read_paragraph(self, paragraph: etree._Element) -> Iterator[str]:
        """The lines of one paragraph, its number before the first, then those of the text boxes it anchors."""
        boxes: list[etree._Element] = []
        text = "".join(self.read_runs(paragraph, boxes)).strip()
        if text or not is_removed(paragraph):
            # Word counts and numbers a paragraph without text too.
            number = self.number(paragraph)
            text = text and number + text
        yield from (line.strip() for line in text.splitlines() if line.strip())
        yield from chain.from_iterable(self.read_blocks(box) for box in boxes)

    def read_runs(self, parent: etree._Element, boxes: list[etree._Element]) -> Iterator[str]:
        """The text of what lies below a paragraph. Text boxes found on the way go to `boxes`, notes to `noted`."""
        for child in parent:
            name = local_name(child)
            if name == "t":
                yield child.text or ""
            elif name in CHARACTERS:
                yield CHARACTERS[name]
            elif name == "sym":
                shown = chr(number_of(attribute(child, "char"), 0xFFFD, base=16))
                yield BULLETS.get(shown, shown)
            elif name == "txbxContent":
                boxes.append(child)
            elif name in NOTE_REFERENCES:
                self.noted.append((NOTE_REFERENCES[name], attribute(child, "id") or ""))
            elif name == "AlternateContent":
                yield from self.read_runs(choose_alternative(child), boxes)
            elif name not in SKIPPED and not (name == "r" and self.is_hidden(child)):
                yield from self.read_runs(child, boxes)

    def is_hidden(self, run: etree._Element) -> bool:
        """Whether a run is hidden text, by itself or by its character style."""
        properties = child_named(run, "rPr")
        if properties is None:
            return False
        own = switch(properties, "vanish")
        styles = self.style_chain(value_of(properties, "rStyle"))
        return bool(next((said for said in (own, *(style.hidden for _, style in styles)) if said is not None), False))

    def number(self, paragraph: etree._Element) -> str:
        """The automatic number of a paragraph, "" where it has none."""
        properties = child_named(paragraph, "pPr")
        if properties is None:
            return ""
        styles = list(self.style_chain(value_of(properties, "pStyle")))
        list_id, depth = read_place(properties)
        if list_id is None:
            list_id = next((style.list_id for _, style in styles if style.list_id is not None), None)
        # numId 0 takes a list away that a style gives (ISO 29500-1 §17.9.18).
        if list_id is None or list_id == "0":
            return ""
        if depth is None:
            linked = (self.lists.linked_depth(list_id, id) for id, _ in styles)
            depth = next((found for found in chain(linked, (s.depth for _, s in styles)) if found is not None), 0)
        return self.counter.next_number(list_id, depth)

    def style_chain(self, id: str | None) -> Iterator[tuple[str, Style]]:
        """A style and those it is based on, nearest first, each with its id."""
        seen: set[str] = set()
        while id is not None and id in self.styles and id not in seen:
            seen.add(id)
            yield id, self.styles[id]
            id = self.styles[id].parent


def read_styles(root: etree._Element | None) -> dict[str, Style]:
    """The styles of styles.xml by id."""
    styles = {}
    for style in children_named(root, "style"):
        list_id, depth = read_place(child_named(style, "pPr"))
        hidden = switch(child_named(style, "rPr"), "vanish")
        styles[attribute(style, "styleId") or ""] = Style(value_of(style, "basedOn"), list_id, depth, hidden)
    return styles


def read_notes(root: etree._Element | None) -> dict[str, etree._Element]:
    """The notes of footnotes.xml or endnotes.xml by id, without the lines that part them from the text."""
    notes = chain(children_named(root, "footnote"), children_named(root, "endnote"))
    return {attribute(note, "id") or "": note for note in notes if attribute(note, "type") not in SEPARATORS}


def read_place(properties: etree._Element | None) -> tuple[str | None, int | None]:
    """The list and level (from 0) that the properties of a paragraph or style name; None for each not named."""
    numbering = child_named(properties, "numPr")
    depth = value_of(numbering, "ilvl")
    return value_of(numbering, "numId"), None if depth is None else number_of(depth, 0)


def picture_areas(root: etree._Element) -> Iterator[float]:
    """The area in square inches of each picture below an element (ISO 29500-1 §20.4.2.7: its extent, in EMU)."""
    for extent in root.iter("{*}extent"):
        drawing = extent.getparent()
        if drawing is not None and next(drawing.iter("{*}blip"), None) is not None:
            width, height = (number_of(attribute(extent, name), 0, most=MOST_EMU) for name in ("cx", "cy"))
            yield width * height / EMU**2


def is_removed(paragraph: etree._Element) -> bool:
    """Whether the mark that ends a paragraph is deleted or hidden, so that nothing of an empty one shows."""
    mark = child_named(child_named(paragraph, "pPr"), "rPr")
    return child_named(mark, "del") is not None or bool(switch(mark, "vanish"))


def choose_alternative(element: etree._Element) -> etree._Element:
    """The one branch to read of markup that says the same twice: the first with text, else the first."""
    branches = list(element)
    with_text = (branch for branch in branches if any(local_name(below) == "t" for below in branch.iter()))
    return next(with_text, branches[0] if branches else element)


def descend(parent: etree._Element, name: str) -> Iterator[etree._Element]:
    """The rows of a table or the cells of a row, through the content controls and tracked changes around them."""
    for child in parent:
        if local_name(child) == name:
            # A row that was deleted says so in its properties (ISO 29500-1 §17.13.5.12).
            if child_named(child_named(child, "trPr"), "del") is None:
                yield child
        elif local_name(child) in ("sdt", "sdtContent", "customXml", "ins"):
            yield from descend(child, name)


def switch(properties: etree._Element | None, name: str) -> bool | None:
    """A property that is on or off; None where nothing is said of it."""
    element = child_named(properties, name)
    return None if element is None else (attribute(element, "val") or "true").lower() not in ("0", "false", "off")
