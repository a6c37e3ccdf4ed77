"""A verifier with a clock that stands still; what it must refuse besides is in tests/isolation/tokens."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm
from starlette.datastructures import Headers

from app.caller import LEEWAY_SECONDS, MAX_TOKEN_BYTES, TokenVerifier, bearer
from app.errors import AuthRequired, InvalidToken
from app.jwks import Jwks
from app.settings import Settings

NOW = 1_800_000_000
PROJECT = "https://project.example"
ISSUER = f"{PROJECT}/auth/v1"
SECRET = "a-secret-that-is-long-enough-for-every-hash-" + "0123456789abcdef" * 2
PERSON = "0198c0de-0000-7000-8000-000000000001"

EC_KEY = ec.generate_private_key(ec.SECP256R1())
RSA_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


class Missing:
    """Stands for a claim that is left out; its name is part of tests' ids, which must be the same in each process."""

    def __repr__(self) -> str:
        return "missing"


MISSING = Missing()


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = float(NOW)

    def __call__(self) -> float:
        return self.now


def claims(**changes: Any) -> dict[str, Any]:
    """What a signed-in person's token says, with changes; MISSING leaves a claim out."""
    usual = {
        "iss": ISSUER,
        "sub": PERSON,
        "aud": "authenticated",
        "role": "authenticated",
        "exp": NOW + 3600,
        "iat": NOW,
        "email": "ada@acme.example",
        "app_metadata": {"provider": "email"},
    }
    return {name: value for name, value in {**usual, **changes}.items() if value is not MISSING}


# The library's lower layer signs whatever it is given; its upper one refuses claims of a wrong type.
SIGNER = jwt.PyJWS()


def es256(payload: dict[str, Any]) -> str:
    return SIGNER.encode(json.dumps(payload).encode(), EC_KEY, "ES256", {"kid": "e"})


def rs256(payload: dict[str, Any]) -> str:
    return SIGNER.encode(json.dumps(payload).encode(), RSA_KEY, "RS256", {"kid": "r"})


def hs256(payload: dict[str, Any]) -> str:
    return SIGNER.encode(json.dumps(payload).encode(), SECRET, "HS256")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def published() -> AsyncIterator[tuple[Jwks, list[dict[str, Any]]]]:
    """The project's keys, served over HTTP, and the list that can be changed."""
    keys = [
        {**ECAlgorithm.to_jwk(EC_KEY.public_key(), as_dict=True), "kid": "e"},
        {**RSAAlgorithm.to_jwk(RSA_KEY.public_key(), as_dict=True), "kid": "r"},
    ]

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        body = json.dumps({"keys": keys}).encode()
        writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    jwks = Jwks(f"http://127.0.0.1:{port}/jwks.json", cool_down=0.0)
    yield jwks, keys
    await jwks.aclose()
    server.close()
    await server.wait_closed()


@pytest.fixture
def verifier(published: tuple[Jwks, list[dict[str, Any]]], clock: Clock) -> TokenVerifier:
    settings = Settings.load(env_file=None, supabase_url=PROJECT, supabase_jwt_secret=SECRET)
    return TokenVerifier(settings, published[0], clock=clock)


@pytest.mark.parametrize("mint", [es256, rs256, hs256])
async def test_a_signed_in_person(verifier: TokenVerifier, mint: Any) -> None:
    said = claims()
    caller = await verifier.verify(mint(said))
    assert caller.auth_id == UUID(PERSON)
    assert caller.email == "ada@acme.example"
    assert caller.expires_at == NOW + 3600
    assert json.loads(caller.claims) == said
    assert caller.claims == json.dumps(said, sort_keys=True, separators=(",", ":"))
    assert "ada" not in repr(caller)


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": ["authenticated"]},
        {"email": MISSING},
        {"email": ""},
        {"exp": NOW + 0.5},
        {"exp": NOW - LEEWAY_SECONDS + 1},
        {"iat": NOW + LEEWAY_SECONDS},
        {"nbf": NOW + LEEWAY_SECONDS},
        {"nbf": NOW - 1},
        {"sub": PERSON.upper()},
        {"user_metadata": {"name": "Zoë 漢"}},
    ],
)
async def test_what_else_is_taken(verifier: TokenVerifier, changes: dict[str, Any]) -> None:
    caller = await verifier.verify(es256(claims(**changes)))
    assert caller.auth_id == UUID(PERSON)


