"""Faults in how a token is signed: algorithms that are confused, absent or not accepted, and keys that are not ours."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.isolation.tokens.cases import Category
from tests.isolation.tokens.minting import (
    EC_KEY,
    MARK,
    RSA_KEY,
    SIGNING,
    STRANGERS,
    Mint,
    compact,
    jwk,
    segment,
    sign,
    unsegment,
)
from tests.world import JWT_SECRET

PUBLIC: Final[Mapping[str, Any]] = {"ES256": EC_KEY, "RS256": RSA_KEY}


def _mac(secret: bytes, digest: str = "sha256") -> Any:
    """HMAC with any secret at all; libraries refuse to sign with some of these."""
    return lambda content: hmac.new(secret, content, digest).digest()


def _published_forms(algorithm: str) -> Mapping[str, bytes]:
    """A public key in every form in which somebody might take it for a secret."""
    private = PUBLIC[algorithm]
    key = private.public_key()
    pem = key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    entry = jwk(private, kid=SIGNING[algorithm][0])
    number = entry["n"] if algorithm == "RS256" else entry["x"]
    forms = {
        "PEM": pem,
        "PEM without its last line end": pem.rstrip(b"\n"),
        "PEM with CRLF": pem.replace(b"\n", b"\r\n"),
        "the base64 of PEM": b"".join(pem.splitlines()[1:-1]),
        "DER": key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
        "OpenSSH": key.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH),
        "JWK": json.dumps(entry).encode(),
        "JWK, compact": json.dumps(entry, separators=(",", ":")).encode(),
        "a number of the JWK": number.encode(),
        "a number of the JWK, raw": unsegment(number),
        "the key id": str(SIGNING[algorithm][0]).encode(),
    }
    if algorithm == "RS256":
        return {**forms, "PKCS #1": key.public_bytes(Encoding.PEM, PublicFormat.PKCS1)}
    return {
        **forms,
        "an uncompressed point": key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint),
        "a compressed point": key.public_bytes(Encoding.X962, PublicFormat.CompressedPoint),
    }


def confusion(mint: Mint) -> Category:
    """A header that names one algorithm over a signature by another."""
    category = Category("algorithm confusion", mint)
    for algorithm in PUBLIC:
        kid = json.dumps(SIGNING[algorithm][0])
        for form, secret in _published_forms(algorithm).items():
            for header in (mint.header("HS256"), mint.header("HS256", kid=kid), mint.header(algorithm)):
                token = mint.token("HS256", header=header, signer=_mac(secret))
                category.refuses(f"{header}, signed with the {algorithm} key as {form}", token, algorithm)
    for named in SIGNING:
        for used, (kid_used, key) in SIGNING.items():
            if named != used:
                for header in (mint.header(named), mint.header(named, kid=json.dumps(kid_used))):
                    token = mint.token(named, header=header, signer=sign(used, key))
                    category.refuses(f"{header}, signed by {used}", token, used)
    return category


def unaccepted(mint: Mint) -> Category:
    """Algorithms that are sound, by keys that are ours where that is possible, and not accepted all the same."""
    category = Category("other algorithms", mint)
    secret = JWT_SECRET.encode()
    others = {
        "HS384": ("HS256", _mac(secret, "sha384")),
        "HS512": ("HS256", _mac(secret, "sha512")),
        "RS384": ("RS256", sign("RS384", RSA_KEY)),
        "RS512": ("RS256", sign("RS512", RSA_KEY)),
        "PS256": ("RS256", sign("PS256", RSA_KEY)),
        "PS384": ("RS256", sign("PS384", RSA_KEY)),
        "PS512": ("RS256", sign("PS512", RSA_KEY)),
        "ES384": ("ES256", sign("ES384", ec.generate_private_key(ec.SECP384R1()))),
        "ES512": ("ES256", sign("ES512", ec.generate_private_key(ec.SECP521R1()))),
        "ES256K": ("ES256", sign("ES256K", ec.generate_private_key(ec.SECP256K1()))),
        "EdDSA": ("ES256", sign("EdDSA", ed25519.Ed25519PrivateKey.generate())),
        "Ed25519": ("ES256", sign("EdDSA", ed25519.Ed25519PrivateKey.generate())),
    }
    for name, (control, signer) in others.items():
        for header in (mint.header(name), mint.header(control, alg=json.dumps(name))):
            category.refuses(f"{header}, signed so", mint.token(control, header=header, signer=signer), control)
        # The other way round: an accepted name over a signature of the same family.
        token = mint.token(control, signer=signer)
        category.refuses(f"{control}, signed by {name}", token, control)
    return category


def spelling(mint: Mint) -> Category:
    """An algorithm's name is compared exactly (RFC 7515, 4.1.1)."""
    category = Category("spelling of alg", mint)
    for algorithm in SIGNING:
        spelled = (
            algorithm.lower(),
            algorithm.capitalize(),
            algorithm + " ",
            " " + algorithm,
            algorithm + "\0",
            algorithm + "\n",
            algorithm.replace("2", "２"),
            algorithm.replace("S", "Ѕ"),
            f"http://www.w3.org/2001/04/xmldsig-more#{algorithm}",
        )
        odd = [[algorithm], {"name": algorithm}, [algorithm, "none"], None, True, 0, "", algorithm[:2]]
        for literal in [json.dumps(one) for one in (*spelled, *odd)]:
            token = mint.token(algorithm, header=mint.header(algorithm, alg=literal))
            category.refuses(f"{algorithm} as {literal}", token, algorithm)
        category.refuses(
            f"{algorithm}, no alg", mint.token(algorithm, header=mint.header(algorithm, alg=None)), algorithm
        )
    return category


