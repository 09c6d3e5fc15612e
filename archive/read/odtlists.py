"""Automatic lists and hiding styles of an OpenDocument text (ODF 1.3 part 3, 16.30 to 16.34)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from lxml import etree

from archive.read.numbering import Level, attribute, child_named, children_named, local_name, number_of

# A number format is written as a sample (`1`, `一, 二, 三, ...`); its first character tells which it is (19.500, and
# what LibreOffice writes for the formats the standard leaves to the program).
FORMATS: Mapping[str, str] = {
    "1": "decimal",
    "A": "upperLetter",
    "a": "lowerLetter",
    "I": "upperRoman",
    "i": "lowerRoman",
    "一": "chineseCounting",
    "〇": "ideographDigital",
    "壹": "chineseLegalSimplified",
    "甲": "ideographTraditional",
    "子": "ideographZodiac",
    "①": "decimalEnclosedCircle",
    "⑴": "decimalEnclosedParen",
    "１": "decimalFullWidth",
}
FOLLOWERS: Mapping[str | None, str] = {"space": "space", "nothing": "nothing"}

# `%1%、`: how LibreOffice writes a level since version 7, exactly; the older attributes cannot say all of it.
PLACE = re.compile(r"%(\d+)%")


def read_lists(*roots: etree._Element | None) -> dict[str, dict[int, Level]]:
    """The list styles of a document by name, each with its levels from 0. That of headings has the name ""."""
    styles: dict[str, dict[int, Level]] = {}
    for root in roots:
        for style in root.iter("{*}list-style") if root is not None else ():
            styles[attribute(style, "name") or ""] = dict(read_levels(style))
        for style in root.iter("{*}outline-style") if root is not None else ():
            styles[""] = dict(read_levels(style))
    return styles


def read_levels(style: etree._Element) -> Iterator[tuple[int, Level]]:
    """The levels of a list style, each with its depth from 0."""
    for element in style:
        depth = number_of(attribute(element, "level"), 1) - 1
        label = child_named(child_named(element, "list-level-properties"), "list-level-label-alignment")
        follow = "tab" if label is None else FOLLOWERS.get(attribute(label, "label-followed-by"), "tab")
        if local_name(element) == "list-level-style-bullet":
            yield depth, Level("bullet", attribute(element, "bullet-char") or "", follow=follow)
        elif sample := attribute(element, "num-format"):
            yield (
                depth,
                Level(
                    format=FORMATS.get(sample[0], "decimal"),
                    text=level_text(element, depth),
                    start=number_of(attribute(element, "start-value"), 1),
                    follow=follow,
                ),
            )


def level_text(element: etree._Element, depth: int) -> str:
    """What a level shows (`第%1章`): a number a level, between what stands before and after."""
    if exact := attribute(element, "num-list-format"):
        return PLACE.sub(r"%\1", exact)
    shown = number_of(attribute(element, "display-levels"), 1)
    places = ".".join(f"%{level + 1}" for level in range(max(depth - shown + 1, 0), depth + 1))
    return (attribute(element, "num-prefix") or "") + places + (attribute(element, "num-suffix") or "")


def read_hidden(*roots: etree._Element | None) -> set[str]:
    """The names of the styles of text and paragraphs that hide what they are given to."""
    said: dict[str, tuple[str | None, str | None]] = {}
    for root in roots:
        for style in root.iter("{*}style") if root is not None else ():
            properties = child_named(style, "text-properties")
            display = None if properties is None else attribute(properties, "display")
            said[attribute(style, "name") or ""] = (display, attribute(style, "parent-style-name"))
    return {name for name in said if is_hidden(name, said)}


def is_hidden(name: str | None, said: Mapping[str, tuple[str | None, str | None]]) -> bool:
    """Whether a style hides, by itself or by the nearest style it is based on that says anything."""
    seen: set[str] = set()
    while name is not None and name in said and name not in seen:
        seen.add(name)
        display, parent = said[name]
        if display is not None:
            return display == "none"
        name = parent
    return False


def is_encrypted(manifest: etree._Element | None) -> bool:
    """Whether a manifest says that the document is locked by a password (ODF 1.3 part 2, 3.4)."""
    entries = children_named(manifest, "file-entry")
    return any(child_named(entry, "encryption-data") is not None for entry in entries)
