"""`baogao run` with nobody watching: a season of cron, digests, settings, logs, and one real night."""

from __future__ import annotations

import gzip
import json
import os
import re
import shutil
import sqlite3
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from click.testing import CliRunner

from archive.captures import CaptureStore
from archive.database import open_archive
from archive.errors import BadArgumentsError, LockedError
from archive.home import Home
from archive.logs import note_event, rotate_logs
from archive.settings import Settings, load_settings
from archive.sourcefile import Source
from archive.sources import load_sources
from crawler.alerts import Trouble, send_digest, stretch
from crawler.cli import cli
from crawler.crawl import RunOutcome
from crawler.run import ALIVE, Outcome, run_once
from crawler.runs import CUT_OFF
from tests.command import baogao, rows
from tests.server import Site

ROOT = Path(__file__).parents[1]
SECRET = "s3cr3t-token"


class Season:
    """A clock that only this test moves, and a crawl whose verdicts are written beforehand: source → day → verdict."""

    def __init__(self, home: Home, begin: str, verdicts: dict[str, dict[str, str]]) -> None:
        self.home, self.verdicts = home, verdicts
        self.clock = datetime.fromisoformat(begin).replace(tzinfo=UTC)
        self.crawled: dict[str, list[str]] = {}
        self.digests: list[tuple[str, str]] = []
        self.going = 0

    def now(self) -> datetime:
        return self.clock

    def crawl(self, home: Home, names: Sequence[str], settings: Settings) -> list[RunOutcome]:
        """Write the runs that a crawl of this day would leave."""
        self.going += 1
        assert self.going == 1
        outcomes = []
        with closing(open_archive(home)) as db, CaptureStore(home, db, f"day-{self.clock:%Y%m%dT%H%M}") as store:
            for name in names:
                day = f"{self.clock:%m-%d}"
                verdict = self.verdicts.get(name, {}).get(day, "ok_nothing_new")
                at = self.clock.strftime("%Y-%m-%dT%H:%M:%SZ")
                reason = CUT_OFF if verdict == "crashed" else f"as written for {day}"
                row = {"id": f"{name}-{at}", "source": name, "started_at": at, "finished_at": at}
                store.add_run(row | {"verdict": verdict, "reason": reason})
                outcomes.append(RunOutcome(name, row["id"], verdict, reason, exit_code=0))
                self.crawled.setdefault(name, []).append(day)
        self.going -= 1
        return outcomes

    def night(self, sources: dict[str, Source], settings: Settings) -> Outcome:
        """One run, then a day passes."""
        sent = self.home.root / "sent"
        outcome = run_once(self.home, sources, settings, now=self.now, crawl=self.crawl)
        if sent.exists():
            self.digests.append((f"{self.clock:%m-%d}", sent.read_text(encoding="utf-8")))
            sent.unlink()
        self.clock += timedelta(days=1)
        return outcome


def source(id: str, **crawl: object) -> Source:
    return Source.model_validate({"id": id, "name": id, "start": (f"http://{id}.example/",), "crawl": crawl})


def to_file(home: Home) -> Settings:
    """Digests go to a file, the newest one alone."""
    script = home.root / "mail.sh"
    script.write_text(f'#!/bin/sh\n{{ echo "$1"; cat; }} > {home.root}/sent\n')
    script.chmod(0o755)
    return Settings.model_validate({"alert": {"command": f"{script} {{subject}}"}})


def days(first: str, last: str, year: int = 2025) -> list[str]:
    """Days as month-day, from the first to the last."""
    begin = datetime.fromisoformat(f"{year}-{first}")
    end = datetime.fromisoformat(f"{year + (last < first)}-{last}")
    return [f"{begin + timedelta(days=n):%m-%d}" for n in range((end - begin).days + 1)]


