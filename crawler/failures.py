"""Why a request failed for good: a word for each kind of failure, whatever Scrapy or Twisted call it. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

FAILURES: Final = {
    "dns": "the host's name could not be looked up",
    "tls": "no secure connection could be made",
    "timeout": "the answer did not come in time",
    "refused": "nothing listens there, or no way leads there",
    "broken": "the answer broke off, or was none",
    "too_large": "the answer is longer than anything kept here (settings.DOWNLOAD_MAXSIZE)",
    "private": "the host is inside a private network: a link or redirect from outside must not lead there",
    "other": "something else: see the log",
}
# By the names of exception classes, so that no version of Scrapy or Twisted need be imported for it: Scrapy 2.19 gave
# Twisted's some names of its own.
KINDS: Final[Mapping[str, str]] = {
    "PrivateAddressError": "private",
    "CannotResolveHostError": "dns",
    "DNSLookupError": "dns",
    "DownloadTimeoutError": "timeout",
    "TimeoutError": "timeout",
    "TCPTimedOutError": "timeout",
    "UserTimeoutError": "timeout",
    "DownloadConnectionRefusedError": "refused",
    "ConnectionRefusedError": "refused",
    "ConnectError": "refused",
    "NoRouteError": "refused",
    "DownloadCancelledError": "too_large",
    "CancelledError": "too_large",
    "ResponseDataLossError": "broken",
    "PartialDownloadError": "broken",
    "ResponseFailed": "broken",
    "ResponseNeverReceived": "broken",
    "DownloadFailedError": "broken",
    "ConnectionLost": "broken",
    "ConnectionDone": "broken",
    "ConnectionAborted": "broken",
    "ParseError": "broken",
    "ValueError": "broken",
    "OSError": "broken",
}
TLS_MODULES: Final = ("OpenSSL", "ssl", "service_identity", "cryptography")


def failure_kind(error: BaseException) -> str:
    """One of FAILURES for what a request failed with, told by the error and those it came from."""
    chain = list(causes(error))
    if any(type(cause).__module__.partition(".")[0] in TLS_MODULES for cause in chain):
        return "tls"
    for cause in chain:
        for kind in type(cause).__mro__:
            if kind.__name__ in KINDS:
                return KINDS[kind.__name__]
    return "other"


def causes(error: BaseException) -> Iterator[BaseException]:
    """An error and what it came from: causes, and the reasons Twisted keeps in a list."""
    waiting, seen = [error], set()
    while waiting:
        found = waiting.pop(0)
        if id(found) in seen:
            continue
        seen.add(id(found))
        yield found
        waiting += [cause for cause in (found.__cause__, found.__context__) if cause is not None]
        reasons = getattr(found, "reasons", None)
        if isinstance(reasons, list):
            waiting += [reason.value for reason in reasons if isinstance(getattr(reason, "value", None), BaseException)]


def worst_kind(failed: Mapping[str, int]) -> str | None:
    """The kind that most requests failed with; ties break in the order of FAILURES. None where none failed."""
    there = [kind for kind in FAILURES if failed.get(kind)]
    return max(there, key=lambda kind: failed[kind]) if there else None
