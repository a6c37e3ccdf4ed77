"""HTTP requests of Acme's people, and all that an answer tells."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Final

import httpx2

from tests.isolation.twins.observe import wait
from tests.isolation.twins.people import TOKENS
from tests.isolation.twins.sql_words import mostly
from tests.isolation.twins.worlds import World

SENDING: Final = mostly(("ben", "ada"), tuple(TOKENS), 2)
"""Somebody who sends a request, mostly one who may do something."""

_OF_THE_MOMENT: Final = {"date", "keep-alive"}


@dataclass(frozen=True)
class Request:
    """A request; `$names` in the target and in the body are ids (see `people`)."""

    who: str
    method: str
    target: str
    body: str | None = None
    headers: tuple[tuple[str, str], ...] = ()


async def send(client: httpx2.AsyncClient, world: World, request: Request) -> httpx2.Response:
    """Send it in a world, and read the answer to its end."""
    headers = dict(request.headers)
    token = TOKENS[request.who]
    if token is not None:
        headers["Authorization"] = f"Bearer {token}"
    body = None if request.body is None else (await world.fill(request.body)).encode("utf-8", "surrogatepass")
    return await client.request(request.method, await world.fill(request.target), content=body, headers=headers)


def told(response: httpx2.Response) -> dict[str, Any]:
    """Status, headers in their order, and the body's bytes."""
    headers = [f"{name}: {_value(name, value, response)}" for name, value in response.headers.multi_items()]
    return {
        "status": f"{response.status_code} {response.reason_phrase}",
        "headers": [line for line in headers if line.partition(":")[0].lower() not in _OF_THE_MOMENT],
        "body": response.content,
    }


def _value(name: str, value: str, response: httpx2.Response) -> str:
    if name.lower() == "content-length" and value == str(len(response.content)):
        return "<length>"
    if name.lower() == "retry-after" and value.isdecimal():
        return wait(float(value), value)
    return value


def in_order(body: bytes) -> bytes:
    """A JSON array in an order of its own."""
    try:
        rows = json.loads(body)
    except ValueError:
        return body
    return json.dumps(sorted(rows, key=json.dumps)).encode() if isinstance(rows, list) else body
