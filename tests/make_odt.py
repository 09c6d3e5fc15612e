"""Writes small OpenDocument texts by hand: zipfile and strings, no library."""

from __future__ import annotations

from tests.make_docx import zip_members

NAMES = "".join(
    f' xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for prefix, name in (
        *(("office", "office"), ("text", "text"), ("table", "table"), ("style", "style"), ("draw", "drawing")),
        *(("svg", "svg-compatible"), ("manifest", "manifest"), ("fo", "xsl-fo-compatible")),
    )
)
NAMES += ' xmlns:loext="urn:org:documentfoundation:names:experimental:office:xmlns:loext:1.0"'
MIMETYPE = b"application/vnd.oasis.opendocument.text"


def make_odt(body: str, styles: str = "", automatic: str = "", entries: str = "", **extra: bytes) -> bytes:
    """An odt whose text is the given XML, with named and automatic styles; `entries` go into its manifest."""
    content = f"<office:automatic-styles>{automatic}</office:automatic-styles><office:body><office:text>{body}"
    members = {
        "mimetype": MIMETYPE,
        "content.xml": wrap("office:document-content", content + "</office:text></office:body>"),
        "styles.xml": wrap("office:document-styles", f"<office:styles>{styles}</office:styles>"),
        "META-INF/manifest.xml": wrap("manifest:manifest", entries),
    }
    return zip_members(members | extra)


def wrap(root: str, content: str) -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8"?><{root}{NAMES}>{content}</{root}>'.encode()


def p(text: str, style: str = "") -> str:
    """A paragraph; its text may be XML."""
    return f"<text:p{f' text:style-name={chr(34)}{style}{chr(34)}' if style else ''}>{text}</text:p>"


def items(*blocks: str, style: str = "", more: str = "") -> str:
    """A list, an item a block."""
    name = f' text:style-name="{style}"' if style else ""
    inner = "".join(f"<text:list-item>{block}</text:list-item>" for block in blocks)
    return f"<text:list{name}{more}>{inner}</text:list>"


def list_style(name: str, *levels: str) -> str:
    return f'<text:list-style style:name="{name}">{"".join(levels)}</text:list-style>'


def level(number: int, sample: str, prefix: str = "", suffix: str = "", more: str = "") -> str:
    """One level of a list, from 1, which counts as the sample does."""
    return (
        f'<text:list-level-style-number text:level="{number}" style:num-format="{sample}" style:num-prefix="{prefix}"'
        f' style:num-suffix="{suffix}"{more}/>'
    )
