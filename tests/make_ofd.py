"""Writes small OFD files by hand: the pages that make_pdf sets, in millimetres, as OFD's XML."""

from __future__ import annotations

import re
from xml.sax.saxutils import escape

from tests.make_docx import zip_members
from tests.make_pdf import A4, Pdf

OFD = 'xmlns:ofd="http://www.ofdspec.org/2016"'
MM = 25.4 / 72
TEXT = re.compile(r"BT /F1 (\S+) Tf (\S+) Tc (\S+ \S+ \S+ \S+) (\S+) (\S+) Tm <(\w+)> Tj ET")
RULE = re.compile(r"\S+ w (\S+) (\S+) m (\S+) (\S+) l S")


def text_object(
    text: str, x: float, y: float, size: float, deltas: str = "", ctm: str = "", boundary: str = "", more: str = ""
) -> str:
    """A text whose baseline begins at (x, y) millimetres from the upper left corner, or in its boundary."""
    box = boundary or f"{x:.3f} {y - size:.3f} {size * len(text):.3f} {size:.3f}"
    own = (0, size) if not boundary else (x, y)
    return (
        f'<ofd:TextObject Boundary="{box}" Font="1" Size="{size:.4f}"{f" CTM={chr(34)}{ctm}{chr(34)}" if ctm else ""}'
        f'{more}><ofd:TextCode X="{own[0]:.3f}" Y="{own[1]:.3f}"{deltas}>{escape(text)}</ofd:TextCode></ofd:TextObject>'
    )


def steps_of(text: str, em: float, spacing: float) -> str:
    """DeltaX for a text, runs of equal steps written as `g n d`."""
    steps = [f"{em * (0.5 if character.isascii() else 1) + spacing:.4f}" for character in text[:-1]]
    words: list[str] = []
    while steps:
        run = next((n for n, step in enumerate(steps) if step != steps[0]), len(steps))
        words += ["g", str(run), steps[0]] if run > 2 else steps[:run]
        steps = steps[run:]
    return f' DeltaX="{" ".join(words)}"' if words else ""


def page_of(commands: list[str], height: float = A4[1]) -> str:
    """The content of a page whose PDF commands `Pdf.write` and `Pdf.rule` wrote."""
    objects = []
    for command in commands:
        if found := TEXT.fullmatch(command):
            size, spacing, x, y = (float(found[n]) * MM for n in (1, 2, 4, 5))
            text = bytes.fromhex(found[6]).decode("utf-16-be")
            objects.append(text_object(text, x, height * MM - y, size, steps_of(text, size, spacing)))
        elif found := RULE.fullmatch(command):
            left, y, right, _ = (float(found[n]) * MM for n in range(1, 5))
            path = f"M 0 0 L {right - left:.3f} 0"
            box = f"{left:.3f} {height * MM - y:.3f} {right - left:.3f} 0.2"
            objects.append(
                f'<ofd:PathObject Boundary="{box}"><ofd:AbbreviatedData>{path}</ofd:AbbreviatedData></ofd:PathObject>'
            )
    return "".join(objects)


def make_ofd(*pages: str, templates: tuple[str, ...] = (), box: str = "", common: str = "", **extra: bytes) -> bytes:
    """An OFD of pages, each the XML of its objects; every page shows the templates. `extra`: further members."""
    box = box or f"0 0 {A4[0] * MM:.3f} {A4[1] * MM:.3f}"
    shown = "".join(f'<ofd:Template TemplateID="{90 + n}"/>' for n in range(len(templates)))
    named = "".join(f'<ofd:TemplatePage ID="{90 + n}" BaseLoc="Tpls/{n}.xml"/>' for n in range(len(templates)))
    links = "".join(f'<ofd:Page ID="{n}" BaseLoc="Pages/Page_{n}/Content.xml"/>' for n in range(len(pages)))
    wrap = '<?xml version="1.0" encoding="UTF-8"?><ofd:{0} {1}>{2}</ofd:{0}>'.format
    layer = "<ofd:Content><ofd:Layer>{}</ofd:Layer></ofd:Content>".format
    area = f"<ofd:PageArea><ofd:PhysicalBox>{box}</ofd:PhysicalBox></ofd:PageArea>"
    members = {
        "OFD.xml": wrap("OFD", OFD, "<ofd:DocBody><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody>"),
        "Doc_0/Document.xml": wrap(
            "Document", OFD, f"<ofd:CommonData>{common}{area}{named}</ofd:CommonData><ofd:Pages>{links}</ofd:Pages>"
        ),
        **{f"Doc_0/Pages/Page_{n}/Content.xml": wrap("Page", OFD, shown + layer(page)) for n, page in enumerate(pages)},
        **{f"Doc_0/Tpls/{n}.xml": wrap("Page", OFD, layer(template)) for n, template in enumerate(templates)},
    }
    return zip_members({name: content.encode() for name, content in members.items()} | extra)


def set_ofd(pdf: Pdf) -> bytes:
    """The pages of a PDF in the making as OFD."""
    return make_ofd(*(page_of(page) for page in pdf.pages))
