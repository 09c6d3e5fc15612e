"""The search index in SQL alone: for those who download the file without it and have nothing but sqlite3.

`add_recipe` gives a file an empty index, a table of its characters and the view `search_tokens`, which cuts texts into
the same tokens as archive/search.py; BUILD_INDEX then fills the index. A test compares the two on every kind of query.
"""

from __future__ import annotations

import re
import sqlite3

from archive.fold import fold_character
from archive.publish.snapshot import INDEX, read_texts
from archive.search import EVERY, FIRST, GAP, HAN, LETTER, SIGNS

BUILD_INDEX = "insert into reports_fts (rowid, body, title) select n, body, title from search_tokens;"

# Every character of the texts, what it is folded to, and what a folded one is: h Han, d digit, w letter, s sign, g gap.
CHARACTERS = "create table search_characters (character text primary key, folded text, kind text) without rowid"
KINDS = (("h", re.compile(f"[{HAN}]")), ("d", re.compile("[0-9]")), ("w", re.compile(LETTER)))


def kind_of(character: str) -> str:
    """What a folded character is to the tokens."""
    if character in SIGNS:
        return "s"
    return next((kind for kind, pattern in KINDS if pattern.match(character)), "g")


def add_recipe(db: sqlite3.Connection) -> None:
    """Give a snapshot whose index was dropped an empty one and what BUILD_INDEX needs."""
    met: set[str] = {"\n"}
    for _, title, text in read_texts(db):
        met |= set(title) | set(text)
    folded = {character: fold_character(character) for character in met}
    folded |= {part: part for parts in list(folded.values()) for part in parts}
    db.execute(CHARACTERS)
    db.executemany(
        "insert into search_characters values (?, ?, ?)",
        [(character, parts, kind_of(character)) for character, parts in sorted(folded.items())],
    )
    db.execute(INDEX)
    db.execute(
        f"create view search_tokens as select r.n as n, {tokens_of('t.text')} as body,"
        f" coalesce({tokens_of('r.title')}, '') || ' {EVERY}' as title"
        " from reports r left join texts t on t.sha256 = r.text_sha256"
    )
    db.commit()


def tokens_of(text: str) -> str:
    """SQL for the tokens of a text expression; each paragraph is folded, then each character looked at once.

    What a character becomes depends on its neighbours alone, as archive/search.py's cut_tokens has it: a Han character
    stands with the next, a word ends where its letters do, and GAP and FIRST say how words touch.
    """
    signs = " ".join(f"when '{sign}' then '{token} '" for sign, token in SIGNS.items())
    # `limit -1` keeps SQLite from folding a paragraph anew for each of its characters.
    # A paragraph between two line ends: each of its characters has a neighbour on either side.
    folded = (
        "(with recursive f(i) as (select 1 union all select i + 1 from f where i < length(line))"
        " select char(10) || group_concat((select folded from search_characters"
        " where character = substr(line, i, 1)), '') || char(10) from f)"
    )

    def kind(at: str) -> str:
        return f"(select kind from search_characters where character = substr(x, {at}, 1))"

    def joins(at: str) -> str:
        """Whether the sign at a place belongs to the number around it."""
        return (
            f"(substr(x, {at} - 1, 1) glob '[0-9]' and case substr(x, {at}, 1)"
            f" when '.' then substr(x, {at} + 1, 1) glob '[0-9]'"
            f" and not substr(x, {at} + 1, 5) glob '[0-9][0-9][0-9][0-9]年'"
            f" when ',' then substr(x, {at} + 1, 4) glob '[0-9][0-9][0-9][^0-9]*' else 0 end)"
        )

    gap_before = f"case when before = 'g' and not {joins('i - 1')} then '{GAP} ' else '' end"
    gap_after = f"case when after = 'g' then '{GAP} ' else '' end"
    token = (
        "case this"
        f" when 'h' then case when before in ('d', 'w', 's') then '{FIRST}' || substr(x, i, 1) || ' ' else '' end"
        " || substr(x, i, case after when 'h' then 2 else 1 end) || ' '"
        f" when 's' then {gap_before} || case substr(x, i, 1) {signs} end || {gap_after}"
        f" when 'g' then case when {joins('i')} then substr(x, i, 1) else '' end"
        f" else case when before in ('d', 'w') then '' else {gap_before} end || substr(x, i, 1)"
        f" || case when after in ('d', 'w') or {joins('i + 1')} then '' else ' ' || {gap_after} end end"
    )
    of_line = (
        "(with recursive c(i, before, this, after) as ("
        f"select 2, 'g', {kind('2')}, {kind('3')} union all"
        f" select i + 1, this, after, {kind('i + 2')} from c where i < length(x) - 1)"
        f" select group_concat({token}, '') from c where i < length(x))"
    )
    return (
        f"(with recursive lines(line, rest) as (select null, {text} || char(10) union all"
        " select substr(rest, 1, instr(rest, char(10)) - 1), substr(rest, instr(rest, char(10)) + 1)"
        " from lines where rest <> '')"
        f" select group_concat({of_line}, ' ') from (select {folded} as x from lines where line <> '' limit -1))"
    )
