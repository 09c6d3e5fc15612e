"""corrections.csv of a home: a person overrules what the archive made of a text, one value a line, with evidence.

id,field,value,evidence,who,on. `id` is a copy's (capture and part; a rejected candidate has one too) or a report's: all
copies that say they are of its region and year. Every mistake is one line that says what, where and how to mend it; the
other lines are applied. Pure but for reading the file.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from archive.errors import BadArgumentsError
from archive.model import Evidence, Identity, Overruled, Problem
from archive.near_miss import REASONS
from archive.regions import Regions

COLUMNS = ("id", "field", "value", "evidence", "who", "on")
WHETHER = "is_report"
WORDS = ("title", "township", "congress", "session", "speaker", "speaker_post")
# The day a page states is its own, not that of other copies.
PUBLISHED = "published_on"
FIELDS = (WHETHER, "region", "year", "delivered_on", *WORDS, PUBLISHED)
DAYS = ("delivered_on", PUBLISHED)
YES = ("yes", "report")
# What a person who leaves the value empty says: nobody knows. Of a report's being one there is no such thing.
FIRST_YEAR, LAST_YEAR = 1949, 2100
TOLD_APART = re.compile(r"^\d{6}-.*\d{4}-(?:[b-z]|\d{2})$")
# Problems that say a field is open: a person who fills it has settled them.
SETTLED_BY = {"region": "unresolved_region", "year": "unresolved_year", "delivered_on": "damaged_date"}


@dataclass(frozen=True, slots=True)
class Correction:
    """One line of corrections.csv. `value` "" is nothing known; `line` its number in the file."""

    id: str
    field: str
    value: str
    evidence: str
    who: str
    on: str
    line: int

    @property
    def of_report(self) -> bool:
        """Whether the id is a report's."""
        return is_report_id(self.id)

    @property
    def why(self) -> str:
        """Who says so, when and from what."""
        return f"{self.who}, {self.on}: {self.evidence}"


def read_corrections(path: Path, regions: Regions) -> tuple[tuple[Correction, ...], tuple[str, ...]]:
    """The corrections of a file, none where it is not there, and a line for each mistake in it.

    Raises BadArgumentsError where nothing of the file can be used.
    """
    if not path.exists():
        return (), ()
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadArgumentsError(f"{path}: not UTF-8 (byte {error.start}): save it as CSV UTF-8") from error
    except OSError as error:
        raise BadArgumentsError(f"{path}: cannot be read ({error.strerror}): mend its permissions") from error
    return parse_corrections(text, str(path), regions)


def parse_corrections(text: str, where: str, regions: Regions) -> tuple[tuple[Correction, ...], tuple[str, ...]]:
    """The corrections of a CSV text and its mistakes; `where` names the file. Raises BadArgumentsError."""
    reader = csv.reader(io.StringIO(text), strict=True)
    found: dict[tuple[str, str], Correction] = {}
    mistakes: list[str] = []
    try:
        head = next(reader, [])
        if [column.strip() for column in head] != list(COLUMNS):
            raise BadArgumentsError(f"{where}, line 1: the columns must be {','.join(COLUMNS)}, not {','.join(head)}")
        for row in reader:
            cells = [cell.strip() for cell in row]
            if not any(cells):
                continue
            wrong = find_mistake(cells, regions)
            if wrong is None:
                id, field, value, evidence, who, on = cells
                correction = Correction(id, field, value, evidence, who, on, reader.line_num)
                earlier = found.setdefault((correction.id, correction.field), correction)
                if earlier is not correction:
                    wrong = f"{correction.id} has a {correction.field} in line {earlier.line} already: keep one of them"
            if wrong is not None:
                mistakes.append(f"{where}, line {reader.line_num}: {wrong}")
    except csv.Error as error:
        mistakes.append(f"{where}, line {reader.line_num}: {error}: close the quotes; nothing behind it was read")
    return tuple(found.values()), tuple(mistakes)


