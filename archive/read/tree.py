"""Markup → a page laid flat: text runs and breaks in page order, with each element's place among them.

A flat page makes every later question (how much prose is in this element, what is its text) a subtraction or a slice,
whatever the depth of the tree: nothing here or later recurses.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum

from selectolax.lexbor import LexborHTMLParser, LexborNode

from archive.read.markup import BLOCKS, read_styles, select, words


class Mark(Enum):
    """A boundary between two runs of text."""

    BREAK = "ends a paragraph"
    ROW = "begins a table row"
    CELL = "ends a cell"
    END_ROW = "ends a row"


# Tags that never show text of the article. Forms are read: 博达 wraps whole articles in one (READING §1.4). Ruby's rt
# is a reading of the character beside it, not text.
SILENT = words(
    "script style noscript template head iframe object embed svg canvas audio video select textarea button rt rp"
)

ROWS, CELLS = words("tr"), words("td th")
PREFORMATTED = words("pre listing plaintext xmp")

# Marks of prose: Chinese punctuation, and the half-width forms of sites that fold it. Navigation has none. No colons:
# the lines around an article are full of them (来源：, 时间：, 上一篇：).
PROSE = "，。；、！？"
NARROW_PROSE = re.compile("(?<=[\u4e00-\u9fff])[,;!?]")
MARKS = frozenset((*PROSE, *",;!?"))
A_FEW_WORDS = 40  # characters: below, looking at each is quicker than six searches

# A hidden element with as many prose marks as this is no noise but a part of the text that a script shows later (the
# second page of a paged report, a tab): a paragraph or two. Notices in hidden dialogues have fewer.
HIDDEN_PROSE = 15


@dataclass(slots=True)
class Flat:
    """A page laid flat.

    `items` are text runs and marks in page order. One entry an element, in page order: `tags`, `nodes`, `parents`
    (element number, -1 for none), `starts` and `ends` (its slice of `items`), `lasts` (the number after its last
    descendant). Cumulative, one entry an item and a zero in front: `prose` (marks of prose outside links), `chars`,
    `linked` (characters inside links); one entry an element and a zero in front: `links` (links begun). `comments` are
    (place in `items`, words). `hidden` has the marks of prose of long hidden elements, by number. `numbers` finds an
    element's number by its `mem_id`.
    """

    items: list[str | Mark] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    nodes: list[LexborNode] = field(default_factory=list)
    parents: list[int] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    lasts: list[int] = field(default_factory=list)
    prose: list[int] = field(default_factory=lambda: [0])
    chars: list[int] = field(default_factory=lambda: [0])
    linked: list[int] = field(default_factory=lambda: [0])
    links: list[int] = field(default_factory=lambda: [0])
    comments: list[tuple[int, str]] = field(default_factory=list)
    hidden: dict[int, int] = field(default_factory=dict)
    numbers: dict[int, int] = field(default_factory=dict)

    def add(self, item: str | Mark, prose: int = 0, chars: int = 0, in_link: bool = False) -> None:
        """Add a run of text or a mark at the end."""
        self.items.append(item)
        self.prose.append(self.prose[-1] + prose)
        self.chars.append(self.chars[-1] + chars)
        self.linked.append(self.linked[-1] + (chars if in_link else 0))

    def open(self, node: LexborNode, tag: str, parent: int, is_link: bool) -> int:
        """Begin an element here; its number."""
        number = len(self.tags)
        self.numbers[node.mem_id] = number
        self.tags.append(tag)
        self.nodes.append(node)
        self.parents.append(parent)
        self.starts.append(len(self.items))
        self.ends.append(len(self.items))
        self.lasts.append(number + 1)
        self.links.append(self.links[-1] + is_link)
        return number

    def close(self, number: int) -> None:
        """End an element here."""
        self.ends[number] = len(self.items)
        self.lasts[number] = len(self.tags)

    def forget(self, number: int) -> None:
        """Take back the element just closed and all it holds."""
        start = self.starts[number]
        for node in self.nodes[number:]:
            del self.numbers[node.mem_id]
        for by_element in (self.tags, self.nodes, self.parents, self.starts, self.ends, self.lasts):
            del by_element[number:]
        del self.items[start:]
        for cumulative in (self.prose, self.chars, self.linked):
            del cumulative[start + 1 :]
        del self.links[number + 1 :]
        while self.comments and self.comments[-1][0] > start:
            self.comments.pop()

    def children(self, number: int) -> Iterator[int]:
        """The numbers of an element's child elements."""
        child, last = number + 1, self.lasts[number]
        while child < last:
            yield child
            child = self.lasts[child]

    def find(self, parser: LexborHTMLParser, selector: str) -> list[int]:
        """The numbers of the elements a CSS selector finds, in page order, without those that were left out."""
        found = (self.numbers.get(node.mem_id) for node in select(parser, selector))
        return sorted({number for number in found if number is not None})

    def outermost(self, numbers: list[int]) -> list[int]:
        """Of elements in page order, those that lie in no other of them."""
        outer: list[int] = []
        for number in numbers:
            if not outer or number >= self.lasts[outer[-1]]:
                outer.append(number)
        return outer

    def weigh(self, start: int, end: int) -> int:
        """Marks of prose outside links in a slice of the items."""
        return self.prose[end] - self.prose[start]