def test_a_season_of_cron(home: Home) -> None:
    sources = {
        "steady": source("steady"),
        "hiccup": source("hiccup"),
        "down": source("down"),
        "slow": source("slow", cadence={"season": "weekly", "otherwise": "monthly"}),
        "killed": source("killed"),
        "old": Source.model_validate(source("old").model_dump() | {"retired": {"since": "2020-01-01", "why": "gone"}}),
    }
    verdicts = {
        # Never twice in a row.
        "hiccup": dict.fromkeys(("12-24", "12-26", "01-10", "02-02"), "blocked") | {"02-04": "dns_failure"},
        # Twice a stretch: one of three weeks, one of two nights.
        "down": dict.fromkeys(days("01-05", "01-25"), "gone") | dict.fromkeys(("02-10", "02-11"), "blocked"),
        "killed": {"01-15": "crashed"},
    }
    season = Season(home, "2025-12-01T03:17", verdicts)
    settings = to_file(home)
    codes: Counter[int] = Counter()
    # From before the season to after its long tail.
    for _ in range(180):
        outcome = season.night(sources, settings)
        codes[outcome.code] += 1
        assert outcome.line.count("\n") == 0
        assert outcome.problems == []
    crawled = season.crawled
    assert "old" not in crawled
    # Monthly before the season, every night in it, weekly to the end of April, monthly again.
    assert crawled["steady"][:2] == ["12-01", "12-20"]
    assert crawled["steady"][1:87] == days("12-20", "03-15")
    weekly = crawled["steady"][87:94]
    assert weekly == ["03-22", "03-29", "04-05", "04-12", "04-19", "04-26", "05-23"]
    assert crawled["slow"][:5] == ["12-01", "12-20", "12-27", "01-03", "01-10"]
    # What was cut off is due at once; it was so the next night anyhow, and nobody was bothered.
    assert crawled["killed"] == crawled["steady"]
    assert [day for day, _ in season.digests] == ["01-06", "02-11"]
    first, second = (text for _, text in season.digests)
    assert first.splitlines()[0] == "Baogao: down in trouble"
    assert "down: gone (2 runs in a row, since 2026-01-05T03:17:00Z): as written for 01-06" in first
    assert "down: blocked (2 runs in a row, since 2026-02-10T03:17:00Z)" in second
    assert set(codes) == {0, 10}
    with closing(sqlite3.connect(home.database)) as db:
        assert db.execute("select count(*), count(distinct id) from runs").fetchone()[0] == sum(
            map(len, crawled.values())
        )
    events = [json.loads(line) for line in (home.log / "events.jsonl").read_text(encoding="utf-8").splitlines()]
    assert sum(event["event"] == "run" for event in events) == 180


def test_a_digest_that_could_not_be_sent_is_sent_the_next_night(home: Home) -> None:
    season = Season(home, "2026-01-01T03:17", {"down": dict.fromkeys(days("01-01", "01-09"), "gone")})
    sources, settings = {"down": source("down"), "well": source("well")}, to_file(home)
    script = home.root / "mail.sh"
    words = script.read_text()
    script.write_text("#!/bin/sh\ncat > /dev/null; exit 3\n")
    assert season.night(sources, settings).problems == []
    failed = season.night(sources, settings)
    assert failed.problems == ["alert.command ended with 3"]
    assert (failed.told, failed.trouble) == ([], ["down"])
    script.write_text(words)
    assert season.night(sources, settings).told == ["down"]
    assert [season.night(sources, settings).told for _ in range(3)] == [[], [], []]
    assert len(season.digests) == 1


def test_two_runs_do_not_overlap_and_a_clock_that_jumps_does_no_harm(home: Home) -> None:
    season = Season(home, "2026-01-01T03:17", {})
    sources, settings = {"a": source("a")}, Settings()
    with home.lock(), pytest.raises(LockedError):
        run_once(home, sources, settings, now=season.now, crawl=season.crawl)
    assert season.crawled == {}
    season.night(sources, settings)
    # A clock two years ahead for one night, then right again: the source goes on in its rhythm.
    right = season.clock
    season.clock += timedelta(days=730)
    season.night(sources, settings)
    season.clock = right
    for _ in range(3):
        season.night(sources, settings)
    assert season.crawled["a"] == ["01-01", "01-02", "01-02", "01-03", "01-04"]


def test_election_summers_are_watched(home: Home) -> None:
    sources = {"a": source("a")}
    for year, often in ((2026, 5), (2027, 2)):
        season = Season(Home(home.root / str(year)).prepare(), f"{year}-06-01T03:17", {})
        for _ in range(30):
            season.night(sources, Settings())
        assert len(season.crawled["a"]) == often


