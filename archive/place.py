"""Which region a report is of: the names in its head, its opening and on its page, held against the gazetteer.

The witnesses in order: session line, speaker line, head title, opening, page title, name of the site, SiteIDCode,
source (DESIGN §7). The first that names exactly one unit decides; parents named by any witness narrow a shared name.
Names that the gazetteer does not know (a new district, a development zone) leave the region open rather than give it
to the city around them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from archive.head import HAN, simplify, squeeze
from archive.model import Evidence, Problem
from archive.regions import NATION, Mention, Region, Regions

# Between the names of places in titles and on pages.
BETWEEN = re.compile(
    rf"[^{HAN}]+(?:年度?)?|人民政府|政府(?:的)?工作报告|工作报告|政府|管理委员会|管委会|办事处|党工委|转发|印发|关于|门户网站|网站|官网|全文"
    r"|(?:第?[一二三四五六七八九十百零〇]+|首)届|代表大会|中共|召开|举行|[的在与]"
)
# A place behind known names that the gazetteer does not have; 全市, 我县 and the like are none.
UNKNOWN = re.compile(rf"^(?![全本我各该])[{HAN}]{{1,12}}(?:区|县|市|旗|自治州|盟)$")
TOWNSHIP = re.compile(rf"^(?![全本我各该乡])[{HAN}]{{1,10}}?(?:镇|乡|街道|苏木)$")
# So little behind a name in a head is a name cut or damaged, not prose: 河北省易 lost its 县.
LEFT_OVER = re.compile(rf"^(?!本级|全体)[{HAN}]{{1,3}}$")
# A text that lacks more common characters than these was not written as reports are; a copy loses one (SOURCES §5).
MOST_LOST = 2
SPOKEN_FOR = re.compile(rf"代表[，,]?([{HAN}]{{0,20}}?)(?:人民政府|政府|公署)")

# What a post or 我代表…政府 says of the unit: the class word its name must end in.
CLASS_OF_POST = {
    "省长": "省", "区长": "区", "县长": "县", "市长": "市", "旗长": "旗", "州长": "州", "盟长": "盟", "主席": "自治区",
    "专员": "地区", "镇长": "镇", "乡长": "乡", "苏木达": "苏木",
}  # fmt: skip
BARE_CLASS = re.compile(r"^(?:省|自治区|自治州|州|市|自治县|县|区|自治旗|旗|盟|镇|乡|街道|苏木)$")
TOWNSHIP_CLASSES = ("镇", "乡", "街道", "苏木")


@dataclass(frozen=True, slots=True)
class Witness:
    """What one witness says: its words, the names of places in them, a township behind them, a name unknown."""

    rule: str
    words: str
    chains: tuple[tuple[Mention, ...], ...] = ()
    township: str | None = None
    unknown: str | None = None
    bare: str | None = None
    read: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Settled:
    """A region settled or not, the evidence and the problems."""

    region: Region | None
    township: str | None
    evidence: dict[str, Evidence]
    problems: tuple[Problem, ...]


def hear(rule: str, words: str, regions: Regions, strict: bool = False) -> Witness:
    """What the words of one witness say of places. `strict`: a few characters left behind a name are unknown too."""
    chains: list[tuple[Mention, ...]] = []
    parts: list[str] = []
    township = unknown = bare = None
    for part in BETWEEN.split(squeeze(simplify(words))):
        if len(part) < 2 or BARE_CLASS.match(part):
            bare = bare or (part if BARE_CLASS.match(part) else None)
            continue
        chain, rest = regions.read(part)
        if TOWNSHIP.match(rest):
            township = township or rest
        elif not BARE_CLASS.match(rest) and (UNKNOWN.match(rest) or (strict and chain and LEFT_OVER.match(rest))):
            unknown = unknown or "/".join([*(mention.words for mention in chain), rest])
            continue
        if chain:
            chains.append(chain)
            parts.append(part)
    return Witness(rule, words, tuple(chains), township, unknown, bare, tuple(parts))


def may_be_another(witness: Witness, unit: Region, lost: str, year: int | None, regions: Regions) -> list[Region]:
    """Other units a name may have been before the text lost a character throughout: 沙县 of 长沙县."""
    others: list[Region] = []
    for part in witness.read if len(lost) <= MOST_LOST else ():
        for character in lost:
            for place in range(len(part) + 1):
                chain, rest = regions.read(part[:place] + character + part[place:])
                others += [found for found in regions.narrow(chain, year) if not rest and found.code != unit.code]
    return others


def settle_region(
    spoken: Sequence[tuple[str, str]],
    shown: Sequence[tuple[str, str]],
    around: Iterable[str],
    codes: Sequence[tuple[str, str | None]],
    post: str | None,
    year: int | None,
    regions: Regions,
    lost: str = "",
) -> Settled:
    """The region and township of a report.

    `spoken` are (rule, words) of the text, `shown` of the page, `around` more lines of the page that only narrow shared
    names, `codes` (rule, code) of site and source. `post` is the speaker's; `year` the year of the speech; `lost` the
    characters that the text has lost throughout.
    """
    said = [hear(rule, words, regions, strict=True) for rule, words in spoken if words]
    seen = [hear(rule, words, regions) for rule, words in shown if words]
    aside = [hear("page", words, regions) for words in around]
    coded = [(rule, unit) for rule, code in codes if (unit := regions.at(code, year))]
    township = next((witness.township for witness in (*said, *seen) if witness.township), None)
    wanted = class_wanted(said, post, spoken)
    everyone = (*said, *seen, *aside)
    open_units: list[Region] = []
    for witness in (*said, *seen):
        if witness.unknown and not township:
            text = f"{witness.unknown} is not in the table of regions ({witness.rule})"
            return Settled(None, None, {}, (Problem("unresolved_region", "minor", text),))
        units = narrow_by_others(units_of(witness, year, regions), everyone, coded, year, regions)
        if witness in seen and wanted:
            units = [unit for unit in units if fits(unit, wanted)]
        if len(units) == 1 and (others := may_be_another(witness, units[0], lost, year, regions)):
            sure = [known for _, known in coded if known.code in {unit.code for unit in (*units, *others)}]
            units = sure[:1] or [*units, *others]
        if len(units) == 1 and (township is None or not regions.has_counties(units[0])):
            problems = disagreements(units[0], witness, (*said, *seen), coded, year, regions)
            evidence = {"region": Evidence(witness.rule, witness.words)}
            return Settled(units[0], township, evidence, tuple(problems))
        open_units = open_units or units
    for rule, known in coded:
        if open_units and not any(known.code == unit.code or known.within(unit) for unit in open_units):
            continue
        if township is None and not fits(known, wanted):
            continue
        if township is not None and regions.has_counties(known):
            continue
        return Settled(known, township, {"region": Evidence(rule, known.code)}, ())
    return Settled(None, None, {}, (Problem("unresolved_region", "minor", candidates(open_units, township, wanted)),))


def candidates(units: list[Region], township: str | None, wanted: str | None) -> str:
    """Why a region is unresolved, the candidates named."""
    named = "; ".join(f"{unit.code} {unit.path}" for unit in units[:8])
    if township:
        return f"{township} of which county? " + (named or "none is named")
    return named or f"no name of a region found{f', only that it is a {wanted}' if wanted else ''}"


def units_of(witness: Witness, year: int | None, regions: Regions) -> list[Region]:
    """The units one witness may mean: of several names the smallest, of equals the last."""
    best: list[Region] = []
    for chain in witness.chains:
        units = regions.narrow(chain, year)
        inner = not best or any(unit.within(above) for unit in units for above in best)
        outer = any(above.within(unit) for unit in units for above in best)
        if inner or not outer:
            best = [unit for unit in units if not best or any(unit.within(above) for above in best)] or units
    return best


def narrow_by_others(
    units: list[Region],
    witnesses: Iterable[Witness],
    coded: Sequence[tuple[str, Region]],
    year: int | None,
    regions: Regions,
) -> list[Region]:
    """Units that share a name, narrowed to the one that another witness names or lies in what it names."""
    if len(units) < 2:
        return units
    for witness in witnesses:
        for chain in witness.chains:
            for mention in reversed(chain):
                named = [found for found in mention.candidates if found.level != "national"]
                within = [u for u in units if any(u.within(found) and u.name != found.name for found in named)]
                if len(within) == 1:
                    return within
    for _, known in coded:
        within = [unit for unit in units if unit.code == known.code or unit.within(known)]
        if len(within) == 1:
            return within
    return units


def class_wanted(said: Sequence[Witness], post: str | None, spoken: Sequence[tuple[str, str]]) -> str | None:
    """The class word that the text itself gives its region: by the post, 县第十五届人民代表大会, 我代表县人民政府."""
    for ending, word in CLASS_OF_POST.items():
        if post and post.endswith(ending):
            return word
    bare = next(
        (witness.bare for witness in said if witness.bare and witness.rule in ("session line", "opening")), None
    )
    return {"自治州": "州", "自治县": "县", "自治旗": "旗"}.get(bare or "", bare)


def fits(unit: Region, wanted: str | None) -> bool:
    """Whether a unit is of the class the text speaks of; a township's is never the unit's own."""
    if wanted is None:
        return True
    if wanted in TOWNSHIP_CLASSES:
        return False
    if wanted == "自治区":
        return unit.level == "province"
    return unit.name.endswith(wanted) and not (wanted == "区" and unit.level == "province")


def opening_place(words: str) -> str:
    """The place in whose name an opening speaks: 我代表丙寅县人民政府 → 丙寅县."""
    match = SPOKEN_FOR.search(squeeze(simplify(words)))
    return match[1] if match else ""


def disagreements(
    unit: Region,
    decided: Witness,
    witnesses: Iterable[Witness],
    coded: Sequence[tuple[str, Region]],
    year: int | None,
    regions: Regions,
) -> list[Problem]:
    """Where another witness names another unit, and where the name was not the unit's in that year."""
    problems = []
    named = {mention.words for chain in decided.chains for mention in chain[-1:]}
    then = [found for found in regions.by_code.get(unit.code, ()) if found.valid_in(year)]
    own = {name for found in (*then, unit) for name in (*found.names(), found.stem())}
    if year and not (unit.valid_in(year) or unit.valid_in(year - 1)):
        problems.append(Problem("anachronistic_name", "note", f"{unit.path} did not have this name in {year}"))
    elif year and named and not named & own:
        text = f"{'/'.join(sorted(named))} was {unit.path} in {year}"
        problems.append(Problem("anachronistic_name", "note", text))
    for other in witnesses:
        units = units_of(other, year, regions)
        if other is not decided and units and not any(regions.related(found, unit) for found in units):
            paths = " or ".join(sorted({found.path for found in units}))
            text = f"{decided.rule} says {unit.path}, {other.rule} says {paths} ({other.words})"
            problems.append(Problem("region_disagrees", "minor", text))
    for rule, known in coded:
        if not regions.related(known, unit):
            text = f"{decided.rule} says {unit.path}, the {rule} is of {known.path}"
            problems.append(Problem("region_disagrees", "note", text))
    return problems


def nation(place: str, year: int | None, regions: Regions) -> Region | None:
    """The nation, where a session is that of its congress."""
    return regions.at(NATION, year) if "全国" in place or place.startswith("中华人民共和国") else None
