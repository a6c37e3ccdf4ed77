from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
import uvicorn
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm
from starlette.types import Receive, Scope, Send

from app.errors import AuthServiceUnavailable, InvalidToken
from app.jwks import MAX_BYTES, Jwks


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


class AuthServer:
    """A real HTTP server that publishes keys, and misbehaves when told to."""

    def __init__(self) -> None:
        self.url = ""
        self.asked = 0
        self.body: bytes = b'{"keys": []}'
        self.status = 200
        self.drips = False
        self.headers: list[tuple[bytes, bytes]] = []
        self.called = asyncio.Event()
        self.gate = asyncio.Event()
        self.gate.set()

    def publish(self, *keys: dict[str, Any]) -> None:
        self.status, self.headers = 200, []
        self.body = json.dumps({"keys": keys}).encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.asked += 1
        self.called.set()
        await self.gate.wait()
        await send({"type": "http.response.start", "status": self.status, "headers": self.headers})
        while self.drips:
            await send({"type": "http.response.body", "body": b" ", "more_body": True})
            await asyncio.sleep(0.01)
        await send({"type": "http.response.body", "body": self.body})


@pytest.fixture
async def auth_server() -> AsyncIterator[AuthServer]:
    app = AuthServer()
    server = uvicorn.Server(uvicorn.Config(app, port=0, lifespan="off", log_config=None, ws="none"))
    socket = server.config.bind_socket()
    app.url = f"http://127.0.0.1:{socket.getsockname()[1]}/auth/v1/.well-known/jwks.json"
    running = asyncio.create_task(server.serve(sockets=[socket]))
    yield app
    app.drips = False
    app.gate.set()
    server.should_exit = True
    await running
    socket.close()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def jwks(auth_server: AuthServer, clock: Clock) -> AsyncIterator[Jwks]:
    keys = Jwks(auth_server.url, timeout=2.0, clock=clock)
    yield keys
    await keys.aclose()


EC_KEY = ec.generate_private_key(ec.SECP256R1())
OTHER_EC_KEY = ec.generate_private_key(ec.SECP256R1())
RSA_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
SMALL_RSA_KEY = rsa.generate_private_key(public_exponent=65537, key_size=1024)


def ec_entry(kid: str, key: ec.EllipticCurvePrivateKey = EC_KEY, **more: Any) -> dict[str, Any]:
    return {**ECAlgorithm.to_jwk(key.public_key(), as_dict=True), "kid": kid, **more}


def rsa_entry(kid: str, key: rsa.RSAPrivateKey = RSA_KEY, **more: Any) -> dict[str, Any]:
    entry = {**RSAAlgorithm.to_jwk(key.public_key(), as_dict=True), "kid": kid, **more}
    entry.pop("key_ops", None)
    return {**entry, **more}


async def test_keys_are_found_by_id_and_algorithm(auth_server: AuthServer, jwks: Jwks) -> None:
    auth_server.publish(ec_entry("e", alg="ES256", use="sig"), rsa_entry("r"))
    assert (await jwks.key("e", "ES256")).key == EC_KEY.public_key()
    assert (await jwks.key("r", "RS256")).key == RSA_KEY.public_key()
    for kid, algorithm in (("e", "RS256"), ("r", "ES256"), ("e", "HS256")):
        with pytest.raises(InvalidToken):
            await jwks.key(kid, algorithm)
    assert auth_server.asked == 1


async def test_many_readers_share_one_fetch(auth_server: AuthServer, jwks: Jwks) -> None:
    auth_server.publish(ec_entry("e"))
    auth_server.gate.clear()
    readers = [asyncio.create_task(jwks.key("e", "ES256")) for _ in range(50)]
    await auth_server.called.wait()
    readers[0].cancel()
    auth_server.gate.set()
    results = await asyncio.gather(*readers, return_exceptions=True)
    assert isinstance(results[0], asyncio.CancelledError)
    assert all(getattr(found, "algorithm", None) == "ES256" for found in results[1:])
    assert auth_server.asked == 1


async def test_an_unknown_key_is_asked_for_once_in_a_while(auth_server: AuthServer, jwks: Jwks, clock: Clock) -> None:
    auth_server.publish(ec_entry("old"))
    await jwks.key("old", "ES256")
    for number in range(20):
        with pytest.raises(InvalidToken):
            await jwks.key(f"guess-{number}", "ES256")
    assert auth_server.asked == 1
    clock.now += 15
    with pytest.raises(InvalidToken):
        await jwks.key("guess", "ES256")
    assert auth_server.asked == 2


async def test_keys_rotate_without_a_restart(auth_server: AuthServer, jwks: Jwks, clock: Clock) -> None:
    auth_server.publish(ec_entry("old"))
    await jwks.key("old", "ES256")
    clock.now += 15
    auth_server.publish(ec_entry("new", OTHER_EC_KEY))
    assert (await jwks.key("new", "ES256")).key == OTHER_EC_KEY.public_key()
    with pytest.raises(InvalidToken):
        await jwks.key("old", "ES256")


async def test_a_withdrawn_key_is_gone_once_the_set_is_not_fresh(
    auth_server: AuthServer, jwks: Jwks, clock: Clock
) -> None:
    auth_server.publish(ec_entry("e"))
    await jwks.key("e", "ES256")
    auth_server.publish()
    clock.now += 600
    with pytest.raises(InvalidToken):
        await jwks.key("e", "ES256")


