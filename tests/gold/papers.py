"""Reports as PDF, docx and plain text: each form a function from a draft to bytes (READING §6.1, §6.3, §6.4)."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise

from tests.gold.twists import Draft
from tests.make_docx import level, make_docx, numbered, p, r, table
from tests.make_ofd import set_ofd
from tests.make_pdf import A4, Pdf, Style, break_lines, set_document, width_of

Paper = tuple[bytes, tuple[str, ...], tuple[str, ...]]  # the file, the expected lines, those of them that cross a page

HEADING = re.compile(r"([一二三四五六七八九十]{1,3})、|（([一二三四五六七八九十]{1,3})）")


# --- PDF --------------------------------------------------------------------------------------------------------------


def blocks_of(draft: Draft) -> list:
    """A draft as blocks for `set_document`: head centred, salutation flush."""
    head = [("title", draft.shown[0]), *(("centre", line) for line in draft.shown[1 : draft.head])]
    return [*head, ("flush", draft.shown[draft.head]), *draft.shown[draft.head + 1 :]]


def set_pdf(style: Style, encoding: str = "utf-16-be") -> Callable[[Draft], Paper]:
    """A form that sets the whole draft in one style."""

    def make(draft: Draft) -> Paper:
        pdf = set_document(blocks_of(draft), style, encoding)
        return pdf.save(), draft.expected, crossing(pdf, draft.shown, draft.expected)

    return make


def crossing(pdf: Pdf, shown: Sequence[str], expected: Sequence[str]) -> tuple[str, ...]:
    """The expected paragraphs whose shown form stands on no single page."""
    pages = ["".join("".join(page_texts(pdf, page)).split()) for page in pdf.pages]
    return tuple(
        line
        for line, form in zip(expected, shown, strict=True)
        if not any("".join(form.split()) in page for page in pages)
    )


def page_texts(pdf: Pdf, page: Sequence[str]) -> list[str]:
    """The texts written on a page, in the order they were written."""
    codes = (re.search(r"<([0-9a-f]+)> Tj", command) for command in page)
    return [bytes.fromhex(code[1]).decode(pdf.encoding) for code in codes if code]


def glyphs(draft: Draft) -> Paper:
    """Every glyph placed by itself, as some printers' drivers write."""
    pdf = set_document(blocks_of(draft), Style(size=15, leading=26, left=85, right=85))
    whole = crossing(pdf, draft.shown, draft.expected)
    line = re.compile(r"BT /F1 (\S+) Tf (\S+) Tc (.+?) (\S+) (\S+) Tm <([0-9a-f]+)> Tj ET")
    for page in pdf.pages:
        scattered = []
        for command in page:
            if not (found := line.fullmatch(command)):
                scattered.append(command)
                continue
            size, spacing, x = float(found[1]), float(found[2]), float(found[4])
            for character in bytes.fromhex(found[6]).decode(pdf.encoding):
                code = character.encode(pdf.encoding).hex()
                scattered.append(f"BT /F1 {size} Tf 0 Tc {found[3]} {x:.2f} {found[5]} Tm <{code}> Tj ET")
                x += width_of(character) * size + spacing
        page[:] = scattered
    return pdf.save(), draft.expected, whole


