"""Mutations of zip containers: the XML of their members, their names, their directory."""

from __future__ import annotations

import re
import struct
import warnings
import zipfile
import zlib
from functools import cache
from io import BytesIO
from random import Random

from tests.hostile_text import hostile_text
from tests.mutate_bytes import MOST, NUMBERS, change_numbers, cut_end, cut_out, flip_bits, swap, table

VALUES = (
    *NUMBERS,
    *(
        "甲",
        "x" * 10_000,
        "%1%2%3%4%5%6%7%8%9" * 100,
        "true",
        "off",
        "nextPage",
        "#",
        "urn:x",
        "../../../etc/passwd",
        "word/document.xml",
    ),
)
XML_HEADS = (
    f'<!DOCTYPE x [<!ENTITY a "甲"><!ENTITY b "{"&a;" * 10}"><!ENTITY c "{"&b;" * 10}">]>',
    '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]>',
    '<!DOCTYPE x SYSTEM "http://127.0.0.1:1/x.dtd">',
    '<!DOCTYPE x [<!ENTITY % a SYSTEM "file:///etc/hostname"> %a;]>',
    "<!-- -->" * 1_000,
    "<?x y?>" * 1_000,
)


@cache
def much_of_nothing() -> bytes:
    """Ninety million zeros: more than a member may hold, packed into a hundred kilobytes."""
    return b"0" * 90_000_000


def members_of(data: bytes) -> dict[str, bytes]:
    """The members of a whole zip container; {} for a broken one."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as container:
            return {
                member.filename: container.read(member) for member in container.infolist() if member.file_size < MOST
            }
    except (
        zipfile.BadZipFile,
        zlib.error,
        ValueError,
        OSError,
        EOFError,
        RuntimeError,
        NotImplementedError,
        struct.error,
    ):
        return {}


def pack(rng: Random, members: list[tuple[str, bytes]]) -> bytes:
    """A zip container of members, a name as often as it is given."""
    warnings.filterwarnings("ignore", "Duplicate name", UserWarning)
    buffer = BytesIO()
    method = rng.choice((zipfile.ZIP_DEFLATED,) * 6 + (zipfile.ZIP_STORED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA))
    if len(members) > 100:  # each would cost LZMA a millisecond
        method = zipfile.ZIP_DEFLATED
    with zipfile.ZipFile(buffer, "w") as container:
        for name, content in members:
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_STORED if name == "mimetype" else method
            container.writestr(info, content)
    return buffer.getvalue()


def edit_member(rng: Random, data: bytes) -> bytes:
    """The XML of one member changed, and packed again in order."""
    members = members_of(data)
    if not members:
        return flip_bits(rng, data)
    name = rng.choice(sorted(members))
    members[name] = edit_xml(rng, members[name])
    return pack(rng, list(members.items()))


def edit_xml(rng: Random, xml: bytes) -> bytes:
    """One of many things done to a piece of XML."""
    tags = sorted(set(re.findall(rb"<([A-Za-z][\w:]*)", xml))) or [b"x"]
    tag, other = rng.choice(tags), rng.choice(tags)
    ends = [match.end() for match in re.finditer(b">", xml)] or [0]
    place = rng.choice(ends)
    kind = rng.randrange(9)
    if kind == 0:
        values = list(re.finditer(rb'="([^"]*)"', xml))
        for match in sorted(rng.sample(values, min(len(values), rng.choice((1, 5, 50)))), key=lambda m: -m.start()):
            xml = xml[: match.start(1)] + rng.choice(VALUES).encode() + xml[match.end(1) :]
        return xml
    if kind == 1:
        depth = rng.choice((20, 200, 300, 5_000))
        return xml[:place] + (b"<%s>" % tag) * depth + "甲".encode() + (b"</%s>" % tag) * depth + xml[place:]
    if kind == 2:
        return (
            xml[:place]
            + b"<%s>" % tag
            + hostile_text(rng).replace("&", "").replace("<", "").encode()
            + b"</%s>" % tag
            + xml[place:]
        )
    if kind == 3:
        head, end, rest = xml.partition(b"?>")
        doctype = rng.choice(XML_HEADS).encode()
        return (
            head
            + end
            + doctype
            + rest.replace("。".encode(), rng.choice((b"&a;", b"&c;", b"&lt;", b"&#0;", b"&#55296;")), 3)
        )
    if kind == 4:
        return xml.replace(b"UTF-8", rng.choice((b"UTF-16", b"GBK", b"rot13", b"ascii", b"x" * 1000)), 1)
    if kind == 5:
        return xml.replace(b"<%s" % tag, b"<%s" % other).replace(b"</%s" % tag, b"</%s" % other)
    if kind == 6:
        start = rng.choice(ends)
        piece = xml[min(start, place) : max(start, place)]
        return xml[:place] + piece * min(rng.choice((1, 50)), MOST // max(len(piece), 1)) + xml[place:]
    if kind == 7:
        return re.sub(rb' xmlns:\w+="[^"]*"', b"", xml, count=rng.choice((1, 0)))
    return rng.choice((flip_bits, cut_end, cut_out, swap, change_numbers))(rng, xml)


def edit_names(rng: Random, data: bytes) -> bytes:
    """Members that are missing, named otherwise, there twice, or beyond all measure."""
    members = list(members_of(data).items())
    if not members:
        return flip_bits(rng, data)
    kind, place = rng.randrange(6), rng.randrange(len(members))
    name, content = members[place]
    if kind == 0:
        members.pop(place)
    elif kind == 1:
        shown = rng.choice(
            (
                "../../" + name,
                "/" + name,
                name.replace("/", "\\"),
                name.upper(),
                "C:\\x",
                name + "/",
                "甲" * 200,
                ".",
                name + "\x01",
            )
        )
        members[place] = (shown, content)
    elif kind == 2:
        members.append((name, edit_xml(rng, content)))
    elif kind == 3:
        members += [(f"word/x{number}.xml", b"<x/>") for number in range(rng.choice((100, 20_000)))]
    elif kind == 4:
        members[place] = (name, content + b" " * rng.choice((2_000_000, 30_000_000)))
    elif rng.random() < 0.1:
        members[place] = (name, much_of_nothing())
    else:
        members[place] = (name, b"")
    return pack(rng, members)


def edit_directory(rng: Random, data: bytes) -> bytes:
    """Fields of the headers and the directory of a zip container changed: sizes, methods, flags, places."""
    out = bytearray(data)
    signature, fields = rng.choice(
        (
            (b"PK\x01\x02", ((6, 2), (8, 2), (10, 2), (16, 4), (20, 4), (24, 4), (28, 2), (30, 2), (32, 2), (42, 4))),
            (b"PK\x03\x04", ((4, 2), (6, 2), (8, 2), (14, 4), (18, 4), (22, 4), (26, 2), (28, 2))),
            (b"PK\x05\x06", ((4, 2), (8, 2), (10, 2), (12, 4), (16, 4), (20, 2))),
        )
    )
    places = [match.start() for match in re.finditer(re.escape(signature), data)]
    for _ in range(rng.choice((1, 2, 5))):
        offset, size = rng.choice(fields)
        place = (rng.choice(places) if places else 0) + offset
        value = rng.choice((0, 1, 2, 8, 9, 12, 14, 99, 2**15, 2 ** (8 * size) - 1, rng.randrange(2 ** (8 * size))))
        out[place : place + size] = value.to_bytes(size, "little")
    return bytes(out)


ZIP = table(edit_member, edit_names, edit_directory)
