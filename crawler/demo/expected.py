"""What a right crawl of the sample sites must find: known because the sites were written from it."""

from __future__ import annotations

from collections import Counter

from crawler.demo import investment, portal
from crawler.demo.copies import DemoCopy, load_copies
from crawler.demo.near_misses import FORBIDDEN, NearMiss, load_near_misses, near_misses_at
from crawler.demo.reports import all_reports


def expected_reports() -> list[dict[str, str | int | None]]:
    """The reports by id, with the values their rows must have (column names of the table `reports`).

    A report is damaged where every copy has lost a character; else official where the portal has it, else republished.
    """
    copies = list(load_copies())
    found: list[dict[str, str | int | None]] = []
    for report in all_reports():
        own = [copy for copy in copies if copy.report.id == report.id]
        whole = [copy for copy in own if not copy.lost]
        trust = "official" if any(copy.site == portal.SITE for copy in whole) else "republished"
        sitting = report.sitting
        found.append(
            {
                "id": sitting.id,
                "region": sitting.region,
                "region_name": report.region.path,
                "year": sitting.year,
                "title": "".join(report.title.split()),
                "delivered_on": sitting.delivered_on,
                "congress": sitting.congress,
                "session": sitting.session,
                "speaker": sitting.speaker or None,
                "speaker_post": sitting.speaker_post or None,
                "trust": trust if whole else "damaged",
                "lost": None if whole else own[0].lost,
                "copies": len(own),
            }
        )
    return found


def expected_rejections() -> dict[str, int]:
    """How many candidates must be rejected for each reason, the page that holds only the link to a PDF among them.

    Of the investment site only those pages count that its list links to by a report's title; list pages never do.
    """
    reasons = Counter(page.reason for page in near_misses_at(portal.SITE) if page.reason != FORBIDDEN)
    for items in investment.fill_bundles().values():
        if any(isinstance(item, DemoCopy) for item in items):
            reasons.update(item.reason for item in items if isinstance(item, NearMiss))
    reasons["too_short"] += sum(copy.form == "pdf" for copy in load_copies())
    return dict(reasons)


def forbidden_urls() -> list[str]:
    """Addresses robots.txt forbids: a polite crawl never asks for them."""
    return [f"http://{portal.HOST}{page.path}" for page in load_near_misses() if page.reason == FORBIDDEN]
