"""The small map of characters, and what it leaves alone."""

import pytest

from archive.characters import map_characters


@pytest.mark.parametrize(
    ("text", "mapped"),
    [
        ("２０２４年ＡＢｃ５％", "2024年ABc5%"),
        ("甲\u3000子\xa0区", "甲 子 区"),
        ("甲\u200b子\ufeff区", "甲子区"),
        ("⼀⽇⼈⺠⻓⻋⼾", "一日人民长车户"),
        ("①10 ㎡ 10⁴ … ，。；：（）！？“”", "①10 ㎡ 10⁴ … ，。；：（）！？“”"),
    ],
)
def test_forms_change_and_the_rest_stays(text: str, mapped: str) -> None:
    assert map_characters(text) == mapped
