"""Mutations of files by their bytes alone: bits, pieces, numbers. Each is seeded and pure."""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Mapping
from random import Random

Mutation = Callable[[Random, bytes], bytes]

NUMBERS = (
    *("0", "1", "-1", "3", "255", "256", "65535", "65536", "2147483647", "2147483648", "-2147483648", "4294967295"),
    *("9999999999", "99999999999999999999", "-99999999999999999999", "0.000000001", "1e308", "-1e400", "nan", "x", ""),
)
NUMBER = re.compile(rb"-?\d+(?:\.\d+)?")
MOST = 2_000_000  # bytes a mutation may make of a file


def table(*mutations: Mutation) -> Mapping[str, Mutation]:
    """Mutations by name."""
    return {mutation.__name__: mutation for mutation in mutations}


def at_random(rng: Random, data: bytes, addition: bytes) -> bytes:
    """The data with something put in at any place."""
    place = rng.randrange(len(data) + 1)
    return data[:place] + addition + data[place:]


def flip_bits(rng: Random, data: bytes) -> bytes:
    """Some bits turned over."""
    out = bytearray(data)
    for _ in range(rng.choice((1, 4, 30, 300))):
        if out:
            out[rng.randrange(len(out))] ^= 1 << rng.randrange(8)
    return bytes(out)


def set_bytes(rng: Random, data: bytes) -> bytes:
    """A few bytes in a row set to a telling value."""
    place, value = rng.randrange(len(data) + 1), rng.choice((b"\x00", b"\xff", b"\x7f", b"\x80", b" "))
    length = rng.choice((1, 2, 4, 8, 512))
    return data[:place] + value * length + data[place + length :]


def cut_end(rng: Random, data: bytes) -> bytes:
    """The file stops early."""
    return data[: rng.randrange(len(data) + 1)]


def cut_out(rng: Random, data: bytes) -> bytes:
    """A piece of the file is missing."""
    start = rng.randrange(len(data) + 1)
    return data[:start] + data[start + rng.choice((1, 16, 512, 5_000)) :]


def double(rng: Random, data: bytes) -> bytes:
    """A piece of the file stands twice, or very often."""
    start = rng.randrange(len(data) + 1)
    piece = data[start : start + rng.choice((1, 16, 512, 5_000))]
    times = rng.choice((2, 2, 100, MOST // max(len(piece), 1)))
    return (data[:start] + piece * min(times, MOST // max(len(piece), 1)) + data[start:])[:MOST]


def swap(rng: Random, data: bytes) -> bytes:
    """Two pieces of the file have changed places."""
    a, b, c = sorted(rng.randrange(len(data) + 1) for _ in range(3))
    return data[:a] + data[b:c] + data[a:b] + data[c:]


def change_numbers(rng: Random, data: bytes) -> bytes:
    """Some numbers written in the file are others."""
    found = list(NUMBER.finditer(data))
    for match in sorted(rng.sample(found, min(len(found), rng.choice((1, 3, 20)))), key=lambda m: -m.start()):
        data = data[: match.start()] + rng.choice(NUMBERS).encode() + data[match.end() :]
    return data


def change_words(rng: Random, data: bytes) -> bytes:
    """Some four-byte numbers of a binary file are others."""
    out = bytearray(data)
    for _ in range(rng.choice((1, 3, 20))):
        if len(out) >= 4:
            place = rng.randrange(len(out) // 4) * 4
            value = rng.choice(
                (0, 1, 2, 0xFFFFFFFE, 0xFFFFFFFF, 0x7FFFFFFF, 0x80000000, rng.randrange(100), rng.randrange(2**32))
            )
            out[place : place + 4] = struct.pack("<I", value)
    return bytes(out)


def splice(rng: Random, data: bytes, other: bytes) -> bytes:
    """The beginning of one file and the end of another."""
    return data[: rng.randrange(len(data) + 1)] + other[rng.randrange(len(other) + 1) :]


ANY = table(flip_bits, set_bytes, cut_end, cut_out, double, swap, change_numbers)
OLE = table(change_words)
