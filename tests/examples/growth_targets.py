"""Growth targets by level and year, and how far they lie above their parent's (层层加码).

python -m tests.examples.growth_targets reports.db OUT writes OUT/growth_targets.csv, .svg and .png.
"""

from __future__ import annotations

import sqlite3
import sys
from pathlib import Path

import altair as alt
import pandas as pd

LEVELS = ["national", "province", "prefecture", "county"]


def read_panel(database: Path) -> pd.DataFrame:
    """One row a region and year; where there is no report, `state` and `why` say so and the figures are empty."""
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
        return pd.read_sql_query("select * from growth_panel order by region, year", connection)


def draw(panel: pd.DataFrame) -> alt.Chart:
    """For each level and year the targets, the larger the more regions have one; a range is a line."""
    columns = ["level", "year", "low", "high", "modifier"]
    planned = panel[panel.kind == "planned"].fillna({"modifier": ""})
    same = planned.groupby(columns, as_index=False).agg(regions=("region", "size"), names=("region_name", " ".join))
    base = alt.Chart(same).encode(
        x=alt.X("year:O", title="year planned"),
        xOffset=alt.XOffset("level:N", sort=LEVELS),
        color=alt.Color("level:N", sort=LEVELS),
        tooltip=[*columns, "regions", "names"],
    )
    points = base.mark_circle(opacity=0.7).encode(
        y=alt.Y("low:Q", title="growth target, %", scale=alt.Scale(zero=False)),
        size=alt.Size("regions:Q", scale=alt.Scale(range=[30, 600])),
    )
    ranges = base.transform_filter("datum.low < datum.high").mark_rule(strokeWidth=2).encode(y="low:Q", y2="high:Q")
    return (ranges + points).properties(title="Growth targets", width=480, height=280)


def main(database: Path, folder: Path) -> pd.DataFrame:
    """Write the panel and its plot."""
    folder.mkdir(parents=True, exist_ok=True)
    panel = read_panel(database)
    panel.to_csv(folder / "growth_targets.csv", index=False)
    for ending in ("svg", "png"):
        draw(panel).save(folder / f"growth_targets.{ending}")
    held = panel[panel.report.notna()]
    print(f"{len(panel)} cells, {len(held)} reports, {int((held.kind == 'planned').sum())} with a growth target")
    return panel


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
