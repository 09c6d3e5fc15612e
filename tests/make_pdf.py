"""Writes small PDFs by hand: no library, a font that is not embedded, set like an official document."""

from __future__ import annotations

import hashlib
import re
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field

A4 = (595, 842)
NOT_AT_START = "，。、；：！？”’）》％"
FONTS = {
    "utf-16-be": ("STSong-Light", "UniGB-UCS2-H"),
    "gbk": ("STSong-Light", "GBK-EUC-H"),
}


@dataclass
class Pdf:
    """A PDF in the making: objects by number, pages of content."""

    encoding: str = "utf-16-be"
    cmap: str = ""
    objects: dict[int, bytes] = field(default_factory=dict)
    pages: list[list[str]] = field(default_factory=list)
    resources: str = ""
    rotate: int = 0
    trailer: str = ""
    cipher: Callable[[int, bytes], bytes] = lambda number, data: data

    def add_page(self) -> None:
        self.pages.append([])

    def write(self, x: float, y: float, size: float, text: str, *, spacing: float = 0, matrix: str = "1 0 0 1") -> None:
        """Put a line of text on the last page, its baseline at (x, y)."""
        code = text.encode(self.encoding).hex()
        self.pages[-1].append(f"BT /F1 {size} Tf {spacing:.3f} Tc {matrix} {x:.2f} {y:.2f} Tm <{code}> Tj ET")

    def rule(self, x: float, y: float, width: float) -> None:
        self.pages[-1].append(f"0.5 w {x} {y} m {x + width} {y} l S")

    def save(self, compress: bool = True) -> bytes:
        """The file. Objects 1 to 5 are catalogue, pages and font; page n is object 10 + 2n, its content the next."""
        base, cmap = FONTS[self.encoding]
        cmap = self.cmap or cmap
        kids = " ".join(f"{10 + 2 * n} 0 R" for n in range(len(self.pages)))
        objects = {
            1: b"<< /Type /Catalog /Pages 2 0 R >>",
            2: f"<< /Type /Pages /Kids [{kids}] /Count {len(self.pages)} >>".encode(),
            3: (
                f"<< /Type /Font /Subtype /Type0 /BaseFont /{base} /Encoding /{cmap} /DescendantFonts [4 0 R] >>"
            ).encode(),
            4: (
                f"<< /Type /Font /Subtype /CIDFontType0 /BaseFont /{base} /FontDescriptor 5 0 R /DW 1000 /W [1 95 500"
                " 814 939 500] /CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 4 >> >>"
            ).encode(),
            5: (
                f"<< /Type /FontDescriptor /FontName /{base} /Flags 6 /FontBBox [-25 -254 1000 880] /ItalicAngle 0"
                " /Ascent 880 /Descent -120 /CapHeight 880 /StemV 93 >>"
            ).encode(),
            **self.objects,
        }
        for number, content in enumerate(self.pages):
            page, stream = 10 + 2 * number, "\n".join(content).encode("latin-1")
            objects[page] = (
                f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {A4[0]} {A4[1]}] /Rotate {self.rotate}"
                f" /Resources << /Font << /F1 3 0 R >> {self.resources} >> /Contents {page + 1} 0 R >>"
            ).encode()
            packed = self.cipher(page + 1, zlib.compress(stream) if compress else stream)
            how = "/Filter /FlateDecode " if compress else ""
            head = f"<< {how}/Length {len(packed)} >>\nstream\n".encode()
            objects[page + 1] = head + packed + b"\nendstream"
        return assemble(objects, self.trailer)


def assemble(objects: dict[int, bytes], trailer: str = "") -> bytes:
    """A PDF file of numbered objects; object 1 is the catalogue."""
    body, offsets = b"%PDF-1.5\n%\xe2\xe3\xcf\xd3\n", {}
    for number, content in sorted(objects.items()):
        offsets[number] = len(body)
        body += b"%d 0 obj\n" % number + content + b"\nendobj\n"
    table = b"xref\n0 1\n0000000000 65535 f \n"
    for number, offset in sorted(offsets.items()):
        table += b"%d 1\n%010d 00000 n \n" % (number, offset)
    end = f"trailer\n<< /Size {max(objects) + 1} /Root 1 0 R {trailer} >>\nstartxref\n{len(body)}\n%%EOF\n"
    return body + table + end.encode()


@dataclass
class Style:
    """How a document is set; lengths in points, indent in em."""

    size: float = 16
    leading: float = 28
    left: float = 79
    right: float = 79
    top: float = 105
    bottom: float = 99
    indent: float = 2
    columns: int = 1
    gutter: float = 24
    gap: float = 0  # extra space between paragraphs
    head: str = ""
    number: str = "— {} —"
    justify: bool = True


def width_of(text: str) -> float:
    """The width of a text in em: half for ASCII."""
    return sum(0.5 if character.isascii() else 1 for character in text)


