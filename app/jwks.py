"""The auth server's public keys (RFC 7517), fetched when needed and kept for a bounded time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import httpx2
import msgspec
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from jwt.algorithms import ECAlgorithm, RSAAlgorithm
from jwt.exceptions import InvalidKeyError

from app.errors import AuthServiceUnavailable, InvalidToken
from app.logs import get_logger

log = get_logger(__name__)

MAX_BYTES: Final = 256 * 1024
MAX_KEYS: Final = 64
MIN_RSA_BITS: Final = 2048


@dataclass(frozen=True, slots=True)
class PublicKey:
    """One key, fit for exactly one algorithm."""

    algorithm: str
    key: EllipticCurvePublicKey | RSAPublicKey


class Jwks:
    """The key set at one address; every reader shares one fetch at a time.

    `fresh_for` seconds a fetched set is used without asking again; when asking fails it is used for
    `stale_for` seconds at most. After a fetch the next one waits `cool_down` seconds, or
    `retry_every` after a failed one, however many unknown keys are asked for.
    """

    def __init__(
        self,
        url: str,
        *,
        timeout: float = 5.0,
        fresh_for: float = 600.0,
        stale_for: float = 86_400.0,
        cool_down: float = 15.0,
        retry_every: float = 3.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._url = url
        self._timeout = timeout
        self._fresh_for, self._stale_for = fresh_for, stale_for
        self._cool_down, self._retry_every = cool_down, retry_every
        self._clock = clock
        # No timeout of its own: the deadline is for the fetch as a whole, in however many pieces it comes.
        self._client = httpx2.AsyncClient(follow_redirects=False, timeout=None)
        self._fetching: asyncio.Task[None] | None = None
        self._keys: dict[str, PublicKey] = {}
        self._fetched_at: float | None = None
        self._tried_at: float | None = None
        self._failing = False

    async def key(self, kid: str, algorithm: str) -> PublicKey:
        """The key of that id for that algorithm, the same object for as long as the set stays the same.

        Raises InvalidToken when the set has no such key, AuthServiceUnavailable when it cannot be known.
        """
        known, age = kid in self._keys, self._age()
        if not known or age >= self._fresh_for:
            fetching = self._refresh()
            # Once it is known to fail, an auth server that is slow does not hold up those whose key is here.
            if fetching is not None and not (self._failing and known and age < self._stale_for):
                # Shielded: a reader who goes away must not end the fetch that others wait for.
                await asyncio.shield(fetching)
        if self._fetched_at is None or self._age() >= self._stale_for:
            raise AuthServiceUnavailable(retry_after=self._wait())
        found = self._keys.get(kid)
        if found is None and self._failing:
            raise AuthServiceUnavailable(retry_after=self._wait())
        if found is None or found.algorithm != algorithm:
            raise InvalidToken("The access token is not signed with a key of this project.")
        return found

    async def aclose(self) -> None:
        """End a fetch under way and close the connections."""
        if self._fetching is not None:
            self._fetching.cancel()
            await asyncio.gather(self._fetching, return_exceptions=True)
        await self._client.aclose()

    def _age(self) -> float:
        return float("inf") if self._fetched_at is None else self._clock() - self._fetched_at

    def _wait(self) -> float:
        """Seconds until the next fetch is allowed."""
        if self._tried_at is None:
            return 0.0
        pause = self._retry_every if self._failing else self._cool_down
        return max(0.0, self._tried_at + pause - self._clock())

    def _refresh(self) -> asyncio.Task[None] | None:
        """The fetch under way, begun if it is time for one."""
        if self._fetching is None and self._wait() <= 0:
            self._fetching = asyncio.create_task(self._fetch(), name="jwks-fetch")
        return self._fetching

    async def _fetch(self) -> None:
        try:
            async with asyncio.timeout(self._timeout):
                keys = _parse(await self._download())
        except Exception as error:
            # Whatever it was, the readers who wait must get an answer and the old keys stay.
            self._failing = True
            log.warning("jwks_fetch_failed", reason=type(error).__name__)
        else:
            self._failing = False
            self._fetched_at = self._clock()
            if keys != self._keys:
                self._keys = keys
                log.info("jwks_fetched", keys=len(keys))
        finally:
            self._tried_at = self._clock()
            self._fetching = None

    async def _download(self) -> bytes:
        # A packed answer is neither asked for nor unpacked: its size is known only after unpacking.
        headers = {"Accept": "application/json", "Accept-Encoding": "identity"}
        async with self._client.stream("GET", self._url, headers=headers) as response:
            if response.status_code != 200:
                raise ValueError("not a 200")
            body = bytearray()
            async for chunk in response.aiter_raw():
                body += chunk
                if len(body) > MAX_BYTES:
                    raise ValueError("too large")
            return bytes(body)


def _parse(body: bytes) -> dict[str, PublicKey]:
    document = msgspec.json.decode(body)
    entries = document.get("keys") if isinstance(document, dict) else None
    if not isinstance(entries, list) or len(entries) > MAX_KEYS:
        raise ValueError("not a key set")
    keys: dict[str, PublicKey] = {}
    for entry in entries:
        if isinstance(entry, dict) and isinstance(kid := entry.get("kid"), str) and kid not in keys:
            found = _public_key(entry)
            if found is not None:
                keys[kid] = found
    return keys


def _public_key(entry: Mapping[str, Any]) -> PublicKey | None:
    """The entry as a key, or None for one that is not meant or not fit for signatures that we take."""
    operations = entry.get("key_ops")
    if entry.get("use", "sig") != "sig":
        return None
    if operations is not None and not (isinstance(operations, list) and "verify" in operations):
        return None
    key: object
    try:
        # Only the public members are handed on: a set that leaks private ones must not make us hold them.
        if entry.get("kty") == "EC" and entry.get("crv") == "P-256":
            algorithm = "ES256"
            key = ECAlgorithm.from_jwk({name: entry[name] for name in ("kty", "crv", "x", "y")})
        elif entry.get("kty") == "RSA":
            algorithm = "RS256"
            key = RSAAlgorithm.from_jwk({name: entry[name] for name in ("kty", "n", "e")})
        else:
            return None
    except (InvalidKeyError, KeyError, TypeError, ValueError):
        return None
    if entry.get("alg", algorithm) != algorithm:
        return None
    if isinstance(key, RSAPublicKey):
        return PublicKey(algorithm, key) if key.key_size >= MIN_RSA_BITS else None
    return PublicKey(algorithm, key) if isinstance(key, EllipticCurvePublicKey) else None
