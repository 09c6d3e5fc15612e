"""Regions: names → codes, with evidence. A name counts only whole, and only in the years in which it was valid.

`regions.csv` holds code, name, level, province, prefecture, valid_from, valid_until, successors and irregular short
names of 6,823 units, 1981–2025, compiled from the CC0 table yescallop/areacodes; the nation is added as 000000. A later
or earlier name of a unit is a row of its own. Townships are in no table: name and county tell them (place.py).
"""

from __future__ import annotations

import csv
import io
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from archive.errors import BadArgumentsError

BUILT_IN = Path(__file__).parent / "regions.csv"
COLUMNS = ("code", "name", "level", "province", "prefecture", "valid_from", "valid_until", "successors")

# The nation's assembly has no region name before it.
NATION = "000000"

# The nationalities in the names of autonomous units; those of 新疆 and 内蒙古 leave out 族.
NATIONALITIES = (
    "蒙古族|回族|藏族|维吾尔族?|苗族|彝族|壮族|布依族|朝鲜族|满族|侗族|瑶族|白族|土家族|哈尼族|哈萨克族?|傣族|黎族|傈僳族|佤族|畲族|拉祜族|水族"
    "|东乡族|纳西族|景颇族|柯尔克孜族?|土族|达斡尔族|仫佬族|羌族|布朗族|撒拉族|毛南族|仡佬族|锡伯族?|普米族|塔吉克族?|怒族|鄂温克族|裕固族|保安族"
    "|独龙族|鄂伦春族?|蒙古|各族"
)
# 围场满族蒙古族自治县 → 围场县, 海南藏族自治州 → 海南州 and 海南自治州, 鄂温克族自治旗 → 鄂温克旗.
AUTONOMOUS = re.compile(rf"^(?P<stem>.{{2,}}?)(?:{NATIONALITIES})*族?自治(?P<class>[州县旗])$")
# What a prefecture or county is called by where its class is left off: 徐州, 上海徐汇.
CLASS = re.compile(r"(?:自治州|自治县|自治旗|地区|新区|特区|林区|市|州|盟|县|区|旗)$")

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
    short: str = ""

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

    def inside(self, other: Region) -> bool:
        """Whether this unit lies in `other` and is another."""
        return self.code != other.code and self.within(other)

    def names(self) -> Iterable[str]:
        """The name and its short forms that stand for it anywhere."""
        yield self.name
        if self.level == "province" and (short := short_province(self.name)):
            yield short
        if match := AUTONOMOUS.match(self.name):
            yield from (match["stem"] + match["class"], f"{match['stem']}自治{match['class']}")
        yield from (short for short in self.short.split(";") if short)

    def stem(self) -> str | None:
        """The name without its class word, None where nothing of two characters is left."""
        match = AUTONOMOUS.match(self.name)
        stem = match["stem"] if match else CLASS.sub("", self.name)
        return stem if self.level in ("prefecture", "county") and len(stem) >= 2 and stem != self.name else None


@dataclass(frozen=True, slots=True)
class Mention:
    """A region's name found in words: which units bear it. `by_stem`: its class word was left off."""

    words: str
    candidates: tuple[Region, ...]
    by_stem: bool = False