def break_lines(text: str, measure: float, indent: float) -> list[str]:
    """A paragraph broken into lines of at most `measure` em, the first shorter by `indent`."""
    words = re.findall(r"[0-9A-Za-z.%+-]+|.", text)
    lines, line, room = [], "", measure - indent
    for position, word in enumerate(words):
        follower = words[position + 1] if position + 1 < len(words) else ""
        # A mark that may not begin a line takes the character before it along.
        need = width_of(word) + (width_of(follower) if follower and follower in NOT_AT_START else 0)
        if line and width_of(line) + need > room and word not in NOT_AT_START:
            lines.append(line)
            line, room = "", measure
        line += word
    return [*lines, line]


def set_document(blocks: list, style: Style | None = None, encoding: str = "utf-16-be") -> Pdf:
    """A document from blocks: a str is a paragraph, ("title", text), ("centre", text), ("flush", text), or
    ("noted", text, [notes]), whose notes go to the foot of the page (column) its first line is on.
    """
    style = style or Style()
    pdf = Pdf(encoding)
    width = (A4[0] - style.left - style.right - (style.columns - 1) * style.gutter) / style.columns
    full = A4[0] - style.left - style.right
    note_size, note_leading = style.size * 0.7, style.size * 0.95
    state = {"column": style.columns, "y": 0.0, "floor": 0.0, "top": 0.0}
    notes: list[str] = []

    def column_left() -> float:
        return style.left + state["column"] * (width + style.gutter)

    def flush_notes() -> None:
        if not notes:
            return
        y = style.bottom + (len(notes) - 1) * note_leading
        pdf.rule(column_left(), y + note_size * 1.4, 120)
        for note in notes:
            pdf.write(column_left(), y, note_size, note)
            y -= note_leading
        notes.clear()

    def turn() -> None:
        if pdf.pages:
            flush_notes()
        state["column"] += 1
        if state["column"] >= style.columns or not pdf.pages:
            pdf.add_page()
            page = len(pdf.pages)
            if style.head:
                pdf.write(style.left + full / 2 - width_of(style.head) * 5, A4[1] - 50, 10, style.head)
            if style.number:
                label = style.number.format(page)
                x = style.left if page % 2 == 0 else A4[0] - style.right - width_of(label) * 14
                pdf.write(x, 56, 14, label)
            state["column"], state["top"] = 0, A4[1] - style.top
        state["y"], state["floor"] = state["top"], style.bottom

    def put(text: str, x: float, size: float, leading: float, spacing: float = 0) -> None:
        pdf.write(x, state["y"], size, text, spacing=spacing)
        state["y"] -= leading

    turn()
    for block in blocks:
        kind, text, *rest = ("plain", block) if isinstance(block, str) else block
        if kind in ("title", "centre"):
            size = 22 if kind == "title" else style.size
            put(text, style.left + (full - width_of(text) * size) / 2, size, style.leading * 1.2)
            if style.columns > 1:
                state["top"] = state["y"]
            continue
        indent = 0 if kind == "flush" else style.indent
        measure = width / style.size
        lines = break_lines(text, measure, indent)
        new_notes = [part for note in (rest[0] if rest else []) for part in break_lines(note, width / note_size, 0)]
        for number, line in enumerate(lines):
            need = len(new_notes) * note_leading if number == 0 else 0
            if state["y"] < state["floor"] + need:
                turn()
            if number == 0 and new_notes:
                rise = note_size * 2 if not notes else 0
                notes.extend(new_notes)
                state["floor"] += len(new_notes) * note_leading + rise
            first = indent if number == 0 else 0
            slack = measure - first - width_of(line)
            full_line = style.justify and number < len(lines) - 1 and 0 < slack < 2.5
            spacing = slack * style.size / (len(line) - 1) if full_line and len(line) > 1 else 0
            put(line, column_left() + first * style.size, style.size, style.leading, spacing)
        state["y"] -= style.gap
    flush_notes()
    return pdf