async def test_legacy_tokens_may_leave_the_issuer_out(verifier: TokenVerifier) -> None:
    caller = await verifier.verify(hs256(claims(iss=MISSING)))
    assert caller.auth_id == UUID(PERSON)


async def test_without_a_project_address_the_issuer_is_not_compared(clock: Clock) -> None:
    settings = Settings.load(env_file=None, supabase_jwt_secret=SECRET)
    verifier = TokenVerifier(settings, clock=clock)
    await verifier.verify(hs256(claims(iss="anybody")))
    with pytest.raises(InvalidToken):
        await verifier.verify(es256(claims()))


@pytest.mark.parametrize(
    "changes",
    [
        {"exp": NOW - LEEWAY_SECONDS},
        {"iat": NOW + LEEWAY_SECONDS + 1},
        {"iat": NOW + LEEWAY_SECONDS + 1, "nbf": NOW},
        {"nbf": NOW + LEEWAY_SECONDS + 1},
    ],
    ids=str,
)
@pytest.mark.parametrize("mint", [es256, rs256, hs256])
async def test_the_leeway_is_all_there_is(verifier: TokenVerifier, mint: Any, changes: dict[str, Any]) -> None:
    with pytest.raises(InvalidToken):
        await verifier.verify(mint(claims(**changes)))


async def test_the_longest_token(verifier: TokenVerifier) -> None:
    room = (MAX_TOKEN_BYTES - len(hs256(claims(user_metadata="")))) * 3 // 4
    fits, over = (hs256(claims(user_metadata="x" * (room + more))) for more in (-2, 2))
    assert len(fits) <= MAX_TOKEN_BYTES < len(over)
    await verifier.verify(fits)
    with pytest.raises(InvalidToken):
        await verifier.verify(over)


async def test_legacy_tokens_need_the_secret(published: tuple[Jwks, Any], clock: Clock) -> None:
    verifier = TokenVerifier(Settings.load(env_file=None, supabase_url=PROJECT), published[0], clock=clock)
    await verifier.verify(es256(claims()))
    with pytest.raises(InvalidToken):
        await verifier.verify(hs256(claims()))


async def test_a_known_token_is_not_verified_again_but_still_expires(verifier: TokenVerifier, clock: Clock) -> None:
    token = es256(claims(exp=NOW + 60))
    first = await verifier.verify(token)
    assert await verifier.verify(token) is first
    clock.now = NOW + 60 + LEEWAY_SECONDS - 1
    assert await verifier.verify(token) is first
    clock.now += 1
    for _ in range(2):
        with pytest.raises(InvalidToken):
            await verifier.verify(token)


async def test_a_refused_token_is_not_remembered_as_good(verifier: TokenVerifier) -> None:
    for _ in range(2):
        with pytest.raises(InvalidToken):
            await verifier.verify(hs256(claims(role="anon")))


async def test_the_oldest_unused_token_is_forgotten_first(clock: Clock) -> None:
    settings = Settings.load(env_file=None, supabase_jwt_secret=SECRET)
    verifier = TokenVerifier(settings, clock=clock, cached_tokens=2)
    one, two, three = (hs256(claims(session_id=str(number))) for number in range(3))
    callers = [await verifier.verify(one), await verifier.verify(two)]
    assert await verifier.verify(one) is callers[0]
    await verifier.verify(three)
    assert await verifier.verify(one) is callers[0]
    assert await verifier.verify(two) is not callers[1]


async def test_a_withdrawn_key_ends_the_tokens_that_it_signed(
    verifier: TokenVerifier, published: tuple[Jwks, list[dict[str, Any]]]
) -> None:
    jwks, keys = published
    token = es256(claims())
    await verifier.verify(token)
    del keys[0]
    with pytest.raises(InvalidToken):
        await jwks.key("unknown, so the set is fetched again", "ES256")
    with pytest.raises(InvalidToken):
        await verifier.verify(token)


def test_the_header() -> None:
    assert bearer(Headers({"Authorization": "Bearer a.b.c"})) == "a.b.c"
    assert bearer(Headers({"authorization": "bEARER   a.b.c "})) == "a.b.c"
    with pytest.raises(AuthRequired):
        bearer(Headers({"Authorization": ""}))
    with pytest.raises(InvalidToken):
        bearer(Headers({"Authorization": "Basic a.b.c"}))
