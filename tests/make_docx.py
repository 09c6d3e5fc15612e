"""Writes small docx files by hand: zipfile and strings, no library."""

from __future__ import annotations

import zipfile
from io import BytesIO

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
STRICT_W = "http://purl.oclc.org/ooxml/wordprocessingml/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"

WORD_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml."


def content_types(main: str, **parts: str) -> str:
    """The types of the members, by which Word and other readers find the text."""
    folder = main.rpartition("/")[0]
    names = {main: f"{WORD_TYPE}document.main+xml"} | {
        f"{folder}/{kind}.xml": f"{WORD_TYPE}{kind}+xml" for kind in parts
    }
    listed = "".join(f'<Override PartName="/{name}" ContentType="{kind}"/>' for name, kind in names.items())
    rels = '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    xml = '<Default Extension="xml" ContentType="application/xml"/>'
    return f'<Types xmlns="{PACKAGE}/content-types">{rels}{xml}{listed}</Types>'


def relationships(**targets: str) -> str:
    links = "".join(
        f'<Relationship Id="{kind}" Type="{RELATIONS}/{kind}" Target="{target}"/>' for kind, target in targets.items()
    )
    return f'<Relationships xmlns="{PACKAGE}/relationships">{links}</Relationships>'


def wrap(root: str, content: str, namespace: str = W) -> str:
    spaces = (
        f'xmlns:w="{namespace}" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
        ' xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"'
    )
    return f'<?xml version="1.0" encoding="UTF-8"?><w:{root} {spaces}>{content}</w:{root}>'


def make_docx(body: str, namespace: str = W, main: str = "word/document.xml", **parts: str) -> bytes:
    """A docx whose body is the given XML; further parts by name: styles, numbering, footnotes, endnotes."""
    folder, _, file = main.rpartition("/")
    members = {
        "[Content_Types].xml": content_types(main, **parts),
        "_rels/.rels": relationships(officeDocument=main),
        f"{folder}/_rels/{file}.rels": relationships(**{kind: f"{kind}.xml" for kind in parts}),
        main: wrap("document", f"<w:body>{body}</w:body>", namespace),
        **{f"{folder}/{kind}.xml": wrap(kind, content, namespace) for kind, content in parts.items()},
    }
    return zip_members({name: content.encode() for name, content in members.items()})


def zip_members(members: dict[str, bytes]) -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as container:
        for name, content in members.items():
            container.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)  # the same bytes at any time
    return buffer.getvalue()


def p(*runs: str, properties: str = "") -> str:
    """A paragraph of runs; a run without markup is text."""
    inner = "".join(run if run.startswith("<") else r(run) for run in runs)
    return f"<w:p>{f'<w:pPr>{properties}</w:pPr>' if properties else ''}{inner}</w:p>"


def r(text: str, properties: str = "") -> str:
    """A run of text."""
    return f'<w:r>{f"<w:rPr>{properties}</w:rPr>" if properties else ""}<w:t xml:space="preserve">{text}</w:t></w:r>'


def numbered(text: str, list_id: int, depth: int = 0) -> str:
    """A paragraph of an automatic list."""
    place = f'<w:numPr><w:ilvl w:val="{depth}"/><w:numId w:val="{list_id}"/></w:numPr>'
    return p(text, properties=place)


def level(depth: int, form: str, text: str, start: int = 1, more: str = "") -> str:
    """One level of an abstract list."""
    return (
        f'<w:lvl w:ilvl="{depth}"><w:start w:val="{start}"/><w:numFmt w:val="{form}"/>{more}<w:lvlText w:val="{text}"/>'
        "</w:lvl>"
    )


def table(*rows: list[str]) -> str:
    """A table of cells, each the XML of its blocks or plain text."""
    cells = lambda row: "".join(f"<w:tc>{c if c.startswith('<') else p(c)}</w:tc>" for c in row)  # noqa: E731
    return "<w:tbl><w:tblPr/>" + "".join(f"<w:tr>{cells(row)}</w:tr>" for row in rows) + "</w:tbl>"
