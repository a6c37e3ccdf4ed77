"""Who is asking: Supabase access tokens, verified."""

from __future__ import annotations

import base64
import hashlib
import json
import math
import re
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from jwt.algorithms import Algorithm, get_default_algorithms
from starlette.datastructures import Headers

from app.errors import AuthRequired, InvalidToken
from app.jwks import Jwks
from app.settings import Settings

MAX_TOKEN_BYTES: Final = 8 * 1024
MAX_LEVELS: Final = 64
"""How deep claims may be nested."""
LEEWAY_SECONDS: Final = 30
CACHED_TOKENS: Final = 10_000
AUDIENCE: Final = "authenticated"

_BEARER = re.compile(r"bearer +([\x21-\x7e]+)", re.IGNORECASE)
_COMPACT = re.compile(r"([\w-]+)\.([\w-]+)\.([\w-]+)", re.ASCII)
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE | re.ASCII)
_YEAR_10000: Final = 253_402_300_800
# The only algorithms there are, each bound to one implementation: nothing a token says adds to them.
_ALGORITHMS: Final[dict[str, Algorithm]] = {
    name: get_default_algorithms()[name] for name in ("ES256", "RS256", "HS256")
}


@dataclass(frozen=True, slots=True)
class Caller:
    """A person whose token was verified."""

    auth_id: UUID
    claims: str = field(repr=False)
    """The verified claims as JSON with sorted keys, for SQL."""
    email: str | None = field(repr=False)
    expires_at: float
    """When the token ends, in seconds since 1970."""


def bearer(headers: Headers) -> str:
    """The token of the Authorization header (RFC 6750, 2.1)."""
    values = headers.getlist("authorization")
    if not any(values):
        raise AuthRequired()
    match = _BEARER.fullmatch(values[0].strip()) if len(values) == 1 else None
    if match is None:
        raise InvalidToken("The Authorization header must be one Bearer token.")
    return match[1]


