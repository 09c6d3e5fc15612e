"""Mutations of PDFs that were set for this project: by their objects, streams, fonts and references."""

from __future__ import annotations

import re
import zlib
from random import Random

from tests.hostile_text import hostile_text
from tests.make_pdf import assemble
from tests.mutate_bytes import MOST, at_random, change_numbers, table

OBJECT = re.compile(rb"(?<!\d)(\d{1,8}) 0 obj\n(.*?)\nendobj", re.S)
STREAM = re.compile(rb"^(<<.*?>>)\nstream\n(.*)\nendstream$", re.S)
REFERENCE = re.compile(rb"(?<!\d)\d{1,8} 0 R")

CMAP = (
    "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def"
    " 1 begincodespacerange <{0}> <{1}> endcodespacerange {2} beginbfrange <{0}> <{1}> {3} endbfrange"
    " {2} begincidrange <{0}> <{1}> 0 endcidrange endcmap end end"
)
ENTRIES = (
    "/Count 999999999", "/Kids [2 0 R]", "/Kids [2 0 R 2 0 R 2 0 R]", "/Parent 2 0 R", "/Rotate 1e9",
    "/UserUnit 1e30", "/MediaBox [0 0 1e30 1e30]", "/MediaBox [1 2 3]", "/MediaBox 9 0 R",
    "/Contents [11 0 R 11 0 R]", "/Contents 2 0 R", "/Length 99999999", "/Length -1", "/Length 3 0 R",
    "/Filter [/FlateDecode /FlateDecode]", "/Filter /LZWDecode", "/Filter /RunLengthDecode",
    "/Filter /ASCII85Decode", "/Filter /DCTDecode",
    "/Filter /CCITTFaxDecode /DecodeParms << /K -1 /Columns 99999999 >>",
    "/DecodeParms << /Predictor 15 /Columns 999999999 /Colors 99 >>", "/Filter /JBIG2Decode",
    "/W [0 99999999 500]", "/W [1 [1 2 3", "/W2 [1 99999999 1 2 3]", "/DW null", "/DW (x)",
    "/Encoding /Identity-V", "/Encoding /../../etc/passwd", "/Encoding 11 0 R", "/ToUnicode 11 0 R",
    "/ToUnicode /Identity-H", "/DescendantFonts [3 0 R]", "/DescendantFonts []",
    "/Subtype /Type3 /FontMatrix [0 0 0 0 0 0] /CharProcs << >>", "/Subtype /Type1",
    "/Subtype /TrueType /FirstChar -9 /LastChar 99999999 /Widths []", "/CIDSystemInfo (x)",
    "/CIDSystemInfo << /Registry 1 /Ordering null >>", "/FontBBox [nan]", "/FontFile3 11 0 R", "/FontFile2 11 0 R",
    "/FontFile 11 0 R", "/Type /ObjStm /N 99999999 /First 0",
    "/Type /XRef /W [9 9 9] /Index [0 99999999] /Size 99999999", "/Resources << /XObject << /F1 11 0 R >> >>",
    "/Resources << /Font << /F1 13 0 R >> >>", "/Resources null", "/Type /Catalog /Pages 1 0 R",
    "/Encrypt << /Filter /Standard /V 9 /R 9 /O () /U () /P 0 >>",
)  # fmt: skip
OPERATORS = (
    "BT", "ET", "q", "Q", "/F1 1e30 Tf", "/F1 -16 Tf", "/None 9 Tf", "1e308 0 0 1e308 0 0 cm", "0 0 0 0 0 0 Tm",
    "nan 0 0 1 0 0 Tm", "1 0 0 1 1e300 -1e300 Tm", "<4e00> Tj", "<4e> Tj", "() Tj", "[<4e00> -1e30 <4e00>] TJ",
    "[[<4e00>]] TJ", "null Tj", "99 Tj", "1e9 Tc", "1e9 Tw", "0 Tz", "-100 Tz", "1e300 TL", "T*", "(x) '",
    '1 1 (x) "', "/X0 Do", "/F1 Do", "BI /W 99999 /H 99999 /BPC 8 ID xx EI", "BI", "ID", "/P << /MCID 0 >> BDC",
    "EMC", "EMC EMC", "0 0 1e30 1e30 re f", "7 Tr", "1 0 0 1 cm", "Td", "<< /A << /A << >>", "[[[[[[", "]]", ">>",
    "(((", "%", "sh", "/GS gs", "0 0 m 1e300 0 l S", "\x00", "{ }",
)  # fmt: skip


