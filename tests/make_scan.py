"""Makes scans: pages that make_pdf sets, drawn as pictures with a Chinese font of the machine, and a PDF of them."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path

import pytest

from tests.make_pdf import A4, Pdf

DOTS = 200 / 72
TEXT = re.compile(r"BT /F1 (\S+) Tf (\S+) Tc \S+ \S+ \S+ \S+ (\S+) (\S+) Tm <(\w+)> Tj ET")
FONTS = (
    "/usr/share/fonts/opentype/noto/NotoSerifCJK-Regular.ttc",
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
)


def draw_page(commands: list[str], crooked: float = 0.0):
    """A page as a grey picture of 200 dots an inch, turned anticlockwise by some degrees."""
    image_module = pytest.importorskip("PIL.Image", reason="skipped: Pillow, part of the extra ocr, is not installed")
    from PIL import ImageDraw, ImageFont

    path = next((font for font in FONTS if Path(font).exists()), None)
    if path is None:
        pytest.skip("skipped: no Chinese font on this machine")
    image = image_module.new("L", tuple(round(side * DOTS) for side in A4), 255)
    draw = ImageDraw.Draw(image)
    for command in commands:
        if found := TEXT.fullmatch(command):
            size, spacing, x, y = (float(found[n]) for n in (1, 2, 3, 4))
            font = ImageFont.truetype(path, round(size * DOTS))
            for character in bytes.fromhex(found[5]).decode("utf-16-be"):
                em = 0.5 if character.isascii() else 1
                # A character that is wider than make_pdf thinks (%) is drawn smaller.
                small = min(1, em * size * DOTS / font.getlength(character))
                fitting = font if small == 1 else font.font_variant(size=round(size * DOTS * small))
                draw.text((x * DOTS, (A4[1] - y) * DOTS), character, fill=0, font=fitting, anchor="ls")
                x += size * em + spacing
    return image.rotate(crooked, fillcolor=255, expand=crooked % 90 == 0) if crooked else image


def make_scan(pdf: Pdf, crooked: float = 0.0) -> bytes:
    """A PDF whose pages are pictures of those of another."""
    first, *others = [draw_page(page, crooked) for page in pdf.pages]
    buffer = BytesIO()
    first.save(buffer, "PDF", resolution=200, save_all=True, append_images=others)
    return buffer.getvalue()
