"""Mutated files by number: the same number and seed give the same bytes, on any machine."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from html import escape
from pathlib import Path
from random import Random

from archive.read import sniff
from crawler.demo.server import sample_sites
from tests import make_docx, make_ofd, make_pdf, speech
from tests.hostile_text import SIZES, hostile_text, report_with
from tests.mutate_bytes import ANY, OLE, Mutation, splice
from tests.mutate_markup import HTML, TEXT, as_mhtml
from tests.mutate_pdf import PDF
from tests.mutate_zip import ZIP

HERE = Path(__file__).parent

# What a file was before it was broken, as often as it comes in turn: the three kinds of the issue first.
TURNS = (
    *(
        "html",
        "pdf",
        "docx",
        "html",
        "pdf",
        "docx",
        "html",
        "text",
        "html",
        "pdf",
        "docx",
        "html",
        "odt",
        "html",
        "pdf",
        "docx",
    ),
    *("html", "ofd", "html", "pdf", "docx", "html", "doc", "rtf", "mhtml"),
)
KINDS: Mapping[str, Mapping[str, Mutation]] = {
    "html": {**HTML, **ANY},
    "mhtml": {"as_mhtml": as_mhtml, **ANY},
    "text": {**TEXT, **ANY},
    "pdf": {**PDF, **PDF, **ANY},
    "docx": {**ZIP, **ANY},
    "odt": {**ZIP, **ANY},
    "ofd": {**ZIP, **ANY},
    "doc": {**OLE, **ANY},
    "rtf": ANY,
}
# Mutations that know a format find more than those that know bytes alone.
KNOWING = 0.7
LARGEST_SEED = 60_000  # bytes: a mutation of a small file is as telling as one of a large, and sooner read


@dataclass(frozen=True, slots=True)
class Mutated:
    """A broken file: its number, its kind before it was broken, what was done to it."""

    number: int
    kind: str
    steps: tuple[str, ...]
    data: bytes


@cache
def seeds() -> Mapping[str, tuple[bytes, ...]]:
    """Whole files to break, by kind."""
    files = [resource.body for site in sample_sites().values() for _, resource in sorted(site.items())]
    files += [path.read_bytes() for folder in ("pages", "office") for path in sorted((HERE / folder).glob("*/page.*"))]
    files += [*made_pdfs(), *made_docx(), *made_texts()]
    files.append(make_ofd.set_ofd(make_pdf.set_document(make_pdf.official_blocks())))
    found: dict[str, list[bytes]] = {kind: [] for kind in KINDS}
    for data in files:
        if (kind := sniff(data)) in found and len(data) <= LARGEST_SEED:
            found[kind].append(data)
    found["mhtml"] = found["html"][-20:]
    return {kind: tuple(members) for kind, members in found.items()}


def made_pdfs() -> list[bytes]:
    """PDFs of a few layouts: a letter's, two columns, GBK, uncompressed, locked, turned."""
    blocks = make_pdf.official_blocks()
    columns = make_pdf.Style(size=10, leading=16, columns=2, head="甲子区人民政府公报", number="{}")
    turned = make_pdf.set_document(blocks[:8])
    turned.rotate = 90
    return [
        make_pdf.set_document(blocks).save(),
        make_pdf.set_document(blocks[:8]).save(compress=False),
        make_pdf.set_document(blocks[:12], columns).save(),
        make_pdf.set_document(blocks[:8], encoding="gbk").save(compress=False),
        make_pdf.encrypt(make_pdf.set_document(blocks[:8]), b""),
        make_pdf.form_bomb(3),
        turned.save(),
    ]


def made_docx() -> list[bytes]:
    """Word documents with lists, tables, boxes, notes and a form of every mark that is counted."""
    p, numbered, level = make_docx.p, make_docx.numbered, make_docx.level
    levels = "".join(
        level(depth, form, text) for depth, form, text in ((0, "chineseCounting", "%1、"), (1, "decimal", "%1.%2"))
    )
    lists = f'<w:abstractNum w:abstractNumId="0">{levels}</w:abstractNum>'
    lists += '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'
    listed = '<w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr>'
    styles = f'<w:style w:type="paragraph" w:styleId="a"><w:basedOn w:val="b"/>{listed}</w:style>'
    notes = f'<w:footnote w:id="2">{p("渡口计划：一种计划。")}</w:footnote>'
    inside = f"<wps:txbx><w:txbxContent>{p('框里的话')}</w:txbxContent></wps:txbx>"
    box = f"<w:r><mc:AlternateContent><mc:Choice>{inside}</mc:Choice></mc:AlternateContent></w:r>"
    body = "".join(
        (
            *(p(line) for line in speech.report(paragraphs=1)),
            *(numbered(f"第{number}件", 1, number % 2) for number in range(6)),
            p("见注", '<w:r><w:footnoteReference w:id="2"/></w:r>', box),
            make_docx.table(["指标", "增长"], ["收入", make_docx.table(["5%"])]),
            p("样式", properties='<w:pStyle w:val="a"/>'),
        )
    )
    return [make_docx.make_docx(body, numbering=lists, styles=styles, footnotes=notes)]


def made_texts() -> list[bytes]:
    """Reports as plain text: a paragraph a line, one line, wrapped lines."""
    lines = speech.report()
    wrapped = [part for line in lines for part in re.findall(".{1,38}", "　　" + line)]
    return ["\n".join(lines).encode(), "".join(lines).encode(), "\n".join(wrapped).encode("gb18030")]


def mutated_file(number: int, seed: int = 0) -> Mutated:
    """The broken file of that number. Every tenth page or text is a report around hostile text, the rest are seeds."""
    rng = Random(f"{seed}-{number}")
    kind = TURNS[number % len(TURNS)]
    steps: list[str] = []
    if kind in ("html", "text") and rng.random() < 0.1:
        data, step = hostile_page(rng, kind), "hostile_page"
        return Mutated(number, kind, (step,), data)
    data = rng.choice(seeds()[kind])
    mutations = KINDS[kind]
    knowing = [name for name in mutations if name not in ANY] or list(mutations)
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        if rng.random() < 0.06:
            other = rng.choice((kind, kind, *KINDS))
            data = splice(rng, data, rng.choice(seeds()[other]))
            steps.append(f"splice {other}")
            continue
        name = rng.choice(knowing if rng.random() < KNOWING else list(mutations))
        data = mutations[name](rng, data)
        steps.append(name)
    return Mutated(number, kind, tuple(steps), data)


def hostile_page(rng: Random, kind: str) -> bytes:
    """A page that is nothing but hostile text, or a report with hostile text in it."""
    text = report_with(hostile_text(rng, SIZES[-1]), rng.choice((None, 0, 1, 3, 6, -1)))
    if kind == "text":
        return text.encode("utf-8", "replace")
    paragraphs = "".join(f"<p>{escape(line)}</p>" for line in text.split("\n"))
    body = f"<body><div class=TRS_Editor>{paragraphs}</div></body>"
    return f"<html><head><title>{speech.TITLE}</title></head>{body}</html>".encode()
