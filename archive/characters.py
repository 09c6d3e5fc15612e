"""The small map of characters the stored text is given (DESIGN §6): forms change, characters do not.

Full-width digits, letters, percent and dot become ASCII, odd spaces become plain ones, zero-width characters go,
compatibility ideographs and radicals become the ideograph they stand for, entities written out become the character
they name (&nbsp; in 7 of 76 reseller's texts, USERS §1.3). Nothing else: NFKC of a whole text turns ①10
into 110 (READING §5.3), and punctuation keeps the form of the copy.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from html import unescape

# Radicals of the CJK Radicals Supplement that NFKC leaves alone and PDFs use for common characters (READING §6.4);
# from Unicode's EquivalentUnifiedIdeograph.txt.
RADICALS = dict(
    zip(
        "⺀⺁⺄⺆⺇⺈⺉⺊⺌⺍⺎⺏⺓⺗⺙⺛⺝⺞⺟⺠⺡⺢⺣⺤⺦⺨⺩⺪⺫⺬⺭⺮⺯⺰⺱⺲⺴⺵⺶⺷⺸⺹⺻⺼⺽⺾⻀⻁"
        "⻂⻃⻄⻅⻆⻇⻈⻉⻋⻌⻍⻎⻏⻐⻑⻒⻓⻔⻕⻖⻗⻘⻙⻚⻛⻜⻝⻞⻟⻠⻡⻢⻣⻤⻥⻦⻧⻨⻩⻪⻫⻬⻭⻮⻯⻰⻱⻲"
        "⻳",
        "冫厂乙冂几刀刂卜小小兀尣幺心攵旡月歺母民氵氺灬爫丬犭王疋罒示礻竹糹纟罓罒冗罓羊羊羊耂聿肉臼艹艹虎"
        "衤覀西见角角讠贝车辶辶辶阝钅長镸长门阜阝雨青韦页风飞食食飠饣首马骨鬼鱼鸟卤麦黄黾斉齐齿竜龙龙龟亀"
        "龟",
        strict=True,
    )
)

ODD_SPACES = "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000\t\v\f"
ZERO_WIDTH = "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\u2061\u2062\u2063\ufeff\u202a\u202b\u202c\u202d\u202e"

ENTITY = re.compile(r"&(?:[A-Za-z]{2,8}|#\d{2,6}|#[xX][0-9A-Fa-f]{2,5});")
# Some sites cut entities with a line end: &ens p; (SOURCES §1, gongwensou).
CUT_SPACE = re.compile(r"&\s*(?:n\s*b|e\s*n|e\s*m|t\s*h\s*i\s*n)\s*s\s*p\s*;")


@cache
def character_map() -> dict[int, str | None]:
    """Code point → what it becomes (None: nothing)."""
    table: dict[int, str | None] = {ord(radical): ideograph for radical, ideograph in RADICALS.items()}
    table |= {ord(space): " " for space in ODD_SPACES} | {ord(character): None for character in ZERO_WIDTH}
    table |= {
        code: chr(code - 0xFEE0) for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))
    }
    table |= {0xFF05: "%", 0xFF0E: ".", 0xFF0B: "+"}
    # The radical is 戶 to Unicode; fonts and PDFs of the mainland draw and mean 户.
    table[0x2F3E] = "户"
    for code in (*range(0x2F00, 0x2FD6), *range(0xF900, 0xFB00), *range(0x2F800, 0x2FA20), *range(0xFB00, 0xFB07)):
        becomes = unicodedata.normalize("NFKC", chr(code))
        if becomes != chr(code):
            table.setdefault(code, becomes)
    return table


def map_characters(text: str) -> str:
    """The text with the small map applied."""
    if "&" in text:
        text = ENTITY.sub(lambda entity: unescape(entity[0]), CUT_SPACE.sub(" ", text))
    return text.translate(character_map())