def find_mistake(cells: Sequence[str], regions: Regions) -> str | None:
    """What is wrong with the cells of a line, and how to mend it; None where nothing is."""
    if len(cells) != len(COLUMNS):
        return f"{len(COLUMNS)} columns are wanted, {len(cells)} found: put a value that has a comma in quotes"
    id, field, value, evidence, who, on = cells
    for name, cell in (("id", id), ("field", field), ("evidence", evidence), ("who", who)):
        if not cell:
            return f"{name} is empty: say it"
    if TOLD_APART.match(id):
        return f"{id} is one of several reports of its region and year: give the ids of its copies instead"
    if field not in FIELDS:
        return f"field {field} is unknown: one of {', '.join(FIELDS)}"
    if not is_day(on):
        return f"on is {on or 'empty'}: write the day of the correction as 2026-11-22"
    if field == WHETHER and value not in YES and value not in REASONS:
        reasons = ", ".join(reason for reason in REASONS if reason not in YES)
        return f"is_report is {value or 'empty'}: yes, or the reason why not: {reasons}"
    if field == "region" and value and value not in regions.by_code:
        return f"region {value} is in no table of regions: give the six digits of one, or add it to regions.csv"
    if field == "year" and value and not (value.isdecimal() and FIRST_YEAR <= int(value) <= LAST_YEAR):
        return f"year {value} is no year between {FIRST_YEAR} and {LAST_YEAR}: write the year planned as 2024"
    if field in DAYS and value and not is_day(value):
        return f"{field} {value} is no day: write it as 2024-01-16"
    if field == PUBLISHED and is_report_id(id):
        return f"{field} is what one page states, and {id} is a report: give the id of the copy"
    return None


def is_report_id(id: str) -> bool:
    """Whether an id is a report's, not a copy's."""
    return re.match(r"\d{6}-|unresolved-", id) is not None


def is_day(words: str) -> bool:
    """Whether words are a day of the calendar as 2024-01-16."""
    try:
        return bool(re.fullmatch(r"\d{4}-\d{2}-\d{2}", words)) and date.fromisoformat(words) is not None
    except ValueError:
        return False


def own_id(identity: Identity, digest: str) -> str:
    """The id of the report that a text by itself says it is: region and year, or the start of its digest."""
    if identity.region is None or identity.year is None:
        return f"unresolved-{digest[:12]}"
    return "-".join(part for part in (identity.region, identity.township, str(identity.year)) if part)


def choose(corrections: Iterable[Correction], copy_id: str, report_id: str | None) -> dict[str, Correction]:
    """The corrections of one text by field: what is said of the copy counts before what is said of the report."""
    chosen: dict[str, Correction] = {}
    for id in (report_id, copy_id):
        chosen |= {correction.field: correction for correction in corrections if correction.id == id}
    return chosen


def reject_corrected(identity: Identity, correction: Correction, report_id: str) -> tuple[Identity, Overruled]:
    """A report that a person says is none."""
    detail = f"a person says so: {correction.why}"
    rejected = Identity(False, correction.value, detail, title=identity.title, title_year=identity.title_year)
    return rejected, Overruled(correction.id, WHETHER, correction.value, "report", report_id)


def correct_identity(
    identity: Identity, chosen: dict[str, Correction], report_id: str, regions: Regions
) -> tuple[Identity, tuple[Overruled, ...]]:
    """An identity with the values a person gave it, each with its evidence and a note, and what was overruled."""
    overruled = []
    for field in FIELDS:
        correction = chosen.get(field)
        if correction is None or field in (WHETHER, PUBLISHED):
            continue
        was = getattr(identity, field)
        values: dict[str, Any] = {field: correction.value or None}
        if field == "year" and correction.value:
            values["year"] = int(correction.value)
        identity, one = note_correction(replace(identity, **values), correction, was, report_id)
        overruled.append(one)
    unit = regions.at(identity.region, identity.year)
    path = "/".join(part for part in (unit.path, identity.township) if part) if unit else None
    if overruled:
        identity = replace(identity, region_name=path)
    return identity, tuple(overruled)


def note_correction(
    identity: Identity, correction: Correction, was: object, report_id: str
) -> tuple[Identity, Overruled]:
    """An identity with the evidence and the note of a correction that was made, and what it overruled."""
    field, value = correction.field, correction.value
    problems = [problem for problem in identity.problems if problem.code != SETTLED_BY.get(field)]
    detail = f"{field}: {'nothing' if was is None else was} → {value or 'nothing'} ({correction.why})"
    problems.append(Problem("corrected", "note", detail))
    evidence = {**identity.evidence, field: Evidence("correction", correction.why)}
    noted = replace(identity, evidence=evidence, problems=tuple(problems))
    return noted, Overruled(correction.id, field, value, None if was is None else str(was), report_id)
