"""What was promised and what the next report says was reached, indicator by indicator.

python -m tests.examples.targets_outcomes reports.db OUT writes OUT/targets_outcomes.csv, .svg and .png.
"""

from __future__ import annotations

import sqlite3
import sys
from pathlib import Path

import altair as alt
import pandas as pd

SHOWN = ["gdp_growth", "budget_revenue", "industry", "investment", "retail_sales", "trade"]


def read_pairs(database: Path) -> pd.DataFrame:
    """One row a target; `reached` is empty where the next report is not held or does not say."""
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
        return pd.read_sql_query("select * from target_outcomes order by region, year, indicator", connection)


def draw(pairs: pd.DataFrame) -> alt.Chart:
    """Target against outcome, growth in percent; above the line the outcome was better than the target."""
    said = pairs[pairs.reached.notna() & (pairs.unit == "%") & pairs.indicator.isin(SHOWN)]
    ends = [float(said[["target_low", "reached"]].min().min()), float(said[["target_low", "reached"]].max().max())]
    line = (
        alt.Chart(pd.DataFrame({"x": ends, "y": ends})).mark_line(color="grey", strokeDash=[4, 4]).encode(x="x", y="y")
    )
    points = (
        alt.Chart(said)
        .mark_point(filled=True, size=60)
        .encode(
            x=alt.X("target_low:Q", title="target, %", scale=alt.Scale(zero=False)),
            y=alt.Y("reached:Q", title="reached, % (next year's report)", scale=alt.Scale(zero=False)),
            color=alt.Color("indicator:N", sort=SHOWN),
            tooltip=["region_name", "year", "indicator", "modifier", "link", "next_link"],
        )
    )
    return (line + points).properties(title="Targets and outcomes", width=400, height=400)


def main(database: Path, folder: Path) -> pd.DataFrame:
    """Write the pairs and their plot."""
    folder.mkdir(parents=True, exist_ok=True)
    pairs = read_pairs(database)
    pairs.to_csv(folder / "targets_outcomes.csv", index=False)
    for ending in ("svg", "png"):
        draw(pairs).save(folder / f"targets_outcomes.{ending}")
    print(f"{len(pairs)} targets, {int(pairs.reached.notna().sum())} with an outcome")
    return pairs


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
