"""Regions: names → codes, with evidence. A name counts only whole, and only in the years in which it was valid.

`regions.csv` holds code, name, level, province, prefecture, valid_from, valid_until and successors of 6,823 units,
1981–2025, compiled from the CC0 table yescallop/areacodes; the nation is added as 000000.
"""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from archive.errors import BadArgumentsError

BUILT_IN = Path(__file__).parent / "regions.csv"
COLUMNS = ("code", "name", "level", "province", "prefecture", "valid_from", "valid_until", "successors")

# The nation's assembly has no region name before it.
NATION = "000000"

# What a province's short name leaves off: 上海市 → 上海, 内蒙古自治区 → 内蒙古 (SOURCES §4: 区 names stand alone).
PROVINCE_ENDINGS = ("维吾尔自治区", "壮族自治区", "回族自治区", "自治区", "特别行政区", "省", "市")


@dataclass(frozen=True, slots=True)
class Region:
    """One unit under one name. `valid_until` is None where it still is; both years count as valid."""

    code: str
    name: str
    level: str
    province: str
    prefecture: str
    valid_from: int
    valid_until: int | None
    successors: str

    @property
    def path(self) -> str:
        """Full name from the province down, without repeats: 上海市/黄浦区."""
        return "/".join(dict.fromkeys(part for part in (self.province, self.prefecture, self.name) if part))

    def valid_in(self, year: int | None) -> bool:
        """Whether the unit had this name in `year` (None: unknown, any will do)."""
        return year is None or (self.valid_from <= year and (self.valid_until is None or year <= self.valid_until))

    def within(self, other: Region) -> bool:
        """Whether this unit is `other` or lies in it, by the names of its parents."""
        if self.code == other.code or other.level == "national":
            return True
        if other.level == "province":
            return self.province == other.name
        return other.level == "prefecture" and self.prefecture == other.name and self.province == other.province


@dataclass(frozen=True, slots=True)
class Mention:
    """A region's name found in a text: where, and which units bear it."""

    start: int
    end: int
    candidates: tuple[Region, ...]


class Regions:
    """The gazetteer. Immutable after loading; `find` and `resolve` are pure."""

    def __init__(self, regions: Iterable[Region]) -> None:
        self.all = tuple(regions)
        self.by_code: dict[str, tuple[Region, ...]] = {}
        by_name: dict[str, list[Region]] = defaultdict(list)
        by_code: dict[str, list[Region]] = defaultdict(list)
        for region in self.all:
            by_name[region.name].append(region)
            by_code[region.code].append(region)
            if region.level == "province" and (short := short_province(region.name)):
                by_name[short].append(region)
        self.by_name = {name: tuple(units) for name, units in by_name.items()}
        self.by_code = {code: tuple(units) for code, units in by_code.items()}
        self.longest = max(map(len, self.by_name), default=0)

    def find(self, text: str) -> Iterator[Mention]:
        """Every region name in `text`, left to right, longest first: 高唐县 is never also 唐县."""
        start = 0
        while start < len(text):
            for length in range(min(self.longest, len(text) - start), 1, -1):
                if units := self.by_name.get(text[start : start + length]):
                    yield Mention(start, start + length, units)
                    start += length
                    break
            else:
                start += 1

    def narrow(self, chain: list[Mention], year: int | None) -> list[Region]:
        """The units the last name of a chain may be: valid in `year`, within the parents named before it."""
        if not chain:
            return []
        *parents, last = chain
        units = [unit for unit in last.candidates if unit.valid_in(year)] or list(last.candidates)
        for parent in parents:
            within = [unit for unit in units if any(unit.within(above) for above in parent.candidates)]
            units = within or units
        return sorted(set(units), key=lambda unit: (unit.code, unit.valid_from))

    def at(self, code: str | None, year: int | None) -> Region | None:
        """The unit that had `code` in `year`; without a year, the newest that ever had it."""
        units = self.by_code.get(code or "", ())
        valid = [unit for unit in units if unit.valid_in(year)] if year else []
        return max(valid or units, key=lambda unit: unit.valid_from, default=None)


def short_province(name: str) -> str | None:
    """A province's name without its class word, None where nothing of two characters is left."""
    for ending in PROVINCE_ENDINGS:
        if name.endswith(ending) and len(name) - len(ending) >= 2:
            return name.removesuffix(ending)
    return None


def parse_regions(text: str, where: str) -> list[Region]:
    """Regions of a CSV text with at least the columns of COLUMNS. Raises BadArgumentsError naming place and mend."""
    reader = csv.DictReader(io.StringIO(text))
    if missing := [column for column in COLUMNS if column not in (reader.fieldnames or ())]:
        raise BadArgumentsError(f"{where}: column {missing[0]} is missing; the columns are {','.join(COLUMNS)}")
    regions = []
    for row in reader:
        try:
            until = int(row["valid_until"]) if row["valid_until"] else None
            code, name, level, province, prefecture = (row[column] or "" for column in COLUMNS[:5])
            since, successors = int(row["valid_from"]), row["successors"] or ""
            regions.append(Region(code, name, level, province, prefecture, since, until, successors))
        except ValueError as error:
            raise BadArgumentsError(f"{where}, line {reader.line_num}: valid_from and valid_until are years") from error
    return regions


@cache
def load_regions(extra: Path | None = None) -> Regions:
    """The built-in gazetteer, extended by the rows of `extra` where that file exists.

    A row of `extra` with a code and first year the built-in table has too takes its place.
    """
    regions = {(r.code, r.valid_from): r for r in parse_regions(BUILT_IN.read_text(encoding="utf-8"), BUILT_IN.name)}
    if extra and extra.exists():
        more = parse_regions(extra.read_text(encoding="utf-8-sig"), str(extra))
        regions |= {(r.code, r.valid_from): r for r in more}
    return Regions(regions.values())