@pytest.mark.parametrize(
    ("runs", "told"),
    [
        ([], None),
        ([("3", "ok", ""), ("2", "gone", ""), ("1", "gone", "")], None),
        ([("2", "gone", ""), ("1", "ok", "")], None),
        ([("3", "gone", "x"), ("2", "slow", ""), ("1", "ok", "")], ("2", 2, "gone")),
        # A person's Ctrl-C between two failures neither counts nor mends.
        ([("4", "gone", ""), ("3", "interrupted", ""), ("2", "gone", ""), ("1", "ok", "")], ("2", 2, "gone")),
        ([("2", "crashed", CUT_OFF), ("1", "ok", "")], None),
        ([("2", "crashed", "3 errors of the program"), ("1", "ok", "")], ("2", 1, "crashed")),
        ([("2", None, None), ("1", "gone", "")], None),
    ],
)
def test_what_is_told(runs: list, told: tuple | None) -> None:
    found = stretch("a", runs, 2)
    assert (found and (found.since, found.runs, found.verdict)) == told


# ---- settings


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ('[run]\nheartbaet = "x"', "run.heartbaet: unknown key; did you mean 'heartbeat'?"),
        ("[runn]\njobs = 2", "runn: unknown key; did you mean 'run'?"),
        ("[run]\njobs = 0", "run.jobs: "),
        (f'[run]\nheartbeat = "ftp://{SECRET}.example/"', "heartbeat is no web address"),
        (f'[alert]\ncommand = "mail \'{SECRET}"', "command cannot be read"),
        ("[run\n", "not readable as TOML"),
    ],
)
def test_a_slip_in_the_settings_is_one_line_without_the_value(home: Home, written: str, words: str) -> None:
    (home.root / "baogao.toml").write_text(written)
    with pytest.raises(BadArgumentsError) as error:
        load_settings(home, {})
    assert words in str(error.value)
    assert "\n" not in str(error.value)
    assert SECRET not in str(error.value)


def test_run_says_a_slip_in_its_settings(home: Home) -> None:
    (home.root / "baogao.toml").write_text("[run]\njobs = 0\n")
    done = baogao(home, "run", check=False)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1


def test_the_environment_goes_before_the_file_and_secrets_are_not_shown(home: Home) -> None:
    (home.root / "baogao.toml").write_text('[alert]\nwebhook = "https://file.example/"\nafter = 3\n')
    settings = load_settings(home, {"BAOGAO_ALERT_WEBHOOK": f"https://a.example/{SECRET}"})
    assert settings.alert.webhook is not None
    assert settings.alert.webhook.get_secret_value().endswith(SECRET)
    assert settings.alert.after == 3
    assert SECRET not in f"{settings} {settings!r} {settings.model_dump()}"


# ---- sending


