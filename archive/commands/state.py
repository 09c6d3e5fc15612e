"""The commands that show the state of an archive: status and coverage."""

from __future__ import annotations

import json

import click
from rich.console import Console
from rich.table import Table

from archive.database import open_readonly
from archive.home import Home
from archive.status import archive_status, coverage_rows


@click.command()
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def status(home: Home, as_json: bool) -> None:
    """Show the state of the archive and of each source."""
    db = open_readonly(home.database)
    found = archive_status(db)
    db.close()
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False))
        return
    years = f"{found['years'][0]}–{found['years'][-1]}" if found["years"] else "none"
    click.echo(
        f"{home.root}: {found['reports']} reports of {found['regions']} regions, years {years}; "
        f"{found['copies']} copies, {found['rejections']} rejections, {found['captures']} captures"
    )
    trust = ", ".join(f"{count} {trust}" for trust, count in found["trust"].items()) or "none"
    click.echo(f"texts: {trust}; {found['unresolved']} unresolved, {found['unreadable']} pages unreadable")
    if found["to_be_read_anew"]:
        click.echo(f"{found['to_be_read_anew']} captures wait to be read by today's rules: run `baogao build`")
    heads = ("source", "last run", "verdict", "since", "last success", "last new copy", "captures", "copies", "reports")
    table = Table(*heads, box=None)
    for row in found["sources"]:
        # "2021-01-01: why; moved to …", or "refused: why": the reasons stand below the table.
        stopped = (row["retired"] or "").partition(": ")[0]
        state = (
            f"retired {stopped}".replace("retired refused", "refused") if stopped else row["verdict"] or "never crawled"
        )
        if row["bad_runs"] and row["bad_runs"] > 1:
            state += f" ({row['bad_runs']} runs)"
        days = (row[name][:10] if row[name] else "–" for name in ("since", "last_success", "last_new_copy"))
        cells = (row["id"], row["last_run"] or "–", state, *days)
        table.add_row(*cells, *(str(row[name]) for name in ("captures", "copies", "reports")))
    Console().print(table)
    for row in found["sources"]:
        if row["retired"]:
            click.echo(f"{row['id']}: {row['retired']}")


@click.command()
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def coverage(home: Home, as_json: bool) -> None:
    """Show which regions and years the archive has, and what is missing."""
    db = open_readonly(home.database)
    rows = coverage_rows(db)
    db.close()
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    years = sorted({row["year"] for row in rows})
    cells = {(row["region"], row["year"]): row["state"] for row in rows}
    names = {row["region"]: row["region_name"] for row in rows}
    signs = {"have": "●", "damaged": "◐", "missing": "·"}
    table = Table("region", *map(str, years), box=None)
    for region, name in names.items():
        table.add_row(f"{region} {name}", *(signs.get(cells.get((region, year), ""), " ") for year in years))
    Console().print(table)
    click.echo("● have  ◐ only damaged copies  · expected and missing")
