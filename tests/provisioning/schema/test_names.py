"""Names at PostgreSQL's limit."""

from __future__ import annotations

from typing import Any

import pglast
from hypothesis import given
from hypothesis import strategies as st

from app.provisioning.schema.names import MOST_BYTES, fault_of, fit, literal, quoted

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=200)


def test_a_short_name_is_not_touched() -> None:
    assert fit("users", "_pkey") == "users_pkey"
    assert fit("x" * 63) == "x" * 63


def test_the_stem_is_cut_and_the_suffix_stays() -> None:
    assert fit("x" * 80, "_pkey") == "x" * 58 + "_pkey"


def test_a_cut_does_not_part_a_character() -> None:
    assert fit("a" + "\N{EURO SIGN}" * 30) == "a" + "\N{EURO SIGN}" * 20
    assert fit("\N{ROCKET}" * 16, "_key") == "\N{ROCKET}" * 14 + "_key"


def test_a_taken_name_gets_a_tail_that_is_the_same_each_time() -> None:
    first, second = fit("x" * 80 + "a", "_key"), fit("x" * 80 + "b", "_key")
    assert first == second

    parted = fit("x" * 80 + "b", "_key", taken={first})

    assert parted != first
    assert parted.endswith("_key")
    assert parted == fit("x" * 80 + "b", "_key", taken=[first])
    assert fit("x" * 80 + "c", "_key", taken={first}) != parted
    assert fit("x" * 80 + "b", "_key", taken={first, parted}) not in {first, parted}


def _selected(sql: str) -> Any:
    (statement,) = pglast.parse_sql(f"select {sql}")
    (target,) = statement.stmt.targetList  # type: ignore[union-attr]
    return target


@given(TEXT, st.sampled_from(["", "_pkey", "_a_b_key", "\N{ROCKET}"]))
def test_every_fitted_name_is_one_that_postgres_takes_whole(stem: str, suffix: str) -> None:
    name = fit(stem, suffix)

    assert name.endswith(suffix)
    assert len(name.encode()) <= MOST_BYTES
    assert not name or fault_of(name) is None
    assert not name or _selected(f"1 as {quoted(name)}").name == name


@given(TEXT.filter(lambda text: "\0" not in text))
def test_a_literal_is_the_text(text: str) -> None:
    assert _selected(literal(text)).val.val.sval == text


def test_faults_of_names() -> None:
    assert fault_of("select") is None
    assert fault_of("") == "is empty"
    assert fault_of("a\0b") == "holds a NUL character"
    assert fault_of("\ud800") == "holds half of a character"
    assert fault_of("\N{EURO SIGN}" * 22) == "has 66 bytes, more than 63"
