"""Folding: the form in which texts are searched and compared. Stored text is never folded (READING §5.3)."""

from __future__ import annotations

import csv
import unicodedata
from pathlib import Path

import numpy as np

# Traditional → simplified, only for characters outside GB2312: 乾安 and 於潜 are names that OpenCC would break.
TABLE = Path(__file__).parent / "fold.csv"


def read_simplified(path: Path = TABLE) -> dict[str, str]:
    """The traditional characters of `fold.csv` and what each is folded to; lines that begin with # are comments."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(line for line in file if not line.startswith("#"))
        return {row["character"]: row["simplified"] for row in rows}


SIMPLIFIED = read_simplified()


def fold_character(character: str) -> str:
    """One character as search sees it: decomposed by NFKD, without accents and invisible signs, lower, simplified.

    ｇ and Ｇ give g, ％ gives %, ㎡ gives m2, 數 gives 数, a soft hyphen nothing. A circled number stands apart from
    its neighbours, for NFKD alone would read ①10 as 110.
    """
    decomposed = unicodedata.normalize("NFKD", character)
    kept = "".join(
        SIMPLIFIED.get(part, part)
        for part in decomposed.lower()
        if unicodedata.category(part) not in {"Mn", "Me", "Cf"}
    )
    return f" {kept} " if unicodedata.decomposition(character).startswith("<circle>") else kept


class FoldTable(dict[int, str]):
    """A table for str.translate that works out each character the first time it is met."""

    def __missing__(self, code: int) -> str:
        folded = self[code] = fold_character(chr(code))
        return folded


class ComparisonTable(dict[int, str]):
    """As FoldTable, keeping letters and digits alone."""

    def __missing__(self, code: int) -> str:
        folded = self[code] = "".join(part for part in fold_character(chr(code)) if part.isalnum())
        return folded


FOLD = FoldTable()
COMPARISON = ComparisonTable()


# Characters met before that fold to themselves: nearly all of a report.
PLAIN: set[str] = set()


def fold(text: str) -> str:
    """`text` as search sees it, punctuation and white space still in place.

    A report has a dozen distinct characters that fold to others: replacing each is faster than `translate`, and what
    they fold to folds to itself, so that the order does not matter.
    """
    for character in set(text) - PLAIN:
        folded = FOLD[ord(character)]
        if folded == character:
            PLAIN.add(character)
        else:
            text = text.replace(character, folded)
    return text


class CodeTable:
    """COMPARISON for whole arrays of code points: twenty times as fast as str.translate on a report."""

    DROPPED, UNKNOWN, OTHER = 0, 0xFFFFFFFF, 0xFFFFFFFE

    def __init__(self) -> None:
        self.codes = np.full(0x10000, self.UNKNOWN, dtype=np.uint32)

    def look_up(self, text: str) -> np.ndarray | None:
        """What each character of `text` is folded to, 0 for nothing, as code points.

        None where one has no single character to be folded to (㎡, or one above U+FFFF).
        """
        codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
        if len(codes) and codes.max() >= len(self.codes):
            return None
        folded = self.codes[codes]
        if (folded == self.UNKNOWN).any():
            for code in np.unique(codes[folded == self.UNKNOWN]).tolist():
                to = COMPARISON[code]
                self.codes[code] = ord(to) if len(to) == 1 else self.OTHER if to else self.DROPPED
            folded = self.codes[codes]
        return None if (folded == self.OTHER).any() else folded


CODES = CodeTable()


def fold_text(text: str) -> str:
    """`text` as comparison sees it: Han characters, other letters and digits alone, folded."""
    folded = CODES.look_up(text)
    return text.translate(COMPARISON) if folded is None else spell(folded[folded != CODES.DROPPED])


def find_places(text: str) -> tuple[str, np.ndarray]:
    """`fold_text`, and the offset in `text` of each folded character (㎡ gives two of one offset)."""
    folded = CODES.look_up(text)
    if folded is not None:
        places = np.flatnonzero(folded != CODES.DROPPED)
        return spell(folded[places]), places
    lengths = [len(COMPARISON[ord(character)]) for character in text]
    return text.translate(COMPARISON), np.repeat(np.arange(len(text)), lengths)


def spell(codes: np.ndarray) -> str:
    """Code points as a text."""
    return codes.tobytes().decode("utf-32-le", "surrogatepass")


def count_chars(text: str) -> int:
    """Han characters, other letters and digits of `text`, after folding: the `chars` of reports and copies."""
    return len(fold_text(text))
