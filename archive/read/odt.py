"""OpenDocument texts (.odt) → paragraphs, with what is automatic in them (ODF 1.3 part 3)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from lxml import etree

from archive.model import Page
from archive.read.conventions import find_large, make_page, set_notes, set_row
from archive.read.numbering import (
    Counter,
    Level,
    NumberList,
    NumberLists,
    attribute,
    child_named,
    local_name,
    number_of,
)
from archive.read.odtlists import is_encrypted, read_hidden, read_lists
from archive.read.office import Container, damaged
from archive.read.sniff import encrypted

# What stands beside the text, or is not shown, or describes a picture: never read.
SKIPPED = frozenset(
    (
        *("tracked-changes", "sequence-decls", "variable-decls", "user-field-decls", "forms", "annotation"),
        *("ruby-text", "hidden-text", "hidden-paragraph", "covered-table-cell", "desc", "title", "event-listeners"),
    )
)

DRAWING = ":drawing:1.0}"

# Elements that stand for characters (6.1.3 to 6.1.5); a line break ends a line of the page, as in docx.
CHARACTERS: Mapping[str, str] = {"tab": "\t", "line-break": "\n"}
MOST_SPACES = 1000  # in a row; no document has more

# White space written out counts as one space, and is told from the spaces that elements stand for (6.1.2).
WHITE_SPACE = re.compile(r"[ \t\r\n]+")

# A place where a word may be parted shows nothing, a hyphen where no line may end is a hyphen: here they are
# characters, in the other formats elements.
HYPHENS: Mapping[int, str] = {0xAD: "", 0x2011: "-"}

INCHES: Mapping[str, float] = {"in": 1, "cm": 1 / 2.54, "mm": 1 / 25.4, "pt": 1 / 72, "pc": 1 / 6, "px": 1 / 96}
LENGTH = re.compile(r"(\d{1,6}(?:\.\d+)?)([a-z]{2})")


def read_odt(data: bytes) -> Page:
    """The paragraphs of an OpenDocument text: body, tables row by row, text boxes, then its notes.

    Automatic numbers are written out; deleted and hidden text is left out, as are headers and comments. Raises
    UnreadableError: damaged_file, encrypted, too_large_for_memory or no_text.
    """
    container = Container(data)
    if is_encrypted(container.parse("META-INF/manifest.xml")):
        raise encrypted("document")
    content, styles = container.parse("content.xml"), container.parse("styles.xml")
    text = None if content is None else next(content.iter("{*}text"), None)
    if text is None:
        raise damaged("it has no text part")
    document = Document(read_lists(styles, content), read_hidden(styles, content))
    return make_page(document.read(text), "odt", find_large(document.pictures))


@dataclass(frozen=True, slots=True)
class Place:
    """Where a block stands in a list: the list's key, the name of its style, its depth from 0."""

    key: str
    style: str
    depth: int


