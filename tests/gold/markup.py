"""Paragraphs → the markup editors and systems leave: one function a way (SOURCES §3b, READING §2.2)."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from html import escape

Markup = Callable[[Sequence[str], int], str]


def p(lines: Sequence[str], head: int) -> str:
    """Paragraphs set in by two ideographic spaces; the head centred."""
    centred = [f'<p style="text-align: center;">{escape(line)}</p>' for line in lines[:head]]
    return "\n".join([*centred, *(f"<p>　　{escape(line)}</p>" for line in lines[head:])])


def strong(lines: Sequence[str], head: int) -> str:
    """A bold head in h2 and h3, bold headings, the opening words of every fourth paragraph bold."""
    out = [
        f"<h{2 + bool(number)} align=center>{escape(line)}</h{2 + bool(number)}>"
        for number, line in enumerate(lines[:head])
    ]
    for number, line in enumerate(lines[head:]):
        said = re.match(r"[^。]{4,40}。", line) if number % 4 == 1 else None
        cut = said.end() if said else (len(line) if len(line) < 40 else 0)
        out.append(
            f"<p><strong>{escape(line[:cut])}</strong>{escape(line[cut:])}</p>" if cut else f"<p>{escape(line)}</p>"
        )
    return "\n".join(out)


def div(lines: Sequence[str], head: int) -> str:
    """A div a paragraph, empty ones between."""
    return "\n<div>&nbsp;</div>\n".join(f"<div>{escape(line)}</div>" for line in lines)


def br(lines: Sequence[str], head: int) -> str:
    """Text nodes parted by br."""
    return "<br>\n".join(f"　　{escape(line)}" for line in lines)


def brbr(lines: Sequence[str], head: int) -> str:
    """Text nodes parted by two br."""
    return "<br /><br />\n".join(escape(line) for line in lines)


def word(lines: Sequence[str], head: int) -> str:
    """Pasted from Word: spans at every change between Latin and Han, o:p, conditional comments."""

    def spans(line: str) -> str:
        runs = re.findall(r"[\x00-\x7f]+|[^\x00-\x7f]+", line)
        return "".join(
            f'<span lang="EN-US" style="font-size:16.0pt;font-family:仿宋_GB2312">{escape(run)}</span>'
            if run.isascii()
            else f'<span style="font-size:16.0pt;mso-hansi-font-family:宋体">{escape(run)}</span>'
            for run in runs
        )

    start, end = '<p class="MsoNormal" style="text-indent:32.0pt">', '<span lang="EN-US"><o:p></o:p></span></p>'
    shown = "\n".join(f"{start}{spans(line)}{end}" for line in lines)
    return (
        f"<!--[if gte mso 9]><xml><w:WordDocument><w:View>Normal</w:View></w:WordDocument></xml><![endif]-->\n{shown}"
    )


def one_p(lines: Sequence[str], head: int) -> str:
    """One giant paragraph whose only breaks are the indents."""
    return "<p>" + "".join(f"　　{escape(line)}" for line in lines) + "</p>"


def font_br(lines: Sequence[str], head: int) -> str:
    """font and br in a table."""
    inner = "<br>".join(f"&nbsp;&nbsp;&nbsp;&nbsp;<font face=宋体 size=3>{escape(line)}</font>" for line in lines)
    return f"<table width=100% border=0><tr><td><font size=3>{inner}</font></td></tr></table>"


def nested_tables(lines: Sequence[str], head: int) -> str:
    """Tables in tables, the head in one, the body in another."""
    top = "".join(f"<tr><td align=center>{escape(line)}</td></tr>" for line in lines[:head])
    body = "".join(f"<p>{escape(line)}</p>" for line in lines[head:])
    return (
        f"<table><tbody><tr><td><table>{top}</table></td></tr><tr><td><table><tr><td width=20></td>"
        f"<td>{body}</td><td width=20></td></tr></table></td></tr></tbody></table>"
    )


def rows(lines: Sequence[str], head: int) -> str:
    """A table row a paragraph."""
    return "<table>" + "".join(f"<tr><td>{escape(line)}</td></tr>\n" for line in lines) + "</table>"


def sections(lines: Sequence[str], head: int) -> str:
    """Sections in sections, as layout tools for social media write them."""
    return "\n".join(
        f'<section style="margin: 0 8px;"><section><p style="text-align: justify;"><span style="letter-spacing: 1px;">'
        f"{escape(line)}</span></p></section></section>"
        for line in lines
    )


def blocks(lines: Sequence[str], head: int) -> str:
    """Spans shown as blocks."""
    return "".join(f'<span style="display:block;text-indent:2em">{escape(line)}</span>' for line in lines)


def pre(lines: Sequence[str], head: int) -> str:
    """Preformatted text."""
    return "<pre>" + "\n".join(f"    {escape(line)}" for line in lines) + "</pre>"


def unclosed(lines: Sequence[str], head: int) -> str:
    """Upper case, unquoted, never closed."""
    return "\n".join(f"<P>&nbsp;&nbsp;&nbsp; {escape(line)}" for line in lines)


def broken_lines(lines: Sequence[str], head: int) -> str:
    """A source whose lines are broken within the paragraphs."""
    wrapped = ["\n          ".join(escape(line[at : at + 40]) for at in range(0, len(line), 40)) for line in lines]
    return "".join(f"<p>\n          {line}\n        </p>\n" for line in wrapped)


def mixed(lines: Sequence[str], head: int) -> str:
    """Several hands: p, then br within p, then divs with spans."""
    third = max(len(lines) // 3, 1)
    first, second, rest = lines[:third], lines[third : 2 * third], lines[2 * third :]
    paragraphs = "".join(f"<p>{escape(line)}</p>" for line in first)
    joined = "<p>" + "<br/>".join(f"　　{escape(line)}" for line in second) + "</p>"
    spans = "".join(f'<div style="text-indent:2em"><span>{escape(line)}</span></div>' for line in rest)
    return f"<div>{paragraphs}{joined}{spans}</div>"


def flat(lines: Sequence[str], head: int) -> str:
    """One block, two spaces where a paragraph ended."""
    return "  ".join(escape(line) for line in lines)


MARKUPS: dict[str, Markup] = {
    function.__name__: function
    for function in (
        p, strong, div, br, brbr, word, one_p, font_br, nested_tables, rows, sections, blocks, pre, unclosed,
        broken_lines, mixed, flat,
    )
}  # fmt: skip
