"""`baogao schedule`: what to install so that the archive is kept without anyone watching."""

from __future__ import annotations

import getpass
import shlex
import sys
from pathlib import Path

import click

from archive.home import Home
from archive.settings import load_settings

CRON = """\
# Every night at 03:17. A run that finds another still going ends with 14 and touches nothing.
# Secrets (BAOGAO_ALERT_COMMAND, BAOGAO_HEARTBEAT …) stand in {home}/baogao.toml or as NAME=value lines above this one.
17 3 * * * {command} >> {log} 2>&1
"""

# OnFailure needs nothing more: `run` sends its own digests. 10 and 11 say that sources failed and 14 that the last run
# still goes on: the unit has done its work, and systemd should not call it failed.
SYSTEMD = """\
# /etc/systemd/system/baogao.service
[Unit]
Description=Crawl and publish the Baogao archive
Wants=network-online.target
After=network-online.target

[Service]
Type=oneshot
User={user}
ExecStart={command}
SuccessExitStatus=10 11 14
KillMode=mixed
TimeoutStopSec=120
Nice=10
NoNewPrivileges=yes
ProtectSystem=strict
ReadWritePaths={home}
PrivateTmp=yes
# Secrets as NAME=value lines, readable by root alone; the file may be missing.
EnvironmentFile=-/etc/baogao.env

# /etc/systemd/system/baogao.timer
[Unit]
Description=Every night

[Timer]
OnCalendar=*-*-* 03:17
RandomizedDelaySec=20min
Persistent=true

[Install]
WantedBy=timers.target

# Then: systemctl daemon-reload && systemctl enable --now baogao.timer
"""


@click.command()
@click.option("--cron", "form", flag_value="cron", default=True, help="A line for crontab.")
@click.option("--systemd", "form", flag_value="systemd", help="A service and a timer.")
@click.pass_obj
def schedule(home: Home, form: str) -> None:
    """Print what to install so that `baogao run` runs every night."""
    load_settings(home)
    # The shell opens the log before `run` could make its folder.
    root = home.prepare().root.resolve()
    begun = Path(sys.argv[0]).resolve()
    words = [str(begun)] if begun.name == "baogao" and begun.is_file() else [sys.executable, "-m", "crawler.cli"]
    words += ["--home", str(root), "run"]
    if form == "cron":
        # cron reads % as the end of the line.
        command, log = (
            text.replace("%", "\\%") for text in (shlex.join(words), shlex.quote(str(root / "log/run.log")))
        )
        click.echo(CRON.format(home=root, command=command, log=log), nl=False)
        return
    # systemd reads $ and % as its own.
    escaped = " ".join(shlex.quote(word.replace("%", "%%").replace("$", "$$")) for word in words)
    click.echo(SYSTEMD.format(user=getpass.getuser(), command=escaped, home=root), nl=False)
