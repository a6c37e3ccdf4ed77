"""The key set that a project publishes, with entries that must not be used beside those that must."""

from __future__ import annotations

import json
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from tests.isolation.tokens.cases import Category
from tests.isolation.tokens.minting import EC_KEY, RSA_KEY, Mint, jwk, segment, sign, unsegment

_EC: Final = [ec.generate_private_key(ec.SECP256R1()) for _ in range(7)]
_RSA: Final = [rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(4)]
_P384: Final = ec.generate_private_key(ec.SECP384R1())
_K256: Final = ec.generate_private_key(ec.SECP256K1())
_SMALL: Final = rsa.generate_private_key(public_exponent=65537, key_size=1024)
_ED25519: Final = ed25519.Ed25519PrivateKey.generate()
_OCTETS: Final = b"octets that somebody published by mistake"


def _private(key: ec.EllipticCurvePrivateKey) -> str:
    return segment(key.private_numbers().private_value.to_bytes(32, "big"))


UNFIT: Final[list[tuple[dict[str, Any], str, Any]]] = [
    ({"kty": "oct", "k": segment(_OCTETS)}, "HS256", _OCTETS),
    ({"kty": "oct", "k": segment(_OCTETS), "alg": "HS256", "use": "sig"}, "HS256", _OCTETS),
    ({"kty": "oct", "k": segment(_OCTETS), "alg": "ES256", "use": "sig"}, "HS256", _OCTETS),
    (jwk(_EC[0], use="enc"), "ES256", _EC[0]),
    (jwk(_RSA[0], use="enc"), "RS256", _RSA[0]),
    (jwk(_EC[1], key_ops=["sign"]), "ES256", _EC[1]),
    (jwk(_RSA[1], key_ops=["encrypt", "wrapKey"]), "RS256", _RSA[1]),
    (jwk(_EC[2], alg="HS256"), "ES256", _EC[2]),
    (jwk(_EC[2], alg="ES384"), "ES256", _EC[2]),
    (jwk(_EC[3], alg="RS256"), "ES256", _EC[3]),
    (jwk(_RSA[2], alg="PS256"), "RS256", _RSA[2]),
    (jwk(_RSA[2], alg="PS256"), "PS256", _RSA[2]),
    (jwk(_RSA[3], alg="none"), "RS256", _RSA[3]),
    (jwk(_SMALL), "RS256", _SMALL),
    (jwk(_P384), "ES384", _P384),
    (jwk(_P384, crv="P-256"), "ES384", _P384),
    (jwk(_K256), "ES256K", _K256),
    (jwk(_K256, crv="P-256"), "ES256", _EC[4]),
    (jwk(_ED25519), "EdDSA", _ED25519),
    ({**jwk(_EC[5]), "kty": "RSA"}, "ES256", _EC[5]),
    ({**jwk(_RSA[0]), "kty": "EC"}, "RS256", _RSA[0]),
]
"""Entries that are not for verifying what the worker accepts; how a token would be signed with each."""

_TWINS: Final = (_EC[4], _EC[6])


def key_set() -> list[dict[str, Any]]:
    """What the project publishes: the good keys in the middle, so that nothing before or after hides them."""
    unfit = [{**entry, "kid": f"unfit-{number}"} for number, (entry, _, _) in enumerate(UNFIT)]
    half = len(unfit) // 2
    odd: list[Any] = [None, "e", ["e"], {"kid": "e"}, {"kty": "EC"}, {"kid": 7, **jwk(_EC[5])}]
    return [
        *odd,
        *unfit[:half],
        jwk(EC_KEY, kid="e", alg="ES256", use="sig", key_ops=["verify"]),
        jwk(RSA_KEY, kid="r"),
        *unfit[half:],
        # What is published twice under one id: the first fit one counts.
        jwk(_TWINS[0], kid="twice"),
        jwk(_TWINS[1], kid="twice"),
        jwk(RSA_KEY, kid="e"),
        jwk(_EC[5], kid="leaky", d=_private(_EC[5])),
    ]


def published(mint: Mint) -> Category:
    """Tokens signed with keys that are published and unfit, and with those that are odd and fit."""
    category = Category("published keys", mint)
    for number, (entry, algorithm, key) in enumerate(UNFIT):
        kid = json.dumps(f"unfit-{number}")
        control = {"E": "ES256", "R": "RS256", "P": "RS256", "H": "ES256"}[algorithm[0]]
        shown = {name: value for name, value in entry.items() if name in ("kty", "crv", "alg", "use", "key_ops")}
        for named in dict.fromkeys((algorithm, control)):
            header = mint.header(named, kid=kid)
            token = mint.token(control, header=header, signer=sign(algorithm, key))
            category.refuses(f"{shown}, named {named}, signed by {algorithm}", token, control)
    header = mint.header("ES256", kid='"twice"')
    first = mint.token("ES256", header=header, signer=sign("ES256", _TWINS[0]))
    second = mint.token("ES256", header=header, signer=sign("ES256", _TWINS[1]))
    category.refuses("the second under one id", second, category.accepts("the first under one id", first, "ES256"))
    crossed = mint.token("RS256", header=mint.header("RS256", kid='"e"'))
    category.refuses("another type under a taken id", crossed, "RS256")
    header = mint.header("ES256", kid='"leaky"')
    leaked = mint.token("ES256", header=header, signer=sign("ES256", _EC[5]))
    whole = category.accepts("published with its private part", leaked, "ES256")
    secret = sign("HS256", unsegment(_private(_EC[5])))
    for named in (header, mint.header("HS256", kid='"leaky"')):
        token = mint.token("ES256", header=named, signer=secret)
        category.refuses(f"{named}, signed with the private part as a secret", token, whole)
    return category
