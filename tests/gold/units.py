"""Units of reports scored on real texts beside the checkout: targets, outline, glossary. Labels are figures and places.

`labels/targets.csv`: every figure of the closed list of indicators in the goals of 69 reports, and in the whole of 15 of
them (`labels/scopes.csv`), read by eye. `labels/outline.csv`: the kinds of the sections of the first level, with a digest
of each heading. No sentence of a report is kept. Terms are counted.
"""

from __future__ import annotations

import csv
import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from archive.examine import Circumstances, examine
from archive.glossary import find_terms
from archive.hand import HandPage, find_pages
from archive.outline import Section, outline
from archive.regions import load_regions
from archive.targets import Target, find_targets

SHARED = Path(__file__).parents[3] / "shared"
LABELS = Path(__file__).parent / "labels"
FLOORS = LABELS / "floors.json"
# A figure stands within so many characters of its label, and as many more as the text has grown or shrunk since.
NEAR = 40
MISSING = "skipped: the reports are not beside this checkout (../shared/seeds, ../shared/data)"

MOST_BYTES = 10**9

Key = tuple[int, str]


@dataclass(frozen=True, slots=True)
class Tally:
    """Right, false and missed."""

    right: int = 0
    false: int = 0
    missed: int = 0

    @property
    def precision(self) -> float:
        """Share of what is found that is right."""
        return self.right / max(1, self.right + self.false)

    @property
    def recall(self) -> float:
        """Share of what is there that is found."""
        return self.right / max(1, self.right + self.missed)


@cache
def texts() -> dict[Key, str]:
    """The cleaned texts of the seeds and of 62 provincial reports by year and region; empty where they are missing."""
    found: dict[Key, str] = {}
    if not (SHARED / "seeds").exists() or not (SHARED / "data" / "reports-2025-docx.zip").exists():
        return found
    for path in sorted((SHARED / "seeds").glob("0*.txt")):
        for finding in examine(path.read_bytes(), Circumstances()).findings:
            if finding.identity.is_report and finding.identity.year and finding.identity.region:
                found[finding.identity.year, finding.identity.region] = finding.text
    codes = {unit.name[:2]: unit.code for unit in load_regions().all if unit.level == "province"}
    for folder, year in (("reports-2025-docx.zip", 2025), ("reports-2026-csv", 2026)):
        for page in find_pages(SHARED / "data" / folder, MOST_BYTES):
            assert isinstance(page, HandPage)
            (finding,) = examine(page.data, Circumstances(content_type=page.content_type)).findings
            name = page.name.removeprefix(str(SHARED))
            found[year, next(code for stem, code in codes.items() if stem in name)] = finding.text
    return found


