"""The command `scrapy list`: every source whose file is right; it ends with 2 where a file is not."""

from __future__ import annotations

import argparse

from scrapy.commands.list import Command as ListCommand
from scrapy.spiderloader import get_spider_loader

from archive.errors import BadArgumentsError
from crawler.loader import SourceLoader


class Command(ListCommand):
    """`scrapy list`, with the exit code of a bad source file."""

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Print the names of the sources; the loader has said what is wrong."""
        assert self.settings is not None
        loader = get_spider_loader(self.settings)
        print("\n".join(sorted(loader.list())))
        if isinstance(loader, SourceLoader) and loader.mistakes:
            self.exitcode = BadArgumentsError.exit_code
