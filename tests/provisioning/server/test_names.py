"""What belongs to an app on the server is known by its name, and nothing else is."""

from __future__ import annotations

import re
from uuid import UUID

import pytest

from app.provisioning.server.names import APPS, HANDS, LENGTH, SCRATCHES, Names

DIGITS = "0192a0000000700080000000000000ff"
NAMES = Names(UUID(DIGITS))


def test_all_names_of_an_app_begin_with_its_databases() -> None:
    assert NAMES.database == NAMES.role == f"app_{DIGITS}"
    others = (NAMES.second_login, NAMES.frozen, NAMES.successor, NAMES.former)
    assert others == tuple(f"app_{DIGITS}_{end}" for end in ("b", "frozen", "next", "former"))
    assert set(NAMES.databases.values()) == {NAMES.database, NAMES.successor, NAMES.former}
    assert NAMES.logins == (NAMES.role, NAMES.second_login)
    for name in (NAMES.database, *others):
        assert name[:LENGTH] == NAMES.database
        assert re.search(APPS, name)
        assert len(name) <= 63


def test_each_database_has_a_lock_of_its_own() -> None:
    # Ids of one moment differ in their second half.
    others = [Names(UUID(int=NAMES.database_id.int + step)) for step in (1, 2**32, 2**62)]
    assert len({each.lock for each in (NAMES, *others)}) == 4
    assert -(2**63) <= NAMES.lock < 2**63


@pytest.mark.parametrize(
    "name", ["", "postgres", "app_1", f"app_{DIGITS}0", f"app_{DIGITS}_b", f"App_{DIGITS}", f"x{NAMES.database}"]
)
def test_what_is_no_apps_database_has_no_names(name: str) -> None:
    assert Names.of(NAMES.database) == NAMES
    assert Names.of(name) is None


@pytest.mark.parametrize(("pattern", "kind"), [(HANDS, "hand"), (SCRATCHES, "scratch")])
def test_what_is_there_for_a_while_is_swept_by_its_whole_name(pattern: str, kind: str) -> None:
    assert re.search(pattern, f"{kind}_0123456789abcdef")
    for name in (
        f"{kind}_0123456789abcde",
        f"{kind}_0123456789abcdef0",
        f"{kind}_0123456789ABCDEF",
        f"my_{kind}_0123456789abcdef",
    ):
        assert not re.search(pattern, name)