def _fails(server: AuthServer) -> None:
    server.status = 500


def _says_html(server: AuthServer) -> None:
    server.body = b"<html>Please sign in to this network</html>"


def _says_nothing_useful(server: AuthServer) -> None:
    server.body = b"{}"


def _is_huge(server: AuthServer) -> None:
    server.body = b'{"keys": [' + b" " * MAX_BYTES + b"]}"


def _is_a_bomb(server: AuthServer) -> None:
    server.body = gzip.compress(b'{"keys": []}')
    server.headers = [(b"content-encoding", b"gzip")]


def _is_nested(server: AuthServer) -> None:
    server.body = b"[" * 100_000


def _redirects(server: AuthServer) -> None:
    server.status = 302
    server.headers = [(b"location", server.url.encode())]


@pytest.mark.parametrize(
    "misbehaves",
    [_fails, _says_html, _says_nothing_useful, _is_huge, _is_a_bomb, _is_nested, _redirects],
    ids=lambda function: function.__name__,
)
async def test_a_bad_answer_counts_as_none(
    misbehaves: Callable[[AuthServer], None], auth_server: AuthServer, jwks: Jwks, clock: Clock
) -> None:
    misbehaves(auth_server)
    with pytest.raises(AuthServiceUnavailable) as caught:
        await jwks.key("e", "ES256")
    assert caught.value.retry_after == pytest.approx(3.0)
    assert auth_server.asked == 1

    auth_server.publish(ec_entry("e"))
    with pytest.raises(AuthServiceUnavailable):
        await jwks.key("e", "ES256")
    assert auth_server.asked == 1
    clock.now += 3
    assert (await jwks.key("e", "ES256")).key == EC_KEY.public_key()

    misbehaves(auth_server)
    clock.now += 600
    assert (await jwks.key("e", "ES256")).key == EC_KEY.public_key()
    with pytest.raises(AuthServiceUnavailable):
        await jwks.key("perhaps-new", "ES256")
    clock.now += 86_400 - 600
    with pytest.raises(AuthServiceUnavailable):
        await jwks.key("e", "ES256")


async def test_a_slow_server_is_given_up(auth_server: AuthServer, clock: Clock) -> None:
    auth_server.gate.clear()
    jwks = Jwks(auth_server.url, timeout=0.1, clock=clock)
    with pytest.raises(AuthServiceUnavailable):
        await jwks.key("e", "ES256")
    await jwks.aclose()


async def test_a_server_that_drips_is_given_up(auth_server: AuthServer, clock: Clock) -> None:
    auth_server.drips = True
    jwks = Jwks(auth_server.url, timeout=0.1, clock=clock)
    async with asyncio.timeout(1.0):
        with pytest.raises(AuthServiceUnavailable):
            await jwks.key("e", "ES256")
    await jwks.aclose()


async def test_a_server_that_is_not_there(clock: Clock) -> None:
    jwks = Jwks("http://127.0.0.1:1/jwks.json", timeout=1.0, clock=clock)
    with pytest.raises(AuthServiceUnavailable):
        await jwks.key("e", "ES256")
    await jwks.aclose()


async def test_unfit_keys_are_left_out(auth_server: AuthServer, jwks: Jwks) -> None:
    p384 = ec.generate_private_key(ec.SECP384R1())
    off_curve = {**ec_entry("off-curve"), "y": ec_entry("x", OTHER_EC_KEY)["y"]}
    auth_server.publish(
        {"kty": "oct", "kid": "symmetric", "k": "c2VjcmV0LXRoYXQtaXMtbG9uZy1lbm91Z2gtZm9yLWhzMjU2"},
        {**ECAlgorithm.to_jwk(p384.public_key(), as_dict=True), "kid": "p384"},
        rsa_entry("small", SMALL_RSA_KEY),
        ec_entry("encrypting", use="enc"),
        ec_entry("signing", key_ops=["sign"]),
        ec_entry("mislabelled", alg="HS256"),
        ec_entry("half", y=None),
        off_curve,
        {"kid": "empty"},
        {"kty": "EC"},
        ec_entry("good"),
        ec_entry("good", OTHER_EC_KEY),
        {**ec_entry("leaky"), "d": "AAAA"},
    )
    assert (await jwks.key("good", "ES256")).key == EC_KEY.public_key()
    assert isinstance((await jwks.key("leaky", "ES256")).key, ec.EllipticCurvePublicKey)
    unfit = [
        "symmetric",
        "p384",
        "small",
        "encrypting",
        "signing",
        "mislabelled",
        "half",
        "off-curve",
        "empty",
    ]
    for kid in unfit:
        for algorithm in ("ES256", "RS256", "HS256"):
            with pytest.raises(InvalidToken):
                await jwks.key(kid, algorithm)


async def test_closing_ends_a_fetch_under_way(auth_server: AuthServer, jwks: Jwks) -> None:
    auth_server.gate.clear()
    reader: Awaitable[Any] = asyncio.create_task(jwks.key("e", "ES256"))
    await auth_server.called.wait()
    await jwks.aclose()
    with pytest.raises(asyncio.CancelledError):
        await reader
