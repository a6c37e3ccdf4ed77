from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import math
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm
from starlette.datastructures import Headers

from app.caller import LEEWAY_SECONDS, MAX_TOKEN_BYTES, Caller, TokenVerifier, bearer
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
STRANGER_EC_KEY = ec.generate_private_key(ec.SECP256R1())
STRANGER_RSA_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


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


def es256(payload: dict[str, Any], *, kid: str | None = "e", key: Any = EC_KEY, **header: Any) -> str:
    headers = {**({"kid": kid} if kid else {}), **header}
    return SIGNER.encode(json.dumps(payload).encode(), key, "ES256", headers)


def rs256(payload: dict[str, Any], *, kid: str | None = "r", key: Any = RSA_KEY) -> str:
    return SIGNER.encode(json.dumps(payload).encode(), key, "RS256", {"kid": kid} if kid else None)


def hs256(payload: dict[str, Any], secret: str = SECRET, algorithm: str = "HS256") -> str:
    return SIGNER.encode(json.dumps(payload).encode(), secret, algorithm)


def segment(raw: str | bytes) -> str:
    data = raw.encode() if isinstance(raw, str) else raw
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def signed_raw(payload: str | bytes, header: str = '{"alg":"HS256","typ":"JWT"}', secret: bytes = b"") -> str:
    """A token over these very bytes, with a signature that holds."""
    content = f"{segment(header)}.{segment(payload)}"
    mac = hmac.new(secret or SECRET.encode(), content.encode(), hashlib.sha256)
    return f"{content}.{segment(mac.digest())}"


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


BAD_CLAIMS: list[dict[str, Any]] = [
    {"exp": MISSING},
    {"exp": None},
    {"exp": str(NOW + 3600)},
    {"exp": True},
    {"exp": [NOW + 3600]},
    {"exp": NOW - LEEWAY_SECONDS},
    {"exp": NOW - 86_400},
    {"exp": -1},
    {"exp": 10**30},
    {"exp": 10**400},
    {"exp": 1e300},
    {"iat": MISSING},
    {"iat": str(NOW)},
    {"iat": False},
    {"iat": NOW + LEEWAY_SECONDS + 1},
    {"iat": NOW + LEEWAY_SECONDS + 1, "nbf": NOW},
    {"nbf": NOW + LEEWAY_SECONDS + 1},
    {"nbf": "now"},
    {"nbf": None},
    {"iss": "https://other.example/auth/v1"},
    {"iss": ISSUER + "/"},
    {"iss": PROJECT},
    {"iss": [ISSUER]},
    {"iss": None},
    {"aud": MISSING},
    {"aud": "anon"},
    {"aud": []},
    {"aud": ["authenticated", "other"]},
    {"aud": [["authenticated"]]},
    {"aud": {"authenticated": 1}},
    {"role": MISSING},
    {"role": "anon"},
    {"role": "service_role"},
    {"role": "Authenticated"},
    {"role": ["authenticated"]},
    {"role": "supabase_admin"},
    {"sub": MISSING},
    {"sub": ""},
    {"sub": 7},
    {"sub": "ada"},
    {"sub": PERSON.replace("-", "")},
    {"sub": "{" + PERSON + "}"},
    {"sub": PERSON + "\n"},
    {"sub": PERSON[:-1] + "\u0661"},
]


@pytest.mark.parametrize("mint", [es256, hs256])
@pytest.mark.parametrize("changes", BAD_CLAIMS, ids=str)
async def test_wrong_claims_are_refused(verifier: TokenVerifier, mint: Any, changes: dict[str, Any]) -> None:
    with pytest.raises(InvalidToken):
        await verifier.verify(mint(claims(**changes)))


async def test_asymmetric_tokens_need_the_issuer(verifier: TokenVerifier) -> None:
    for mint in (es256, rs256):
        with pytest.raises(InvalidToken):
            await verifier.verify(mint(claims(iss=MISSING)))


