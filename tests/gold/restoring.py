"""Restoration: reports of the demo damaged with a seed, put together again, and every character accounted for.

Which characters of the truth each damaged copy still has is known from how it was made; what is wrong with it is what
the detectors find. Beside this project stands a plain merge: the base, and all that any other copy has more.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from rapidfuzz.distance import Levenshtein

from archive.align import align
from archive.damage import common_characters, find_damage, find_lost_characters, lost_characters
from archive.model import Candidate
from archive.restore import DamagedCopy, restore
from crawler.demo.reports import all_reports

SEED = 20261122
SIGNS = [character for character, _, _ in common_characters()][:60]


@dataclass(frozen=True, slots=True)
class Made:
    """A damaged copy: its text, and for each character of the truth whether it is in it, in its place."""

    text: str
    has: np.ndarray
    cut: bool = False


@dataclass(slots=True)
class Tally:
    """Characters: put in, of those wrong; that another copy has, of those regained; still missing, of those marked."""

    cases: int = 0
    whole: int = 0
    restored: int = 0
    wrong: int = 0
    there: int = 0
    regained: int = 0
    missing: int = 0
    marked: int = 0


# --- ways to damage a text -------------------------------------------------------------------------------------------


def keep(truth: str, has: Sequence[bool] | np.ndarray) -> Made:
    """The truth without some characters."""
    has = np.asarray(has, dtype=bool)
    return Made("".join(sign for sign, there in zip(truth, has, strict=True) if there), has)


def lose(truth: str, sign: str) -> Made:
    """One character lost throughout."""
    return keep(truth, [character != sign for character in truth])


def cut(truth: str, sign: str, share: float) -> Made:
    """The first part of the truth, one character lost too."""
    end = truth.rfind("，", 0, int(len(truth) * share))
    made = keep(truth, [place < end and character != sign for place, character in enumerate(truth)])
    return Made(made.text + "...", made.has, cut=True)


def lose_figures(truth: str) -> Made:
    """Every number gone, its unit left."""
    gone = np.ones(len(truth), dtype=bool)
    for match in re.finditer(r"[0-9]+(?:\.[0-9]+)?", truth):
        gone[match.start() : match.end()] = False
    return keep(truth, gone)


def blot(truth: str, chance: random.Random) -> Made:
    """Forty words of two characters that could not be converted: ????."""
    words = list(re.finditer(r"(?<=[一-鿿])[一-鿿]{2}(?=[一-鿿])", truth))
    has = np.ones(len(truth), dtype=bool)
    pieces, done = [], 0
    for match in sorted(chance.sample(words, 40), key=lambda match: match.start()):
        pieces += [truth[done : match.start()], "????"]
        done = match.end()
        has[match.start() : match.end()] = False
    return Made("".join((*pieces, truth[done:])), has)


def retype(made: Made) -> Made:
    """Half-width marks, other spaces, no line ends: an aggregator's form."""
    table = str.maketrans({"，": ",", "。": ". ", "：": ":", "；": ";", "（": "(", "）": ") ", "\n": "　"})
    return Made(made.text.translate(table), made.has, made.cut)


def misread(truth: str, sign: str, chance: random.Random) -> Made:
    """One character lost, and one in a hundred of the others misread."""
    wrong = {place for place, character in enumerate(truth) if character.isalpha() and chance.random() < 0.01}
    text = "".join(
        ("己巳已" if place in wrong else character)[chance.randrange(3) if place in wrong else 0]
        for place, character in enumerate(truth)
        if character != sign
    )
    return Made(text, np.array([place not in wrong and c != sign for place, c in enumerate(truth)], dtype=bool))


def edit(truth: str, sign: str, chance: random.Random, *, base: bool = False) -> Made:
    """One character lost, a tenth of the paragraphs left out, a sentence of its own put before another tenth.

    What the editor of a base left out is wording: it is not to come back.
    """
    lines, has = [], []
    for line in truth.split("\n"):
        dice = chance.random() if len(line) > 40 else 1.0
        lines += ["本刊另行整理，仅供参阅。"] if 0.1 <= dice < 0.2 else []
        lines += [] if dice < 0.1 else [line.replace(sign, "")]
        has += [*((dice >= 0.1 and character != sign) or (base and dice < 0.1) for character in line), True]
    return Made("\n".join(lines), np.array(has[:-1], dtype=bool))


KINDS: dict[str, Callable[[str, Sequence[str], random.Random], list[Made]]] = {
    "one character each": lambda t, s, _: [lose(t, s[0]), lose(t, s[1])],
    "three copies": lambda t, s, _: [lose(t, s[0]), lose(t, s[1]), lose(t, s[2])],
    "other marks, no line ends": lambda t, s, _: [lose(t, s[0]), retype(lose(t, s[1]))],
    "the other is cut": lambda t, s, _: [lose(t, s[0]), cut(t, s[1], 0.6)],
    "the base is cut": lambda t, s, _: [cut(t, s[0], 0.6), lose(t, s[1]), lose(t, s[2])],
    "figures lost": lambda t, s, _: [lose_figures(t), lose(t, s[1])],
    "????": lambda t, s, chance: [blot(t, chance), lose(t, s[1])],
    "the other is misread": lambda t, s, chance: [lose(t, s[0]), misread(t, s[1], chance)],
    "the other is edited": lambda t, s, chance: [lose(t, s[0]), edit(t, s[1], chance)],
    "the base is edited": lambda t, s, chance: [edit(t, s[0], chance, base=True), lose(t, s[1])],
    "alone": lambda t, s, _: [lose(t, s[0])],
}


# --- putting together and counting -----------------------------------------------------------------------------------


