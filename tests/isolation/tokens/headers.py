"""Faults in the header: key ids that are none, keys and addresses brought along, extensions, tokens within tokens."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Mapping
from typing import Final

from tests.isolation.tokens.cases import Category
from tests.isolation.tokens.minting import MARK, SIGNING, STRANGERS, Mint, compact, jwk, segment, sign, unsegment

ASYMMETRIC: Final = ("ES256", "RS256")

ODD_KEY_IDS: Final[Mapping[str, str | None]] = {
    "missing": None,
    "null": "null",
    "empty": '""',
    "a number": "0",
    "true": "true",
    "unknown": f'"{MARK}"',
    "a path": f'"../../../../../../dev/null#{MARK}"',
    "/dev/null": '"/dev/null"',
    "a file": '"file:///etc/hostname"',
    "an escaped path": '"..%2f..%2fdev%2fnull"',
    "SQL": f"\"{MARK}' union select 'AA' --\"",
    "SQL that drops": '"e\'; drop table public.users; --"',
    "a shell's": f'"e|touch {MARK}"',
    "a template": f'"${{jndi:ldap://127.0.0.1/{MARK}}}"',
    "a header": f'"e\\r\\nX-Injected: {MARK}"',
    "a property": '"__proto__"',
    "very long": json.dumps("k" * 5000),
}

NO_TEXTS: Final = {"too large a number": "1e400", "a NUL": '"\\u0000"', "half of a surrogate pair": '"\\ud800"'}
"""Key ids with which the header itself is malformed."""


def key_ids(mint: Mint) -> Category:
    """The right key's signature under every id but its own, and a stranger's under the same."""
    category = Category("kid", mint)
    for algorithm in ASYMMETRIC:
        kid, key = SIGNING[algorithm]
        own = {
            "a list": f'["{kid}"]',
            "an object": f'{{"kid":"{kid}"}}',
            "two": f'["{kid}","{MARK}"]',
            "a leading space": f'" {kid}"',
            "a trailing space": f'"{kid} "',
            "a trailing NUL": f'"{kid}\\u0000"',
            "in capitals": f'"{str(kid).upper()}"',
            "of the other key": json.dumps(SIGNING["RS256" if algorithm == "ES256" else "ES256"][0]),
        }
        for what, literal in {**ODD_KEY_IDS, **NO_TEXTS, **own}.items():
            header = mint.header(algorithm, kid=literal)
            for whose, signing in (("our", key), ("a stranger's", STRANGERS[algorithm])):
                token = mint.token(algorithm, header=header, signer=sign(algorithm, signing))
                category.refuses(f"{algorithm}, kid {what}, {whose} key", token, algorithm)
    for what, literal in ODD_KEY_IDS.items():
        # An empty key is what a path such as /dev/null would yield. The secret has no id: one that is named is ignored.
        header = mint.header("HS256", kid=literal)
        token = mint.token("HS256", header=header, signer=sign("HS256", b"\0"))
        category.refuses(f"HS256, kid {what}, an empty key", token, "HS256")
        category.accepts(f"HS256, kid {what}", mint.token("HS256", header=header), "HS256")
    return category


def brought_along(mint: Mint, elsewhere: str) -> Category:
    """jwk, jku, x5u, x5c and their kin: never believed, and no address in them is ever asked."""
    category = Category("keys in the header", mint)
    for algorithm in ASYMMETRIC:
        stranger = STRANGERS[algorithm]
        entry = jwk(stranger, kid=MARK, alg=algorithm, use="sig")
        members = {
            "jwk": json.dumps(entry),
            "jku": json.dumps(f"{elsewhere}/auth/v1/.well-known/jwks.json"),
            "x5u": json.dumps(f"{elsewhere}/certificate.pem"),
            "x5c": json.dumps([base64.b64encode(MARK.encode() * 20).decode()]),
            "x5t": json.dumps(segment(MARK)),
            "x5t#S256": json.dumps(segment(MARK * 2)),
            "iss": json.dumps(elsewhere),
            "keys": json.dumps([entry]),
        }
        for name, literal in members.items():
            honest = mint.token(algorithm, header=mint.header(algorithm, **{name: literal}))
            control = category.accepts(f"{algorithm}, {name} beside our signature", honest, algorithm)
            for kid in (f'"{MARK}"', json.dumps(SIGNING[algorithm][0]), None):
                header = mint.header(algorithm, kid=kid, **{name: literal})
                token = mint.token(algorithm, header=header, signer=sign(algorithm, stranger))
                category.refuses(f"{algorithm}, {name}, kid {kid}", token, control)
        everything = mint.header(algorithm, kid=json.dumps(members["jku"]), **members)
        token = mint.token(algorithm, header=everything, signer=sign(algorithm, stranger))
        category.refuses(f"{algorithm}, all of them", token, algorithm)
    return category


def extensions(mint: Mint) -> Category:
    """crit names what must be understood, and nothing is (RFC 7515, 4.1.11); b64 would change what was signed."""
    category = Category("extensions", mint)
    for algorithm in SIGNING:
        members = {
            "crit of exp": {"crit": '["exp"]', "exp": str(mint.now + 3600)},
            "crit of b64": {"crit": '["b64"]', "b64": "false"},
            "crit of b64, true": {"crit": '["b64"]', "b64": "true"},
            "b64 alone": {"b64": "false"},
            "crit of the unknown": {"crit": f'["{MARK}"]', MARK: "true"},
            "crit of what is missing": {"crit": f'["{MARK}"]'},
            "crit, empty": {"crit": "[]"},
            "crit, a text": {"crit": '"exp"'},
            "crit, null": {"crit": "null"},
            "crit, false": {"crit": "false"},
        }
        for what, changes in members.items():
            header = mint.header(algorithm, **changes)
            category.refuses(f"{algorithm}, {what}", mint.token(algorithm, header=header), algorithm)
        _unencoded(category, algorithm)
        _packed(category, algorithm)
        for name, literal in {"zip": '"DEF"', "cty": '"JWT"', "typ": '"at+jwt"', MARK: "[1]"}.items():
            # Whatever is not understood and not critical is ignored (RFC 7515, 4).
            token = mint.token(algorithm, header=mint.header(algorithm, **{name: literal}))
            category.accepts(f"{algorithm}, {name} {literal}", token, algorithm)
    return category


def _unencoded(category: Category, algorithm: str) -> None:
    """A payload that is not base64 (RFC 7797); one whose bytes look like base64 is read as what it is."""
    mint = category.mint
    signer = sign(algorithm, SIGNING[algorithm][1])
    for critical in ('["b64"]', None):
        head = segment(mint.header(algorithm, b64="false", crit=critical))
        for payload in (mint.claims(), segment(mint.claims())):
            signature = segment(signer(f"{head}.{payload}".encode()))
            token = f"{head}.{payload.replace(' ', '')}.{signature}"
            category.refuses(f"{algorithm}, b64 false, crit {critical}, payload {payload[:1]}", token, algorithm)


def _packed(category: Category, algorithm: str) -> None:
    """A payload that was deflated: zip is for encrypted tokens only (RFC 7516, 4.1.3)."""
    mint = category.mint
    packer = zlib.compressobj(wbits=-15)
    packed = packer.compress(mint.claims().encode()) + packer.flush()
    bomb = zlib.compressobj(wbits=-15)
    bombed = bomb.compress(b" " * 4_000_000 + mint.claims().encode()) + bomb.flush()
    for what, payload in {"deflated": packed, "4 MB, deflated": bombed}.items():
        token = mint.token(algorithm, payload, mint.header(algorithm, zip='"DEF"'))
        category.refuses(f"{algorithm}, {what}", token, algorithm)


def forms(mint: Mint) -> Category:
    """Tokens within tokens, encrypted ones, JSON ones, and too few or too many parts."""
    category = Category("forms", mint)
    for algorithm in SIGNING:
        good = mint.token(algorithm)
        control = category.accepts(f"{algorithm}, alone", good, algorithm)
        head, payload, signature = good.split(".")
        signer = sign(algorithm, SIGNING[algorithm][1])
        wrapped = compact(mint.header(algorithm, cty='"JWT"'), good, signer)
        whole = {"payload": payload, "protected": head, "signature": signature}
        general = {"payload": payload, "signatures": [{"protected": head, "signature": signature}]}
        others = {
            "within another": wrapped,
            "within another as JSON text": compact(mint.header(algorithm), json.dumps(good), signer),
            "flattened JSON": json.dumps(whole, separators=(",", ":")),
            "general JSON": json.dumps(general, separators=(",", ":")),
            "JSON in base64": segment(json.dumps(whole)),
            "one part": head,
            "two parts": f"{head}.{payload}",
            "two parts, the last two": f"{payload}.{signature}",
            "no payload": f"{head}..{signature}",
            "no header": f".{payload}.{signature}",
            "four parts": f"{good}.{signature}",
            "four parts, the last empty": f"{good}.",
            "a dot before": f".{good}",
            "five parts": f"{head}.{payload}.{signature}.{payload}.{signature}",
            "six parts": f"{good}.{good}",
            "two tokens": f"{good},{good}",
            "dots": "..",
            "many dots": "." * 4000,
            "SSH's": "ssh-rsa" + segment(unsegment(payload)),
        }
        for what, token in others.items():
            category.refuses(f"{algorithm}, {what}", token, control)
        for encrypted in (
            {"alg": "dir", "enc": "A256GCM"},
            {"alg": "RSA-OAEP", "enc": "A256GCM", "kid": "r", "zip": "DEF"},
            {"alg": "PBES2-HS256+A128KW", "enc": "A256GCM", "p2c": 2_147_483_647, "p2s": "AAAA"},
            {"alg": algorithm, "enc": "A256GCM"},
        ):
            parts = (json.dumps(encrypted), b"", bytes(12), mint.claims(), bytes(16))
            token = ".".join(segment(part) for part in parts)
            category.refuses(f"{algorithm}, encrypted by {encrypted['alg']}", token, control)
    for key in (f"sb_publishable_{MARK}_3BJgxAaH", f"sb_secret_{MARK}_xSvEMPvz", "null", "undefined", "x"):
        category.refuses(f"no token: {key}", key, "HS256")
    return category
