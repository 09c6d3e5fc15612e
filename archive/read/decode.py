"""Bytes → text: the encoding a page is really in, whatever its header and markup say."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from email.message import Message

# beautifulsoup4 is in the house for this: it finds the encoding an HTML or XML head declares, in every way that can be
# written. The tree itself comes from selectolax (html.py says why).
from archive.model import Problem

BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

# What a declared label stands for. A label outside this table is not tried: Python also knows codecs that are no
# encodings of text. gb2312 and gbk are read as gb18030, their superset (WHATWG Encoding Standard, "gb18030").
LABELS = {
    "utf8": "utf-8",
    "utf16": "utf-16-le",
    "utf16le": "utf-16-le",
    "utf16be": "utf-16-be",
    **dict.fromkeys(("gb2312", "gb231280", "gbk", "gb18030", "cp936", "ms936", "xgbk", "euccn"), "gb18030"),
    **dict.fromkeys(("big5", "big5hkscs", "cp950", "xbig5", "xxbig5", "cnbig5"), "big5hkscs"),
    **dict.fromkeys(("shiftjis", "sjis", "xsjis", "cp932", "windows31j"), "cp932"),
    "eucjp": "euc_jp",
    "euckr": "cp949",
    **dict.fromkeys(("iso88591", "latin1", "windows1252", "cp1252", "ascii", "usascii"), "cp1252"),
}

# About 150 of the commonest characters of modern written Chinese, with the traditional form where it differs: text
# decoded rightly is full of them, text decoded wrongly has next to none (READING §6.5).
COMMON = frozenset(
    "的一是在不了有和人这這中大为為上个個国國我以要他时時来來用们們生到作地于於出就分对對成会會可主发發年动動同工也能下过過"
    "子说說产產种種面而方后後多定行学學法所民得经經十三之进進着著等部度家电電力里裡如水化高自二理起小物现現实實加量都两兩"
    "体體制机機当當使点點从從业業本去把性好应應开開它合还還因由其些然前外天政四日那社义義事平形相全表间間样樣与與关關各重"
    "新线線内內数數正心反你明看原又么麼利比或但质質气氣第向道命此变變条條没沒结結解问問意建月公无無系係展区區府市报報"
)

# Where markup may declare its encoding. A browser looks at 1,024 bytes (WHATWG HTML §13.2.3.2); scripts pasted above
# the tag by a site's firewall are longer.
HEAD = 8192
CUT_TAIL = 3  # bytes: the most a cut can leave of one UTF-8 character (RFC 3629: four bytes at most)
TRUST_UTF8 = 3  # valid multibyte characters for each bad one (READING §6.5)
BIG5_LEAD = 0.1  # Big5 must beat the others by this: nearly every GBK text also decodes as Big5 (READING §6.5)
PENALTY = 5  # for the share of characters that only a wrong decoding gives (READING §6.5)
SAMPLE = 200_000  # characters scored: several whole reports
PIECES_LEAD = 0.02  # two encodings on one page must read better than one by this: some GBK runs also decode as UTF-8
ZERO_SAMPLE = 4096  # bytes looked at for the zero bytes of UTF-16
ZERO_SHARE = 0.01  # Chinese text in UTF-16 has zero bytes only in digits, line ends and markup
ZERO_SIDE = 0.95  # of them on one side of the pairs

# U+FFFD, private use, CJK Extension A and Hangul: what wrong decodings of Chinese give and right ones hardly ever.
STRANGE = re.compile("[\ufffd\ue000-\uf8ff\u3400-\u4dbf\uac00-\ud7a3]")
NOT_ASCII = re.compile("[^\x00-\x7f]")

# What UTF-8 writes in three bytes or more. Two bytes of GBK are often two of UTF-8 too, three of each hardly ever.
MANY_BYTES = re.compile("[\u0800-\ufffc\U00010000-\U0010ffff]")
# A run of bytes that are no ASCII; a run of characters in GB 18030, whose later bytes may look like ASCII.
# So many at once are enough to judge by; more would be looked at again and again where they turn out to be none.
RUN = re.compile(rb"[\x80-\xff]{1,240}")
GB_RUN = re.compile(rb"(?:[\x81-\xfe][\x40-\x7e\x80-\xfe]|[\x81-\xfe][0-9][\x81-\xfe][0-9]){1,60}")


@dataclass(frozen=True, slots=True)
class Decoded:
    """A decoded page: its text, the encoding used, the label it declared (None: none).

    `undecodable` counts the bytes or byte sequences that became U+FFFD. `also` is the second encoding of a page whose
    pieces come from two systems (a footer in GBK under a text in UTF-8).
    """

    text: str
    encoding: str
    declared: str | None
    undecodable: int = 0
    also: str | None = None

    @property
    def problems(self) -> tuple[Problem, ...]:
        """One problem with the count, where bytes could not be decoded."""
        if not self.undecodable:
            return ()
        return (Problem("undecodable_bytes", "major", str(self.undecodable)),)

    @property
    def facts(self) -> dict[str, str]:
        """`encoding`, and `declared_encoding` and `also_encoding` where there is one."""
        others = {"declared_encoding": self.declared, "also_encoding": self.also}
        return {"encoding": self.encoding} | {name: label for name, label in others.items() if label}


def declared_encoding(data: bytes, content_type: str | None = None, markup: bool = True) -> str | None:
    """The label in a Content-Type header or, failing that, in the markup's own head; lower case, None for none."""
    label = header_charset(content_type)
    if label or not markup:
        return label
    # It takes a fifth of a second to load: a page that declares nothing in its header pays for it, no command's start.
    from bs4.dammit import EncodingDetector  # noqa: PLC0415

    return EncodingDetector.find_declared_encoding(data[:HEAD], is_html=True, search_entire_document=True)


