"""What the address of the search page says, and the addresses it leads to. One search has one address."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from archive.site.finding import BROAD, NO_FILTERS, SORTS, Filters

# More characters than this is no search a person made; the longest paragraph known has fewer.
LONGEST_QUERY = 1000
A_PAGE, MOST_A_PAGE = 10, 100
# Years of the archive and then some: a filter beyond is no year.
YEARS = re.compile(r"(?P<first>\d{4})?(?P<range>-)?(?P<last>\d{4})?")


class BadAskingError(ValueError):
    """A parameter that means nothing; the message says which and what would."""


@dataclass(frozen=True, slots=True)
class Asking:
    """One search: query, filters, order (one of SORTS, "" for the usual one), page from 1, results a page."""

    query: str = ""
    filters: Filters = NO_FILTERS
    order: str = ""
    page: int = 1
    size: int = A_PAGE

    def sort(self, found: int) -> str:
        """The order of so many results: what was asked for, else relevance, newest first where a word says little."""
        return self.order or ("relevance" if self.query and found <= BROAD else "newest")

    def address(self, form: str = "", **changes: object) -> str:
        """The address of this search with `changes`, from page 1 unless they say otherwise; `form` is .csv or .json.

        Changes to filters go by their names: region, level, trust, years.
        """
        filters = self.filters
        named = {name: str(changes.pop(name)) for name in ("region", "level", "trust") if name in changes}
        filters = replace(filters, **named)  # type: ignore[arg-type]
        if "years" in changes:
            first, last = read_years(str(changes.pop("years")))
            filters = replace(filters, first=first, last=last)
        changed = replace(self, filters=filters, **{"page": 1, **changes})  # type: ignore[arg-type]
        query = urlencode(changed.parameters())
        return f"/search{form}{'?' if query else ''}{query}"

    def parameters(self) -> dict[str, str]:
        """The parameters that make this search, in a fixed order, without those that say nothing."""
        filters = self.filters
        found = {
            "q": self.query,
            "region": filters.region,
            "years": write_years(filters.first, filters.last),
            "level": filters.level,
            "trust": filters.trust,
            "sort": self.order,
            "page": str(self.page) if self.page > 1 else "",
            "size": str(self.size) if self.size != A_PAGE else "",
        }
        return {name: value for name, value in found.items() if value}


def read_asking(args: Mapping[str, str]) -> Asking:
    """The search that the parameters of a request ask for. Raises BadAskingError."""
    query = " ".join(args.get("q", "").split())
    if len(query) > LONGEST_QUERY:
        raise BadAskingError(f"q has {len(query)} characters; {LONGEST_QUERY} are searched for at most")
    order = args.get("sort", "")
    if order and order not in SORTS:
        raise BadAskingError(f"sort must be one of {', '.join(SORTS)}")
    first, last = read_years(args.get("years", ""))
    region, level, trust = (args.get(name, "").strip()[:100] for name in ("region", "level", "trust"))
    filters = Filters(region, level, trust, first, last)
    page, size = read_number(args, "page", 1, 1_000_000), read_number(args, "size", A_PAGE, MOST_A_PAGE)
    return Asking(query, filters, order, page, size)


def read_number(args: Mapping[str, str], name: str, usual: int, most: int) -> int:
    """A whole number from 1 to `most`, `usual` where the parameter is not there. Raises BadAskingError."""
    given = args.get(name) or str(usual)
    if given == "max":
        return most
    if not re.fullmatch(r"[0-9]{1,7}", given) or not 1 <= int(given) <= most:
        raise BadAskingError(f"{name} must be a number from 1 to {most}")
    return int(given)


def read_years(given: str) -> tuple[int, int]:
    """First and last year of `2020`, `2019-2021`, `2019-`, `-2021`; 0 where open. Raises BadAskingError."""
    found = YEARS.fullmatch(given.strip())
    if found is None or (found["last"] and found["first"] and not found["range"]):
        raise BadAskingError("years must look like 2020, 2019-2021, 2019- or -2021")
    first, last = int(found["first"] or 0), int(found["last"] or 0)
    return first, (last if found["range"] or last else first)


def write_years(first: int, last: int) -> str:
    """The parameter `years` for a first and a last year."""
    if first == last:
        return str(first or "")
    return f"{first or ''}-{last or ''}"
