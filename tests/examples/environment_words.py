"""Attention to the environment: words of a dictionary in a thousand characters, by region and year.

python -m tests.examples.environment_words reports.db OUT writes OUT/environment_words.csv, .svg and .png. The same rows as
`baogao count environment.csv --wide --database reports.db`; a hole has no count, a report without the words has 0.
"""

from __future__ import annotations

import sqlite3
import sys
from pathlib import Path

import altair as alt
import pandas as pd

from archive.dictionary import read_dictionary, wide_rows

WORDS = Path(__file__).parent / "environment.csv"


def read_panel(database: Path) -> pd.DataFrame:
    """One row a region and year, a column a category of the dictionary."""
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
        return pd.DataFrame(wide_rows(connection, read_dictionary(WORDS)))


def draw(panel: pd.DataFrame) -> alt.Chart:
    """A field a region and year, the darker the more words; holes of regions that have a report are crossed."""
    panel = panel[panel.region.isin(panel[panel.report.notna()].region)]
    place = {"x": alt.X("year:O", title=None), "y": alt.Y("region_name:N", title=None)}
    held = alt.Chart(panel[panel.report.notna()]).mark_rect()
    shade = held.encode(
        **place, color=alt.Color("per_1000:Q", title="per 1,000 characters"), tooltip=["report", "total"]
    )
    holes = alt.Chart(panel[panel.report.isna()]).mark_point(shape="cross", color="lightgrey")
    return (shade + holes.encode(**place, tooltip=["why"])).properties(title="Words for the environment", width=360)


def main(database: Path, folder: Path) -> pd.DataFrame:
    """Write the panel and its plot."""
    folder.mkdir(parents=True, exist_ok=True)
    panel = read_panel(database)
    panel.to_csv(folder / "environment_words.csv", index=False)
    for ending in ("svg", "png"):
        draw(panel).save(folder / f"environment_words.{ending}")
    held = panel[panel.report.notna()]
    print(f"{len(held)} reports, {held.total.sum():.0f} words in {held.chars.sum():.0f} characters")
    return panel


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
