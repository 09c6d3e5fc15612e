"""The pinned dependencies against the published advisories (pip-audit): 1 where one has a known hole, a word where
the service does not answer."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

LOCK = Path(__file__).parents[1] / "requirements.lock"
SECONDS = 180


def audit() -> int:
    """Ask, say what came, and give the exit code."""
    command = [sys.executable, "-m", "pip_audit", "--requirement", str(LOCK), "--require-hashes", "--disable-pip"]
    try:
        done = subprocess.run(
            [*command, "--format", "json", "--progress-spinner", "off", "--timeout", "20"],
            capture_output=True, text=True, timeout=SECONDS, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return skip(f"no answer in {SECONDS} seconds")
    try:
        found = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        lines = done.stderr.strip().splitlines() or ["it said nothing"]
        return skip("pip-audit is not installed" if "No module named" in lines[-1] else lines[-1][:200])
    holes = [(one["name"], one["version"], hole) for one in found for hole in one.get("vulns", ())]
    for name, version, hole in holes:
        print(f"{name} {version}: {hole['id']}; fixed in {', '.join(hole['fix_versions']) or 'no version yet'}")
    print(f"audited {len(found)} pinned packages: {len(holes) or 'no'} known holes")
    return int(bool(holes))


def skip(why: str) -> int:
    """Say that nothing was audited."""
    print(f"not audited: the advisories could not be had ({why})")
    return 0


if __name__ == "__main__":
    sys.exit(audit())
