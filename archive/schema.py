"""The tables as data: every column with its type and meaning. The codebook, the database and the site read this.

Types are SQLite's through Python's: str TEXT, int INTEGER, float REAL. Names are contracts (DESIGN §5): columns may be
added, none renamed.
"""

from __future__ import annotations

from dataclasses import dataclass

from archive.panels import PANELS

Column = tuple[type, str]


@dataclass(frozen=True, slots=True)
class Table:
    """One table: its key, its columns (name → type, meaning), foreign keys (column → table) and indexes."""

    meaning: str
    pk: str | tuple[str, ...]
    columns: dict[str, Column]
    links: tuple[tuple[str, str, str], ...] = ()
    indexes: tuple[tuple[str, ...], ...] = ()
    published: bool = True
    # Rows kept in the order of the key, once: half the size for a table that is all key.
    without_rowid: bool = False


TABLES: dict[str, Table] = {
    "texts": Table(
        "Every distinct cleaned text, once",
        "sha256",
        {
            "sha256": (str, "SHA-256 of the text in UTF-8, hexadecimal"),
            "text": (str, "the text, one paragraph a line"),
        },
    ),
    "regions": Table(
        "Administrative units with the years in which they were valid",
        "id",
        {
            "id": (str, "code and first year of validity: 310101-1981"),
            "code": (str, "six-digit code; 000000 is the nation"),
            "name": (str, "name in those years"),
            "level": (str, "national, province, prefecture or county"),
            "province": (str, "name of the province"),
            "prefecture": (str, "name of the prefecture, empty where the unit is directly under the province"),
            "path": (str, "full name from the province down: 上海市/黄浦区"),
            "valid_from": (int, "first year of validity"),
            "valid_until": (int, "last year of validity, null where still valid"),
            "successors": (str, "codes it went to, `;` between, [year] where only a part went"),
        },
        indexes=(("code",), ("name",)),
    ),
    "sources": Table(
        "The sites that publish reports, one TOML file each",
        "id",
        {
            "id": (str, "file name of the source = name of its spider"),
            "name": (str, "name of the site"),
            "kind": (str, "government, press, database, aggregator, forum, network or farm"),
            "region": (str, "code of the region whose site it is, null for an aggregator"),
            "platform": (str, "CMS family whose preset it uses"),
            "start": (str, "first address crawled"),
            "unverified": (int, "1 where nobody has seen the live page yet"),
            "retired": (str, "why and since when the site is no longer crawled, null while it is"),
            "expect_from": (int, "first year the source should give"),
            "expect_until": (int, "last year it should give, null for up to now"),
        },
    ),
    "runs": Table(
        "One crawl of one source: counts and a verdict",
        "id",
        {
            "id": (str, "source and start"),
            "source": (str, "the source crawled"),
            "started_at": (str, "ISO 8601, UTC"),
            "finished_at": (str, "ISO 8601, UTC; null for a run that was cut off"),
            "verdict": (str, "closed list: crawler/runs.py"),
            "reason": (str, "what the verdict rests on, in words"),
            "requests": (int, "requests sent"),
            "captures": (int, "new captures"),
            "revisits": (int, "pages unchanged since the last capture"),
            "bytes": (int, "bytes received"),
            "copies": (int, "new copies"),
            "rejections": (int, "new rejections"),
            "errors": (int, "requests that failed after their retries, and captures that could not be read"),
            "seconds": (float, "wall time"),
            "seconds_reading": (float, "of these: reading captures, beside the crawl"),
            "seconds_settling": (float, "of these: settling reports at the end"),
        },
        indexes=(("source", "started_at"),),
    ),
    "captures": Table(
        "The bytes of one URL at one time, kept for ever in a WARC file",
        "id",
        {
            "id": (str, "digest of URL, payload digest and time"),
            "url": (str, "as fetched, null where the page was saved without its address"),
            "url_key": (str, "the address normalised for comparison"),
            "fetched_at": (str, "ISO 8601, UTC; null where nobody knows"),
            "last_seen_at": (str, "when the same bytes were last seen at this URL"),
            "sha256": (str, "SHA-256 of the payload, content encoding undone"),
            "bytes": (int, "length of that payload"),
            "content_type": (str, "as the server declared it"),
            "status": (int, "HTTP status, null for a page saved by hand"),
            "verdict": (str, "page, or what the response was instead"),
            "source": (str, "the source whose crawl fetched it, or whose hosts its URL belongs to"),
            "etag": (str, "validator for the next request"),
            "last_modified": (str, "validator for the next request"),
            "warc_file": (str, "file under captures/"),
            "warc_offset": (int, "byte where the record begins"),
            "warc_length": (int, "bytes of the compressed record"),
            "examined": (str, "version of the rules that last read it, null where that is still to do"),
        },
        links=(("source", "sources", "id"),),
        indexes=(("url_key",), ("sha256",), ("source",), ("examined",)),
    ),
    "revisits": Table(
        "Times a page was asked for again and had not changed",
        ("capture", "seen_at"),
        {
            "capture": (str, "the capture whose bytes were still there"),
            "seen_at": (str, "ISO 8601, UTC"),
            "kind": (str, "not-modified (304) or identical-payload"),
            "warc_file": (str, "file under captures/"),
            "warc_offset": (int, "byte where the record begins"),
            "warc_length": (int, "bytes of the compressed record"),
        },
        links=(("capture", "captures", "id"),),
    ),
    "reports": Table(
        "One report of one region for one year",
        "id",
        {
            "id": (str, "region and year: 310101-2020; -b, -c where one region has two"),
            "n": (
                int,
                "number used by the search index, given when publishing and new with each snapshot: never cite it",
            ),
            "region": (str, "six-digit code; a township has its county's"),
            "region_now": (str, "code of the region today; null where it was divided among several"),
            "parent": (str, "code of the region above at the time: prefecture, province, nation; a township's county"),
            "region_name": (str, "full path at the time: 上海市/黄浦区"),
            "province": (str, "name of the province"),
            "prefecture": (str, "name of the prefecture"),
            "name": (str, "the region's own name"),
            "township": (str, "name of the township, null for other levels"),
            "level": (str, "national, province, prefecture, county or township"),
            "year": (int, "the year the report plans"),
            "title": (str, "the head's title as printed, without white space; null if none"),
            "delivered_on": (str, "day of the speech"),
            "congress": (str, "people's congress of the session line"),
            "session": (str, "session of the session line"),
            "speaker": (str, "who gave the report"),
            "speaker_post": (str, "the speaker's post as printed: 区长, 代区长 …"),
            "text_sha256": (str, "the text, in texts"),
            "chars": (int, "Han, other letters and digits of the text, after folding"),
            "paragraphs": (int, "paragraphs of the text that hold something"),
            "copies": (int, "how many copies the archive holds"),
            "best_copy": (str, "the copy the text comes from"),
            "source_url": (str, "address of the copy that counts as the source"),
            "published_on": (str, "day on which that copy says it was published"),
            "origin": (str, "official, press, database, aggregator, forum, network, farm or unknown"),
            "trust": (str, "official, republished, damaged or restored"),
            "lost": (str, "the characters the text has lost, throughout or where no copy has them; null for none"),
            "first_seen_at": (str, "when the archive first captured a copy, null where unknown"),
            "changed_at": (str, "when the copy whose text stands was first captured"),
        },
        links=(("text_sha256", "texts", "sha256"), ("best_copy", "copies", "id")),
        indexes=(
            ("n",),
            ("region", "year"),
            ("year",),
            ("province",),
            ("level",),
            ("trust",),
            ("origin",),
            ("text_sha256",),
        ),
    ),
    "copies": Table(
        "One report text as one capture showed it, cleaned",
        "id",
        {
            "id": (str, "capture and part"),
            "report": (str, "the report it is a copy of"),
            "capture": (str, "the capture it was read from"),
            "part": (int, "which candidate of that page, from 1"),
            "source": (str, "the source of the capture"),
            "url": (str, "as given or fetched; null if none"),
            "url_key": (str, "the address normalised for comparison"),
            "published_on": (str, "day of publication the page states"),
            "title_as_shown": (str, "the title as the page shows it, site tags included"),
            "title": (str, "the head's title without white space and site tags"),
            "region": (str, "six-digit code, null where unresolved"),
            "region_name": (str, "full path at the time"),
            "township": (str, "name of the township, null for other levels"),
            "year": (int, "the year the report plans, null where unresolved"),
            "title_year": (int, "the year the page's title claims"),
            "delivered_on": (str, "day of the speech"),
            "congress": (str, "people's congress of the session line"),
            "session": (str, "session of the session line"),
            "speaker": (str, "who gave the report"),
            "speaker_post": (str, "the speaker's post as printed"),
            "text_sha256": (str, "the text, in texts"),
            "folded_sha256": (
                str,
                "digest of the folded text: equal for copies that differ only in punctuation and spacing",
            ),
            "chars": (int, "Han, other letters and digits of the text, after folding"),
            "complete": (int, "1 where the text has a head and an end"),
            "lost": (str, "characters the text has lost throughout, null for none"),
            "damage": (int, "how many major problems the text has"),
            "relation": (str, "best, same, near, truncated, excerpt or edited"),
            "similarity": (float, "share of the shorter text that stands in the best copy too, 0 to 1"),
            "rank": (int, "1 is the best copy"),
            "why": (str, "what put it at its rank"),
            "reader": (str, "reader and rule that gave the text"),
            "origin": (str, "kind of place it was found at"),
            "evidence": (str, "JSON: each field's rule and words"),
            "seen_from": (str, "when this text was first seen at this address"),
            "seen_until": (str, "when it was last seen there, later captures that repeat it included"),
            "version": (int, "1 for the first text seen at this address, 2 for what stood there next; null if unknown"),
            "repeats": (str, "the copy that showed this text at this address before; null for the first"),
            "home": (str, "region and year of the report the text was found in, where its own are not resolved"),
            "differs": (str, "JSON: in how many places it differs from the best copy, by kind of difference"),
            "compared_with": (str, "the text it was compared with, in texts"),
        },
        links=(
            ("report", "reports", "id"),
            ("capture", "captures", "id"),
            ("text_sha256", "texts", "sha256"),
            ("source", "sources", "id"),
        ),
        indexes=(
            ("report",),
            ("capture",),
            ("region", "year"),
            ("folded_sha256",),
            ("text_sha256",),
            ("source",),
            ("home",),
            ("repeats",),
        ),
    ),
    "rejections": Table(
        "Candidates that are not reports, with the reason",
        ("capture", "part"),
        {
            "capture": (str, "the capture it was read from"),
            "part": (int, "which candidate of that page, from 1; 0 for the whole capture"),
            "title": (str, "its title as shown"),
            "reason": (str, "closed list: archive/near_miss.py REASONS"),
            "detail": (str, "the words the decision rests on"),
            "chars": (int, "length of its text"),
        },
        links=(("capture", "captures", "id"),),
        indexes=(("reason",),),
    ),
    "problems": Table(
        "Something wrong found in a copy or report, with its place",
        "id",
        {
            "id": (str, "digest of what it says"),
            "report": (str, "the report it shows on"),
            "copy": (str, "the copy it was found in"),
            "code": (str, "closed list: archive/damage.py and identify.py"),
            "severity": (str, "major, minor or note"),
            "detail": (str, "the character, year or name concerned, in words"),
            "start": (int, "character of the text where it begins"),
            "length": (int, "characters it covers"),
            "other": (str, "the other copy it speaks of, null for none"),
        },
        links=(("report", "reports", "id"), ("copy", "copies", "id"), ("other", "copies", "id")),
        indexes=(("report",), ("copy",), ("code",), ("other",)),
    ),
    "differences": Table(
        "Where a copy differs from the best copy of its report, the first of each kind",
        ("copy", "n"),
        {
            "copy": (str, "the copy"),
            "n": (int, "from 1, in text order"),
            "kind": (str, "numbers, missing, added, wording or damage"),
            "start": (int, "character of the copy's text where it begins"),
            "length": (int, "characters it covers there, 0 where the copy has nothing"),
            "words": (str, "the words there, cut where they are long"),
            "best_start": (int, "character of the best copy's text where it begins"),
            "best_length": (int, "characters it covers there, 0 where the best copy has nothing"),
            "best_words": (str, "the words there, cut where they are long"),
            "times": (int, "how often the same difference stands in the text"),
        },
        links=(("copy", "copies", "id"),),
        indexes=(("kind",),),
    ),
    "restored": Table(
        "Characters of a report's text that its best copy has lost, and the copy that gave them",
        ("report", "n"),
        {
            "report": (str, "the report"),
            "n": (int, "from 1, in text order"),
            "start": (int, "character of the text where they begin"),
            "length": (int, "characters"),
            "copy": (str, "the copy that shows them"),
        },
        links=(("report", "reports", "id"), ("copy", "copies", "id")),
    ),
    "sections": Table(
        "The parts of a report",
        ("report", "n"),
        {
            "report": (str, "the report"),
            "n": (int, "from 1, in text order"),
            "kind": (str, "review, term, plan, government, closing, glossary or other"),
            "level": (int, "1 to 3: 一、 with （一） and 1. or 一是 below it; what stands below those is no heading"),
            "heading": (str, "the heading as printed, over two lines where it is; empty for the closing words"),
            "start": (int, "character of the text where it begins"),
            "length": (int, "characters it covers, subsections included"),
        },
        links=(("report", "reports", "id"),),
    ),
    "paragraphs": Table(
        "The paragraphs of a report, as places in its text",
        ("report", "n"),
        {
            "report": (str, "the report"),
            "n": (int, "from 1, in text order; stable while the text is"),
            "section": (int, "the innermost section it stands in, null for the head"),
            "start": (int, "character of the text where it begins"),
            "length": (int, "characters"),
        },
        links=(("report", "reports", "id"),),
    ),
    "terms": Table(
        "Terms a report explains in its glossary",
        ("report", "n"),
        {
            "report": (str, "the report"),
            "n": (int, "from 1, in text order"),
            "term": (str, "the term"),
            "definition": (str, "what the report says it means"),
            "start": (int, "character of the text where the entry begins"),
            "length": (int, "characters of term and definition together"),
            "mentions": (int, "how often the speech before the glossary uses the term"),
        },
        links=(("report", "reports", "id"),),
        indexes=(("term",),),
    ),
    "mentions": Table(
        "Where a report uses a term that it explains",
        ("report", "n"),
        {
            "report": (str, "the report"),
            "n": (int, "from 1, by term and then in text order"),
            "term": (int, "number of the term in terms"),
            "paragraph": (int, "the paragraph it stands in"),
            "start": (int, "character of the text where it begins"),
            "length": (int, "characters"),
        },
        links=(("report", "reports", "id"),),
    ),
    "targets": Table(
        "What a report promises or claims in figures",
        ("report", "n"),
        {
            "report": (str, "the report"),
            "n": (int, "from 1, in text order; absent ones last"),
            "indicator": (str, "closed list: archive/indicators.csv; a fall of energy or carbon per GDP is positive"),
            "kind": (str, "planned, achieved, or absent: a main indicator the plan of the year sets no target for"),
            "period": (
                str,
                "year, half_year, three_quarters, first_quarter, january_november, five_years (level or sum)"
                " or five_years_average",
            ),
            "of_year": (int, "the year it speaks of; null for five years"),
            "low": (float, "lower bound; percentages as 5.0; null where it only compares"),
            "high": (float, "upper bound, equal to low for a single figure"),
            "unit": (
                str,
                "%, 个百分点, 亿元, 亿美元, 元, 万人, 万吨, 户, 个, 张, 万平方米 …; figures are converted to it",
            ),
            "modifier": (str, "as printed: 左右, 以上, 力争, 不低于, 控制在…以内, 同步, 高于, 完成 …"),
            "comparator": (str, "what it is compared with: 经济增长, 全国平均水平, 国家下达目标 …"),
            "paragraph": (int, "the paragraph of the sentence"),
            "start": (int, "character of the text where the sentence begins; an absent one has that of the goals"),
            "length": (int, "characters of the sentence"),
            "figure_start": (int, "character of the text where the figure begins"),
            "figure_length": (int, "characters of the figure with unit and modifier"),
        },
        links=(("report", "reports", "id"),),
        indexes=(("indicator", "kind", "of_year"),),
    ),
    "aliases": Table(
        "Ids that were published once and what they are now",
        "old_id",
        {
            "old_id": (str, "the id as it was published"),
            "id": (str, "where it is now; null where it was withdrawn"),
            "since": (str, "version of the snapshot that changed it"),
            "why": (str, "what happened"),
        },
    ),
    "snapshots": Table(
        "What was published, and when",
        "version",
        {
            "version": (str, "version of the snapshot"),
            "published_at": (str, "ISO 8601, UTC"),
            "sha256": (str, "digest of the published file; null for the snapshot that holds this row"),
            "reports": (int, "how many reports it holds"),
            "note": (str, "what a person said when a gate was overruled"),
            "content": (str, "digest of all rows it published; a snapshot is made where this would change"),
        },
    ),
    "snapshot_changes": Table(
        "What each snapshot changed: reports that are new, gone, or not as in the snapshot before",
        ("version", "report"),
        {
            "version": (str, "the snapshot that changed it"),
            "report": (str, "the report"),
            "change": (str, "new, gone, text (and maybe fields) or fields"),
            "fields": (str, "the columns that changed, `;` between"),
            "text_before": (str, "SHA-256 of its text in the snapshot before, null for a new report"),
            "text_after": (str, "SHA-256 of its text in this snapshot, null for one that is gone"),
        },
        indexes=(("report",),),
    ),
    "corrections": Table(
        "Values a person set, as applied",
        ("id", "field"),
        {
            "id": (str, "the copy or report corrected"),
            "field": (str, "the field"),
            "value": (str, "the value it was given"),
            "evidence": (str, "where the value comes from"),
            "who": (str, "who says so"),
            "on": (str, "day of the correction"),
            "was": (str, "the value that was overruled"),
        },
    ),
    "overruled": Table(
        "What each correction overruled in each text",
        ("copy", "field"),
        {
            "copy": (str, "the copy, or the rejected candidate"),
            "capture": (str, "its capture"),
            "id": (str, "the copy or report that the correction names"),
            "field": (str, "the field"),
            "value": (str, "the value it was given"),
            "was": (str, "the value that the archive had made of the text"),
            "report": (str, "the report that the text by itself says it is"),
        },
        indexes=(("capture",), ("id",), ("report",)),
        published=False,
    ),
    "corrections_read": Table(
        "The corrections under which all captures were last read",
        ("id", "field"),
        {
            "id": (str, "the copy or report"),
            "field": (str, "the field"),
            "value": (str, "the value"),
            "evidence": (str, "where the value comes from"),
            "who": (str, "who says so"),
            "on": (str, "day of the correction"),
        },
        published=False,
    ),
    "sketches": Table(
        "Every distinct folded text's fingerprint: its sampled five-character shingles",
        "text",
        {
            "text": (int, "number of the text: 47 bits of its digest"),
            "folded_sha256": (str, "digest of the folded text"),
            "size": (int, "how many sampled shingles it has, at the rate for long texts"),
            "hashes": (bytes, "the sampled shingles, eight bytes each, in rising order"),
            "indexed": (int, "1 where `shingles` leads to it"),
        },
        indexes=(("folded_sha256",), ("indexed",)),
        published=False,
    ),
    "shingles": Table(
        "Sampled shingles with the texts that have them, to find a text's likes",
        ("hash", "text"),
        {
            "hash": (int, "a sampled five-character shingle"),
            "text": (int, "the text that has it, in sketches"),
        },
        published=False,
        without_rowid=True,
    ),
    "unsettled": Table(
        "What is still to be settled",
        ("kind", "id"),
        {
            "kind": (str, "what the id is of: archive/unsettled.py"),
            "id": (str, "a copy, a capture, a report, a region and year, or a digest"),
        },
        published=False,
        without_rowid=True,
    ),
}