def header_charset(content_type: str | None) -> str | None:
    """The charset parameter of a Content-Type header."""
    message = Message()
    message["Content-Type"] = (content_type or "").replace("\n", " ").replace("\r", " ")
    charset = message.get_param("charset")
    return charset.strip().lower() or None if isinstance(charset, str) else None


def decode(data: bytes, declared: str | None) -> Decoded:
    """Decode a page by the ladder of READING §6.5; `declared` is one witness among others, never believed alone.

    Byte order mark → UTF-16 by its zero bytes → UTF-8, whole or with a cut tail → UTF-8 with few bad bytes → whichever
    of the declared encoding, GB 18030 and Big5 gives the most Chinese-looking text. A page that is UTF-8 in one place
    and GBK in another is read piece by piece.
    """
    for mark, encoding in BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return decoded_as(data[len(mark) :], encoding, declared)
    if utf16 := utf16_by_zeros(data):
        return decoded_as(data, utf16, declared)
    try:
        return Decoded(data.decode("utf-8"), "utf-8", declared)
    except UnicodeDecodeError as error:
        if error.reason == "unexpected end of data" and len(data) - error.start <= CUT_TAIL:
            return Decoded(data[: error.start].decode("utf-8"), "utf-8", declared)
    utf8 = decoded_as(data, "utf-8", declared)
    many = MANY_BYTES.findall(utf8.text)
    valid = len(many)
    # In 30 reports in GBK chance makes hundreds of characters of three bytes, and not one of them is common.
    says_utf8 = known_label(declared) == "utf-8"
    is_chance = COMMON.isdisjoint(many) and not (many and says_utf8)
    pieces = utf8 if is_chance else decode_pieces(data, declared)
    if valid >= TRUST_UTF8 * utf8.undecodable:
        return pieces if pieces.undecodable < utf8.undecodable else utf8
    best = best_candidate(data, declared)
    lead = 0 if says_utf8 else PIECES_LEAD
    return pieces if pieces.also and score(pieces.text) > score(best.text) + lead else best


def known_label(declared: str | None) -> str | None:
    """The encoding a declared label stands for, None for one that is not tried."""
    return LABELS.get(re.sub(r"[^a-z0-9]", "", (declared or "").lower()))


