"""The commands that need no network. crawler/cli.py adds those that do, and is the console script."""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any, Final

import click

from archive.errors import BadArgumentsError, BaogaoError, MachineError
from archive.home import find_home
from archive.terminal import mistakes, say

# Where each command is, loaded when it is called: what builds the archive takes longer to load than `status` to run.
COMMANDS: Final[dict[str, str]] = {
    "add": "archive.commands.pages",
    "build": "archive.commands.building",
    "compare": "archive.commands.compare",
    "count": "archive.commands.counting",
    "coverage": "archive.commands.state",
    "export": "archive.commands.export",
    "publish": "archive.commands.publishing",
    "read": "archive.commands.pages",
    "reindex": "archive.commands.building",
    "serve": "archive.commands.publishing",
    "similar": "archive.commands.counting",
    "status": "archive.commands.state",
    "verify": "archive.commands.building",
}


class Commands(click.Group):
    """Commands given here (`@cli.command()`), and those of COMMANDS."""

    def list_commands(self, context: click.Context) -> list[str]:
        """The names of all commands."""
        return sorted({*super().list_commands(context), *COMMANDS})

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        """The command of a name; None for an unknown one."""
        if name in COMMANDS:
            command: click.Command = getattr(import_module(COMMANDS[name]), name)
            return command
        return super().get_command(context, name)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--home", metavar="DIR", help="Where the archive is kept. Default: $BAOGAO_HOME, else ./var")
@click.version_option(package_name="baogao")
@click.pass_context
def cli(context: click.Context, home: str | None) -> None:
    """Baogao: an archive of Chinese local government work reports (政府工作报告)."""
    context.obj = find_home(home)


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
