"""Charts as SVG, drawn here: Vega-Lite through altair and vl-convert (both BSD-3), no browser, no script, no CDN."""

from __future__ import annotations

from functools import lru_cache

# Told apart by colour-blind readers too, on light and on dark paper.
COLOURS = ("#b8463a", "#4a86b8", "#2f8f6f", "#c2741c", "#8a63c0", "#7d8590", "#c25b8c", "#8a8f1e")
WIDTH, HEIGHT = 680, 300

# A line: its name and its values by year, None where there is none.
Line = tuple[str, tuple[tuple[int, float | None], ...]]


@lru_cache(maxsize=128)
def draw_lines(lines: tuple[Line, ...], x_title: str, y_title: str, as_percent: bool, description: str) -> str:
    """A line chart over the years as SVG; its ink is the colour of the text around it."""
    # A second to load, and only the trends page needs them.
    import altair  # noqa: PLC0415
    import vl_convert  # noqa: PLC0415

    values = [{"x": year, "y": value, "line": name} for name, points in lines for year, value in points]
    axis = altair.Axis(format="%") if as_percent else altair.Axis()
    chart = (
        altair.Chart(altair.Data(values=values), description=description)
        .mark_line(point=True, strokeWidth=2, invalid="break-paths-filter-domains")
        .encode(
            x=altair.X("x:O", title=x_title, axis=altair.Axis(labelAngle=0, labelOverlap=True)),
            y=altair.Y("y:Q", title=y_title, axis=axis, scale=altair.Scale(zero=True)),
            color=altair.Color(
                "line:N",
                title=None,
                sort=[name for name, _ in lines],
                scale=altair.Scale(domain=[name for name, _ in lines], range=list(COLOURS[: len(lines)])),
                legend=altair.Legend(orient="top", columns=4) if len(lines) > 1 else None,
            ),
        )
        .properties(width=WIDTH, height=HEIGHT)
        .configure(background="transparent", font="sans-serif")
        .configure_view(stroke=None)
        .configure_axis(
            labelColor="currentColor",
            titleColor="currentColor",
            gridColor="currentColor",
            gridOpacity=0.12,
            domainColor="currentColor",
            tickColor="currentColor",
            labelFontSize=12,
            titleFontSize=12,
            titleFontWeight="normal",
        )
        .configure_legend(labelColor="currentColor", labelFontSize=13, symbolType="stroke", symbolStrokeWidth=3)
    )
    return str(vl_convert.vegalite_to_svg(chart.to_dict()))
