"""What type some bytes are, by the bytes alone, and the cheap checks a file passes before anyone parses it."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Mapping
from functools import cache
from io import BytesIO

from archive.errors import UnreadableError

# READING §6.3: "%PDF" within the first kB (junk before it is common); what every reader accepts.
PDF_HEAD = 1024

# How far the start of a text is looked at for tags and headers. A browser looks at 1445 bytes (WHATWG MIME sniffing
# §7); scripts pasted above the first tag by a site's firewall are longer.
TEXT_HEAD = 8192

MAGICS: Mapping[bytes, str] = {
    b"{\\rtf": "rtf",
    b"WARC/": "warc",
    b"Rar!\x1a\x07": "rar",
    b"7z\xbc\xaf\x27\x1c": "7z",
    b"\x89PNG": "image",
    b"\xff\xd8\xff": "image",
    b"GIF8": "image",
    b"BM\x00\x00": "image",
    b"II*\x00": "image",
    b"MM\x00*": "image",
}
GZIP = b"\x1f\x8b\x08"
ZIP = (b"PK\x03\x04", b"PK\x05\x06")
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

# Names of streams in an OLE file, stored as UTF-16: which program wrote it (READING §6.3). A password turns any new
# Office file into an OLE file with one stream of this name ([MS-OFFCRYPTO] 2.3.4).
OLE_STREAMS: Mapping[str, str] = {
    "WordDocument": "doc",
    "Workbook": "xls",
    "PowerPoint Document": "ppt",
    "MatOST": "works",
    "CONTENTS": "works",
}
OLE_ENCRYPTED = "EncryptedPackage"

BYTE_ORDER_MARKS: Mapping[bytes, str] = {b"\xef\xbb\xbf": "utf-8", b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
TEXT_ENCODINGS = ("utf-8", "gb18030", "big5hkscs", "utf-16-le", "utf-16-be")

# Text has next to no control characters and next to no broken ones. 2 % leaves room for a page with a footer in
# another encoding (READING §6.5); random bytes have 11 % control characters.
MOST_BROKEN = 0.02
CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f\x80-\x9f\ue000-\uf8ff\ufffd]")

# Bytes that are no Chinese text can still be decoded as some: then hardly a character is a usual one. In true pages at
# least 24 % of the Han characters are among the commonest 150 (READING §6.2); most of what chance decodes to lies
# outside the 3,755 common characters of GB 2312, level 1 (rows B0 to D7).
MOST_RARE = 0.5

HTML_START = re.compile(
    # Each group holds what it has found: a row of comments can be parted in more ways than time would allow.
    r"\s*+(?:(?:<\?xml[^>]*>|(?><!--.*?-->))\s*+)*+<(?:!doctype\s+html|html|head|body|meta|title|link|script|style|div|table|p|br|"
    r"span|font|a|h\d|ul|ol|section|article|main|center|form|iframe|img)\b",
    re.I | re.S,
)
HTML_INSIDE = re.compile(r"<(?:html|head|body)\b|(?:</(?:p|div|span|td|li|a|h\d)>.*?){3}", re.I | re.S)
MHTML_START = re.compile(r"\s*[A-Za-z][A-Za-z-]*:[ \t]")
MHTML_HEADER = re.compile(r"^MIME-Version:|^Content-Type:\s*multipart/related", re.I | re.M)


def sniff(data: bytes) -> str:
    """The type of some bytes, never judged by a name or a header.

    One of pdf, docx, xlsx, odt, ofd, zip, doc, xls, ppt, works, ole, rtf, mhtml, html, text, warc, gzip, rar, 7z,
    image, empty, unknown. A compressed WARC file is "warc". A damaged zip container still has the type that the names
    of its members give.
    """
    if not data.strip():
        return "empty"
    if data.startswith(ZIP):
        return sniff_zip(data)
    if data.startswith(OLE):
        return sniff_ole(data)
    if data.startswith(GZIP):
        return sniff_gzip(data)
    for magic, kind in MAGICS.items():
        if data.startswith(magic):
            return kind
    if b"%PDF-" in data[:PDF_HEAD]:
        return "pdf"
    return sniff_text(data)


def sniff_zip(data: bytes) -> str:
    """The type of a zip container: docx, xlsx, odt, ofd or zip (READING §6.3)."""
    # ODF puts its type first and uncompressed so that it stands at byte 30 (ODF 1.2 part 3, 3.3).
    if data[30:50] == b"mimetypeapplication/":
        return "odt" if data[38:].startswith(b"application/vnd.oasis.opendocument.text") else "zip"
    names = member_names(data)
    if "OFD.xml" in names:
        return "ofd"
    # Packed anew by a program that does not know that the type comes first.
    if {"content.xml", "META-INF/manifest.xml"} <= names:
        return "odt"
    if "[Content_Types].xml" in names:
        for folder, kind in (("word/", "docx"), ("xl/", "xlsx")):
            if any(name.startswith(folder) for name in names):
                return kind
    return "zip"


def member_names(data: bytes) -> set[str]:
    """Names in a zip container, read from the local headers where the directory at its end is lost."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as container:
            return set(container.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        found = re.finditer(rb"PK\x03\x04.{22}(..)..", data, re.S)
        ends = ((match.end(), int.from_bytes(match[1], "little")) for match in found)
        return {data[start : start + length].decode("cp437") for start, length in ends}


def sniff_ole(data: bytes) -> str:
    """The type of an OLE file: doc, xls, ppt, works or ole."""
    for stream, kind in OLE_STREAMS.items():
        if stream.encode("utf-16-le") in data:
            return kind
    return "ole"


def sniff_gzip(data: bytes) -> str:
    """`warc` for a compressed WARC file, else `gzip`."""
    try:
        return "warc" if zlib.decompressobj(wbits=31).decompress(data[:TEXT_HEAD], 64).startswith(b"WARC/") else "gzip"
    except zlib.error:
        return "gzip"


def sniff_text(data: bytes) -> str:
    """`html`, `mhtml`, `text`, or `unknown` for bytes that are no text in any encoding met here."""
    text = decode_head(data)
    if text is None:
        return "unknown"
    if MHTML_START.match(text) and MHTML_HEADER.search(text):
        return "mhtml"
    if HTML_START.match(text) or HTML_INSIDE.search(text):
        return "html"
    return "text"


def decode_head(data: bytes) -> str | None:
    """The start of a text as characters, or None where no encoding makes text of the bytes.

    Only good enough to tell text from no text; the readers decode with more care.
    """
    head = data[:TEXT_HEAD]
    for mark, encoding in BYTE_ORDER_MARKS.items():
        if head.startswith(mark):
            return head[len(mark) :].decode(encoding, "replace")
    for encoding in TEXT_ENCODINGS:
        text = head.decode(encoding, "replace")
        # The cut may fall inside a character.
        broken = len(CONTROLS.findall(text[:-1]))
        if broken > MOST_BROKEN * len(text):
            continue
        # Chance makes no UTF-8, and a page in Tibetan or Uyghur has no Han characters at all.
        if encoding == "utf-8" or rare_share(text) <= MOST_RARE:
            return text
    return None


def rare_share(text: str) -> float:
    """Share of the characters beyond ASCII that no usual Chinese text would hold (0 to 1)."""
    beyond = {character: count for character, count in Counter(text).items() if character > "\x7f"}
    rare = sum(count for character, count in beyond.items() if is_rare(character))
    return rare / sum(beyond.values()) if beyond else 0.0


@cache
def is_rare(character: str) -> bool:
    """Whether a character is neither punctuation nor in GB 2312's first level nor in Big5's first level."""
    if not "\u3400" <= character <= "\U0003ffff" or "\uff00" <= character <= "\uffef":
        return "\u0370" <= character < "\u2000" or "\ua000" <= character < "\uff00"
    gb = character.encode("gb2312", "ignore")
    big5 = character.encode("big5", "ignore")
    return not (b"\xb0" <= gb[:1] <= b"\xd7" or b"\xa4" <= big5[:1] <= b"\xc6")


def check_payload(data: bytes) -> str:
    """The type of a file that someone hands in, once it has passed the checks that need no parsing.

    Raises UnreadableError with the code empty, unknown_type, truncated_file, encrypted or damaged_file; its message
    names no path, the caller knows that.
    """
    kind = sniff(data)
    if kind == "empty":
        raise UnreadableError("empty", "the file is empty: save or download it again")
    if kind == "unknown":
        message = "unknown type: neither text nor a web page, PDF, office document or archive; look where it came from"
        raise UnreadableError("unknown_type", message)
    if data.startswith(OLE) and OLE_ENCRYPTED.encode("utf-16-le") in data:
        raise encrypted("office document")
    if data.startswith(ZIP):
        check_zip(data)
    if kind == "pdf":
        check_pdf(data)
    return kind


def check_zip(data: bytes) -> None:
    """Raise UnreadableError where a zip container has lost its directory or asks for a password."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as container:
            if any(member.flag_bits & 1 for member in container.infolist()):
                raise encrypted("zip container")
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        message = f"the zip container is damaged ({error}): download it again"
        raise UnreadableError("damaged_file", message) from error


def check_pdf(data: bytes) -> None:
    """Raise UnreadableError where a PDF stops before its end or asks for a password."""
    if is_truncated_pdf(data):
        raise UnreadableError("truncated_file", "the PDF stops before its end: download it again")
    if b"/Encrypt" in data:
        check_password(data)


def is_truncated_pdf(data: bytes) -> bool:
    """Whether a PDF stops before its end: no `%%EOF` after its last object.

    One that is made for the web has another `%%EOF` near its beginning (ISO 32000-1 annex F).
    """
    end = data.rfind(b"%%EOF")
    return end < 0 or re.search(rb"\d\s+obj\b", data[end:]) is not None


def check_password(data: bytes) -> None:
    """Raise UnreadableError where a PDF wants a password. Many that say /Encrypt open with an empty one."""
    from archive.read.sandbox import read_in_child  # noqa: PLC0415 (most files need no child)

    try:
        read_in_child("pdf", data)
    except UnreadableError as error:
        if error.code == "encrypted":
            raise


def encrypted(what: str) -> UnreadableError:
    """The error for a file that asks for a password."""
    return UnreadableError("encrypted", f"the {what} asks for a password: save it without one")
