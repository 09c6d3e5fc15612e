"""Makes the sites of the test world from their folders: lists, articles in two layouts, attachments, near misses."""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from html import escape
from pathlib import Path
from string import Template
from urllib.parse import urljoin

from crawler.demo.pdf import write_pdf
from crawler.demo.reports import FictionalReport
from tests.sites.damage import FORMS, copy_of
from tests.sites.reports import YEARS, regions, report

FOLDER = Path(__file__).parent
HTML = "text/html"
ROBOTS = "User-agent: *\nDisallow: /user/\nDisallow: /manage/\n"


@dataclass(frozen=True, slots=True)
class Answer:
    """What the world answers to one address. `modified` and `etag` are sent where they are not empty."""

    body: bytes
    content_type: str = HTML
    status: int = 200
    etag: str = ""
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """One article of a site: a copy of a report, or something else."""

    path: str
    title: str
    day: str
    report: FictionalReport | None
    old: bool = False


@dataclass(slots=True)
class Site:
    """One site: its hosts, what it answers by path and query, and what a right crawl finds there.

    `expected` maps the address of each page with a report to the report's id; `pages` counts the pages worth asking for.
    """

    id: str
    spec: dict
    answers: dict[str, Answer] = field(default_factory=dict)
    expected: dict[str, str] = field(default_factory=dict)
    entries: list[Entry] = field(default_factory=list)

    @property
    def host(self) -> str:
        return self.spec["host"]

    @property
    def start(self) -> str:
        return f"http://{self.host}{self.spec['first']}"


def site_ids() -> list[str]:
    """The sites of the world, by the names of their folders."""
    return sorted(path.parent.name for path in FOLDER.glob("*/site.toml"))


def make_site(id: str, share: int | None = None) -> Site:
    """A site with its newest `share` reports, or all."""
    spec = tomllib.loads((FOLDER / id / "site.toml").read_text(encoding="utf-8"))
    site = Site(id, spec)
    site.entries = sorted(entries_of(spec, share), key=lambda entry: (entry.day, entry.path), reverse=True)
    for path, text in {"/robots.txt": ROBOTS, **spec.get("also", {})}.items():
        site.answers[path] = Answer(text.encode(), "text/plain" if path == "/robots.txt" else HTML)
    for entry in site.entries:
        put_article(site, entry)
    PAGERS[spec.get("pager", "next")](site)
    put_front(site)
    folder, _, name = spec["first"].rpartition("/")
    if name.startswith("index."):
        site.answers[f"{folder}/"] = site.answers[spec["first"]]
    if spec.get("validators", True):
        for path, answer in site.answers.items():
            site.answers[path] = replace(answer, etag=f'"{hashlib.sha256(answer.body).hexdigest()[:16]}"')
    return site


def entries_of(spec: dict, share: int | None) -> Iterator[Entry]:
    """The articles of a site: its reports, then what its lists also show."""
    for code, year in picks(spec, share):
        given = report(code, year)
        day = (date.fromisoformat(given.sitting.delivered_on) + timedelta(days=9 + year % 12)).isoformat()
        old = year <= spec.get("old_until", 0)
        pattern = spec["old"] if old and "old" in spec else spec["article"]
        path = fill_path(pattern, code, year, day)
        yield Entry(path, shown_title(spec, given), day, given, old)
    if not spec.get("misses", True):
        return
    name = regions()[spec.get("region", "990100")].name
    for number, title in enumerate(
        (
            f"{name}教育局2024年工作报告",
            f"一图读懂2024年{name}政府工作报告",
            f"{name}人大常委会工作报告",
            f"{name}召开安全生产会议",
        )
    ):
        yield Entry(
            fill_path(spec["article"], "990100", 1990 + number, f"2024-03-0{number + 1}"),
            title,
            f"2024-03-0{number + 1}",
            None,
        )


def picks(spec: dict, share: int | None) -> list[tuple[str, int]]:
    """Region and year of each report a site shows; of an aggregator, a selection over all regions."""
    if code := spec.get("region"):
        years = [year for year in YEARS if year >= spec.get("since", 2000)]
        return [(code, year) for year in years[-share if share else 0 :]]
    every = [(code, year) for year in reversed(YEARS) for code in regions() if code not in ("990000", "990100")]
    chosen = every[int(spec.get("offset", 0)) :: int(spec.get("step", 5))]
    return chosen[: share or spec.get("most", 50)]


def fill_path(pattern: str, code: str, year: int, day: str) -> str:
    """An address from its pattern, with the numbers, digests and days that real ones have."""
    digest = hashlib.md5(f"{pattern}{code}{year}".encode()).hexdigest()
    y, m, d = day.split("-")
    number = int(code) % 1000 * 100 + year % 100 + 10_000
    base62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    return pattern.format(
        ym=y + m, ymd=y + m + d, day=day, y=y, m=m, d=d, m1=int(m), d1=int(d), id=number, long=2_600_000 + number, year=year,
        hex32=digest, uuid="-".join((digest[:8], digest[8:12], digest[12:16], digest[16:20], digest[20:])),
        four="".join(base62[int(digest[n : n + 4], 16) % 62] for n in (0, 4, 8, 12)),
    )  # fmt: skip


