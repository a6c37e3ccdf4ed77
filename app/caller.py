"""Who is asking: Supabase access tokens, verified."""

from __future__ import annotations

import base64
import hashlib
import json
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
    """Verifies access tokens; what was verified is remembered until it expires."""

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
        self._known: OrderedDict[bytes, Caller] = OrderedDict()
        self._capacity = cached_tokens
        self._generation = 0

    async def verify(self, token: str) -> Caller:
        """The token's owner. Raises InvalidToken, or AuthServiceUnavailable when keys cannot be fetched."""
        if len(token) > MAX_TOKEN_BYTES:
            raise InvalidToken("The access token is too long.")
        self._forget_old_keys()
        digest = hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
        caller = self._known.get(digest)
        if caller is None:
            caller = self._read(*await self._open(token))
            self._forget_old_keys()
            self._known[digest] = caller
            if len(self._known) > self._capacity:
                self._known.popitem(last=False)
            return caller
        if caller.expires_at + LEEWAY_SECONDS <= self._clock():
            del self._known[digest]
            raise _expired()
        self._known.move_to_end(digest)
        return caller

    def _forget_old_keys(self) -> None:
        if self._jwks is not None and self._jwks.generation != self._generation:
            self._generation = self._jwks.generation
            self._known.clear()

    async def _open(self, token: str) -> tuple[dict[str, Any], bool]:
        """The payload once its signature holds, and whether that signature is asymmetric."""
        parts = _COMPACT.fullmatch(token)
        if parts is None:
            raise InvalidToken("The access token is malformed.")
        header = _json_object(parts[1])
        name, kid = header.get("alg"), header.get("kid")
        if "crit" in header or "b64" in header or not isinstance(name, str) or name not in _ALGORITHMS:
            raise InvalidToken("The access token is not signed in a way that is accepted here.")
        algorithm = _ALGORITHMS[name]
        key: Any
        if name == "HS256":
            if self._secret is None:
                raise InvalidToken("The access token is not signed in a way that is accepted here.")
            key = self._secret
        else:
            if self._jwks is None or not isinstance(kid, str) or not kid:
                raise InvalidToken("The access token is not signed with a key of this project.")
            key = (await self._jwks.key(kid, name)).key
        signed = token[: parts.start(3) - 1].encode()
        if not algorithm.verify(signed, key, _base64url(parts[3])):
            raise InvalidToken("The access token's signature does not hold.")
        return _json_object(parts[2]), name != "HS256"

    def _read(self, claims: dict[str, Any], asymmetric: bool) -> Caller:
        now = self._clock()
        expires_at, issued_at = _instant(claims, "exp"), _instant(claims, "iat")
        if expires_at + LEEWAY_SECONDS <= now:
            raise _expired()
        not_before = _instant(claims, "nbf") if "nbf" in claims else issued_at
        if max(issued_at, not_before) > now + LEEWAY_SECONDS:
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
        try:
            text = json.dumps(claims, sort_keys=True, separators=(",", ":"), allow_nan=False)
        except (ValueError, RecursionError) as error:
            raise InvalidToken("The access token is malformed.") from error
        return Caller(UUID(subject), text, email if isinstance(email, str) and email else None, expires_at)


def _expired() -> InvalidToken:
    return InvalidToken("The access token has expired; sign in again.")


def _base64url(text: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError as error:
        raise InvalidToken("The access token is malformed.") from error


def _json_object(segment: str) -> dict[str, Any]:
    try:
        value = json.loads(_base64url(segment).decode("utf-8"), object_pairs_hook=_unique, parse_constant=_refuse)
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


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")


def _instant(claims: dict[str, Any], name: str) -> float:
    value = claims.get(name)
    # The comparison is false for NaN and infinity, and exact for integers too large to be a float.
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < _YEAR_10000:
        raise InvalidToken(f"The access token has no usable {name}.")
    return float(value)