def flatten(parser: LexborHTMLParser, drop: tuple[str, ...] = (), count_hidden: bool = False) -> Flat:
    """Lay a page flat, without what is silent, hidden or matched by a selector of `drop`.

    Long hidden elements stay; with `count_hidden` their prose is counted as any other.
    Raises BadArgumentsError for a selector that is none.
    """
    flat = Flat()
    if parser.root is None:
        return flat
    styles = read_styles(parser)
    links = {node.mem_id for node in parser.css("a[href]")}
    dropped = {node.mem_id for selector in drop for node in select(parser, selector)}
    path: list[int] = []
    hidden: list[int] = []  # marks of prose in each open hidden element
    in_link = in_pre = 0
    for node, entering in walk(parser.root, dropped):
        if node.is_text_node:
            for line_number, run in enumerate(lines_of(node.text_content or "", bool(in_pre))):
                if line_number:
                    flat.add(Mark.BREAK)
                marks = 0 if in_link else count_marks(run)
                counted = 0 if hidden and not count_hidden else marks
                flat.add(run, counted, 0 if run.isspace() else len(run), bool(in_link))
                if hidden:
                    hidden[-1] += marks
            continue
        if node.is_comment_node:
            flat.comments.append((len(flat.items), (node.comment_content or "").strip()))
            continue
        if not node.is_element_node:
            continue
        tag, key = node.tag or "", node.mem_id
        own_line = (tag in BLOCKS and key not in styles.in_line) or key in styles.own_line
        step = 1 if entering else -1
        in_link += step * (key in links)
        in_pre += step * (tag in PREFORMATTED or key in styles.keeps_lines)
        if entering:
            if own_line or tag in ROWS:
                flat.add(Mark.ROW if tag in ROWS else Mark.BREAK)
            if key in styles.hidden:
                hidden.append(0)
            path.append(flat.open(node, tag, path[-1] if path else -1, key in links))
            continue
        number = path.pop()
        flat.close(number)
        if key in styles.hidden:
            hidden_prose = hidden.pop()
            if hidden_prose < HIDDEN_PROSE:
                flat.forget(number)
            else:
                flat.hidden[number] = hidden_prose
                if hidden:
                    hidden[-1] += hidden_prose
        if tag in ROWS or tag in CELLS:
            flat.add(Mark.END_ROW if tag in ROWS else Mark.CELL)
        elif own_line:
            flat.add(Mark.BREAK)
    return flat


def walk(root: LexborNode, left_out: set[int]) -> Iterator[tuple[LexborNode, bool]]:
    """Every node in page order with True; elements again with False after what they hold. Without silent ones."""
    path: list[LexborNode] = []
    node: LexborNode | None = root
    while node is not None or path:
        if node is None:
            node = path.pop()
            yield node, False
            node = node.next if path else None
        elif not node.is_element_node:
            yield node, True
            node = node.next
        elif node.tag in SILENT or node.mem_id in left_out:
            node = node.next
        else:
            yield node, True
            path.append(node)
            node = node.child


def count_marks(run: str) -> int:
    """Marks of prose in a run of text."""
    # Most runs are a few words without any. Six searches for a character take a tenth of the time of one for a pattern.
    if len(run) < A_FEW_WORDS and MARKS.isdisjoint(run):
        return 0
    marks = sum(map(run.count, PROSE))
    narrow = "," in run or ";" in run or "!" in run or "?" in run
    return marks + len(NARROW_PROSE.findall(run)) if narrow else marks


def lines_of(run: str, preformatted: bool) -> list[str]:
    """A text node's lines where the page keeps them, else the node as one run."""
    return run.splitlines() or [""] if preformatted else [run]
