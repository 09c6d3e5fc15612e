"""Copies: near is near, next year's is another, and the order of arrival never matters."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.copies import Standing, contain, fingerprint, group_copies, relate, similarity


def random_text(seed: int, length: int = 6000) -> str:
    """Han characters by chance: two of them share no runs, as two real reports share hardly any."""
    chance = random.Random(seed)
    return "".join(chr(chance.randrange(0x4E00, 0x4E00 + 800)) for _ in range(length))


WHOLE = random_text(1)
OTHER = random_text(2)
COMMON = WHOLE[3]


def test_a_part_from_an_end_is_one_though_another_character_is_lost() -> None:
    text = "".join(f"{sign}乙" if number % 60 == 0 else sign for number, sign in enumerate(WHOLE))
    best = text.replace("乙", "")
    assert relate(text[: len(text) * 2 // 3], best)[0] == "truncated"
    assert relate(text[len(text) // 3 :], best)[0] == "truncated"


@pytest.mark.parametrize(
    ("relation", "copy"),
    [
        ("same", WHOLE),
        ("near", WHOLE.replace(COMMON, "")),
        ("near", WHOLE[: int(len(WHOLE) * 0.9)]),
        ("truncated", WHOLE[: len(WHOLE) // 2]),
        ("truncated", WHOLE[len(WHOLE) // 2 :]),
        ("excerpt", WHOLE[800:2000]),
        ("edited", WHOLE[: len(WHOLE) // 2] + OTHER[: len(WHOLE) // 2]),
    ],
)
def test_relations(relation: str, copy: str) -> None:
    found, share = relate(copy, WHOLE)
    assert found == relation
    assert 0 <= share <= 1


def test_another_text_is_not_near() -> None:
    assert similarity(WHOLE, OTHER) < 0.2


def test_fingerprints_are_sampled_and_fit_a_database() -> None:
    sampled = fingerprint(WHOLE)
    assert len(sampled) < len(WHOLE) / 16
    assert all(0 <= value < 2**47 for value in sampled.tolist())
    assert contain(fingerprint(WHOLE[: len(WHOLE) // 2]), sampled) >= 0.9
    assert contain(fingerprint(WHOLE[:500]), sampled) >= 0.9, "a short text keeps more, which counts in no long one"
    assert contain(fingerprint(OTHER), sampled) < 0.1


def standing(id: str, text: str, **known: object) -> Standing:
    values = {
        "chars": len(text), "damage": 0, "complete": True, "inflated": False, "run_together": False, "origin": "aggregator",
        "seen_from": "2024-02-01T00:00:00Z", "sha256": id,
    } | known  # fmt: skip
    return Standing(id=id, folded=text, **values)  # type: ignore[arg-type]


COPIES = [
    standing("official", WHOLE, origin="official"),
    standing("official-later", WHOLE, origin="official", seen_from="2025-01-01T00:00:00Z"),
    standing("aggregator", WHOLE),
    standing("damaged", WHOLE.replace(COMMON, ""), damage=1, origin="official"),
    standing("cut", WHOLE[: len(WHOLE) // 2], complete=False, origin="official"),
    standing("flat", WHOLE, run_together=True),
    standing("unknown-time", WHOLE, seen_from=None),
    standing("another", OTHER, origin="farm"),
]


@given(st.permutations(COPIES))
@settings(max_examples=25, deadline=None)
def test_groups_do_not_depend_on_the_order_of_arrival(copies: list[Standing]) -> None:
    assert group_copies(copies) == group_copies(COPIES)


def test_the_best_copy_comes_first_and_every_place_has_a_reason() -> None:
    first, second = group_copies(COPIES)
    assert [ranked.id for ranked in first] == [
        "official", "official-later", "aggregator", "unknown-time", "flat", "damaged", "cut",
    ]  # fmt: skip
    assert [ranked.rank for ranked in first] == list(range(1, 8))
    assert {ranked.id: ranked.why for ranked in first}["damaged"] == "damaged"
    assert {ranked.id: ranked.why for ranked in first}["cut"] == "a part"
    assert [ranked.id for ranked in second] == ["another"]


def test_an_undamaged_copy_goes_before_a_damaged_official_one() -> None:
    damaged = standing("official", WHOLE.replace(COMMON, ""), damage=1, origin="official")
    ((best, *_),) = group_copies([damaged, standing("farm", WHOLE, origin="farm")])
    assert best.id == "farm"


def test_random_damage_stays_one_report() -> None:
    chance = random.Random(7)
    noisy = "".join(character for character in WHOLE if chance.random() > 0.02)
    assert similarity(noisy, WHOLE) > 0.5