def notes(columns: int) -> Callable[[Draft], Paper]:
    """A form whose glossary stands in notes at the foot of the pages that use its terms."""

    def make(draft: Draft) -> Paper:
        terms = [re.sub(r"^\d+\.", "", line) for line in draft.report.glossary[1:]]
        marked = [f"{'①②③④⑤⑥⑦⑧⑨'[number]}{line}" for number, line in enumerate(terms)]
        size = len(draft.report.glossary)
        blocks = blocks_of(replace(draft, shown=draft.shown[:-size]))
        long = [number for number, block in enumerate(blocks) if isinstance(block, str) and len(block) > 100]
        for number, place in enumerate(long[:: max(len(long) // len(marked), 1)][: len(marked)]):
            blocks[place] = ("noted", blocks[place], [marked[number]])
        body = 15 if columns == 1 else 11
        pdf = set_document(blocks, Style(columns=columns, size=body, leading=body * 1.75))
        lines = [block if isinstance(block, str) else block[1] for block in blocks]
        return pdf.save(), (*lines, *marked), crossing(pdf, lines, lines)

    return make


def cover(draft: Draft) -> Paper:
    """A cover, a table of contents with page numbers, and the report with its head."""
    pdf = set_document(blocks_of(draft), Style(head="政府工作报告"))
    whole = crossing(pdf, draft.shown, draft.expected)
    front = Pdf()
    front.add_page()
    middle = A4[0] / 2
    for y, size, text in (
        (600, 36, "政府工作报告"),
        (540, 16, draft.shown[1].strip("—（）")),
        (160, 16, f"{draft.report.region.name}人民政府办公室"),
    ):
        front.write(middle - width_of(text) * size / 2, y, size, text)
    front.add_page()
    front.write(middle - 44, 740, 22, "目　录")
    y = 690
    for number, line in enumerate(line for line in draft.report.body if HEADING.match(line)):
        dots = "." * int((26 - width_of(line)) * 2)
        front.write(79, y, 14, f"{line}{dots}{number // 3 + 1}")
        y -= 22
        if y < 100:
            front.add_page()
            y = 740
    pdf.pages[:0] = front.pages
    return pdf.save(), draft.expected, whole


def ofd(style: Style) -> Callable[[Draft], Paper]:
    """A form in OFD, set as the PDF of that style is."""

    def make(draft: Draft) -> Paper:
        pdf = set_document(blocks_of(draft), style)
        return set_ofd(pdf), draft.expected, crossing(pdf, draft.shown, draft.expected)

    return make


def scan(draft: Draft) -> Paper:
    """Pages that are pictures: nothing to read."""
    pdf = Pdf()
    pdf.resources = "/XObject << /Im0 6 0 R >>"
    image = zlib.compress(bytes(range(256)) * 16)
    pdf.objects[6] = (
        (
            b"<< /Type /XObject /Subtype /Image /Width 64 /Height 64 /ColorSpace /DeviceGray /BitsPerComponent 8"
            b" /Filter /FlateDecode /Length %d >>\nstream\n" % len(image)
        )
        + image
        + b"\nendstream"
    )
    for _ in range(3):
        pdf.add_page()
        pdf.pages[-1].append("q 520 0 0 740 37 50 cm /Im0 Do Q")
    return pdf.save(), (), ()


# --- docx -------------------------------------------------------------------------------------------------------------


def plain_docx(draft: Draft) -> Paper:
    """A paragraph a paragraph, the head centred."""
    centred = '<w:jc w:val="center"/>'
    body = "".join(p(line, properties=centred if n < draft.head else "") for n, line in enumerate(draft.shown))
    return make_docx(body), draft.expected, ()


def numbered_docx(draft: Draft) -> Paper:
    """Headings whose numbers Word writes."""
    lists = (
        '<w:abstractNum w:abstractNumId="0">'
        + level(0, "chineseCounting", "%1、")
        + level(1, "chineseCounting", "（%2）")
        + '</w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'
    )
    body = ""
    for line in draft.shown:
        found = HEADING.match(line)
        body += numbered(line[found.end() :], 1, int(found[2] is not None)) if found else p(line)
    return make_docx(body, numbering=lists), draft.expected, ()


def footnotes_docx(draft: Draft) -> Paper:
    """The glossary as footnotes."""
    terms = [re.sub(r"^\d+\.", "", line) for line in draft.report.glossary[1:]]
    lines = draft.shown[: -len(draft.report.glossary)]
    long = [number for number, line in enumerate(lines) if len(line) > 100][: len(terms)]
    body = ""
    for number, line in enumerate(lines):
        if number in long:
            mark = f'<w:r><w:footnoteReference w:id="{long.index(number) + 1}"/></w:r>'
            body += p(line[:50], mark, line[50:])
        else:
            body += p(line)
    parts = "".join(
        f'<w:footnote w:id="{n}">{p("<w:r><w:footnoteRef/></w:r>", term)}</w:footnote>'
        for n, term in enumerate(terms, 1)
    )
    return make_docx(body, footnotes=parts), (*lines, *(f"[{n}]{term}" for n, term in enumerate(terms, 1))), ()


def table_docx(draft: Draft) -> Paper:
    """A table of figures among the paragraphs, the report's last words after it."""
    rows = [
        ["指标", "单位", "上年实绩", "今年目标"],
        ["地区生产总值", "%", "5.1", "5.5左右"],
        ["居民收入", "%", "5.4", "与经济同步"],
    ]
    body = "".join(map(p, draft.shown[:-1])) + table(*rows) + p(draft.shown[-1])
    return make_docx(body), (*draft.expected[:-1], *(" ".join(row) for row in rows), draft.expected[-1]), ()


def boxes_docx(draft: Draft) -> Paper:
    """Content controls, insertions, deletions and hidden words; the head in a layout table."""
    lines = draft.shown
    head = table(["".join(p(line) for line in lines[: draft.head])])
    body = head + f"<w:sdt><w:sdtPr/><w:sdtContent>{p(lines[draft.head])}</w:sdtContent></w:sdt>"
    for number, line in enumerate(lines[draft.head + 1 :]):
        cut = len(line) // 2
        gone = "<w:del><w:r><w:delText>初稿写法</w:delText></w:r></w:del>" if number % 7 == 2 else ""
        secret = r("（内部掌握）", "<w:vanish/>") if number % 11 == 5 else ""
        body += p(
            *filter(
                None, (line[:cut], gone, f"<w:ins>{r(line[cut:])}</w:ins>" if number % 3 else r(line[cut:]), secret)
            )
        )
    return make_docx(body), draft.expected, ()


def runs_docx(draft: Draft) -> Paper:
    """A run at every change between Latin and Han."""
    body = "".join(p(*(r(run) for run in re.findall(r"[\x00-\x7f]+|[^\x00-\x7f]+", line))) for line in draft.shown)
    return make_docx(body), draft.expected, ()


# --- text -------------------------------------------------------------------------------------------------------------

PAGE_LINES, LINE_EM = 22, 28  # GB/T 9704-2012: 22 lines of 28 characters


def laid_out(lines: Sequence[str]) -> list[list[tuple[int, str]]]:
    """Pages of lines, each with the number of its paragraph."""
    broken = [(number, part) for number, line in enumerate(lines) for part in break_lines(line, LINE_EM, 2)]
    return [broken[start : start + PAGE_LINES] for start in range(0, len(broken), PAGE_LINES)]


def cut_at_pages(draft: Draft, furniture: Callable[[int], list[str]]) -> Paper:
    """Lines joined but where a page ends, with the page's furniture between."""
    out: list[str] = []
    cut: set[int] = set()
    before = -1
    for page, lines in enumerate(laid_out(draft.shown), 1):
        for place, (number, part) in enumerate(lines):
            if place and number == lines[place - 1][0]:
                out[-1] += part
            else:
                out.append(part)
                if place == 0 and number == before:
                    cut.add(number)
        before = lines[-1][0]
        out += furniture(page)
    return "\n".join(out).encode(), draft.expected, tuple(draft.expected[number] for number in sorted(cut))


def pages(draft: Draft) -> Paper:
    """As a PDF was saved: paragraphs whole but where a page cut them, the page's number between."""
    return cut_at_pages(draft, lambda page: [f"— {page} —"])


def heads(draft: Draft) -> Paper:
    """The same with a running head and a form feed."""
    name = draft.report.region.name
    return cut_at_pages(draft, lambda page: [f"{page}", f"\f{name}人民代表大会会议文件"])


def wrapped(draft: Draft) -> Paper:
    """Every line of the print a line, paragraphs set in by two ideographic spaces."""
    out = []
    before = -1
    for lines in laid_out(draft.shown):
        for number, part in lines:
            out.append(part if number == before else f"　　{part}")
            before = number
    return "\n".join(out).encode(), draft.expected, ()


def wrapped_flush(draft: Draft) -> Paper:
    """Every line of the print a line, a blank line after each paragraph."""
    out = []
    before = 0
    for lines in laid_out(draft.shown):
        for number, part in lines:
            if number != before:
                out.append("")
            out.append(part)
            before = number
    return "\r\n".join(out).encode(), draft.expected, ()


def wrapped_pages(draft: Draft) -> Paper:
    """Every line of the print a line, set in, with the page numbers between and a form feed after each."""
    out: list[str] = []
    before = -1
    sheets = laid_out(draft.shown)
    for page, lines in enumerate(sheets, 1):
        for number, part in lines:
            out.append(part if number == before else f"    {part}")
            before = number
        out.append(f"                          - {page} -\n\f".rstrip(" "))
    inside = [{number for number, _ in lines} for lines in sheets]
    cut = sorted({number for one, other in pairwise(inside) for number in one & other})
    return "\n".join(out).encode(), draft.expected, tuple(draft.expected[number] for number in cut)


def browser(draft: Draft) -> Paper:
    """Copied from a browser with all that stands on the page."""
    above = ["注册 | 登录", "筛选地域", "一级目录", "报告年份", "官网原文 导出笔记 打印 分享", "0/0"]
    below = ["笔记", "复制", "问答", "搜索", "记笔记", "写下来"]
    return "\n".join([*above, *draft.shown, *below]).encode(), draft.expected, ()


def literal(draft: Draft) -> Paper:
    """The lines as they are."""
    return "\n".join(draft.shown).encode(), draft.expected, ()


PAPERS: dict[str, Callable[[Draft], Paper]] = {
    "official": set_pdf(Style()),
    "heads": set_pdf(Style(head="样例市人民代表大会会议文件", number="第 {} 页 共 20 页", size=15, leading=25)),
    "columns": set_pdf(Style(columns=2, size=11, leading=18, head="样例市人民政府公报", number="{}")),
    "notes": notes(1),
    "column_notes": notes(2),
    "cover": cover,
    "block": set_pdf(Style(size=14, leading=21, indent=0, gap=12, number="- {} -")),
    "gbk": set_pdf(Style(size=12, leading=20, left=60, right=60), "gbk"),
    "glyphs": glyphs,
    "ragged": set_pdf(Style(justify=False, number="{}")),
    "radicals": set_pdf(Style(size=14, leading=24)),
    "scan": scan,
    "ofd": ofd(Style(head="样例市人民政府文件")),
    "ofd_columns": ofd(Style(columns=2, size=11, leading=18, number="{}")),
    "plain": plain_docx,
    "numbered": numbered_docx,
    "footnotes": footnotes_docx,
    "table": table_docx,
    "boxes": boxes_docx,
    "runs": runs_docx,
    "pages": pages,
    "text_heads": heads,
    "wrapped": wrapped,
    "wrapped_flush": wrapped_flush,
    "wrapped_pages": wrapped_pages,
    "browser": browser,
    "literal": literal,
}