def read_labels(name: str) -> list[dict[str, str]]:
    """The rows of one file of labels."""
    with (LABELS / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def found_targets(key: Key) -> tuple[str, list[Target]]:
    """The text of a report and the targets found in it."""
    text = texts()[key]
    unit = load_regions().at(key[1], key[0])
    return text, find_targets(text, outline(text)[0], key[0], unit.path if unit else None)


def score_targets(only: str | None = None) -> dict[str, Tally]:
    """A tally for each indicator and for `all`; `growth`: the growth target of the year alone."""
    counts: dict[str, list[int]] = {}
    scopes: dict[Key, list[dict[str, str]]] = {}
    for row in read_labels("scopes"):
        scopes.setdefault((int(row["year"]), row["region"]), []).append(row)
    labels: dict[Key, list[dict[str, str]]] = {}
    for row in read_labels("targets"):
        labels.setdefault((int(row["year"]), row["region"]), []).append(row)
    for key, parts in sorted(scopes.items()):
        text, targets = found_targets(key)
        slack = NEAR + abs(len(text) - int(parts[0]["chars"]))
        whole = any(part["scope"] == "all" for part in parts)
        judged = [one for one in targets if one.kind != "absent" and (whole or in_goals(one, parts, slack))]
        left = list(labels[key])
        for target in judged:
            match = next((label for label in left if agrees(label, target, slack)), None)
            if match:
                left.remove(match)
            for name in names_of(target.indicator, target.kind, target.period or ""):
                counts.setdefault(name, [0, 0, 0])[0 if match else 1] += 1
        for label in left:
            for name in names_of(label["indicator"], label["kind"], label["period"]):
                counts.setdefault(name, [0, 0, 0])[2] += 1
    return {name: Tally(*numbers) for name, numbers in counts.items()}


def names_of(indicator: str, kind: str, period: str) -> Iterable[str]:
    """The tallies a figure counts in."""
    yield indicator
    yield "all"
    if (indicator, kind, period) == ("gdp_growth", "planned", "year"):
        yield "growth"


def in_goals(target: Target, parts: list[dict[str, str]], slack: int) -> bool:
    """Whether a target is planned in the goals that were labelled."""
    place = target.figure_start or 0
    inside = any(int(part["start"]) - slack + NEAR <= place < int(part["end"]) + slack - NEAR for part in parts)
    return target.kind == "planned" and inside


def agrees(label: dict[str, str], target: Target, slack: int) -> bool:
    """Whether a target is what the label says, its modifier and period included."""
    same = (label["indicator"], label["kind"], label["period"], label["modifier"])
    if same != (target.indicator, target.kind, target.period, target.modifier or ""):
        return False
    for said, value in ((label["low"], target.low), (label["high"], target.high)):
        if (float(said) if said else None) != (round(value, 6) if value is not None else None):
            return False
    unit = not label["low"] or label["unit"] == target.unit
    return unit and abs(int(label["at"]) - (target.figure_start or 0)) <= slack


def growth_found() -> tuple[int, int, int]:
    """Growth targets of the year over whole texts: labelled, found as labelled, found falsely."""
    wanted: dict[Key, list[tuple[float, float, str]]] = {}
    for row in read_labels("targets"):
        if (row["indicator"], row["kind"], row["period"]) == ("gdp_growth", "planned", "year"):
            value = float(row["low"]), float(row["high"]), row["modifier"]
            wanted.setdefault((int(row["year"]), row["region"]), []).append(value)
    right = false = 0
    for key in texts():
        left = list(wanted.get(key, []))
        for one in found_targets(key)[1]:
            if (one.indicator, one.kind, one.period) == ("gdp_growth", "planned", "year") and one.low is not None:
                value = one.low, one.high or 0.0, one.modifier or ""
                if value in left:
                    left.remove(value)
                    right += 1
                elif value not in wanted.get(key, []):  # said again elsewhere is not false
                    false += 1
    return sum(map(len, wanted.values())), right, false


def tops(sections: Iterable[Section]) -> list[tuple[str, str]]:
    """Kind and heading's digest of each section of the first level."""
    return [(part.kind, digest(part.heading)) for part in sections if part.level == 1]


def digest(heading: str) -> str:
    """Eight characters that tell a heading, its punctuation and white space aside."""
    return hashlib.sha256(re.sub(r"[\W_]", "", heading).encode()).hexdigest()[:8]


def score_outline() -> Tally:
    """Sections of the first level with the right kind, over all reports; a misplaced paragraph counts as false."""
    right = false = missed = 0
    labels: dict[Key, list[tuple[str, str]]] = {}
    for row in read_labels("outline"):
        labels.setdefault((int(row["year"]), row["region"]), []).append((row["kind"], row["heading"]))
    for key, text in texts().items():
        sections, paragraphs = outline(text)
        found, wanted = tops(sections), labels[key]
        right += sum(one in wanted for one in found)
        false += sum(one not in wanted for one in found)
        missed += sum(one not in found for one in wanted)
        false += "\n".join(text[part.start : part.start + part.length] for part in paragraphs) != text
    return Tally(right, false, missed)


def score_glossary() -> Tally:
    """Terms against how many each report explains; right are those with a definition that ends with its sentence."""
    right = false = missed = 0
    wanted = {(int(row["year"]), row["region"]): int(row["terms"]) for row in read_labels("glossary")}
    for key, text in texts().items():
        terms = find_terms(text, outline(text)[0])
        whole = sum(term.definition.rstrip()[-1:] in "。”；）)" for term in terms)
        right += min(whole, wanted.get(key, 0))
        false += len(terms) - min(whole, wanted.get(key, 0))
        missed += max(0, wanted.get(key, 0) - len(terms))
    return Tally(right, false, missed)


@cache
def reached_units() -> dict[str, dict[str, float]]:
    """What is reached now, by what is measured; empty where the texts are missing."""
    if not texts():
        return {}
    labelled, right, false = growth_found()
    tallies = {"targets": score_targets()["all"], "outline": score_outline(), "glossary": score_glossary()}
    scores = {
        name: {"precision": round(tally.precision, 4), "recall": round(tally.recall, 4)}
        for name, tally in tallies.items()
    }
    return scores | {"growth": {"right": round(right / labelled, 4), "none_false": float(not false)}}


def falls_of_units() -> list[str]:
    """What is below its floor, in words."""
    floors = json.loads(FLOORS.read_text(encoding="utf-8"))
    now = reached_units()
    return [
        f"{name} {what}: {now[name][what]} is below {floor}"
        for name, scores in floors.items()
        for what, floor in scores.items()
        if now and now[name][what] < floor
    ]


def print_units() -> None:
    """The tables of `make gold`."""
    if not texts():
        print(f"\nunits of reports: {MISSING}")
        return
    tallies = score_targets()
    print(f"\ntargets: {len(read_labels('targets'))} figures labelled by eye: precision, recall, labelled")
    for name in sorted(tallies, key=lambda name: (name in ("all", "growth"), name)):
        tally = tallies[name]
        print(f"  {name:20}{tally.precision:8.4f}{tally.recall:8.4f}{tally.right + tally.missed:7}")
    labelled, right, false = growth_found()
    print(f"  growth target with its modifier, over whole texts: {right} of {labelled}, {false} false")
    for what, tally in (("sections of the first level", score_outline()), ("terms", score_glossary())):
        print(f"{what}: precision {tally.precision:.4f}, recall {tally.recall:.4f} of {tally.right + tally.missed}")


if __name__ == "__main__":
    print_units()
