"""What a sample site answers with: bytes, their type, and the validators that follow from them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from string import Template

PAGES = Path(__file__).parent / "pages"

HTML = "text/html; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Resource:
    """One answer of a site. `published_on` (ISO date) is the day from which it has not changed."""

    body: bytes
    content_type: str
    published_on: str

    @property
    def etag(self) -> str:
        """A strong validator: the same bytes, the same tag."""
        return f'"{hashlib.sha256(self.body).hexdigest()[:16]}"'

    @property
    def modified(self) -> datetime:
        """Eight in the morning of the day of publication, UTC."""
        return datetime.fromisoformat(f"{self.published_on}T08:00:00").replace(tzinfo=UTC)

    @property
    def last_modified(self) -> str:
        """That moment as HTTP writes it (RFC 9110 §5.6.7)."""
        return format_datetime(self.modified, usegmt=True)


def robots(*rules: str) -> Resource:
    """A robots.txt with these rules for everyone."""
    return Resource("\n".join(("User-agent: *", *rules, "")).encode(), "text/plain; charset=utf-8", "2020-01-01")


def read_template(name: str) -> Template:
    """A page of a site with `$names` where its contents go."""
    return Template((PAGES / name).read_text(encoding="utf-8"))
