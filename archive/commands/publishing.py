"""The commands that give the archive to others: publish and serve."""

from __future__ import annotations

import json
from dataclasses import asdict

import click

from archive.home import Home
from archive.publish import publish as publish_snapshot
from archive.serve import serve as serve_snapshot
from archive.terminal import say


@click.command()
@click.option("--accept", metavar="REASON", help="Publish in spite of a gate; the reason is recorded.")
@click.option("--json", "as_json", is_flag=True, help="The outcome as one line of JSON.")
@click.pass_obj
def publish(home: Home, accept: str | None, as_json: bool) -> None:
    """Check the gates and publish a snapshot for Datasette."""
    with home.lock():
        done = publish_snapshot(home, accept=accept)
    if as_json:
        click.echo(json.dumps(asdict(done), ensure_ascii=False, default=str))
    elif done.new:
        say(f"published {done.reports} reports as version {done.version}: {done.path}")
    else:
        say(f"nothing has changed since version {done.version}: no new one is made")


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), default=8001, show_default=True)
@click.option("--host", default="127.0.0.1", show_default=True)
@click.pass_obj
def serve(home: Home, port: int, host: str) -> None:
    """Serve the published snapshot with Datasette; a new snapshot appears without a restart."""
    serve_snapshot(home, port, host)
