"""The commands that need no network. crawler/cli.py adds those that do, and is the console script."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import click

from archive.build import build_archive
from archive.captures import CaptureStore
from archive.commands import pages, state
from archive.database import open_archive, open_readonly
from archive.errors import BadArgumentsError, BaogaoError, DamagedInputError, MachineError
from archive.home import Home, find_home
from archive.terminal import follow, known_sources, mistakes, say


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--home", metavar="DIR", help="Where the archive is kept. Default: $BAOGAO_HOME, else ./var")
@click.version_option(package_name="baogao")
@click.pass_context
def cli(context: click.Context, home: str | None) -> None:
    """Baogao: an archive of Chinese local government work reports (政府工作报告)."""
    context.obj = find_home(home)


for command in (pages.add, pages.read, state.status, state.coverage):
    cli.add_command(command)


@cli.command()
@click.option("--jobs", default=0, metavar="N", help="Worker processes. Default: one a core.")
@click.pass_obj
def build(home: Home, jobs: int) -> None:
    """Ingest every capture anew, then settle all reports. Same captures and same code give the same rows."""
    with home.lock():
        result = build_archive(home, known_sources(home), jobs, follow)
    for line in result.damaged:
        say(line)
    say(result.summary())
    if result.damaged:
        raise SystemExit(DamagedInputError.exit_code)


@cli.command()
@click.pass_obj
def reindex(home: Home) -> None:
    """Rebuild the capture index from the WARC files."""
    with home.lock():
        db = open_archive(home)
        with CaptureStore(home, db, "read-only") as store:
            found = store.reindex()
        db.close()
    for line in (*found.torn, *found.damaged):
        say(line)
    say(f"{found.captures} captures, {found.revisits} revisits, {found.runs} runs; now `baogao build`")
    if found.damaged:
        raise SystemExit(DamagedInputError.exit_code)


@cli.command()
@click.pass_obj
def verify(home: Home) -> None:
    """Check the digest of every capture."""
    db = open_readonly(home.database)
    wrong, total = 0, db.table("captures").count
    with CaptureStore(home, db, "read-only") as store:
        for line in store.verify():
            wrong += 1
            say(line)
    sound = f"all {total} captures are as they were written"
    say(f"{wrong} of {total} damaged: restore the files from a backup, or fetch the pages again" if wrong else sound)
    if wrong:
        raise SystemExit(DamagedInputError.exit_code)


@cli.command()
@click.option("--accept", metavar="REASON", help="Publish in spite of a gate; the reason is recorded.")
@click.pass_obj
def publish(home: Home, accept: str | None) -> None:
    """Check the gates and publish a snapshot for Datasette."""
    from archive.publish import publish as publish_snapshot  # noqa: PLC0415

    with home.lock():
        done = publish_snapshot(home, accept=accept)
    say(f"published {done.reports} reports as version {done.version}: {done.path}")


@cli.command()
@click.option("--port", default=8001, show_default=True)
@click.option("--host", default="127.0.0.1", show_default=True)
@click.pass_obj
def serve(home: Home, port: int, host: str) -> None:
    """Serve the published snapshot with Datasette; a new snapshot appears without a restart."""
    from archive.serve import serve as serve_snapshot  # noqa: PLC0415

    serve_snapshot(home, port, host)


def main(command: Callable[..., Any]) -> None:
    """Run a command line: every error a person can cause is one line on stderr and an exit code of DESIGN §4."""
    try:
        command(standalone_mode=False)
        if mistakes:
            sys.exit(BadArgumentsError.exit_code)
    except click.exceptions.Abort:
        say("interrupted: what was done so far is kept; run it again to go on")
        sys.exit(13)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except click.exceptions.Exit as error:
        sys.exit(error.exit_code)
    except BaogaoError as error:
        say(f"baogao: {error}")
        sys.exit(error.exit_code)
    except OSError as error:
        say(f"baogao: the machine refuses: {error}; free the disk or choose another --home")
        sys.exit(MachineError.exit_code)
    except KeyboardInterrupt:
        say("interrupted: what was done so far is kept; run it again to go on")
        sys.exit(13)
