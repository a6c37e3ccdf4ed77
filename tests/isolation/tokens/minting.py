"""Keys and tokens in which everything can be chosen: any header, any payload, any signature.

Claims are JSON literals and not Python values, so that a token can say `1e400`, say a thing twice, or not at all.
"""

from __future__ import annotations

import base64
import itertools
import json
import time
from collections.abc import Callable, Iterable
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm, get_default_algorithms

from tests.world import JWT_SECRET

BEN: Final = "00000000-0000-7000-8000-00000000aa02"
"""The account of Ben, a member of Acme, whose tokens all of these say they are."""

MARK: Final = "tokenmark7q2x"
"""In every payload and in every text that a header can hold, so that an echo of either is noticed."""

EC_KEY: Final = ec.generate_private_key(ec.SECP256R1())
RSA_KEY: Final = rsa.generate_private_key(public_exponent=65537, key_size=2048)
STRANGERS: Final[dict[str, Any]] = {
    "ES256": ec.generate_private_key(ec.SECP256R1()),
    "RS256": rsa.generate_private_key(public_exponent=65537, key_size=2048),
    "HS256": b"a stranger's secret that is long enough",
}
SIGNING: Final[dict[str, tuple[str | None, Any]]] = {
    "ES256": ("e", EC_KEY),
    "RS256": ("r", RSA_KEY),
    "HS256": (None, JWT_SECRET.encode()),
}
"""Key id and key of each algorithm that the worker accepts."""

ALGORITHMS: Final = get_default_algorithms()
Signer = Callable[[bytes], bytes]


def sign(algorithm: str, key: Any) -> Signer:
    """What signs with that key by that algorithm (RFC 7518, 3.1; RFC 8037)."""
    return lambda content: bytes(ALGORITHMS[algorithm].sign(content, key))


def segment(raw: str | bytes) -> str:
    """base64url without padding (RFC 7515, 2)."""
    data = raw.encode() if isinstance(raw, str) else raw
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unsegment(text: str) -> bytes:
    """The bytes of a segment."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def compact(header: str | bytes, payload: str | bytes, signer: Signer) -> str:
    """A token over exactly these bytes (RFC 7515, 7.1)."""
    content = f"{segment(header)}.{segment(payload)}"
    return f"{content}.{segment(signer(content.encode()))}"


def json_text(pairs: Iterable[tuple[str, str]]) -> str:
    """A JSON object of names and literals, in this order and as often as they come."""
    return "{" + ",".join(f"{json.dumps(name)}:{literal}" for name, literal in pairs) + "}"


def jwk(key: Any, **more: Any) -> dict[str, Any]:
    """The public key as a member of a key set (RFC 7517), with these members added or replaced."""
    if isinstance(key, ed25519.Ed25519PrivateKey):
        public: dict[str, Any] = OKPAlgorithm.to_jwk(key.public_key(), as_dict=True)
    elif isinstance(key, rsa.RSAPrivateKey):
        public = RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)
    else:
        public = ECAlgorithm.to_jwk(key.public_key(), as_dict=True)
    public.pop("key_ops", None)
    return {**public, **more}


class Mint:
    """Makes tokens that a project's auth server could have made, but for what is asked to be different."""

    def __init__(self, issuer: str, person: str = BEN) -> None:
        self.issuer = issuer
        self.now = int(time.time())
        self._person = person
        self._serial = itertools.count(1)

    def pairs(self, **changes: str | None) -> list[tuple[str, str]]:
        """The usual claims with these literals instead; None leaves a claim out. No two calls say the same."""
        usual: dict[str, str | None] = {
            "iss": json.dumps(self.issuer),
            "sub": json.dumps(self._person),
            "aud": '"authenticated"',
            "role": '"authenticated"',
            "exp": str(self.now + 3600),
            "iat": str(self.now),
            "session_id": f'"{MARK}-{next(self._serial)}"',
        }
        return [(name, literal) for name, literal in {**usual, **changes}.items() if literal is not None]

    def claims(self, **changes: str | None) -> str:
        """The usual claims as JSON text, with changes as in `pairs`."""
        return json_text(self.pairs(**changes))

    def header(self, algorithm: str, **changes: str | None) -> str:
        """The usual header as JSON text, with changes as in `pairs`."""
        kid = SIGNING[algorithm][0] if algorithm in SIGNING else None
        usual = {"alg": json.dumps(algorithm), "typ": '"JWT"', "kid": json.dumps(kid) if kid else None}
        return json_text((name, literal) for name, literal in {**usual, **changes}.items() if literal is not None)

    def token(
        self,
        algorithm: str,
        payload: str | bytes | None = None,
        header: str | bytes | None = None,
        signer: Signer | None = None,
    ) -> str:
        """A good token of that algorithm, but for the parts that are given."""
        return compact(
            self.header(algorithm) if header is None else header,
            self.claims() if payload is None else payload,
            signer or sign(algorithm, SIGNING[algorithm][1]),
        )