def decode_pieces(data: bytes, declared: str | None) -> Decoded:
    """Decode each run of bytes that are no ASCII as UTF-8 or else as GB 18030, whichever looks more Chinese."""
    counts = {"utf-8": 0, "gb18030": 0}
    pieces: list[str] = []
    place = 0
    while found := RUN.search(data, place):
        start = found.start()
        end, encoding = whole_end(data, start, found.end()), "utf-8"
        run = decoded_as(data[start:end], "utf-8", declared)
        if run.undecodable and (sound := sound_end(data, start, end)):
            end, run = sound, decoded_as(data[start:sound], "utf-8", declared)
        text = run.text
        is_doubtful = len(MANY_BYTES.findall(text)) < TRUST_UTF8 * run.undecodable
        if is_doubtful and (wider := GB_RUN.match(data, start)):
            end = whole_end(data, start, max(end, wider.end()))
            text = data[start:end].decode("utf-8", "replace")
            other = wider[0].decode("gb18030", "replace")
            if score(other) > score(text):
                text, end, encoding = other, wider.end(), "gb18030"
        pieces += [data[place:start].decode("ascii"), text]
        counts[encoding] += len(MANY_BYTES.findall(text))
        place = end
    pieces.append(data[place:].decode("ascii"))
    main, other_encoding = sorted(counts, key=lambda name: -counts[name])
    text = "".join(pieces)
    undecodable = max(text.count("\ufffd") - data.count("\ufffd".encode()), 0)
    return Decoded(text, main, declared, undecodable, other_encoding if counts[other_encoding] else None)


def whole_end(data: bytes, start: int, end: int) -> int:
    """The last place up to `end`, after `start`, that lies inside no character of UTF-8."""
    for place in range(end, max(start, end - CUT_TAIL - 1), -1):
        if place == len(data) or not 0x80 <= data[place] <= 0xBF:
            return place
    return end


def sound_end(data: bytes, start: int, end: int) -> int | None:
    """Where the first thing that is no UTF-8 begins, behind enough characters to trust what stands before it."""
    try:
        data[start:end].decode("utf-8")
    except UnicodeDecodeError as error:
        before = data[start : start + error.start].decode("utf-8")
        return start + error.start if len(MANY_BYTES.findall(before)) >= TRUST_UTF8 else None
    return None


def best_candidate(data: bytes, declared: str | None) -> Decoded:
    """The most Chinese-looking of the declared encoding, GB 18030 and Big5."""
    label = known_label(declared)
    others = [label] if label and label not in ("gb18030", "big5hkscs", "utf-8") else []
    best, best_score = decoded_as(data, "gb18030", declared), 0.0
    best_score = score(best.text)
    for other in (*others, "big5hkscs"):
        candidate = decoded_as(data, other, declared)
        lead = BIG5_LEAD if other == "big5hkscs" else 0
        if (new_score := score(candidate.text)) > best_score + lead:
            best, best_score = candidate, new_score
    return best


def decoded_as(data: bytes, encoding: str, declared: str | None) -> Decoded:
    """Decode with one encoding, counting what it cannot decode."""
    try:
        return Decoded(data.decode(encoding), encoding, declared)
    except UnicodeDecodeError:
        text = data.decode(encoding, errors="replace")
    # A page may itself show U+FFFD (a loss of its own, which damage.py finds): only new ones are counted here.
    own = data.count("\ufffd".encode(encoding)) if encoding.startswith("utf") else 0
    return Decoded(text, encoding, declared, max(text.count("\ufffd") - own, 0))


def utf16_by_zeros(data: bytes) -> str | None:
    """UTF-16 without a byte order mark, known by zero bytes that stand on one side of the pairs."""
    sample = data[:ZERO_SAMPLE]
    high, low = sample[0::2].count(0), sample[1::2].count(0)
    if high + low < max(2, ZERO_SHARE * len(sample)):
        return None
    if low >= ZERO_SIDE * (high + low):
        return "utf-16-le"
    return "utf-16-be" if high >= ZERO_SIDE * (high + low) else None


def score(text: str) -> float:
    """How Chinese a decoding looks: the share of common characters less five times that of strange ones."""
    characters = NOT_ASCII.findall(text[:SAMPLE])
    common = sum(map(COMMON.__contains__, characters))
    strange = len(STRANGE.findall(text[:SAMPLE]))
    return (common - PENALTY * strange) / max(len(characters), 1)
