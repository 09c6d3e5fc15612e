"""How to cite a report: in plain words, BibTeX, RIS and CSL-JSON, each with the version of the snapshot. Pure."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from archive.site.language import in_english

Row = dict[str, Any]

ARCHIVE = "Baogao 报告档案"
# Administrative units whose government is an agency of the province's (Organic Law of Local Governments, art. 85).
AGENCIES = ("地区", "盟")
# Characters with a meaning of their own in BibTeX values.
BIBTEX = {character: f"\\{character}" for character in "&%$#_{}"}
BIBTEX |= {"\\": "\\textbackslash{}", "~": "\\textasciitilde{}", "^": "\\textasciicircum{}"}


@dataclass(frozen=True, slots=True)
class Citation:
    """What a citation says. Days are ISO 8601; None where nobody knows.

    `address` is the report's page in the archive, `source` the page it was published on, `accessed` the day it was
    captured, `note` a warning about the text.
    """

    id: str
    author: str
    title: str
    year: int | None
    delivered_on: str | None
    event: str | None
    source: str | None
    accessed: str | None
    address: str
    version: str | None
    note: str | None


def make_citation(report: Row, best: Row | None, version: str | None, address: str) -> Citation:
    """The citation of a report; `best` is the copy its text comes from."""
    name = str(report["township"] or report["name"] or "")
    event = f"{report['congress'] or ''}{report['session'] or ''}"
    lost = f"，通篇缺“{report['lost']}”字" if report["lost"] else ""
    notes = {"damaged": f"残缺本{lost}", "restored": "修复本，补字见该页"}
    return Citation(
        id=report["id"],
        author=name_government(name),
        title=report["title"] or f"{name}{report['year'] or ''}年政府工作报告",
        year=int(report["delivered_on"][:4]) if report["delivered_on"] else report["year"],
        delivered_on=report["delivered_on"],
        event=event or None,
        source=report["source_url"],
        accessed=best["fetched_at"][:10] if best and best["fetched_at"] else None,
        address=address,
        version=version,
        note=notes.get(report["trust"]),
    )


def name_government(name: str) -> str:
    """The government whose report it is: 甲子区 → 甲子区人民政府, a 地区 or 盟 has an agency."""
    if not name:
        return "（地区未定）"
    if name == "中华人民共和国":
        return "国务院"
    return f"{name}{'行政公署' if name.endswith(AGENCIES) else '人民政府'}"


def write_plain(citation: Citation) -> str:
    """One line, in the reader's language."""
    told = [word for word in (citation.delivered_on, citation.event) if word]
    if in_english():
        version = f", version {citation.version}" if citation.version else ""
        captured = f"captured {citation.accessed or 'at unknown time'}"
        sentences = [
            ", ".join([f"{citation.author}: 《{citation.title}》", *told]),
            f"In: {ARCHIVE}, {citation.id}{version}",
            *([citation.note] if citation.note else []),
            citation.address,
            f"Published at {citation.source or 'an unknown address'}, {captured}",
        ]
        return ". ".join(sentences) + "."
    version = f"，数据版本 {citation.version}" if citation.version else ""
    sentences = [
        "，".join([f"{citation.author}：《{citation.title}》", *told]),
        f"{ARCHIVE}，编号 {citation.id}{version}",
        *([citation.note] if citation.note else []),
        f"{citation.address} ",
        f"原址 {citation.source or '不详'}，{f'{citation.accessed} 抓取' if citation.accessed else '抓取日期不详'}",
    ]
    return "。".join(sentences) + "。"


def write_bibtex(citation: Citation) -> str:
    """An entry for BibTeX and biblatex."""
    fields = {
        "author": f"{{{escape_bibtex(citation.author)}}}",
        "title": f"{{{escape_bibtex(citation.title)}}}",
        "institution": escape_bibtex(citation.author),
        "year": str(citation.year or ""),
        "date": citation.delivered_on or "",
        "type": "政府工作报告",
        "url": clean_url(citation.address),
        "urldate": citation.accessed or "",
        "version": citation.version or "",
        "note": escape_bibtex("；".join(describe(citation))),
        "langid": "chinese",
    }
    lines = [f"  {name} = {{{value}}}" for name, value in fields.items() if value]
    return f"@techreport{{baogao-{citation.id},\n" + ",\n".join(lines) + "\n}\n"


def write_ris(citation: Citation) -> str:
    """A record for reference managers (RIS)."""
    pairs = [
        ("TY", "RPRT"),
        ("ID", f"baogao-{citation.id}"),
        ("AU", citation.author),
        ("TI", citation.title),
        ("PY", str(citation.year or "")),
        ("DA", (citation.delivered_on or "").replace("-", "/")),
        ("M3", "政府工作报告"),
        ("PB", citation.author),
        ("T2", citation.event),
        ("ET", citation.version),
        ("DB", ARCHIVE),
        ("AN", citation.id),
        ("UR", citation.address),
        ("L2", citation.source),
        ("Y2", (citation.accessed or "").replace("-", "/")),
        ("LA", "zh"),
        *(("N1", note) for note in describe(citation)),
    ]
    lines = [f"{tag}  - {' '.join(value.split())}" for tag, value in pairs if value]
    return "\r\n".join([*lines, "ER  - ", ""])


def write_csl(citation: Citation) -> str:
    """The item in CSL-JSON, for Zotero and citeproc."""
    item: Row = {
        "id": f"baogao-{citation.id}",
        "type": "report",
        "genre": "政府工作报告",
        "author": [{"literal": citation.author}],
        "title": citation.title,
        "issued": {"date-parts": [split_day(citation.delivered_on) or [citation.year]]} if citation.year else None,
        "event-title": citation.event,
        "publisher": citation.author,
        "archive": ARCHIVE,
        "archive_location": citation.id,
        "version": citation.version,
        "URL": citation.address,
        "accessed": {"date-parts": [split_day(citation.accessed)]} if citation.accessed else None,
        "language": "zh-CN",
        "note": "；".join(describe(citation)),
    }
    return json.dumps([{name: value for name, value in item.items() if value}], ensure_ascii=False, indent=1) + "\n"


def describe(citation: Citation) -> list[str]:
    """What no field of a reference has room for: the page it was published on, what is wrong with the text."""
    return [*([f"原址 {citation.source}"] if citation.source else []), *([citation.note] if citation.note else [])]


def split_day(day: str | None) -> list[int]:
    """2020-01-12 → [2020, 1, 12]."""
    return [int(part) for part in day.split("-")] if day else []


def escape_bibtex(words: str) -> str:
    """Words as the value of a BibTeX field."""
    return "".join(BIBTEX.get(character, character) for character in " ".join(words.split()))


def clean_url(address: str) -> str:
    """An address as the value of a BibTeX field: braces would end it."""
    return address.replace("{", "%7B").replace("}", "%7D").replace("\\", "%5C")


# Ending of the address → (content type, writer).
FORMS = {
    "bib": ("application/x-bibtex; charset=utf-8", write_bibtex),
    "ris": ("application/x-research-info-systems; charset=utf-8", write_ris),
    "csl.json": ("application/vnd.citationstyles.csl+json; charset=utf-8", write_csl),
}