def unsigned(mint: Mint) -> Category:
    """`none` in every spelling, with no signature, with one that was left, and with any."""
    category = Category("none", mint)
    for algorithm in SIGNING:
        good = mint.token(algorithm)
        _, payload, left = good.split(".")
        control = category.accepts(f"{algorithm}, as it was signed", good, algorithm)
        for name in ("none", "None", "NONE", "nOnE", "none ", "nοne", "null", "plain"):
            header = segment(mint.header(algorithm, alg=json.dumps(name)))
            for what, end in {"empty": ".", "left": f".{left}", "any": f".{segment(MARK)}", "missing": ""}.items():
                token = f"{header}.{payload}{end}"
                category.refuses(f"{algorithm} made {name!r}, signature {what}", token, control)
    return category


def strangers(mint: Mint) -> Category:
    """Keys that are not ours: under our id, under one of their own, and brought along in the header."""
    category = Category("a stranger's key", mint)
    for algorithm, key in STRANGERS.items():
        signer = sign(algorithm, key)
        category.refuses(f"{algorithm}, under our id", mint.token(algorithm, signer=signer), algorithm)
        for kid in (f'"{MARK}"', "null", None):
            token = mint.token(algorithm, header=mint.header(algorithm, kid=kid), signer=signer)
            category.refuses(f"{algorithm}, kid {kid}", token, algorithm)
    secrets = {
        "nothing": b"",
        "a NUL": b"\0",
        "the word secret": b"secret",
        "the secret's base64": base64.b64encode(JWT_SECRET.encode()),
        "the secret's digest": hashlib.sha256(JWT_SECRET.encode()).digest(),
        "the secret and a line end": JWT_SECRET.encode() + b"\n",
        "the secret but its last letter": JWT_SECRET.encode()[:-1],
        "the secret in capitals": JWT_SECRET.upper().encode(),
        "the secret and a NUL": JWT_SECRET.encode() + b"\0",
        "the issuer": mint.issuer.encode(),
    }
    for what, secret in secrets.items():
        if what == "the secret and a NUL":
            # HMAC fills keys up with NULs (RFC 2104, 2): this is the same key, and the same signature.
            category.accepts(f"HS256, {what}", mint.token("HS256", signer=_mac(secret)), "HS256")
        else:
            category.refuses(f"HS256, secret {what}", mint.token("HS256", signer=_mac(secret)), "HS256")
    return category


def swapped(mint: Mint) -> Category:
    """Two good tokens, cut and joined."""
    category = Category("swapped parts", mint)
    for algorithm in SIGNING:
        one, other = (mint.token(algorithm).split(".") for _ in range(2))
        control = category.accepts(f"{algorithm}, whole", ".".join(one), algorithm)
        category.refuses(f"{algorithm}, another's payload", ".".join((one[0], other[1], one[2])), control)
        category.refuses(f"{algorithm}, another's signature", ".".join((*one[:2], other[2])), control)
        for foreign in SIGNING:
            if foreign != algorithm:
                stolen = mint.token(foreign).split(".")
                category.refuses(f"{algorithm}, {foreign}'s header", ".".join((stolen[0], *one[1:])), control)
        signed = compact(mint.header(algorithm), mint.claims(), sign(algorithm, STRANGERS[algorithm]))
        category.refuses(f"{algorithm}, a stranger's signature", signed, control)
    return category