def as_copy(number: int, made: Made) -> DamagedCopy:
    """A made copy as settling sees it: with what the detectors find."""
    problems = find_damage(made.text, Candidate(1, tuple(made.text.split("\n"))))
    codes = {problem.code for problem in problems if problem.severity == "major"} | ({"cut"} if made.cut else set())
    return DamagedCopy(f"copy {number}", made.text, lost_characters(problems), frozenset(codes))


@cache
def truths() -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Every third report of the demo, with the characters whose loss the detectors can see in a text of its length."""
    found = []
    for report in all_reports()[::3]:
        truth = report.text.replace("\u3000", " ")
        blind = {problem.detail[0] for problem in find_lost_characters(truth)}
        seen = {problem.detail[0] for problem in find_lost_characters(truth.translate(dict.fromkeys(map(ord, SIGNS))))}
        found.append((truth, tuple(sign for sign in SIGNS if sign in seen - blind)))
    return tuple(found)


def cases() -> Iterator[tuple[str, str, list[Made]]]:
    """Each kind of damage on each report of the demo: kind, truth, copies."""
    for kind, make in KINDS.items():
        for number, (truth, signs) in enumerate(truths()):
            chance = random.Random(f"{SEED} {kind} {number}")
            yield kind, truth, make(truth, chance.sample(signs, 3), chance)


def count(tally: Tally, truth: str, copies: Sequence[Made], text: str, put_in: np.ndarray, marked: np.ndarray) -> None:
    """Add one outcome to a tally. `put_in`: which characters are not the base's; `marked`: places said to be missing."""
    ours = np.zeros(len(truth), dtype=bool)
    right = np.zeros(len(text), dtype=bool)
    missing_at: list[tuple[int, int]] = []  # character of the truth, where it would stand
    for step in align(text, truth):
        if step.kind == "equal":
            ours[step.start_b : step.end_b] = True
            right[step.start_a : step.end_a] = True
        else:
            missing_at += [(place, step.start_a) for place in range(step.start_b, step.end_b)]
    base, others = copies[0].has, [copy.has for copy in copies[1:]]
    there = ~base & np.logical_or.reduce(others) if others else np.zeros(len(truth), dtype=bool)
    tally.cases += 1
    tally.whole += text == truth
    tally.restored += int(put_in.sum())
    tally.wrong += int((put_in & ~right).sum())
    tally.there += int(there.sum())
    tally.regained += int((there & ours).sum())
    lost = [(place, at) for place, at in missing_at if truth[place].isalnum() and there[place]]
    tally.missing += len(lost)
    tally.marked += sum(bool(marked[max(0, at - 1) : at + 2].any()) for _, at in lost)


def by_us(copies: Sequence[DamagedCopy]) -> tuple[str, np.ndarray, np.ndarray]:
    """This project's text, which characters it put in, and the places it marks."""
    found = restore(copies)
    put_in = np.zeros(len(found.text), dtype=bool)
    for part in found.restored:
        put_in[part.start : part.start + part.length] = True
    marked = np.zeros(len(found.text) + 2, dtype=bool)
    for gap in found.missing:
        marked[gap.start : gap.start + max(gap.length, 1)] = True
    marked[[place for place, sign in enumerate(found.text) if sign == "?"]] = True  # they say so themselves
    return found.text, put_in, marked


def by_merging(copies: Sequence[DamagedCopy]) -> tuple[str, np.ndarray, np.ndarray]:
    """The base, and all that another copy has more: what a merge of two files gives."""
    text, put_in = copies[0].text, np.zeros(len(copies[0].text), dtype=bool)
    for other in copies[1:]:
        pieces, flags = [], []
        for step in Levenshtein.opcodes(text, other.text):
            more = other.text[step.dest_start : step.dest_end] if step.tag == "insert" else ""
            pieces += [text[step.src_start : step.src_end], more]
            flags += [put_in[step.src_start : step.src_end], np.full(len(more), True)]
        text, put_in = "".join(pieces), np.concatenate(flags) if flags else put_in
    return text, put_in, np.zeros(len(text) + 2, dtype=bool)


WAYS = {"this project": by_us, "plain merge": by_merging}


@cache
def tallies(way: str) -> dict[str, Tally]:
    """Kind of damage → what came of it in one way."""
    found = {kind: Tally() for kind in KINDS}
    for kind, truth, made in cases():
        copies = [as_copy(number, copy) for number, copy in enumerate(made)]
        count(found[kind], truth, made, *WAYS[way](copies))
    return found


def reached() -> dict[str, dict[str, float]]:
    """What this project reaches: by kind of damage, shares of characters."""
    return {f"restoring: {kind}": shares(tally) for kind, tally in tallies("this project").items()}


def shares(tally: Tally) -> dict[str, float]:
    """Of what was put in what is right, of what another copy has what was regained, of what is missing what is marked."""
    return {
        "right": 1 - tally.wrong / max(tally.restored, 1),
        "regained": tally.regained / tally.there if tally.there else 1.0,
        "marked": tally.marked / tally.missing if tally.missing else 1.0,
    }


def print_table() -> None:
    """Both ways by kind of damage."""
    cases = sum(tally.cases for tally in tallies("this project").values())
    print(
        f"\nrestoring: {cases} cases; whole texts; characters put in, of these wrong; of those another copy has, regained;"
    )
    print("of those not regained, marked as missing")
    for way in WAYS:
        print(f"  {way:28}{'whole':>8}{'put in':>9}{'wrong':>7}{'regained':>10}{'marked':>12}")
        for kind, tally in tallies(way).items():
            regained = f"{shares(tally)['regained']:10.4f}"
            marked = f"{tally.marked:>6}/{tally.missing}" if tally.missing else "–"
            whole = f"{tally.whole}/{tally.cases}"
            print(f"    {kind:26}{whole:>8}{tally.restored:9}{tally.wrong:7}{regained}{marked:>12}")