class Regions:
    """The gazetteer. Immutable after loading; its methods are pure."""

    def __init__(self, regions: Iterable[Region]) -> None:
        self.all = tuple(regions)
        by_name: dict[str, list[Region]] = defaultdict(list)
        by_stem: dict[str, list[Region]] = defaultdict(list)
        by_code: dict[str, list[Region]] = defaultdict(list)
        before: dict[str, list[Region]] = defaultdict(list)
        for region in self.all:
            by_code[region.code].append(region)
            for name in region.names():
                by_name[name].append(region)
            if stem := region.stem():
                by_stem[stem].append(region)
            for successor in region.successors.split(";"):
                # 310115[1992]: only a part went there.
                if successor and "[" not in successor:
                    before[successor].append(region)
        self.by_name = {name: tuple(units) for name, units in by_name.items()}
        self.by_stem = {stem: tuple(units) for stem, units in by_stem.items()}
        self.by_code = {code: tuple(units) for code, units in by_code.items()}
        self.before = {code: tuple(units) for code, units in before.items()}
        self.longest = max(map(len, self.by_name), default=0)
        parents = [region for region in self.all if region.level == "county" and region.prefecture]
        self.parents = {(region.province, region.prefecture) for region in parents}

    def read(self, words: str, above: tuple[Region, ...] = ()) -> tuple[tuple[Mention, ...], str]:
        """Names one after another from the beginning of `words`, each within the one before, and the rest behind them.

        `above` are units that the first must lie in. Of several readings the one that leaves least counts, then the one
        whose first name is longest: 高唐县 is never 唐县, 青岛市南区 has 市南区 and not 南区, which is in no 青岛市. A
        name without its class word counts before or behind a unit of its own, and alone where nothing is left.
        """
        best: tuple[tuple[Mention, ...], str] = ((), words)
        for length in range(min(self.longest, len(words)), 1, -1):
            for by_stem, table in ((False, self.by_name), (True, self.by_stem)):
                units = table.get(words[:length], ())
                if above:
                    units = tuple(unit for unit in units if any(unit.inside(outer) for outer in above))
                chain, rest = self.read(words[length:], units) if units else ((), words)
                whole = bool(chain) and not chain[0].by_stem
                if not units or (by_stem and rest and not whole) or (by_stem and not above and chain and not whole):
                    continue
                if not best[0] or len(rest) < len(best[1]):
                    best = (Mention(words[:length], units, by_stem), *chain), rest
        return best

    def narrow(self, chain: tuple[Mention, ...], year: int | None) -> list[Region]:
        """The units the last name of a chain may be: valid in `year`, within the parents named before it.

        A name that was valid in no such year stands for the unit that has it later, or had it before, under the same
        stem: 清苑区 in 2003 is 清苑县.
        """
        if not chain:
            return []
        *parents, last = chain
        units: list[Region] = list(last.candidates)
        if last.by_stem and parents:
            units = [unit for unit in units if unit.level == "county"]
        elif last.by_stem:
            units = [unit for unit in units if unit.level == "prefecture"] or units
        for parent in parents:
            units = [unit for unit in units if any(unit.within(above) for above in parent.candidates)] or units
        # A speech of January may use the name of the year before; the table knows years alone.
        for there in (year, year and year - 1):
            if valid := [unit for unit in units if unit.valid_in(there)]:
                break
        else:
            moved = {unit for known in units for unit in self.moved(known, year)}
            valid = list(moved) or units
        return newest_of_each_code(valid)

    def moved(self, unit: Region, year: int | None) -> list[Region]:
        """What a unit was or became in `year`: under its code whatever it was called, else under the same stem.

        崇明县 in 2017 is 崇明区, 襄阳市 in 2005 is 襄樊市.
        """
        if year is None:
            return []
        if renamed := [found for found in self.by_code.get(unit.code, ()) if found.valid_in(year)]:
            return renamed
        stem = unit.stem() or unit.name
        near: tuple[Region, ...] = self.before.get(unit.code, ())
        if unit.valid_until is not None and unit.valid_until < year:
            codes = [code for code in unit.successors.split(";") if code and "[" not in code]
            near = tuple(found for code in codes for found in self.by_code.get(code, ()))
        return [found for found in near if found.valid_in(year) and (found.stem() or found.name) == stem]

    def has_counties(self, unit: Region) -> bool:
        """Whether counties lie in a unit: 东莞 and county-level cities have townships right below them."""
        return unit.level == "province" or (unit.level == "prefecture" and (unit.province, unit.name) in self.parents)

    def related(self, one: Region, other: Region) -> bool:
        """Whether two units are one, one lies in the other, or one became the other."""
        if one.code == other.code or one.within(other) or other.within(one):
            return True
        return any(a.code in b.successors for a, b in ((one, other), (other, one)))

    def at(self, code: str | None, year: int | None) -> Region | None:
        """The unit that had `code` in `year`; without a year, the newest that ever had it."""
        units = self.by_code.get(code or "", ())
        valid = [unit for unit in units if unit.valid_in(year)] if year else []
        return max(valid or units, key=lambda unit: unit.valid_from, default=None)

    def parent_code(self, unit: Region, year: int) -> str | None:
        """The code of the unit above in `year`: prefecture, province or nation; None above the nation."""
        if unit.level == "national":
            return None
        if unit.level == "province":
            return "000000"
        above = self.by_name.get(unit.prefecture if unit.level == "county" and unit.prefecture else unit.province, ())
        fitting = [one for one in above if one.valid_in(year) and one.province == unit.province and one != unit]
        return max((one.code for one in fitting if one.level in ("prefecture", "province")), default=None)

    def code_today(self, unit: Region) -> str | None:
        """The code a unit's area has today; None where it was divided among several."""
        open_codes, seen, ends = [unit.code], set[str](), set[str]()
        while open_codes:
            code = open_codes.pop()
            newest = self.at(code, None)
            if newest is None or newest.valid_until is None:
                ends.add(code)
            elif code not in seen:
                seen.add(code)
                # 310115[1992]: only a part went there.
                open_codes += [after for after in newest.successors.split(";") if after and "[" not in after]
        return ends.pop() if len(ends) == 1 else None


def newest_of_each_code(units: Iterable[Region]) -> list[Region]:
    """Units in order of code; of several periods of one code the newest."""
    newest: dict[str, Region] = {}
    for unit in sorted(units, key=lambda unit: (unit.code, unit.valid_from)):
        newest[unit.code] = unit
    return list(newest.values())


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
            short = row.get("short") or ""
            regions.append(Region(code, name, level, province, prefecture, since, until, successors, short))
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