def set_objects(data: bytes) -> dict[int, bytes]:
    """The objects of a PDF that was set for this project."""
    return {int(number): content for number, content in OBJECT.findall(data)}


def unpack(stream: bytes) -> bytes:
    """The plain content of a stream, or as it is."""
    try:
        return zlib.decompressobj().decompress(stream, MOST)
    except zlib.error:
        return stream


def edit_stream(rng: Random, data: bytes) -> bytes:
    """The content of a page changed, and packed again in order."""
    objects = set_objects(data)
    streams = {number: match for number, content in objects.items() if (match := STREAM.match(content))}
    if not streams:
        return change_numbers(rng, data)
    number = rng.choice(sorted(streams))
    content = unpack(streams[number][2])
    kind = rng.randrange(4)
    if kind == 0:
        content = change_numbers(rng, content)
    elif kind == 1:
        lines = content.split(b"\n")
        for _ in range(rng.choice((1, 10))):
            lines.insert(rng.randrange(len(lines) + 1), rng.choice(OPERATORS).encode("latin-1"))
        content = b"\n".join(lines)
    elif kind == 2:
        content = at_random(
            rng,
            content,
            rng.choice(OPERATORS).encode("latin-1") * 1
            + b" "
            + rng.choice(("q ", "[ ", "<< ", "BT ", "( ", "/F1 9 Tf ")).encode() * 50_000,
        )
    else:
        code = hostile_text(rng, 10_000).encode("utf-16-be", "replace").hex()
        content += f"\nBT /F1 {rng.choice((1, 16))} Tf 1 0 0 1 79 600 Tm <{code}> Tj ET".encode()
    packed = zlib.compress(content)
    objects[number] = b"<< /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream" % (len(packed), packed)
    return assemble(objects)


def edit_object(rng: Random, data: bytes) -> bytes:
    """Objects of a PDF with entries they should not have, which come last and so count."""
    objects = set_objects(data)
    for _ in range(rng.choice((1, 1, 3))):
        if not objects:
            break
        number = rng.choice(sorted(objects))
        place = objects[number].find(b">>", objects[number].rfind(b"/Length"))
        objects[number] = objects[number][:place] + b" " + rng.choice(ENTRIES).encode() + b" " + objects[number][place:]
    return assemble(objects) if objects else data


def redirect(rng: Random, data: bytes) -> bytes:
    """References that lead elsewhere: to the object itself, to its parents, to nothing."""
    target = b"%d 0 R" % rng.choice((1, 2, 3, 4, 5, 10, 11, 12, 13, 0, 999, 99999999))
    found = list(REFERENCE.finditer(data))
    for match in sorted(rng.sample(found, min(len(found), rng.choice((1, 2, 5)))), key=lambda m: -m.start()):
        data = data[: match.start()] + target + data[match.end() :]
    objects = set_objects(data)
    return assemble(objects) if objects and rng.random() < 0.7 else data


def edit_font(rng: Random, data: bytes) -> bytes:
    """A font whose tables are endless or nonsense."""
    objects = set_objects(data)
    if 3 not in objects:
        return data
    low, high = rng.choice((("0000", "ffff"), ("00000000", "ffffffff"), ("ff", "00"), ("", ""), ("0" * 40, "f" * 40)))
    target = rng.choice(("<0000>", "<d800>", "<" + "4e00" * 10_000 + ">", "[<4e00> <4e01>]", "(", "<zz>"))
    cmap = CMAP.format(low, high, rng.choice((1, -1, 99999999)), target).encode()
    objects[900] = b"<< /Length %d >>\nstream\n%s\nendstream" % (len(cmap), cmap)
    entry = rng.choice((b" /ToUnicode 900 0 R", b" /Encoding 900 0 R"))
    objects[3] = objects[3].replace(b">>", entry + b" >>", 1)
    return assemble(objects)


def nest_objects(rng: Random, data: bytes) -> bytes:
    """Arrays and dictionaries nested by the thousand, in an object or in the trailer."""
    opened = rng.choice((b"[", b"<<", b"<< /A ", b"[ << /A ", b"(")) * rng.choice((50, 2_000, 100_000))
    if rng.random() < 0.5:
        return data.replace(b"trailer\n<<", b"trailer\n<< /A " + opened, 1)
    return at_random(rng, data, opened)


PDF = table(edit_stream, edit_object, redirect, edit_font, nest_objects)
