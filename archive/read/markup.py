"""Markup → an HTML5 tree, in linear time even where the markup is hostile, and what its attributes say of sight."""

from __future__ import annotations

import re
from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

from archive.errors import BadArgumentsError


def words(line: str) -> frozenset[str]:
    """The words of a line as a set: how tables of names are written here."""
    return frozenset(line.split())


# Tags that begin a new line (HTML Standard §15.3), plus the custom tags of 开普 UCAP pages.
BLOCKS = words(
    "address article aside blockquote body center dd details dialog dir div dl dt fieldset figcaption figure footer "
    "form h1 h2 h3 h4 h5 h6 header hgroup hr legend li listing main menu nav ol p plaintext pre search section summary "
    "table caption tbody thead tfoot tr ul xmp br ucapcontent ucaptitle"
)
# Elements whose attributes say something about sight or lines; Discuz calls its anti-copy noise "jammer".
TELLING = (
    '[hidden], .jammer, [style*="display" i], [style*="visibility" i], [style*="white-space" i], '
    '[style*="font-size:0" i], [style*="font-size: 0" i]'
)
OUT_OF_SIGHT = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?:\.0*)?(?:px|pt|em|%)?\s*(?:;|!|$)", re.IGNORECASE
)
OWN_LINE = re.compile(r"display\s*:\s*(?:block|flex|grid|list-item|table)\b", re.IGNORECASE)
IN_LINE = re.compile(r"display\s*:\s*inline", re.IGNORECASE)
KEEPS_LINES = re.compile(r"white-space\s*:\s*(?:pre|break-spaces)", re.IGNORECASE)

# Limits that keep the parser linear; all far beyond any real page.
LONG_TAG = re.compile(r"<([A-Za-z][\w-]*)\s[^<>]{5000,}>")  # attributes are compared each with each
MANY_TAGS = 1_000  # below this no page can be deep enough to matter
DEEPEST = 2_000  # open elements: each new block looks at all of them
UNCLOSED = 200  # formatting elements left open: the parser opens them all again in every paragraph
TAG = re.compile(r"<(/?)([A-Za-z][\w-]*)[^<>]*>")
FORMATTING = words("b big code em font i nobr s small strike strong tt u")
# No end tag, or one that is often left out: these never nest by themselves.
CLOSE_THEMSELVES = words(
    "area base br col embed hr img input link meta source track wbr param p li dd dt td th tr tbody thead tfoot option "
    "optgroup colgroup html head body"
)
# What they hold is no markup, nor text of the page.
RAW = words("script style textarea title iframe noembed noframes noscript xmp plaintext")


def select(parser: LexborHTMLParser, selector: str) -> list[LexborNode]:
    """The nodes a CSS selector finds. Raises BadArgumentsError for a selector that is none."""
    try:
        return parser.css(selector)
    except SelectolaxError as error:
        raise BadArgumentsError(f"{selector!r} is not a CSS selector this reader knows: {error}") from error


def parse(text: str) -> LexborHTMLParser:
    """The HTML5 tree of a page.

    selectolax (Lexbor) because it repairs markup as browsers do: libxml2 loses the whole body of some gov.cn pages, and
    it takes half a millisecond (READING §1.3).
    """
    return LexborHTMLParser(mend_markup(text))


def mend_markup(text: str) -> str:
    """Take out of hostile or broken markup what would cost the parser quadratic time; the text stays.

    Endless tags lose their attributes. Formatting tags left open by the hundred go. Elements nested by the thousand
    become line ends, or go where they are no blocks.
    """
    if LONG_TAG.search(text):
        text = LONG_TAG.sub(r"<\1>", text)
    if text.count("<") < MANY_TAGS:
        return text
    depth = deepest = unclosed = 0
    for tag in TAG.finditer(text):
        name = tag[2].lower()
        if name in CLOSE_THEMSELVES:
            continue
        step = -1 if tag[1] else 1
        if name in FORMATTING:
            unclosed += step
        else:
            depth = max(depth + step, 0)
            deepest = max(deepest, depth)
    if unclosed > UNCLOSED:
        text = TAG.sub(lambda tag: "" if tag[2].lower() in FORMATTING else tag[0], text)
    if deepest > DEEPEST:
        text = TAG.sub(lambda tag: level_tag(tag[0], tag[2].lower()), text)
    return text


def level_tag(tag: str, name: str) -> str:
    """What stands for a tag where elements nest by the thousand: a line end for a block, nothing for any other."""
    if name in BLOCKS:
        return "<br>"
    return tag if name in CLOSE_THEMSELVES or name in RAW else ""


@dataclass(frozen=True, slots=True)
class Styles:
    """Which elements (by `mem_id`) are out of sight, begin a line, begin none, or keep the line ends of their text."""

    hidden: frozenset[int]
    own_line: frozenset[int]
    in_line: frozenset[int]
    keeps_lines: frozenset[int]


def read_styles(parser: LexborHTMLParser) -> Styles:
    """What the elements' own attributes say of sight and lines; style sheets are not at hand."""
    found: dict[str, set[int]] = {"hidden": set(), "own_line": set(), "in_line": set(), "keeps_lines": set()}
    for node in parser.css(TELLING):
        attributes, key = node.attributes, node.mem_id
        style = attributes.get("style") or ""
        if "hidden" in attributes or "jammer" in (attributes.get("class") or "") or OUT_OF_SIGHT.search(style):
            found["hidden"].add(key)
        for name, pattern in (("own_line", OWN_LINE), ("in_line", IN_LINE), ("keeps_lines", KEEPS_LINES)):
            if pattern.search(style):
                found[name].add(key)
    return Styles(**{name: frozenset(keys) for name, keys in found.items()})
