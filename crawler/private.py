"""No request to an address inside this network because a page said so: literal addresses, names, redirects alike."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any, Self
from urllib.parse import urlsplit

from scrapy import Request, Spider
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.resolver import CachingThreadedResolver
from twisted.internet.defer import Deferred
from twisted.internet.error import DNSLookupError

DEFAULT_PORTS = {"http": 80, "https": 443}

# Names that were found inside, for the spider to tell of; and hosts the keeper named. Scrapy makes one resolver for a
# process, before there is a crawl: here is where the two meet.
FOUND_INSIDE: set[str] = set()
NAMED_HOSTS: set[str] = set()


class PrivateAddressError(IgnoreRequest):
    """A request that would have gone to an address inside this network, or carries a name and password."""


def is_private(address: str) -> bool:
    """Whether `address` is an IP address that is not the public internet's (RFC 6890); False for a name."""
    try:
        found = ipaddress.ip_address(address.strip("[]").partition("%")[0])
    except ValueError:
        return False
    mapped = getattr(found, "ipv4_mapped", None) or getattr(found, "sixtofour", None)
    return not found.is_global or found.is_multicast or (mapped is not None and not mapped.is_global)


def place(url: str) -> tuple[str, int] | None:
    """Host and port of an address; None for one that is not http or https, or is broken."""
    try:
        parts = urlsplit(url)
        port = parts.port or DEFAULT_PORTS.get(parts.scheme)
        return (parts.hostname, port) if parts.hostname and port and parts.scheme in DEFAULT_PORTS else None
    except ValueError:
        return None


class PublicOnly:
    """Downloader middleware: lets a request through to a public address, and to the very places the keeper named.

    Those are host and port of the source's start pages (whoever writes a source file for a site of this network means
    it) and `crawl.private` of baogao.toml. Nothing that a page links to or redirects to is among them.
    """

    def __init__(self, named: Iterable[tuple[str, int]]) -> None:
        self.named = frozenset(named)
        NAMED_HOSTS.update(host for host, _ in self.named)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """The middleware of a crawl."""
        return cls(named_places(crawler))

    def process_request(self, request: Request, spider: Spider | None = None) -> None:
        """Refuse what is no public place. Raises PrivateAddressError."""
        to = place(request.url)
        if to is None:
            raise PrivateAddressError(f"{request.url.partition(':')[0]}: only http and https are asked")
        if "@" in urlsplit(request.url).netloc:
            raise PrivateAddressError(f"{to[0]}: an address with a name or password in it is not asked")
        local = to[0] == "localhost" or to[0].endswith((".localhost", ".local", ".internal"))
        if (local or is_private(to[0])) and to not in self.named:
            raise PrivateAddressError(f"{to[0]}:{to[1]} is inside this network: no page may lead there")


def named_places(crawler: Crawler) -> set[tuple[str, int]]:
    """The places of this network that a keeper named: start pages of the source, and `crawl.private`."""
    source = getattr(crawler.spidercls, "source", None)
    places = {found for url in (source.start if source else ()) if (found := place(url))}
    for named in crawler.settings.getlist("BAOGAO_PRIVATE"):
        host, _, port = named.rpartition(":") if named.rpartition(":")[2].isdigit() else (named, "", "")
        places |= {(host, int(port))} if port else {(host, 80), (host, 443)}
    return places


@cache
def proxy_hosts() -> frozenset[str]:
    """Hosts of the proxies the keeper named in the environment, which may be inside."""
    proxies = [value for name, value in os.environ.items() if name.lower() in ("http_proxy", "https_proxy")]
    return frozenset(urlsplit(proxy if "://" in proxy else f"http://{proxy}").hostname or "" for proxy in proxies)


class PublicResolver(CachingThreadedResolver):
    """A name whose address is inside this network is as if it had none, unless the keeper named it.

    The address that was looked at is the one connected to: no second look-up can lead elsewhere.
    """

    def getHostByName(self, name: str, timeout: Sequence[int] = ()) -> Deferred[str]:  # noqa: N802 (Twisted's)
        """The address of a name. Fails with DNSLookupError where it is inside."""
        found = super().getHostByName(name, timeout)
        return found if name in NAMED_HOSTS | proxy_hosts() else found.addCallback(self.refuse_private, name)

    def refuse_private(self, address: str, name: str) -> Any:
        """The address, where it is public."""
        if is_private(address):
            FOUND_INSIDE.add(name)
            raise DNSLookupError(f"{name} is at {address}, inside this network: no page may lead there")
        return address
