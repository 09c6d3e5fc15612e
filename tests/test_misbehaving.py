"""A misbehaving web: every answer under its right name, nothing inside this network asked, the rest unharmed.

`make faults` does it with each misbehaviour as a source of its own and full sizes; here one crawl meets all quick ones.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from scrapy import Request
from twisted.internet.error import DNSLookupError
from twisted.python.failure import Failure
from twisted.web.client import ResponseFailed

from archive.home import Home
from crawler.crawl import crawl_sources
from crawler.failures import FAILURES, failure_kind, worst_kind
from crawler.private import FOUND_INSIDE, PrivateAddressError, PublicOnly, PublicResolver, is_private, place
from crawler.runs import RUN_VERDICTS, run_verdict
from tests.command import rows
from tests.faults.web import furnish
from tests.misbehaving import EXPECTED, Misbehaving, bomb

# What each answer is kept as; what never became an answer is not kept at all.
KEPT = {
    "gzip_bomb": "damaged",
    "image": "wrong_type",
    "challenge_200": "challenge",
    "shield_412": "challenge",
    "challenge_521": "challenge",
    "soft_404": "soft_404",
    "login": "login",
    "captcha": "captcha",
    "always_500": "server_error",
    "500_then_200": "page",
    "gzip_that_is_plain": "page",
    "charset_that_lies": "page",
    "redirect_to_file": "redirect",
    "redirect_inside": "redirect",
    "redirect_loop": "redirect",
}


def test_one_crawl_through_it_all(tmp_path: Path) -> None:
    settings = {
        "DOWNLOAD_TIMEOUT": 3,
        "RETRY_TIMES": 1,
        "AUTOTHROTTLE_ENABLED": False,
        "BAOGAO_FIRST_PAUSE": 0.05,
        "DOWNLOAD_MAXSIZE": 2_000_000,
    }
    with Misbehaving() as bad:
        bad.bomb = 110
        bomb(bad.bomb)
        home = furnish(Home(tmp_path / "home"), {"all": f"{bad.url}/all.html"})
        [outcome] = crawl_sources(home, ["all"], settings=settings)
    kept = {
        url.removeprefix(bad.url).strip("/").partition("/")[0]: verdict
        for url, verdict in rows(
            home, "select url, verdict from captures order by fetched_at, verdict = 'server_error' desc"
        )
    }
    assert {name: kept.get(name) for name in KEPT} == KEPT
    assert kept.keys() - KEPT.keys() == {"robots.txt", "all.html", "good.html"}
    assert bad.secrets == 0
    assert outcome.verdict == "ok", outcome
    assert rows(home, "select id from reports order by id") == [
        (f"990101-{year}",) for year in (2019, 2022, 2023, 2024)
    ]
    log = (home.log / "all.log").read_text(encoding="utf-8")
    assert "Traceback" not in log
    assert "is inside this network" in log


def test_every_misbehaviour_has_a_verdict() -> None:
    assert set(EXPECTED.values()) <= set(RUN_VERDICTS)


@pytest.mark.parametrize(
    ("given", "verdict"),
    [
        ({"failures": {"dns": 1}}, "dns_failure"),
        ({"failures": {"tls": 2, "timeout": 1}}, "tls_failure"),
        ({"failures": {"broken": 1}}, "broken"),
        ({"failures": {"refused": 1}}, "gone"),
        ({"verdicts": {"server_error": 3}, "failed": 1}, "server_error"),
        ({"verdicts": {"wrong_type": 1}}, "broken"),
        ({"finish_reason": "site down", "failures": {"timeout": 10}, "verdicts": {"page": 3}}, "slow"),
        ({"finish_reason": "site down", "failures": {"dns": 10}}, "dns_failure"),
        ({"finish_reason": "closespider_timeout", "verdicts": {"page": 300}}, "slow"),
    ],
)
def test_verdicts_on_what_failed(given: dict, verdict: str) -> None:
    found, reason = run_verdict({"finish_reason": "finished", **given})
    assert (found, bool(reason)) == (verdict, True)


def test_failures_are_told_by_what_they_came_from() -> None:
    import ssl

    tls = ResponseFailed([Failure(ssl.SSLError("handshake"))])
    wrapped = RuntimeError("x")
    wrapped.__cause__ = DNSLookupError("x")
    errors = [tls, wrapped, TimeoutError(), ConnectionRefusedError(), ResponseFailed([]), RuntimeError("x")]
    assert [failure_kind(error) for error in errors] == ["tls", "dns", "timeout", "refused", "broken", "other"]
    assert worst_kind({"timeout": 2, "dns": 2}) == "dns"
    assert worst_kind({}) is None
    assert all(FAILURES.values())


# ---- addresses inside


@pytest.mark.parametrize(
    ("address", "private"),
    [
        ("127.0.0.1", True),
        ("10.1.2.3", True),
        ("172.16.0.1", True),
        ("192.168.1.1", True),
        ("169.254.169.254", True),  # where clouds keep the keys of a machine
        ("100.64.0.1", True),
        ("0.0.0.0", True),
        ("224.0.0.1", True),
        ("::1", True),
        ("[fe80::1]", True),
        ("fe80::1%eth0", True),
        ("::ffff:127.0.0.1", True),
        ("2002:7f00:1::", True),
        ("fd00::1", True),
        ("1.1.1.1", False),
        ("2606:4700:4700::1111", False),
        ("www.example.org", False),
    ],
)
def test_what_is_inside(address: str, private: bool) -> None:
    assert is_private(address) == private


@pytest.mark.parametrize(
    ("url", "through"),
    [
        ("http://www.example.org/", True),
        ("http://127.0.0.1:8080/a", True),
        ("http://127.0.0.1:8081/a", False),
        ("http://127.0.0.1/", False),
        ("http://intranet.example:9000/", True),
        ("http://localhost:8080/", False),
        ("http://db.internal/", False),
        ("http://[::1]:8080/", False),
        ("file:///etc/passwd", False),
        ("ftp://www.example.org/", False),
        ("data:text/html,x", False),
        ("http://user:secret@www.example.org/", False),
    ],
)
def test_where_requests_may_go(url: str, through: bool) -> None:
    guard = PublicOnly([("127.0.0.1", 8080), ("intranet.example", 9000)])
    if through:
        guard.process_request(Request(url))
        return
    with pytest.raises(PrivateAddressError) as error:
        guard.process_request(Request(url))
    assert "secret" not in str(error.value)


def test_names_that_lead_inside_have_no_address() -> None:
    resolver = PublicResolver.__new__(PublicResolver)
    assert resolver.refuse_private("1.1.1.1", "www.example.org") == "1.1.1.1"
    with pytest.raises(DNSLookupError, match="inside this network"):
        resolver.refuse_private("10.0.0.1", "rebound.example")
    assert "rebound.example" in FOUND_INSIDE
    assert place("http://[bad/") is None