@pytest.fixture
def listener() -> Iterator[tuple[str, list[tuple[str, bytes]]]]:
    """An address that takes webhooks and heartbeats; what came. Paths with 500 in them fail."""
    came: list[tuple[str, bytes]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            came.append((self.path, self.rfile.read(int(self.headers.get("Content-Length") or 0))))
            self.send_response(500 if "500" in self.path else 200)
            self.end_headers()

        do_POST = do_GET

        def log_message(self, *args: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", came
    server.shutdown()
    thread.join()
    server.server_close()


def test_webhook_and_heartbeat(home: Home, listener: tuple[str, list[tuple[str, bytes]]]) -> None:
    address, came = listener
    given = {"run": {"heartbeat": f"{address}/beat/{SECRET}"}, "alert": {"webhook": f"{address}/hook/{SECRET}"}}
    season = Season(home, "2026-01-01T03:17", {"a": {"01-01": "gone", "01-02": "gone"}})
    sources = {"a": source("a")}
    for _ in range(2):
        season.night(sources, Settings.model_validate(given))
    assert [path for path, _ in came] == [f"/beat/{SECRET}", f"/hook/{SECRET}", f"/beat/{SECRET}"]
    assert "a: gone" in json.loads(came[1][1])["text"]
    assert 4 not in ALIVE
    # Neither what fails nor what is logged shows the secret.
    failing = Settings.model_validate(
        {"alert": {"webhook": f"{address}/500/{SECRET}"}, "run": {"heartbeat": f"http://127.0.0.1:9/{SECRET}"}}
    )
    assert send_digest(failing.alert, "s", "t") == ["alert.webhook (127.0.0.1) answered 500"]
    outcome = season.night(sources, failing)
    assert any("run.heartbeat (127.0.0.1) could not be asked" in problem for problem in outcome.problems)
    assert SECRET not in outcome.line + "".join(path.read_text() for path in home.log.iterdir())


# ---- logs


def test_logs_are_put_aside_and_deleted_in_time(home: Home) -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    log = home.log / "run.log"
    with log.open("a") as shell:
        shell.write("x" * 2000)
        shell.flush()
        note_event(home, "run", "2026-01-01T00:00:00Z", words="说")
        assert rotate_logs(home, now, days=90, megabytes=0.001) == ["run.log put aside as run.log.20260101T000000.gz"]
        # The shell that holds the file open goes on in the emptied one.
        shell.write("more")
    assert log.read_text() == "more"
    [packed] = home.log.glob("*.gz")
    assert gzip.decompress(packed.read_bytes()) == b"x" * 2000
    assert json.loads((home.log / "events.jsonl").read_text())["words"] == "说"
    assert rotate_logs(home, now + timedelta(days=89), days=90, megabytes=1) == []
    assert rotate_logs(home, now + timedelta(days=91), days=90, megabytes=1) == [f"{packed.name} deleted"]


# ---- one real night


def test_a_real_night(home: Home) -> None:
    home.sources.mkdir()
    shutil.copy(ROOT / "crawler" / "demo" / "regions.csv", home.regions)
    # The built-in sources are not asked.
    for id in load_sources():
        (home.sources / f"{id}.toml").write_text(
            'name = "x"\nstart = ["http://x.example/"]\nretired = {since = 2020-01-01, why = "x"}\n'
        )
    with Site() as site:
        (home.sources / "jiazi.toml").write_text(
            f'name = "甲子区"\nstart = ["{site.url}/zfgzbg/index.html"]\ncrawl.delay = 0\n'
        )
        first = baogao(home, "run")
        second = baogao(home, "run", "--json")
    assert len(first.stderr.splitlines()) == 1
    assert re.search(r"1 sources crawled \(1 ok\).* published version \S+ with 5 reports; \d+ s; exit 0$", first.stderr)
    facts = json.loads(second.stdout)
    # Not due again, and nothing new: the snapshot stands.
    assert (facts["code"], facts["sources"], facts["published"], second.stderr) == (0, [], None, "")
    # A capture that a killed run left unread is read, whether or not its source is due.
    with closing(sqlite3.connect(home.database)) as db, db:
        db.execute("update captures set examined = null where url like '%/2024.html'")
    assert "1 captures of an earlier run read" in baogao(home, "run").stderr
    assert len(rows(home, "select id from reports")) == 5


def test_a_home_that_cannot_be_written_is_said_in_one_line(home: Home, as_ordinary_user: None) -> None:
    home.root.chmod(0o500)
    done = baogao(home, "run", check=False)
    home.root.chmod(0o700)
    assert done.returncode == 4
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("form", ["--cron", "--systemd"])
def test_schedule_prints_what_can_be_installed(tmp_path: Path, form: str) -> None:
    home = Home(tmp_path / "a home, 50%")
    said = CliRunner().invoke(cli, ["--home", str(home.root), "schedule", form]).stdout
    assert home.log.is_dir()
    if form == "--cron":
        [line] = [line for line in said.splitlines() if not line.startswith("#")]
        assert line.startswith("17 3 * * * ")
        # As cron would: a backslash before a percent sign goes, the rest is for the shell.
        done = os.system(line.removeprefix("17 3 * * * ").replace("\\%", "%").replace(" run >>", " status >>"))
        assert os.waitstatus_to_exitcode(done) == 4
        assert "does not exist yet" in (home.log / "run.log").read_text()
    else:
        assert "50%%" in said
        assert "SuccessExitStatus=10 11 14" in said


def test_a_trouble_is_one_line() -> None:
    assert Trouble("a", "2026", 1, "crashed", "x").line == "a: crashed (at 2026): x"


def test_status_says_since_when(home: Home) -> None:
    with closing(open_archive(home)) as db:
        db.table("sources").insert({"id": "a", "name": "a", "kind": "government", "unverified": 0})
        for day, verdict in enumerate(("gone", "ok", "ok_nothing_new", "blocked", "interrupted", "slow"), 1):
            row = {"id": f"a-{day}", "source": "a", "started_at": f"2026-01-0{day}T00:00:00Z", "verdict": verdict}
            db.table("runs").insert(row)
        [row] = db.query("select * from source_status")
        assert (row["verdict"], row["since"][:10], row["bad_runs"]) == ("slow", "2026-01-04", 2)
        assert row["last_success"][:10] == "2026-01-03"
        db.execute("delete from runs where started_at > '2026-01-04'")
        [row] = db.query("select * from source_status")
        assert (row["verdict"], row["since"][:10], row["bad_runs"]) == ("ok_nothing_new", "2026-01-02", 0)
