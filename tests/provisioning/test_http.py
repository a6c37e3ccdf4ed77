"""What a request names: taken as it is meant, or refused with what it should be."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final
from uuid import UUID

import pytest
from starlette.requests import Request

from app.errors import InvalidRequest, NotFound
from app.provisioning.http import environment_of, flag, id_of, is_archive, number, wants_events

APP: Final = UUID("0192a000-0000-7000-8000-000000000001")


def request(query: str = "", *, app_id: str = str(APP), **headers: str) -> Request:
    """A request with these."""
    named = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "query_string": query.encode(), "headers": named, "path_params": {"app_id": app_id}}
    return Request(scope)


def empty(asked: Request) -> bool:
    """A flag that is not set where nothing is said."""
    return flag(asked, "empty", usual=False)


def backup(asked: Request) -> bool:
    """A flag that is set where nothing is said."""
    return flag(asked, "backup", usual=True)


def days(asked: Request) -> int | None:
    """A number."""
    return number(asked, "graceDays")


@pytest.mark.parametrize(
    ("read", "asked", "meant"),
    [
        (empty, request(), False),
        (empty, request("empty=true"), True),
        (backup, request(), True),
        (backup, request("backup=false"), False),
        (backup, request("backup=true"), True),
        (days, request(), None),
        (days, request("graceDays=0"), 0),
        (days, request("graceDays=007"), 7),
        (days, request("graceDays=999999"), 999_999),
        (environment_of, request(), "production"),
        (environment_of, request("environment=staging"), "staging"),
        (id_of, request(), APP),
        (is_archive, request(), False),
        (is_archive, request(content_type="application/json"), False),
        (is_archive, request(content_type="Application/ZIP ; charset=binary"), True),
        (is_archive, request(content_type="application/x-zip-compressed"), True),
        (wants_events, request(), False),
        (wants_events, request(accept="application/json"), False),
        (wants_events, request(accept="text/event-stream, application/json;q=0.1"), True),
    ],
)
def test_what_is_meant(read: Callable[[Request], Any], asked: Request, meant: object) -> None:
    assert read(asked) == meant


@pytest.mark.parametrize(
    ("read", "asked"),
    [
        (empty, request("empty=")),
        (empty, request("empty=1")),
        (backup, request("backup=False")),
        (days, request("graceDays=")),
        (days, request("graceDays=-1")),
        (days, request("graceDays=1.5")),
        (days, request("graceDays=1000000")),
        (days, request("graceDays=%D9%A3")),
        (days, request("graceDays=%C2%B3")),
        (environment_of, request("environment=")),
        (environment_of, request("environment=Production")),
    ],
)
def test_what_is_not_meant(read: Callable[[Request], Any], asked: Request) -> None:
    with pytest.raises(InvalidRequest):
        read(asked)


@pytest.mark.parametrize("app_id", ["", "1", "x" * 32, f"{APP}0"])
def test_what_is_no_id_is_of_nothing(app_id: str) -> None:
    with pytest.raises(NotFound):
        id_of(request(app_id=app_id))
