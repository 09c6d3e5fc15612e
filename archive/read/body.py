"""Which part of a flat page is its main text: the source's own rule, a known container, or where the prose is."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser

from archive.read.containers import COMMENT_PAIRS, CONTAINERS, WIDGETS
from archive.read.markup import words
from archive.read.serialise import paragraphs_of
from archive.read.tree import Flat
from archive.read.wrapped import join_print

ACCEPT = 0.35  # of the dense part's prose: less, and a known container is not the article's (READING §2.7)
KEEP = 0.90  # of the prose: the innermost container that keeps so much is taken (SOURCES §3b)
DESCEND = 0.80  # of the prose: so much in one child, and the text is in that child (READING §2.7)
OWN = 10  # marks of prose in an element's own paragraphs: one paragraph of a report, or a notice of the site
OWN_SHARE = 0.05  # of the prose: so much of its own, and it is the text that begins here, not a notice
PEER = 0.02  # of the child's prose: a like-named sibling with so much is another part of the same text

# What the descent does not go into: a paragraph that holds nearly all of the text is still one paragraph among others.
NOT_ENTERED = words("p span font b strong em i u a dd dt h1 h2 h3 h4 h5 h6")

ANY_CONTAINER = ", ".join(selector for selector, _ in CONTAINERS)
ANY_WIDGET = ", ".join(selector for selector, _ in WIDGETS)

DIGITS = re.compile(r"\d+")

# Blocks that are left out of the main text where links fill them: related pages, pagers, breadcrumbs.
BLOCKS_OF_LINKS = words("div ul ol dl table section form p nav footer aside")
MANY_LINKS = 4  # fewer may be the attachments or sources of the text itself
LINK_SHARE = 0.5  # of the characters
FEW_MARKS = 3  # marks of prose: more, and it is text, whatever its class or its links say


@dataclass(frozen=True, slots=True)
class Choice:
    """A slice of a flat page that is its main text or a part of it, and the rule that chose it."""

    rule: str
    start: int
    end: int


def choose_by_rule(parser: LexborHTMLParser, flat: Flat, selector: str, rule: str) -> list[Choice]:
    """What a source's own selector finds, in page order, none inside another. Raises BadArgumentsError."""
    found = flat.outermost(flat.find(parser, selector))
    return [Choice(rule, flat.starts[number], flat.ends[number]) for number in found]


def choose_body(parser: LexborHTMLParser, flat: Flat) -> Choice:
    """The main text by the general rules: the most trusted known container that holds enough prose, else the densest.

    Of containers inside the one found, the innermost that keeps nearly all of its prose.
    """
    dense = find_dense(flat)
    least = ACCEPT * weight(flat, dense)
    known = [choice for choice in known_containers(parser, flat) if weight(flat, choice) >= least]
    if not known or not least:
        return dense
    # Several nodes may match the most trusted selector (the posts of a thread): the one with the most prose, the first.
    best = max((choice for choice in known if choice.rule == known[0].rule), key=lambda choice: weight(flat, choice))
    inner = [
        choice
        for choice in known
        if best.start <= choice.start and choice.end <= best.end and weight(flat, choice) >= KEEP * weight(flat, best)
    ]
    return min(inner, key=lambda choice: choice.end - choice.start)


def known_containers(parser: LexborHTMLParser, flat: Flat) -> list[Choice]:
    """Every known container on the page, the most trusted selectors first."""
    choices = comment_pairs(flat)
    if flat.find(parser, ANY_CONTAINER):  # one question for all first: most pages have none or few
        choices += [
            Choice(f"html {selector}", flat.starts[number], flat.ends[number])
            for selector, _ in CONTAINERS
            for number in flat.find(parser, selector)
        ]
    return choices


def comment_pairs(flat: Flat) -> list[Choice]:
    """What stands between the pairs of comments that some systems put around the body."""
    found = []
    for begin, end, name, _ in COMMENT_PAIRS:
        start = None
        for place, comment in flat.comments:
            if comment == begin:
                start = place
            elif comment == end and start is not None:
                found.append(Choice(f"html {name}", start, place))
                start = None
    return found