VIEWS: dict[str, tuple[str, str]] = {
    "full_reports": (
        "Reports with their text",
        "select r.*, t.text from reports r join texts t on t.sha256 = r.text_sha256",
    ),
    "full_copies": (
        "Copies with their text",
        "select c.*, t.text from copies c join texts t on t.sha256 = c.text_sha256",
    ),
    "full_paragraphs": (
        "Paragraphs with their text",
        "select p.*, r.region_name, r.year, substr(t.text, p.start + 1, p.length) as text from paragraphs p"
        " join reports r on r.id = p.report join texts t on t.sha256 = r.text_sha256",
    ),
    "full_sections": (
        "Sections with their text",
        "select s.*, r.region_name, r.year, substr(t.text, s.start + 1, s.length) as text from sections s"
        " join reports r on r.id = s.report join texts t on t.sha256 = r.text_sha256",
    ),
    "full_targets": (
        "Targets with their sentence",
        "select g.*, r.region, r.region_name, r.year, substr(t.text, g.start + 1, g.length) as sentence,"
        " substr(t.text, g.figure_start + 1, g.figure_length) as figure, r.best_copy, c.capture,"
        " '/reports/reports/' || g.report || '#p' || g.paragraph as link from targets g"
        " join reports r on r.id = g.report join texts t on t.sha256 = r.text_sha256"
        " left join copies c on c.id = r.best_copy",
    ),
    "coverage": (
        "Region × year: what the archive has, and why it has no more",
        "with recursive latest(year) as (select max(year) from reports),"
        " wanted(region, year, until, source) as ("
        "  select region, expect_from, coalesce(expect_until, (select year from latest)), id from sources"
        "   where region is not null and expect_from is not null"
        "  union all select region, year + 1, until, source from wanted where year < until)"
        " select region, year, case when trust = 'damaged' then 'damaged' else 'have' end as state,"
        "  case when trust = 'damaged' then 'only damaged copies' else copies || ' copies' end as why"
        "  from reports where region is not null and year is not null"
        " union all select region, year, 'missing', 'expected of source ' || min(source) || ', not found there'"
        "  from wanted where year <= until and not exists"
        "   (select 1 from reports r where r.region = wanted.region and r.year = wanted.year)"
        "  group by region, year",
    ),
    "source_status": (
        "Each source: its last run, what it gave",
        "select s.id, s.name, s.kind, s.region, s.unverified, s.retired, r.started_at as last_run, r.verdict, r.reason,"
        " (select max(started_at) from runs where source = s.id and verdict like 'ok%') as last_success,"
        " (select max(c.seen_from) from copies c where c.source = s.id) as last_new_copy,"
        # Since when the runs have gone as the last one did, well or badly; a person's Ctrl-C says neither.
        " (select min(n.started_at) from runs n where n.source = s.id and n.verdict is not null"
        "   and n.verdict <> 'interrupted' and n.started_at > coalesce((select max(o.started_at) from runs o"
        "    where o.source = s.id and o.verdict is not null and o.verdict <> 'interrupted'"
        "    and (o.verdict like 'ok%') <> (r.verdict like 'ok%')), '')) as since,"
        " (select count(*) from runs b where b.source = s.id and b.verdict not like 'ok%'"
        "   and b.verdict <> 'interrupted' and b.started_at > coalesce((select max(started_at) from runs"
        "    where source = s.id and verdict like 'ok%'), '')) as bad_runs,"
        " (select count(*) from captures where source = s.id) as captures,"
        " (select count(*) from copies where source = s.id) as copies,"
        " (select count(distinct report) from copies where source = s.id) as reports"
        " from sources s left join runs r on r.source = s.id"
        "  and r.started_at = (select max(started_at) from runs where source = s.id)",
    ),
    "changes": (
        "Reports by the time their text last changed",
        "select id, region_name, year, title, changed_at, first_seen_at,"
        " case when changed_at = first_seen_at then 'new' else 'changed' end as change"
        " from reports where changed_at is not null",
    ),
    "provenance": (
        "Every copy of every report with its address, time of capture and digest",
        "select c.report, c.rank, c.relation, c.id as copy, c.source, c.origin, c.url, p.fetched_at, p.last_seen_at,"
        " p.sha256 as payload_sha256, c.text_sha256, c.similarity, c.why, p.warc_file, p.warc_offset"
        " from copies c join captures p on p.id = c.capture",
    ),
    **PANELS,
}
