"""What is told of a change that PostgreSQL refuses: whose fault it is, and nothing of what is in the rows."""

from __future__ import annotations

import pytest

from app.provisioning.changes.rehearsal import RefusedError
from app.provisioning.work.planning import MOST_MESSAGE_CHARS, refused

VALUE = 'invalid input syntax for type uuid: "SECRET"'


@pytest.mark.parametrize(
    ("sqlstate", "code", "may_be_told"),
    [
        ("22P02", "APP_SCHEMA_REFUSED", False),
        ("22001", "APP_SCHEMA_REFUSED", False),
        ("23502", "APP_SCHEMA_REFUSED", True),
        ("P0001", "APP_SCHEMA_REFUSED", False),
        ("2BP01", "APP_SCHEMA_REFUSED", True),
        ("42883", "APP_SCHEMA_REFUSED", True),
        ("57014", "APP_SCHEMA_REFUSED", True),
        ("55P03", "APP_TABLES_LOCKED", False),
        ("40P01", "APP_TABLES_LOCKED", False),
        ("53100", "APP_SERVER_FULL", False),
        ("57P01", "APP_SERVER_UNAVAILABLE", False),
        ("08006", "APP_SERVER_UNAVAILABLE", False),
        ("58030", "APP_SERVER_UNAVAILABLE", False),
    ],
)
def test_a_refusal_tells_of_no_row(sqlstate: str, code: str, may_be_told: bool) -> None:
    error = refused(RefusedError("users", sqlstate, VALUE))
    assert (error.code, error.sqlstate) == (code, sqlstate)
    assert ("SECRET" in str(error)) == may_be_told


def test_a_refusal_is_short() -> None:
    assert len(str(refused(RefusedError("users", "42883", "x" * 100_000)))) < MOST_MESSAGE_CHARS + 100
