"""Mutations of HTML, MHTML and text: nesting, attributes, entities, encodings, hostile text."""

from __future__ import annotations

from html import escape
from random import Random

from tests.hostile_text import hostile_text
from tests.mutate_bytes import at_random, table

TAGS = (
    "div", "p", "span", "font", "b", "i", "a", "table", "tr", "td", "th", "ul", "li", "dl", "dd", "section",
    "article", "form", "center", "pre", "textarea", "select", "option", "svg", "math", "template", "noscript",
    "frameset", "iframe", "object", "ruby", "rt", "details", "title", "script", "style", "body", "html",
    "ucapcontent", "h1", "br", "img",
)  # fmt: skip
ATTRIBUTES = (
    "class", "id", "style", "hidden", "href", "name", "content", "charset", "width", "onclick", "甲", "\x00",
)  # fmt: skip
VALUES = (
    "TRS_Editor", "zoom", "display:none", "font-size:0", "white-space:pre", "jammer", "articletitle", "9901010001",
    "javascript:", "&quot;", "'", "2024-13-45", "99999999999999999999",
)  # fmt: skip
ENTITIES = (
    "&#0;", "&#xD800;", "&#x110000;", "&#99999999999999999999;", "&#-1;", "&#x;", "&#128;", "&#x85;", "&#8232;",
    "&#xfeff;", "&amp;amp;nbsp;", "&amp;#xD83D;", "&nbsp", "&notit;", "&ZeroWidthSpace;", "&lt;script&gt;",
    "&#13;&#10;", "&NotEqualTilde;",
)  # fmt: skip
LABELS = (
    "utf-8", "gbk", "gb2312", "gb18030", "big5", "utf-16", "utf-16le", "utf-7", "utf-32", "shift_jis", "euc-kr",
    "iso-2022-cn", "hz-gb-2312", "iso-8859-1", "idna", "punycode", "rot13", "hex", "zip", "unicode_escape",
    "undefined", "mbcs", "", "\x00", "甲",
)  # fmt: skip
BYTES = (
    b"\xff",
    b"\x80",
    b"\xfe\xff",
    b"\xef\xbb\xbf",
    b"\x00",
    b"\x1b$)A",
    b"~{",
    b"\xe5\x9b",
    b"\x810",
    b"\xed\xa0\x80",
    b"\xf4\x90\x80\x80",
)


def at_tag(rng: Random, data: bytes, addition: bytes) -> bytes:
    """The data with something put in after any tag, or anywhere where there is none."""
    places = [place for place, byte in enumerate(data) if byte == ord(">")]
    place = rng.choice(places) + 1 if places else rng.randrange(len(data) + 1)
    return data[:place] + addition + data[place:]


def nest(rng: Random, data: bytes) -> bytes:
    """Elements opened by the thousand, closed or not."""
    tags = rng.sample(TAGS, rng.choice((1, 1, 2, 3)))
    times = rng.choice((10, 500, 2_500, 30_000))
    opened = "".join(f"<{tag}>" for tag in tags) * times
    closed = "".join(f"</{tag}>" for tag in reversed(tags)) * rng.choice((0, times, times * 2))
    words = rng.choice(("", "一句话，说到这里。"))
    return at_tag(rng, data, (opened + words + closed).encode())


def add_attributes(rng: Random, data: bytes) -> bytes:
    """A tag with one endless attribute, with very many, or with values that mean something."""
    tag = rng.choice(TAGS)
    kind = rng.randrange(3)
    if kind == 0:
        inside = f'{rng.choice(ATTRIBUTES)}="{hostile_text(rng)}"'
    elif kind == 1:
        inside = " ".join(f"{rng.choice(ATTRIBUTES)}{number}=1" for number in range(rng.choice((10, 1_000, 20_000))))
    else:
        inside = " ".join(f'{rng.choice(ATTRIBUTES)}="{rng.choice(VALUES)}"' for _ in range(5))
    return at_tag(rng, data, f"<{tag} {inside}{rng.choice(('>', '/>', ''))}".encode())


def add_entities(rng: Random, data: bytes) -> bytes:
    """References to characters that do not exist, or that hide others."""
    return at_random(rng, data, "".join(rng.choices(ENTITIES, k=rng.choice((1, 10, 5_000)))).encode())


def add_hostile_text(rng: Random, data: bytes) -> bytes:
    """Hostile text, in one paragraph, a paragraph a line, or raw."""
    text = hostile_text(rng)
    kind = rng.randrange(3)
    if kind == 0:
        return at_tag(rng, data, f"<p>{escape(text)}</p>".encode())
    if kind == 1:
        return at_tag(rng, data, "".join(f"<p>{escape(line)}</p>" for line in text.split("\n")).encode())
    return at_tag(rng, data, text.encode())