def _pem(key: Any) -> bytes:
    kinds = (serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return bytes(key.public_key().public_bytes(*kinds))


def forged() -> dict[str, str]:
    """Tokens by what is wrong with them; each says what a good one would."""
    said = json.dumps(claims())
    good = es256(claims())
    head, body, signature = good.split(".")
    flipped = segment(bytes([base64.urlsafe_b64decode(signature + "==")[0] ^ 1])) + signature[2:]
    none = segment('{"alg":"none"}') + "." + segment(said)
    der = RSA_KEY.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    twice = said[:-1] + f', "sub": "{PERSON}"' + "}"
    deep = '{"x":' + "[" * 2500 + "]" * 2500 + "," + said[1:]
    return {
        "unsigned": none + ".",
        "unsigned with a signature": none + "." + signature,
        "unsigned in capitals": segment('{"alg":"NONE"}') + "." + segment(said) + "." + signature,
        "signed with the published EC key as a secret": signed_raw(said, secret=_pem(EC_KEY)),
        "signed with the published RSA key as a secret": signed_raw(said, secret=_pem(RSA_KEY)),
        "signed with the published RSA key in DER": signed_raw(said, secret=der),
        "HS256 with the EC key's id": signed_raw(said, '{"alg":"HS256","kid":"e"}', secret=_pem(EC_KEY)),
        "HS256 with an empty secret": signed_raw(said, secret=b"\0"),
        "another EC key": es256(claims(), key=STRANGER_EC_KEY),
        "another RSA key": rs256(claims(), key=STRANGER_RSA_KEY),
        "another secret": hs256(claims(), SECRET + "!"),
        "another hash": hs256(claims(), algorithm="HS512"),
        "an unknown key id": es256(claims(), kid="unknown"),
        "no key id": es256(claims(), kid=None),
        "a key id of another kind": es256(claims(), kid="r"),
        "a key id that is a list": segment('{"alg":"ES256","kid":["e"]}') + f".{body}.{signature}",
        "a header with NaN": signed_raw(said, '{"alg":"HS256","x":NaN}'),
        "RSA under the EC key's id": rs256(claims(), kid="e"),
        "its own key inside": es256(
            claims(),
            key=STRANGER_EC_KEY,
            kid="own",
            jwk=ECAlgorithm.to_jwk(STRANGER_EC_KEY.public_key(), as_dict=True),
            jku="http://127.0.0.1:1/keys",
            x5u="http://127.0.0.1:1/cert",
        ),
        "a critical extension": es256(claims(), crit=["exp"]),
        "an extension that hides the payload": signed_raw(said, '{"alg":"HS256","b64":false}'),
        "a changed signature": f"{head}.{body}.{flipped}",
        "a changed payload": f"{head}.{segment(json.dumps(claims(email='eve@x.example')))}.{signature}",
        "a cut signature": good[:-8],
        "a signature in DER": f"{head}.{body}.{segment(b'0' * 70)}",
        "no signature": f"{head}.{body}.",
        "two parts": f"{head}.{body}",
        "four parts": good + ".x",
        "five parts": "a.b.c.d.e",
        "nothing": "",
        "dots": "..",
        "padding": good + "=",
        "a space inside": good.replace(".", ". ", 1),
        "other letters": "é" + good,
        "a lone surrogate": "\ud800" + good,
        "a line end": good + "\n",
        "a duplicate claim": signed_raw(twice),
        "a duplicate claim further in": signed_raw(said[:-1] + ',"x":{"a":1,"a":2}}'),
        "a duplicate header": signed_raw(said, '{"alg":"none","alg":"HS256"}'),
        "NaN": signed_raw(said[:-1] + ',"x":NaN}'),
        "exp NaN": signed_raw(json.dumps(claims(exp=math.nan))),
        "exp Infinity": signed_raw(json.dumps(claims(exp=math.inf))),
        "exp too large a float": signed_raw(said.replace(str(NOW + 3600), "1e999")),
        "too large a float elsewhere": signed_raw(said[:-1] + ',"x":1e999}'),
        "an endless number": signed_raw(said[:-1] + ',"x":' + "9" * 5000 + "}"),
        "nesting": signed_raw(deep),
        "a list": signed_raw("[]"),
        "a text": signed_raw('"claims"'),
        "null": signed_raw("null"),
        "no JSON": signed_raw("claims"),
        "other encoding": signed_raw(said.encode("utf-16")),
        "broken encoding": signed_raw(b'{"x":"\xff"}'),
        "a header that is a list": signed_raw(said, '["HS256"]'),
        "a header with nesting": signed_raw(said, "[" * 4000),
        "an algorithm that is a list": signed_raw(said, '{"alg":["HS256"]}'),
        "no algorithm": signed_raw(said, "{}"),
        "too long": hs256(claims(user_metadata="x" * MAX_TOKEN_BYTES)),
        "an anon key": hs256({"iss": "supabase", "ref": "x", "role": "anon", "iat": NOW, "exp": NOW + 10**8}),
        "a service key": hs256({"iss": "supabase", "ref": "x", "role": "service_role", "iat": NOW, "exp": NOW + 10**8}),
        "a new kind of key": "sb_publishable_0123456789abcdef",
    }


@pytest.mark.parametrize("what", forged())
async def test_forged_and_malformed_tokens_are_refused(verifier: TokenVerifier, what: str) -> None:
    token = forged()[what]
    with pytest.raises(InvalidToken) as caught:
        await verifier.verify(token)
    assert not token or token not in caught.value.detail
    assert isinstance(await verifier.verify(es256(claims())), Caller)


async def test_legacy_tokens_need_the_secret(published: tuple[Jwks, Any], clock: Clock) -> None:
    verifier = TokenVerifier(Settings.load(env_file=None, supabase_url=PROJECT), published[0], clock=clock)
    await verifier.verify(es256(claims()))
    with pytest.raises(InvalidToken):
        await verifier.verify(hs256(claims()))
    with pytest.raises(InvalidToken):
        await verifier.verify(signed_raw(json.dumps(claims()), secret=b"\0"))


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


@pytest.mark.parametrize("headers", [Headers(), Headers({"Authorization": ""})])
def test_no_header(headers: Headers) -> None:
    with pytest.raises(AuthRequired):
        bearer(headers)


@pytest.mark.parametrize(
    "values",
    [
        ["Bearer"],
        ["Bearer "],
        ["a.b.c"],
        ["Basic a.b.c"],
        ["Bearer a b"],
        ["Bearer a", "Bearer b"],
        ["Bearer é"],
    ],
    ids=str,
)
def test_a_malformed_header(values: list[str]) -> None:
    raw = [(b"authorization", value.encode("latin-1")) for value in values]
    with pytest.raises(InvalidToken):
        bearer(Headers(raw=raw))