# A report of a district that does not exist.
TITLE = "甲子区政府工作报告"
SESSION = "——2031年1月9日在样例市甲子区第四届人民代表大会第二次会议上"
SPEAKER = "甲子区区长 安某某"
SALUTATION = "各位代表："
PROSE = (
    "现在，我代表甲子区人民政府，向大会报告政府工作，请予审议，并请各位政协委员和其他列席人员提出意见。",
    "一、2030年工作回顾",
    "过去的一年，面对多变的天气和少见的大雾，全区上下把修桥铺路、开渠种树放在前面，一件事接着一件事办，一年接着一年"
    "干。全年完成地区生产总值412.6亿元，增长5.2%；一般公共预算收入38.05亿元，增长3.1%；居民人均可支配收入41280元，"
    "与经济增长基本同步，城镇新增就业6500人，年初确定的十件实事全部办成。",
    "（一）街巷更加好走。新修道路17条，打通断头路4条，改造老旧小区23个，惠及居民1.2万户；东湖公园、桂花公园相继开放，"
    "公交线路增加到36条，高峰时段平均等候时间由12分钟缩短到7分钟，步行到最近的站点一般不超过五百米。",
    "（二）园区更加热闹。新引进企业85家，其中制造业企业31家；“一站办”窗口全年受理事项23.7万件，当场办结的占九成以上。"
    "首店、首展、首秀、首映轮番登场，带动消费18.4亿元，夜市由两处增加到五处，老字号店铺重新开张的有二十六家。",
    "（三）田野更加丰收。粮食总产量4.6万吨，连续第九年稳定在4万吨以上。疏浚沟渠210公里，新建高标准农田1.3万亩，农机"
    "合作社达到58家，丁卯河水质由四类提高到三类，沿岸的柳树、水杉已经成行，候鸟比上年来得早、留得久。",
    "各位代表，成绩来之不易，困难仍然不少：产业的家底还薄，停车的位置还少，山区孩子上学的路还远。对这些问题，我们一定"
    "认真对待，逐项拿出办法，说到做到，请大家监督。",
    "二、2031年工作安排",
    "今年工作的总体要求是：稳住基础、补上短板、办好小事、守住底线。主要预期目标是：地区生产总值增长5%左右，一般公共"
    "预算收入增长3%，居民收入增长快于经济增长，城镇调查失业率控制在5.5%以内，空气优良天数达到300天以上。",
    "（一）把路修到门口。开工建设环山公路二期，年内贯通乙丑隧道；改造农村公路120公里，新建过街天桥3座，增加停车位"
    "2400个，让车有地方停、人有地方走、货有地方卸。",
    "（二）把学校办到身边。新建小学2所、幼儿园5所，增加学位3600个；组织600名教师到山区轮岗，校车覆盖全部行政村，午餐"
    "补贴标准每人每天提高两元，冬季取暖费用由区财政全额负担。",
    "（三）把医院看病的队伍缩短。区医院新楼上半年启用，新增床位300张；家庭医生签约率达到75%，乡镇卫生院全部配上彩超"
    "和救护车，检查结果在全区通认，老人取药可以送到家里。",
    "各位代表，路在脚下，事在人为。让我们一起把每一件小事办好，让甲子区的明天比今天更好！",
)


def official_blocks() -> list:
    """The report as blocks for `set_document`."""
    head = [("title", TITLE), ("centre", SESSION), ("centre", SPEAKER), ("flush", SALUTATION)]
    return [*head, *PROSE, *PROSE[2:6], *PROSE[8:12]]


def official_paragraphs() -> list[str]:
    """The paragraphs a perfect reader makes of `official_blocks`."""
    return [block if isinstance(block, str) else block[1] for block in official_blocks()]


PADDING = bytes.fromhex("28BF4E5E4E758A4164004E56FFFA01082E2E00B6D0683E802F0CA9FE6453697A")


def rc4(key: bytes, data: bytes) -> bytes:
    """The RC4 cipher."""
    state = list(range(256))
    j = 0
    for i in range(256):
        j = (j + state[i] + key[i % len(key)]) % 256
        state[i], state[j] = state[j], state[i]
    out = bytearray()
    i = j = 0
    for byte in data:
        i = (i + 1) % 256
        j = (j + state[i]) % 256
        state[i], state[j] = state[j], state[i]
        out.append(byte ^ state[(state[i] + state[j]) % 256])
    return bytes(out)


def encrypt(pdf: Pdf, password: bytes) -> bytes:
    """The file locked by the standard handler, 40-bit RC4 (ISO 32000-1 §7.6.3, algorithms 1 to 4)."""
    id = b"0123456789abcdef"
    padded = (password + PADDING)[:32]
    owner = rc4(hashlib.md5(padded).digest()[:5], padded)
    key = hashlib.md5(padded + owner + struct.pack("<i", -4) + id).digest()[:5]
    pdf.objects[7] = (
        f"<< /Filter /Standard /V 1 /R 2 /O <{owner.hex()}> /U <{rc4(key, PADDING).hex()}> /P -4 >>"
    ).encode()
    pdf.trailer = f"/Encrypt 7 0 R /ID [<{id.hex()}> <{id.hex()}>]"

    def cipher(number: int, data: bytes) -> bytes:
        return rc4(hashlib.md5(key + struct.pack("<I", number)[:3] + b"\0\0").digest()[:10], data)

    pdf.cipher = cipher
    return pdf.save()


def form_bomb(depth: int = 40) -> bytes:
    """A PDF of a few kilobytes whose one page draws 10 ** `depth` forms."""
    pdf = Pdf()
    pdf.add_page()
    pdf.pages[0].append("/X0 Do")
    pdf.resources = "/XObject << /X0 100 0 R >>"
    for level in range(depth):
        body = " ".join([f"/X{level + 1} Do"] * 10).encode()
        pdf.objects[100 + level] = (
            (
                "<< /Type /XObject /Subtype /Form /BBox [0 0 9 9]"
                f" /Resources << /XObject << /X{level + 1} {101 + level} 0 R >> >> /Length {len(body)} >>\nstream\n"
            ).encode()
            + body
            + b"\nendstream"
        )
    pdf.objects[100 + depth] = b"<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] /Length 3 >>\nstream\nq Q\nendstream"
    return pdf.save()