def break_markup(rng: Random, data: bytes) -> bytes:
    """Comments, scripts and sections left open, and rows of brackets."""
    signs = (
        "<!--",
        "-->",
        "<![CDATA[",
        "<?xml",
        "<script>",
        "</script",
        "<style>",
        "<textarea>",
        "<plaintext>",
        "<",
        ">",
        '"',
        "<!",
    )
    return at_tag(rng, data, (rng.choice(signs) * rng.choice((1, 1, 50, 100_000))).encode())


def swap_tags(rng: Random, data: bytes) -> bytes:
    """One tag name for another throughout."""
    return data.replace(rng.choice(TAGS).encode(), rng.choice(TAGS).encode())


def drop_tags(rng: Random, data: bytes) -> bytes:
    """Some of the end tags gone."""
    pieces = data.split(b"</")
    kept = [pieces[0]]
    for piece in pieces[1:]:
        kept.append(piece.partition(b">")[2] if rng.random() < 0.5 else b"</" + piece)
    return b"".join(kept)


def declare(rng: Random, data: bytes) -> bytes:
    """A declared encoding that may be a lie, or a codec that is no encoding."""
    label = rng.choice(LABELS)
    words = rng.choice(
        (f'<meta charset="{label}">', f'<meta http-equiv=Content-Type content="text/html; charset={label}">')
    )
    return at_tag(rng, data, words.encode()) if rng.random() < 0.5 else words.encode() + data


def encode(rng: Random, data: bytes) -> bytes:
    """The whole text in another encoding, with or without its mark, or read in a wrong one first."""
    text = data.decode(rng.choice(("utf-8", "utf-8", "gb18030", "latin-1")), "replace")
    name = rng.choice(
        ("gb18030", "gbk", "big5", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-7", "shift_jis", "euc-kr", "hz")
    )
    return text.encode(name, "replace")


def mix_encodings(rng: Random, data: bytes) -> bytes:
    """A part of the text in another encoding."""
    text = data.decode("utf-8", "replace")
    start, end = sorted(rng.randrange(len(text) + 1) for _ in range(2))
    part = text[start:end].encode(rng.choice(("gb18030", "big5", "utf-16-le")), "replace")
    return text[:start].encode() + part + text[end:].encode()


def add_bytes(rng: Random, data: bytes) -> bytes:
    """Byte sequences that are no character of the encoding."""
    for _ in range(rng.choice((1, 5, 200))):
        data = at_random(rng, data, rng.choice(BYTES) * rng.choice((1, 1, 3)))
    return data


def repeat_whole(rng: Random, data: bytes) -> bytes:
    """The whole page several times, as far as a megabyte."""
    return data * min(rng.choice((2, 6, 40)), 1 + 1_000_000 // max(len(data), 1))


def as_mhtml(rng: Random, data: bytes) -> bytes:
    """The page saved as MHTML whose headers are broken in one of many ways."""
    boundary = rng.choice(("甲", "=_x", "x" * 100, "", "--"))
    encoding = rng.choice(("8bit", "base64", "quoted-printable", "x-uuencode", "甲", "7bit"))
    part = rng.choice(
        (
            "text/html",
            'text/html; charset="rot13"',
            "text/html; charset*0=u; charset*1=tf",
            "multipart/related",
            "text",
            "",
        )
    )
    address = rng.choice(("https://www.yangli.gov.example/a", "", "=?x?"))
    head = (
        f"From: <Saved>\r\nSnapshot-Content-Location: {address}\r\nMIME-Version: 1.0\r\n"
        f'Content-Type: multipart/related; type="text/html"; boundary="{boundary}"\r\n\r\n'
    )
    inner = f"--{boundary}\r\nContent-Type: {part}\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n".encode()
    times = rng.choice((1, 1, 2, 30))
    if rng.random() < 0.2:
        nested = f'--{boundary}\r\nContent-Type: multipart/mixed; boundary="{boundary}"\r\n\r\n'.encode() * rng.choice(
            (3, 50, 3_000)
        )
        head += nested.decode("latin-1")
    return head.encode() + (inner + data[:20_000] + b"\r\n") * times + f"--{boundary}--\r\n".encode()


HTML = table(
    *(nest, add_attributes, add_entities, add_hostile_text, break_markup, swap_tags, drop_tags, declare, encode),
    *(mix_encodings, add_bytes, repeat_whole),
)
TEXT = table(add_entities, add_hostile_text, encode, mix_encodings, add_bytes, repeat_whole)
