"""The bundled demo: fictional reports, three sample sites that serve them, and what a right crawl must find there."""

from __future__ import annotations

from pathlib import Path

from crawler.demo.expected import expected_rejections, expected_reports, forbidden_urls
from crawler.demo.server import SampleSites

SOURCES = Path(__file__).parent / "sources"
REGIONS = Path(__file__).parent / "regions.csv"

__all__ = ["REGIONS", "SOURCES", "SampleSites", "expected_rejections", "expected_reports", "forbidden_urls"]
