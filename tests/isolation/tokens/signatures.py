"""Faults in a signature: cut, stretched, changed, emptied, in another form."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from tests.isolation.tokens.cases import Category
from tests.isolation.tokens.minting import MARK, RSA_KEY, Mint, segment, unsegment

ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""The number of points of P-256 (FIPS 186-4, D.1.2.3)."""


def _pair(r: int, s: int) -> bytes:
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def _of_any_kind(signature: bytes) -> Mapping[str, bytes]:
    size = len(signature)
    flipped = {
        f"bit {bit} of byte {at} flipped": signature[:at] + bytes([signature[at] ^ 1 << bit]) + signature[at + 1 :]
        for at in (0, size // 2, size - 1)
        for bit in (0, 7)
    }
    return {
        **flipped,
        "a byte": b"\0",
        "a text": MARK.encode(),
        "zeros": bytes(size),
        "ones": b"\xff" * size,
        "the first half": signature[: size // 2],
        "the second half": signature[size // 2 :],
        "all but a byte": signature[:-1],
        "a byte more": signature + b"\0",
        "a byte before": b"\0" + signature,
        "twice": signature * 2,
        "backwards": signature[::-1],
        "hexadecimal": signature.hex().encode(),
    }


def _of_es256(signature: bytes) -> Mapping[str, bytes]:
    """Forms and numbers in which implementations were found wanting (CVE-2022-21449 among them)."""
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    numbers = {
        "r is 0": (0, s),
        "s is 0": (r, 0),
        "both are 0": (0, 0),
        "both are 1": (1, 1),
        "r is the order": (ORDER, s),
        "s is the order": (r, ORDER),
        "both are the order": (ORDER, ORDER),
        "r negated": (ORDER - r, s),
        "both negated": (ORDER - r, ORDER - s),
        "exchanged": (s, r),
    }
    wide = r.to_bytes(33, "big") + s.to_bytes(33, "big")
    return {
        **{name: _pair(*pair) for name, pair in numbers.items()},
        "DER": encode_dss_signature(r, s),
        "DER of 0": encode_dss_signature(0, 0),
        "33 bytes each": wide,
    }


def _of_rs256(signature: bytes) -> Mapping[str, bytes]:
    modulus = RSA_KEY.public_key().public_numbers().n
    number = int.from_bytes(signature, "big")
    return {
        "1": (1).to_bytes(256, "big"),
        "the modulus": modulus.to_bytes(256, "big"),
        "the modulus less 1": (modulus - 1).to_bytes(256, "big"),
        "negated": (modulus - number).to_bytes(256, "big"),
        "the modulus more": (number + modulus).to_bytes(257, "big"),
    }


def _of_hs256(signature: bytes) -> Mapping[str, bytes]:
    return {"a letter": signature[:1], "16 bytes": signature[:16], "31 bytes": signature[:31]}


def signatures(mint: Mint) -> Iterator[Category]:
    """Every change to a signature but those that leave it one.

    Of an ECDSA signature's s there are two that hold. That the other one is accepted harms nobody, since nothing knows
    a token by its spelling: it says the same, of the same person, until the same instant.
    """
    for algorithm, special in {"ES256": _of_es256, "RS256": _of_rs256, "HS256": _of_hs256}.items():
        category = Category(f"{algorithm} signatures", mint)
        good = mint.token(algorithm)
        content, _, last = good.rpartition(".")
        control = category.accepts("as it was made", good, algorithm)
        signature = unsegment(last)
        for what, changed in {**_of_any_kind(signature), **special(signature)}.items():
            category.refuses(what, f"{content}.{segment(changed)}", control)
        category.refuses("empty", f"{content}.", control)
        category.refuses("its unused bits set", f"{content}.{respelled(last)}", control)
        if algorithm == "ES256":
            r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
            category.accepts("s negated", f"{content}.{segment(_pair(r, ORDER - s))}", algorithm)
        yield category


def respelled(text: str) -> str:
    """base64 that decodes to the same bytes, by a bit that is not used (RFC 4648, 3.5)."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    assert len(text) % 4
    return text[:-1] + alphabet[alphabet.index(text[-1]) ^ 1]