class TokenVerifier:
    """Verifies access tokens; what was verified is remembered while its key is published and until it expires."""

    def __init__(
        self,
        settings: Settings,
        jwks: Jwks | None = None,
        *,
        clock: Callable[[], float] = time.time,
        cached_tokens: int = CACHED_TOKENS,
    ) -> None:
        secret = settings.supabase_jwt_secret
        hmac = _ALGORITHMS["HS256"]
        self._secret = None if secret is None else hmac.prepare_key(secret.get_secret_value())
        self._issuer = settings.supabase_url and f"{settings.supabase_url}/auth/v1"
        self._jwks = jwks
        self._clock = clock
        self._known: OrderedDict[bytes, _Verified] = OrderedDict()
        self._capacity = cached_tokens

    async def verify(self, token: str) -> Caller:
        """The token's owner. Raises InvalidToken, or AuthServiceUnavailable when keys cannot be fetched."""
        if len(token) > MAX_TOKEN_BYTES:
            raise InvalidToken("The access token is too long.")
        digest = hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
        known = self._known.pop(digest, None)
        # Its key is asked for each time, since a key that is withdrawn ends the tokens that it signed.
        if known is None or known.key is not await self._key(known.algorithm, known.kid):
            known = await self._open(token)
        if known.caller.expires_at + LEEWAY_SECONDS <= self._clock():
            raise InvalidToken("The access token has expired; sign in again.")
        self._known[digest] = known
        if len(self._known) > self._capacity:
            self._known.popitem(last=False)
        return known.caller

    async def _key(self, algorithm: Any, kid: Any) -> Any:
        """The key that a header names, only ever of that algorithm's kind."""
        if algorithm == "HS256" and self._secret is not None:
            return self._secret
        if algorithm in ("ES256", "RS256") and self._jwks is not None and isinstance(kid, str) and kid:
            return (await self._jwks.key(kid, algorithm)).key
        raise InvalidToken("The access token is not signed in a way that is accepted here.")

    async def _open(self, token: str) -> _Verified:
        parts = _COMPACT.fullmatch(token)
        if parts is None:
            raise InvalidToken("The access token is malformed.")
        header = _json_object(parts[1])
        if "crit" in header or "b64" in header:
            raise InvalidToken("The access token has an extension that is not understood here.")
        algorithm: Any = header.get("alg")
        kid: Any = header.get("kid")
        key = await self._key(algorithm, kid)
        signed = token[: parts.start(3) - 1].encode()
        if not _ALGORITHMS[algorithm].verify(signed, key, _base64url(parts[3])):
            raise InvalidToken("The access token's signature does not hold.")
        return _Verified(self._read(_json_object(parts[2]), algorithm != "HS256"), algorithm, kid, key)

    def _read(self, claims: dict[str, Any], asymmetric: bool) -> Caller:
        expires_at, issued_at = _instant(claims, "exp"), _instant(claims, "iat")
        not_before = _instant(claims, "nbf") if "nbf" in claims else issued_at
        if max(issued_at, not_before) > self._clock() + LEEWAY_SECONDS:
            raise InvalidToken("The access token is not valid yet.")
        if self._issuer and (asymmetric or "iss" in claims) and claims.get("iss") != self._issuer:
            raise InvalidToken("The access token was issued by somebody else.")
        if claims.get("role") != AUDIENCE:
            raise InvalidToken("This is not a signed-in person's access token.")
        audience = claims.get("aud")
        audiences = audience if isinstance(audience, list) else [audience]
        if not audiences or any(one != AUDIENCE for one in audiences):
            raise InvalidToken("The access token is meant for somebody else.")
        subject, email = claims.get("sub"), claims.get("email")
        if not isinstance(subject, str) or not _UUID.fullmatch(subject):
            raise InvalidToken("The access token does not say whose it is.")
        text = json.dumps(claims, sort_keys=True, separators=(",", ":"))
        return Caller(UUID(subject), text, email if isinstance(email, str) and email else None, expires_at)


@dataclass(frozen=True, slots=True)
class _Verified:
    """What was verified, and with which key."""

    caller: Caller
    algorithm: str
    kid: Any
    key: Any


def _base64url(text: str) -> bytes:
    try:
        data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError as error:
        raise InvalidToken("The access token is malformed.") from error
    # The last letter has bits that are not used (RFC 4648, 3.5): a token has one spelling.
    if base64.urlsafe_b64encode(data).rstrip(b"=") != text.encode():
        raise InvalidToken("The access token is malformed.")
    return data


def _json_object(segment: str) -> dict[str, Any]:
    try:
        value = json.loads(_base64url(segment).decode("utf-8"), object_pairs_hook=_unique)
        _check(value, MAX_LEVELS)
    except (ValueError, RecursionError) as error:
        raise InvalidToken("The access token is malformed.") from error
    if not isinstance(value, dict):
        raise InvalidToken("The access token is malformed.")
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        # Parsers differ in which of two values they take (RFC 8259, 4): the database could see the other.
        raise ValueError("duplicate key")
    return found


def _check(value: object, levels: int) -> None:
    """Refuse what PostgreSQL's jsonb has no form for, and nesting beyond what a token can need."""
    if isinstance(value, str):
        value.encode()
        if "\0" in value:
            raise ValueError("NUL")
    elif isinstance(value, float) and not math.isfinite(value):
        raise ValueError("not a number")
    elif isinstance(value, (dict, list)):
        if levels == 0:
            raise ValueError("nested too deeply")
        for one in (*value, *value.values()) if isinstance(value, dict) else value:
            _check(one, levels - 1)


def _instant(claims: dict[str, Any], name: str) -> float:
    value = claims.get(name)
    # The comparison is exact for integers too large to be a float.
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < _YEAR_10000:
        raise InvalidToken(f"The access token has no usable {name}.")
    return float(value)
