"""Addresses: which of them are the same page, and which can be fetched at all."""

from __future__ import annotations

import re
from urllib.parse import quote_from_bytes, unquote_to_bytes, urlsplit

# Parameters that name a visit or a referrer, never a page. `extra` is where a Discuz thread was opened from
# (`forum.php?mod=viewthread&tid=4739&extra=page%3D1`), `from` and `isappinstalled` are added by WeChat's share button.
VISIT_PARAMETERS = frozenset(
    {"phpsessid", "jsessionid", "aspsessionid", "sessionid", "session_id", "sid", "cfid", "cftoken"}
    | {"utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content", "spm", "fbclid", "gclid"}
    | {"extra", "from", "isappinstalled", "_", "rnd", "random", "nonce"}
)
# Java and .NET servers put the session into the path: /page;jsessionid=0A1B, /(S(lit3py55))/page.aspx.
SESSION_IN_PATH = re.compile(r";jsessionid=[^/?#;]*|/\(s\([a-z0-9]+\)\)(?=/)", re.IGNORECASE)
DEFAULT_PORTS = frozenset({80, 443})
# RFC 3986 §2.3: escaping these changes nothing; §3.3 and §3.4: these may stand unescaped in a path or query.
PATH_SAFE = "/!$&'()*+,;=:@"
QUERY_SAFE = "/?!$'()*,;:@"


def is_fetchable(url: str | None) -> bool:
    """Whether `url` is a complete http or https address."""
    if not url:
        return False
    try:
        parts = urlsplit(url.strip())
        return parts.scheme.lower() in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return False


def url_key(url: str) -> str:
    """`url` normalised for comparison: two addresses with one key are one page.

    The scheme (http and https twins), the fragment, a default port and the parameters of a visit are left out; the host
    is in lower case, dot segments are resolved, escapes are written one way, parameters are sorted. What is no web
    address (`urn:sha256:…`) is returned as it is. A key's key is the key itself.
    """
    text = url.strip()
    scheme, separator, _ = text.partition("://")
    if separator and scheme.lower() not in ("http", "https"):
        return text
    if not separator and re.match(r"[a-z][a-z0-9+.-]*:(?!\d+(?:/|\?|$))", text, re.IGNORECASE):
        return text
    try:
        parts = urlsplit(text if separator else f"//{text}")
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return text
    if ":" in host:
        host = f"[{host}]"
    elif not host.isascii():
        host = ascii_host(host)
    if port is not None and port not in DEFAULT_PORTS:
        host = f"{host}:{port}"
    path = resolve_dots(escape(SESSION_IN_PATH.sub("", parts.path), PATH_SAFE)) or "/"
    query = "&".join(sorted(escape(pair, QUERY_SAFE + "=") for pair in parts.query.split("&") if names_page(pair)))
    return f"{host}{path}?{query}" if query else f"{host}{path}"


def names_page(parameter: str) -> bool:
    """Whether a `name=value` of a query is there and says which page is meant."""
    name = parameter.partition("=")[0].lower()
    return bool(parameter) and name not in VISIT_PARAMETERS and not name.startswith("aspsessionid")


def escape(text: str, safe: str) -> str:
    """`text` with its escapes written one way: unreserved characters plain, others as %XX, reserved ones as given."""
    pieces = re.split(r"(%[0-9A-Fa-f]{2})", text)
    return "".join(escape_one(piece, safe) for piece in pieces)


def escape_one(piece: str, safe: str) -> str:
    """One escape, or the plain text between two."""
    if re.fullmatch(r"%[0-9A-Fa-f]{2}", piece):
        return quote_from_bytes(unquote_to_bytes(piece), safe="")
    return quote_from_bytes(piece.encode("utf-8", "surrogatepass"), safe=safe)


def resolve_dots(path: str) -> str:
    """`path` without `.` and `..` segments (RFC 3986 §5.2.4)."""
    kept: list[str] = []
    segments = path.split("/")
    for segment in segments:
        if segment == "..":
            if len(kept) > 1:
                kept.pop()
        elif segment != ".":
            kept.append(segment)
    if segments[-1] in (".", ".."):
        kept.append("")
    return "/".join(kept)


def ascii_host(host: str) -> str:
    """A host name with Chinese labels as DNS writes it; unchanged where it cannot be written so."""
    try:
        return host.encode("idna").decode("ascii")
    except UnicodeError:
        return host
