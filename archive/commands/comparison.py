"""How a comparison is shown: on a terminal, and as a page that needs nothing but itself."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader
from rich.console import Console
from rich.text import Text

from archive.compare import Comparison, Row
from archive.fold import count_chars

# How the page calls differences and rows.
KIND_WORDS = {
    "damage": "damage · 残损",
    "missing": "missing from A · A 缺",
    "added": "only in A · 仅 A 有",
    "numbers": "numbers · 数字",
    "wording": "wording · 措辞",
}
ROW_WORDS = {
    "kept": "kept · 相同",
    "changed": "changed · 有改动",
    "gone": "only in A · 仅 A 有",
    "new": "only in B · 仅 B 有",
}
# What stands beside a difference, at least, where a long stretch without any is left out.
CONTEXT = 24
# Words that only one text has are shown up to so many characters: two lines of a terminal.
LONG = 100
SIGNS = {"kept": " ", "changed": "~", "gone": "-", "new": "+"}


@dataclass(frozen=True, slots=True)
class Side:
    """One of two texts: what it is called, and what is known of it. `origin`: its kind of place, or what it is."""

    name: str
    title: str | None
    region: str | None
    year: int | None
    origin: str | None
    text: str

    def facts(self) -> dict[str, Any]:
        """All but the text, and its length in characters after folding."""
        facts = {name: getattr(self, name) for name in ("name", "title", "region", "year", "origin")}
        return facts | {"chars": count_chars(self.text)}

    def line(self) -> str:
        """What it is, in one line."""
        said = (self.name, self.title or "without title", self.origin, f"{count_chars(self.text):,} characters")
        return " · ".join(part for part in said if part)


def describe(compared: Comparison, by: str) -> str:
    """The outcome in one line."""
    said = [f"{compared.similarity:.1%} alike"]
    counts = compared.counts if by == "characters" else compared.row_counts
    said += [f"{count} {kind}{name_lost(compared, kind)}" for kind, count in counts.items() if count and kind != "kept"]
    if by == "paragraphs":
        moved = sum(row.elsewhere is not None for row in compared.rows if row.kind == "gone")
        said += [f"{moved} of these moved"] if moved else []
        said.append(f"{counts['kept']} of {len(compared.rows)} paragraphs kept")
    elif not compared.differences:
        said.append("no difference but punctuation and spacing")
    return ", ".join(said)


def name_lost(compared: Comparison, kind: str) -> str:
    """The characters concerned most often, where one text has lost them: " (国 67)"."""
    if kind != "damage":
        return ""
    found = [piece for row in compared.rows for piece in row.pieces if piece.kind == kind]
    signs = Counter(sign for piece in found for sign in set(piece.a) ^ set(piece.b) if sign.isalnum())
    often = [f"{sign} {count}" for sign, count in signs.most_common(3) if count > 1]
    return f" ({', '.join(often)})" if often else ""


def list_comparison(sides: Sequence[Side], compared: Comparison, by: str) -> dict[str, Any]:
    """A comparison as JSON says it; offsets count characters of the texts, `elsewhere` counts rows from 0."""
    rows = [
        {
            "kind": row.kind,
            "start_a": row.start_a,
            "start_b": row.start_b,
            "elsewhere": row.elsewhere,
            "pieces": [{"a": piece.a, "b": piece.b, "kind": piece.kind} for piece in row.pieces],
        }
        for row in compared.rows
    ]
    return {
        "a": sides[0].facts(),
        "b": sides[1].facts(),
        "by": by,
        "similarity": round(compared.similarity, 4),
        "differences": compared.counts,
        "paragraphs": compared.row_counts,
        "rows": rows,
    }


def print_comparison(sides: Sequence[Side], compared: Comparison, by: str, *, everything: bool) -> None:
    """Print a summary and the rows that differ: [-what only A has-]{+what only B has+}, in colour on a terminal."""
    console = Console(highlight=False, soft_wrap=True, emoji=False)
    for sign, side in zip("AB", sides, strict=True):
        console.print(Text.assemble((f"{sign}  ", "bold"), side.line()))
    console.print(Text(describe(compared, by), "bold"))
    for repeats, group in groupby(enumerate(compared.rows), lambda item: item[1].kind == "kept" and not everything):
        rows = list(group)
        if repeats:
            alike = "1 paragraph" if len(rows) == 1 else f"{len(rows)} paragraphs"
            console.print(Text(f"  … {alike} alike", "dim"))
            continue
        for _, row in rows:
            moved = f" (moved: {place_of(compared.rows, row)})" if row.elsewhere is not None else ""
            line = Text.assemble((f"{SIGNS[row.kind]} ", "bold"))
            for part in mark(row, console.is_terminal, everything=everything):
                line.append(part)
            console.print(line.append(moved, "dim"))


def place_of(rows: Sequence[Row], row: Row) -> str:
    """Where the same paragraph stands in the other text, in words."""
    assert row.elsewhere is not None
    other = rows[row.elsewhere]
    return f"{'B' if row.kind == 'gone' else 'A'} has it as row {row.elsewhere + 1}, {(other.a or other.b)[:12]}…"


def mark(row: Row, coloured: bool, *, everything: bool) -> Iterator[Text]:
    """A row's words with the differences marked; long stretches without any are left out unless all is wanted."""
    for number, piece in enumerate(row.pieces):
        if piece.kind is None:
            first, last = number == 0, number == len(row.pieces) - 1
            yield Text(piece.b if everything else shorten(piece.b, first=first, last=last))
            continue
        gone, new = (words if everything else cut_short(words) for words in (piece.a, piece.b))
        if row.kind in ("gone", "new"):
            yield Text(gone or new, "red" if gone else "green")
            continue
        if gone:
            yield Text(gone, "red strike") if coloured else Text(f"[-{gone}-]")
        if new:
            yield Text(new, "green underline") if coloured else Text(f"{{+{new}+}}")


def shorten(words: str, *, first: bool, last: bool) -> str:
    """Words that both texts have, cut down to what stands beside the differences."""
    kept_before, kept_behind = 0 if first else CONTEXT, 0 if last else CONTEXT
    if (first and last) or len(words) <= 2 * CONTEXT:
        return words
    return f"{words[:kept_before]}…{words[len(words) - kept_behind :]}"


def cut_short(words: str) -> str:
    """The beginning and the end of words too long to read on a terminal, and how long they are."""
    if len(words) <= LONG:
        return words
    return f"{words[: LONG - CONTEXT]}… ({len(words):,} characters) …{words[-CONTEXT:]}"


def write_html(path: Path, sides: Sequence[Side], compared: Comparison, by: str) -> None:
    """Write a page with both texts side by side and as one, all in one file; whole or not at all."""
    templates = Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=True)
    page = templates.get_template("comparison.html").render(
        sides=sides, compared=compared, by=by, said=describe(compared, by), kinds=KIND_WORDS, rows=ROW_WORDS
    )
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_text(page, encoding="utf-8")
    draft.replace(path)