def find_dense(flat: Flat) -> Choice:
    """Go down from the body into the child that holds nearly all of the prose, as long as there is one."""
    number = flat.tags.index("body") if "body" in flat.tags else 0
    while (child := heaviest_child(flat, number)) is not None:
        number = child
    while is_left_open(flat, number):
        number = flat.parents[number]
    return Choice("html density", flat.starts[number], flat.ends[number]) if flat.tags else Choice("html density", 0, 0)


def heaviest_child(flat: Flat, number: int) -> int | None:
    """The child element that holds nearly all of an element's prose and has no peer; None if there is none.

    None too where the element has paragraphs of its own: where a page forgets to close its blocks, each holds the next.
    """
    if number >= len(flat.tags):
        return None
    total = flat.weigh(flat.starts[number], flat.ends[number])
    children = [(flat.weigh(flat.starts[child], flat.ends[child]), child) for child in flat.children(number)]
    if not total or not children:
        return None
    most, best = max(children, key=lambda found: found[0])
    if most < DESCEND * total or flat.tags[best] in NOT_ENTERED:
        return None
    own = total - sum(marks for marks, child in children if flat.tags[child] not in NOT_ENTERED)
    kind = kind_of(flat, best)
    if own >= OWN and (own >= OWN_SHARE * total or kind == kind_of(flat, number)):
        return None
    for marks, child in children:
        marks_in_all = marks + flat.hidden.get(child, 0)
        if child != best and marks_in_all >= max(PEER * most, FEW_MARKS) and kind_of(flat, child) == kind:
            return None
    return best


def is_left_open(flat: Flat, number: int) -> bool:
    """Whether an element is nested only because the one around it, of its kind, was not closed before it began."""
    parent = flat.parents[number]
    if parent < 0 or kind_of(flat, parent) != kind_of(flat, number):
        return False
    return not any(child != number and flat.tags[child] not in NOT_ENTERED for child in flat.children(parent))


def kind_of(flat: Flat, number: int) -> tuple[str, str, str]:
    """The tag, the class and the id without its number: parts of one text share them."""
    attributes = flat.nodes[number].attributes
    return flat.tags[number], attributes.get("class") or "", DIGITS.sub("", attributes.get("id") or "")


def weight(flat: Flat, choice: Choice) -> int:
    """Marks of prose in a choice."""
    return flat.weigh(choice.start, choice.end)


def read_choice(parser: LexborHTMLParser, flat: Flat, choice: Choice, *, as_it_is: bool) -> list[str]:
    """The paragraphs of a choice; unless `as_it_is`, without blocks of links and known widgets."""
    dropped = [] if as_it_is else find_chrome(parser, flat, choice)
    return join_print(paragraphs_of(flat, choice.start, choice.end, dropped, keep_indents=True))


def find_chrome(parser: LexborHTMLParser, flat: Flat, choice: Choice) -> list[tuple[int, int]]:
    """The slices of blocks of links and widgets inside a choice, in page order."""
    widgets = set(flat.find(parser, ANY_WIDGET))
    found = []
    number = bisect_left(flat.starts, choice.start)
    while number < len(flat.tags) and flat.starts[number] < choice.end:
        start, end = flat.starts[number], flat.ends[number]
        inside = end <= choice.end and (start, end) != (choice.start, choice.end)
        if inside and flat.weigh(start, end) < FEW_MARKS and (number in widgets or is_block_of_links(flat, number)):
            found.append((start, end))
            number = flat.lasts[number]
        else:
            number += 1
    return found


def find_links(flat: Flat, end: int) -> list[tuple[int, int]]:
    """The slices of the links in front of a place, in page order."""
    places = ((flat.starts[number], flat.ends[number]) for number, tag in enumerate(flat.tags) if tag == "a")
    return [(first, last) for first, last in places if last <= end and flat.linked[last] > flat.linked[first]]


def is_block_of_links(flat: Flat, number: int) -> bool:
    """Whether links fill a block."""
    if flat.tags[number] not in BLOCKS_OF_LINKS:
        return False
    start, end = flat.starts[number], flat.ends[number]
    links = flat.links[flat.lasts[number]] - flat.links[number]
    linked, chars = flat.linked[end] - flat.linked[start], flat.chars[end] - flat.chars[start]
    return links >= MANY_LINKS and linked > LINK_SHARE * chars
