"""The console script `baogao`: archive's commands and those that need the network."""

from __future__ import annotations

from archive.cli import cli
from archive.cli import main as run_command


def main() -> None:
    """The console script."""
    run_command(cli)


if __name__ == "__main__":
    main()
