"""What a run of a source comes to: its verdict, and what is done about runs that never ended."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any, Final

from archive.captures import CaptureStore
from crawler.failures import FAILURES, worst_kind

RUN_VERDICTS: Final = {
    "ok": "new pages came",
    "ok_nothing_new": "all pages were as before",
    "fewer_than_expected": "less than the source file expects: years, number or freshness of its reports",
    "empty": "list pages came, and never yet a link to a report",
    "blocked": "the site refused us, or asked for proof or an account",
    "robots_denied": "robots.txt forbids it",
    "moved": "nothing but redirects",
    "gone": "nothing answered, or all was not found",
    "dns_failure": "the name of the site could not be looked up",
    "tls_failure": "no secure connection could be made",
    "server_error": "the server answered with nothing but errors of its own",
    "broken": "every answer broke off, was none, or was no page: empty, damaged, of another type, far too long",
    "slow": "the site was too slow to be read",
    "parse_changed": "pages came, but the reports that were in them before are not found any more",
    "crashed": "the run broke off, or the program failed",
    "interrupted": "a person stopped the run",
}
# The verdict where nothing came at all, by what most requests failed with.
UNREACHED: Final = {
    "dns": "dns_failure",
    "tls": "tls_failure",
    "timeout": "slow",
    "broken": "broken",
    "too_large": "broken",
}
# Why the spider ended a run: the site did not answer any more.
SITE_DOWN: Final = "site down"
# Scrapy's word for a run that was ended at CLOSESPIDER_TIMEOUT.
TOO_LONG: Final = "closespider_timeout"
REFUSALS: Final = ("blocked", "challenge", "captcha", "login")
# A site is too slow where this share of what was asked for never came in time (three tries, a minute each).
SLOW_SHARE: Final = 0.5
CUT_OFF: Final = "cut off before its end: the process was killed or the machine stopped"

logger = logging.getLogger(__name__)


def run_verdict(stats: Mapping[str, Any]) -> tuple[str, str]:
    """The verdict of RUN_VERDICTS on a run, and what it rests on in words. Pure.

    Keys used: `finish_reason`; the counts of RUN_COUNTS, of which `items` are pages that may hold reports, `failed`
    requests that failed for good, `timeouts` those among them that took too long, `forbidden` pages robots.txt keeps
    from us, `exceptions` errors of our own code, `known` copies the source gave in earlier runs; `failures`: a count
    for each kind of failures.FAILURES; `verdicts`: one for each verdict on a response; `shortfall`: what is missing of
    what the source file expects, in words, or None.
    """
    verdicts: Mapping[str, int] = stats.get("verdicts", {})
    count = {name: int(stats.get(name) or 0) for name in RUN_COUNTS}
    pages = sum(verdicts.get(name, 0) for name in ("page", "list"))
    refused = {name: verdicts[name] for name in REFUSALS if verdicts.get(name)}
    missing = verdicts.get("not_found", 0) + verdicts.get("soft_404", 0)
    reason = stats.get("finish_reason") or "finished"
    if reason == "shutdown":
        return "interrupted", f"stopped by a signal after {count['responses']} responses"
    if count["exceptions"]:
        return "crashed", f"{count['exceptions']} errors of the program: see the log"
    failures: Mapping[str, int] = stats.get("failures", {})
    if reason == TOO_LONG:
        return "slow", f"not done in its time; {pages} pages came, the rest another time"
    if reason == SITE_DOWN:
        worst = worst_kind(failures) or "other"
        return UNREACHED.get(worst, "gone"), f"stopped answering after {pages} pages: {FAILURES[worst]}"
    if reason != "finished":
        return "crashed", f"Scrapy ended the run: {reason}"
    if count["timeouts"] and count["timeouts"] >= SLOW_SHARE * (pages + count["failed"]):
        return "slow", f"{count['timeouts']} of {pages + count['failed']} requests never came in time"
    if not pages:
        if refused:
            return "blocked", ", ".join(f"{name} {number}" for name, number in refused.items())
        if count["forbidden"]:
            return "robots_denied", f"robots.txt forbids {count['forbidden']} of the pages asked for"
        if verdicts.get("redirect"):
            return "moved", f"{verdicts['redirect']} redirects and no page"
        if missing:
            return "gone", f"{missing} times not found and no page"
        if verdicts.get("server_error"):
            return "server_error", f"{verdicts['server_error']} errors of the server and no page"
        most = worst_kind(failures)
        useless = {name: verdicts[name] for name in ("damaged", "empty", "wrong_type") if verdicts.get(name)}
        if most is None and useless:
            return "broken", "no page came, but " + ", ".join(f"{name} {number}" for name, number in useless.items())
        return UNREACHED.get(most or "", "gone"), f"no page came; {FAILURES[most] if most else 'nothing answered'}"
    if sum(refused.values()) > pages:
        return "blocked", ", ".join(f"{name} {number}" for name, number in refused.items()) + f", pages {pages}"
    if not count["items"]:
        if count["forbidden"]:
            return "robots_denied", f"robots.txt forbids {count['forbidden']} of the pages linked to"
        if count["known"]:
            return "parse_changed", f"{count['lists']} list pages and no link to a report; earlier runs found some"
        return "empty", f"{count['lists']} list pages and no link to a report"
    if count["known"] and not count["copies"] and count["rejections"] and not count["skipped"]:
        return "parse_changed", f"{count['items']} pages read and no report in them; earlier runs found some"
    if stats.get("shortfall"):
        return "fewer_than_expected", str(stats["shortfall"])
    trouble = f"; {count['failed']} requests failed" if count["failed"] else ""
    if refused:
        trouble += "; " + ", ".join(f"{name} {number}" for name, number in refused.items())
    if count["captures"]:
        return "ok", f"{count['captures']} new captures, {count['copies']} copies{trouble}"
    return "ok_nothing_new", f"{count['revisits']} pages as before{trouble}"


RUN_COUNTS: Final = (
    "requests",
    "responses",
    "captures",
    "revisits",
    "items",
    "lists",
    "copies",
    "rejections",
    "skipped",
    "failed",
    "timeouts",
    "forbidden",
    "exceptions",
    "known",
)


def close_cut_off(store: CaptureStore) -> int:
    """Give the runs that never ended their verdict; the caller holds the home's lock, so none is still going."""
    rows = list(store.db.query("select id, source, started_at from runs where verdict is null"))
    for row in rows:
        store.add_run(row | {"verdict": "crashed", "reason": CUT_OFF})
    return len(rows)


def repair(store: CaptureStore) -> list[str]:
    """What a run does first, alone on its home: index what a killed run left behind. Says what it found, in words."""
    found = store.catch_up()
    said = [f"{line}: cut off" if "is lost" not in line else line for line in found.torn] + found.damaged
    if cut_off := close_cut_off(store):
        said.append(f"{cut_off} runs that were cut off")
    if found.captures:
        said.append(f"{found.captures} captures of a killed run are in the index again")
    for line in said:
        logger.info("%s", line)
    return said