class Document:
    """Reads one text document, keeping count of its numbers and notes on the way. Good for one `read`."""

    def __init__(self, lists: Mapping[str, Mapping[int, Level]], hidden: set[str]) -> None:
        self.lists = lists
        self.hidden = hidden
        self.counter = Counter(NumberLists({"": NumberList("", lists.get("", {}))}))
        self.keys: dict[str, str] = {}  # the key of a list by its id, and by the name of the style it last had
        self.notes: list[list[str]] = []
        self.pictures: list[float] = []

    def read(self, text: etree._Element) -> list[str]:
        """All lines of the document, then those of its notes."""
        return list(self.read_blocks(text)) + set_notes(self.notes)

    def read_blocks(self, blocks: Iterable[etree._Element]) -> Iterator[str]:
        """The lines of what lies below an element, or among elements, that hold paragraphs, lists and tables."""
        for block in blocks:
            name = local_name(block)
            if name in ("p", "h"):
                yield from self.read_paragraph(block, None)
            elif name == "list":
                yield from self.read_list(block, None)
            elif name == "table-row":
                cells = (cell for cell in block if local_name(cell) == "table-cell")
                yield from set_row([list(self.read_blocks(cell)) for cell in cells])
            elif name == "frame":
                yield from self.read_frame(block)
            elif name not in SKIPPED and attribute(block, "display") != "none":
                yield from self.read_blocks(block)

    def read_list(self, element: etree._Element, around: Place | None) -> Iterator[str]:
        """The lines of a list; `around` is where it stands in another."""
        style = attribute(element, "style-name") or (around.style if around else "")
        place = Place(around.key, style, around.depth + 1) if around else Place(self.key_of(element, style), style, 0)
        if place.depth in self.lists.get(style, {}):
            # A deeper list may have a style of its own, and still counts along with the list around it.
            known = self.counter.lists.get(place.key, NumberList(place.key, {}))
            levels = {**known.levels, place.depth: self.lists[style][place.depth]}
            self.counter.lists[place.key] = NumberList(place.key, levels)
        for item in element:
            yield from self.read_item(item, place)

    def read_item(self, item: etree._Element, place: Place) -> Iterator[str]:
        """The lines of an item: its first paragraph is numbered; that of a header of the list is not."""
        numbered = local_name(item) == "list-item"
        if (start := attribute(item, "start-value")) is not None:
            self.counter.counts.setdefault(place.key, {})[place.depth] = number_of(start, 1) - 1
        for block in item:
            if local_name(block) == "list":
                yield from self.read_list(block, place)
            elif local_name(block) in ("p", "h"):
                yield from self.read_paragraph(block, place if numbered else None, in_list=True)
                numbered = False
            else:
                yield from self.read_blocks([block])

    def key_of(self, element: etree._Element, style: str) -> str:
        """The key of an outermost list: that of the list it continues (19.780, 19.781), or its own."""
        # Only an xml:id is of use here; a list that nothing continues may have none.
        own = attribute(element, "id") or f"list {len(self.keys)}"
        key = own
        if (before := attribute(element, "continue-list")) is not None:
            key = self.keys.get("#" + before, own)
        elif attribute(element, "continue-numbering") == "true":
            key = self.keys.get(style, own)
        self.keys["#" + own] = self.keys[style] = key
        return key

    def read_paragraph(self, paragraph: etree._Element, place: Place | None, *, in_list: bool = False) -> Iterator[str]:
        """The lines of one paragraph, its number before the first, then those of the text boxes it anchors."""
        if self.is_hidden(paragraph):
            return
        boxes: list[etree._Element] = []
        text = "".join(self.read_runs(paragraph, boxes))
        text = "\n".join(line.strip() for line in text.translate(HYPHENS).split("\n")).strip()
        number = self.number(paragraph, place, in_list)
        text = text and number + text
        yield from (line for line in text.splitlines() if line)
        for box in boxes:
            yield from self.read_frame(box)

    def number(self, paragraph: etree._Element, place: Place | None, in_list: bool) -> str:
        """The automatic number of a paragraph: that of its list or, for a heading outside lists, of all headings."""
        if place is not None:
            return self.counter.next_number(place.key, place.depth)
        if local_name(paragraph) == "h" and not in_list and attribute(paragraph, "is-list-header") != "true":
            return self.counter.next_number("", number_of(attribute(paragraph, "outline-level"), 1) - 1)
        return ""

    def read_runs(self, parent: etree._Element, boxes: list[etree._Element]) -> Iterator[str]:
        """The text below a paragraph. Drawings found on the way go to `boxes`, notes to `notes`."""
        yield WHITE_SPACE.sub(" ", parent.text or "")
        for child in parent:
            name = local_name(child)
            if name == "s":
                yield " " * min(number_of(attribute(child, "c"), 1), MOST_SPACES)
            elif name in CHARACTERS:
                yield CHARACTERS[name]
            elif name == "note":
                body = child_named(child, "note-body")
                self.notes.append([] if body is None else list(self.read_blocks(body)))
            elif DRAWING in str(child.tag) and name != "a":
                boxes.append(child)
            # An entity that stays closed is no element: its tag is no name.
            elif isinstance(child.tag, str) and name not in SKIPPED and not self.is_hidden(child):
                yield from self.read_runs(child, boxes)
            yield WHITE_SPACE.sub(" ", child.tail or "")

    def is_hidden(self, element: etree._Element) -> bool:
        """Whether an element's style hides it."""
        return attribute(element, "style-name") in self.hidden

    def read_frame(self, frame: etree._Element) -> Iterator[str]:
        """The lines of a drawing, which may hold text boxes, pictures and further drawings."""
        if child_named(frame, "image") is not None and child_named(frame, "text-box") is None:
            self.pictures.append(inches(attribute(frame, "width")) * inches(attribute(frame, "height")))
        yield from self.read_blocks(frame)


def inches(length: str | None) -> float:
    """A length as ODF writes it (`12.5cm`) in inches; 0 for none."""
    found = LENGTH.fullmatch(length or "")
    return float(found[1]) * INCHES.get(found[2], 0) if found else 0.0