def shown_title(spec: dict, given: FictionalReport) -> str:
    """The title a site gives a report."""
    sitting = given.sitting
    y, m, d = (int(part) for part in sitting.delivered_on.split("-"))
    pattern = spec.get("title", "$year年$name人民政府工作报告")
    return Template(pattern).substitute(
        year=sitting.year, name=given.region.name, day=f"{y}年{m}月{d}日", province="示例省"
    )


def put_article(site: Site, entry: Entry) -> None:
    """The page of an article; where it is a report as a file, a page that holds only the link."""
    spec, given = site.spec, entry.report
    if given is None:
        put(site, entry.path, draw(site, entry, ["<p>全系统统筹推进各项工作，取得新的成效。</p>"] * 4))
        return
    url = f"http://{site.host}{entry.path}"
    if given.sitting.year in spec.get("files", ()):
        file = fill_path(spec["file"], given.region.code, given.sitting.year, entry.day)
        words = f"{given.full_title}.pdf"
        put(site, entry.path, draw(site, entry, [f'<p>附件：<a href="{file}">{words}</a></p>']))
        target = urljoin(url, file)
        path = target.partition(site.host)[2]
        site.answers[path] = Answer(
            write_pdf(given.title, given.head[1:], (*given.body, *given.glossary)), "application/pdf"
        )
        site.expected[target] = given.id
        return
    lines = copy_of(given, spec.get("damage", "none"))
    if spec.get("bundle"):
        return
    site.expected[url] = given.id
    parts = spec.get("parts", 1)
    size = -(-len(lines) // parts)
    stem, _, suffix = entry.path.rpartition(".")
    for number in range(parts):
        body = FORMS[spec.get("form", "paragraphs")](lines[number * size : (number + 1) * size])
        steps = "".join(f'<a href="{stem}{f"_{n}" if n > 1 else ""}.{suffix}">{n}</a>' for n in range(1, parts + 1))
        if number + 1 < parts:
            steps += f'<a href="{stem}_{number + 2}.{suffix}">下一页</a>'
        path = entry.path if number == 0 else f"{stem}_{number + 1}.{suffix}"
        put(site, path, draw(site, entry, body, steps if parts > 1 else "", first=number == 0))


def put(site: Site, path: str, html: str, content_type: str = HTML) -> None:
    """Put a page on the site, in its encoding."""
    encoding = site.spec.get("encoding", "utf-8")
    given = f"{content_type}; charset={encoding}" if encoding == "utf-8" else content_type
    site.answers[path] = Answer(html.encode(encoding, "xmlcharrefreplace"), given)


def facts_of(site: Site, entry: Entry | None) -> dict[str, str]:
    """What every template may name."""
    region = regions()[site.spec.get("region", "990100")]
    name = site.spec.get("name", f"{region.name}人民政府")
    facts = {
        "site": name,
        "region": region.name,
        "code": f"{region.code}0001",
        "label": site.spec.get("encoding", "utf-8"),
    }
    facts |= {"host": site.host, "column": site.spec["first"], "home": "/"}
    if entry is None:
        return facts | {"title": "政府工作报告", "day": "", "day_cn": ""}
    lines = entry.report.paragraphs if entry.report else ("",)
    headings = [line for line in lines if line[:1] == "（" or line[1:2] == "、"]
    return facts | {
        "title": escape(entry.title),
        "day": entry.day,
        "number": str(int(hashlib.md5(entry.path.encode()).hexdigest()[:6], 16) % 90_000 + 10_000),
        "teaser": escape("".join(lines)[:120]),
        "toc": "".join(f"<p>{escape(line)}</p>" for line in headings),
    }


def draw(site: Site, entry: Entry, body: list[str], steps: str = "", *, first: bool = True) -> str:
    """An article's page in its layout."""
    template = read(site.id, "old.html" if entry.old else "article.html")
    facts = facts_of(site, entry)
    if not first:
        facts |= {"teaser": "", "toc": ""}
    return template.substitute(facts, body="\n".join(body), steps=steps)


def read(id: str, name: str) -> Template:
    """A template of a site; lists that are nothing special share one."""
    path = FOLDER / id / name
    return Template((path if path.exists() else FOLDER / name).read_text(encoding="utf-8"))


def list_pages(site: Site) -> Iterator[tuple[int, int, str, list[Entry]]]:
    """(number, how many, path, entries) of each list page, the first numbered 0."""
    spec = site.spec
    size = spec.get("a_page", 15)
    total = max(-(-len(site.entries) // size), 1)
    for number in range(total):
        path = spec["first"] if number == 0 else list_path(spec, number, total)
        yield number, total, path, site.entries[number * size : (number + 1) * size]


def list_path(spec: dict, number: int, total: int) -> str:
    """The address of a further list page; `count` says what the second is called: 1, 2, or "down" from the total."""
    said = spec.get("count", 2)
    return spec["further"].format(n=total - number if said == "down" else number - 1 + said)


def items_of(site: Site, entries: list[Entry]) -> str:
    """The entries of a list page."""
    item = Template(site.spec.get("item", '<li><span>$day</span><a href="$path" title="$title">$short</a></li>'))
    shown = []
    for entry in entries:
        title = escape(entry.title)
        number = "".join(re.findall(r"\d{4,}", entry.path.rpartition("/")[2])[:1])
        shown.append(
            item.substitute(
                path=entry.path,
                long=entry.path.rpartition("/")[2],
                title=title,
                short=title,
                day=entry.day,
                number=number,
            )
        )
    return "\n".join(shown)


def put_list(site: Site, path: str, entries: list[Entry], pager: str) -> None:
    """One list page."""
    facts = facts_of(site, None)
    put(site, path, read(site.id, "list.html").substitute(facts, items=items_of(site, entries), pager=pager))


def next_pager(site: Site) -> None:
    """Numbers and 下一页."""
    for number, total, path, entries in list_pages(site):
        steps = [f'<a href="{list_path(site.spec, n, total)}">{n + 1}</a>' for n in range(1, total)]
        if number + 1 < total:
            following = list_path(site.spec, number + 1, total)
            steps.append(f'<a class="{site.spec.get("next_class", "next")}" href="{following}">下一页</a>')
        put_list(site, path, entries, " ".join(steps))


def script_pager(site: Site) -> None:
    """TRS and UCAP: the pager is written by a script, no link says where the next page is."""
    name, _, suffix = site.spec["further"].rpartition("/")[2].replace("_{n}", "").rpartition(".")
    for number, total, path, entries in list_pages(site):
        if site.spec["pager"] == "ucap":
            script = f"createPageHTML('page_div',{total}, {number + 1},'{name}','{suffix}',{len(site.entries)});"
        else:
            script = f'createPageHTML({total}, {number}, "{name}", "{suffix}");'
        put_list(site, path, entries, f"<div id='page_div'></div><script>{script}</script>")


def records_pager(site: Site) -> None:
    """JCMS: the entries stand as records in a script, further pages come as records alone."""
    for number, total, path, entries in list_pages(site):
        records = "".join(f"<record><![CDATA[{items_of(site, [entry])}]]></record>" for entry in entries)
        group = (
            f'<nextgroup><![CDATA[<a href="{list_path(site.spec, number + 1, total)}"></a>]]></nextgroup>'
            if number + 1 < total
            else ""
        )
        store = f"<datastore>{group}<recordset>{records}</recordset></datastore>"
        if number == 0:
            put_list(site, path, [], f'<div id="99"></div><script type="text/xml">{store}</script>')
        else:
            put(site, path, f"<?xml version='1.0' encoding='UTF-8'?>{store}", "text/xml")


def json_pager(site: Site) -> None:
    """gkmlpt: the list is JSON."""
    for number, total, path, entries in list_pages(site):
        articles = [
            {"id": n, "title": entry.title, "url": f"http://{site.host}{entry.path}", "date": entry.day}
            for n, entry in enumerate(entries)
        ]
        body = json.dumps(
            {"articles": articles, "classify": {"name": "政府工作报告"}, "total": len(site.entries)}, ensure_ascii=False
        )
        site.answers[path] = Answer(body.encode(), "application/json")
        assert number < total


def bundle_pager(site: Site) -> None:
    """010b: the lists hold whole articles, run together, and every subdomain shows the same."""
    for number, total, path, entries in list_pages(site):
        shown = []
        for entry in entries:
            if entry.report:
                site.expected[f"http://{site.host}{path}#{entry.report.id}"] = entry.report.id
            text = (
                "".join(copy_of(entry.report, site.spec["damage"]))
                if entry.report
                else "园区召开企业座谈会，介绍政策。" * 40
            )
            tag = f"【{entry.report.region.name}招商】" if entry.report else "【样例招商】"
            shown.append(
                f"<li><span>-</span><h3>{tag}{escape(entry.title)}</h3><p>{escape(text)}</p><em>2025-07-09</em></li>"
            )
        following = list_path(site.spec, number + 1, total) if number + 1 < total else ""
        steps = f'<a href="{following}">下一页</a>' if following else ""
        steps += "".join(f'<a href="http://{host}{site.spec["first"]}">{host}</a>' for host in site.spec["mirrors"])
        put(
            site, path, read(site.id, "list.html").substitute(facts_of(site, None), items="\n".join(shown), pager=steps)
        )


PAGERS: dict[str, Callable[[Site], None]] = {
    "next": next_pager, "trs": script_pager, "ucap": script_pager, "jcms": records_pager, "json": json_pager, "bundle": bundle_pager,
}  # fmt: skip


def put_front(site: Site) -> None:
    """The front page, which leads to the column; and the sitemap."""
    if "/" not in site.answers:
        links = f'<a href="{site.spec.get("column", site.spec["first"])}">政府工作报告</a>'
        put(
            site,
            "/",
            f"<html><head><meta name='SiteName' content='{facts_of(site, None)['site']}'></head><body><a href='/news/'>新闻</a>{links}</body></html>",
        )
