"""Views ready to merge: one row a region and year, holes explained, every figure with its place. SQL as data.

Townships and a region's second report of a year have no cell of their own: they would double their county's row.
"""

from __future__ import annotations

# The first report of a region and year is the one whose id says no more.
CELLS = (
    "(select region, year, min(state) as state, min(why) as why from coverage"
    " where state = 'missing' or exists (select 1 from reports o where o.id = coverage.region || '-' || coverage.year)"
    " group by region, year)"
)
# The first figure of the year's target in a report: 7%以上、力争8% is a target of 7.
FIRST = (
    "(select min(n) from targets f where f.report = {report} and f.indicator = {indicator} and f.period = 'year'"
    " and f.kind in ({kinds}))"
)
LINK = "'/reports/reports/' || {report} || '#p' || {paragraph}"

PANELS: dict[str, tuple[str, str]] = {
    "full_terms": (
        "Terms with the region and year of the report that explains them",
        "select t.report, r.region_name, r.year, t.n, t.term, t.definition, t.mentions from terms t"
        " join reports r on r.id = t.report",
    ),
    "panel": (
        "Region × year, one row each: what to merge other data with, and why a cell is empty",
        "select c.region, coalesce(r.region_now, (select g.code from regions g where g.code = c.region"
        "  and g.valid_until is null)) as region_now, c.year, c.state, c.why, r.id as report,"
        " coalesce(r.region_name, (select g.path from regions g where g.code = c.region and g.valid_from <= c.year"
        "  and (g.valid_until is null or g.valid_until >= c.year) order by g.valid_from limit 1),"
        "  (select g.path from regions g where g.code = c.region order by g.valid_from limit 1)) as region_name,"
        " r.parent, r.province, r.prefecture, r.level, r.delivered_on, r.published_on, r.source_url, r.origin, r.trust,"
        " r.lost, case when r.id is not null then (select count(*) from problems p where p.copy = r.best_copy"
        "  and p.severity = 'major') end as damage,"
        " r.chars, r.paragraphs, r.best_copy, b.capture, r.text_sha256"
        f" from {CELLS} c left join reports r on r.id = c.region || '-' || c.year"
        " left join copies b on b.id = r.best_copy",
    ),
    "growth_panel": (
        "Growth target of each region and year, with its parent's and the gap; null where there is no report",
        "select p.region, p.region_now, p.year, p.state, p.why, p.report, p.region_name, p.parent, p.level,"
        " p.delivered_on, p.trust, p.damage, t.kind, t.low, t.high, t.modifier, t.comparator,"
        " u.low as parent_low, u.high as parent_high, u.modifier as parent_modifier, round(t.low - u.low, 4) as gap,"
        " substr(x.text, t.start + 1, t.length) as sentence, t.paragraph, p.best_copy, p.capture, p.source_url,"
        f" {LINK.format(report='p.report', paragraph='t.paragraph')} as link"
        " from panel p left join targets t on t.report = p.report and t.n = "
        + FIRST.format(report="p.report", indicator="'gdp_growth'", kinds="'planned', 'absent'")
        + " left join texts x on x.sha256 = p.text_sha256"
        " left join targets u on u.report = p.parent || '-' || p.year and u.kind = 'planned' and u.n = "
        + FIRST.format(report="p.parent || '-' || p.year", indicator="'gdp_growth'", kinds="'planned'"),
    ),
    "target_outcomes": (
        "What a report planned for its year, beside what the next year's report says was reached",
        "select r.region, r.region_now, r.region_name, r.year, r.level, t.indicator, t.low as target_low,"
        " t.high as target_high, t.unit, t.modifier, t.comparator, o.low as reached, o.high as reached_high,"
        " o.modifier as reached_modifier, round(o.low - t.low, 4) as difference,"
        " r.id as report, t.paragraph, n.id as next_report, o.paragraph as next_paragraph,"
        f" {LINK.format(report='r.id', paragraph='t.paragraph')} as link,"
        f" {LINK.format(report='n.id', paragraph='o.paragraph')} as next_link"
        " from targets t join reports r on r.id = t.report and r.id = r.region || '-' || r.year"
        " left join reports n on n.id = r.region || '-' || (r.year + 1)"
        " left join targets o on o.report = n.id and o.n = (select min(n) from targets f where f.report = n.id"
        "  and f.indicator = t.indicator and f.kind = 'achieved' and f.period = 'year' and f.of_year = r.year"
        "  and f.unit is t.unit and f.low is not null)"
        " where t.kind = 'planned' and t.period = 'year' and t.n = "
        + FIRST.format(report="r.id", indicator="t.indicator", kinds="'planned'"),
    ),
}

# The columns that name a row, by which an export is sorted.
KEYS: dict[str, tuple[str, ...]] = {
    "full_terms": ("report", "n"),
    "panel": ("region", "year"),
    "growth_panel": ("region", "year"),
    "target_outcomes": ("region", "year", "indicator"),
}
