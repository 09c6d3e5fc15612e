"""A running site, as a person starts it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from archive.home import Home

SERVE = (
    "import sys; from archive.serve import serve; from archive.home import Home; from pathlib import Path;"
    "serve(Home(Path(sys.argv[1])), 0, announce=lambda address: print(address, flush=True))"
)


@contextmanager
def serving(home: Home) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """The address of a running site and its supervisor."""
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])}
    command = [sys.executable, "-c", SERVE, str(home.root)]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().strip(), process
        finally:
            process.terminate()
            process.wait(20)
