"""Faults in how a token is written: base64, UTF-8, JSON, duplicate names, nesting and size."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final

from app.caller import MAX_TOKEN_BYTES
from tests.isolation.tokens.cases import Category
from tests.isolation.tokens.minting import MARK, SIGNING, Mint, Signer, json_text, segment, sign
from tests.isolation.tokens.signatures import respelled

SOMEBODY_ELSE: Final = "00000000-0000-7000-8000-00000000bb01"


def base64url(mint: Mint) -> Category:
    """base64url with no padding, no spaces, and only one spelling (RFC 7515, 2)."""
    category = Category("base64", mint)
    for algorithm in SIGNING:
        good = _with_both_letters(mint, algorithm)
        control = category.accepts(f"{algorithm}, as it was made", good, algorithm)
        head, payload, signature = good.split(".")
        changed = {
            "padding": good + "=",
            "full padding": ".".join(part + "=" * (-len(part) % 4) for part in (head, payload, signature)),
            "escaped padding": good + "%3D",
            "the other alphabet": f"{head}.{payload}.{signature.replace('-', '+').replace('_', '/')}",
            "half of the other alphabet": f"{head}.{payload}.{signature.replace('_', '/', 1).replace('-', '+', 1)}",
            "a letter more": good + "A",
            "a letter less": good[:-1],
            "an escaped dot": good.replace(".", "%2E", 1),
            "a full-width dot": good.replace(".", "\uff0e", 1),
            "a zero-width space": good.replace(".", "\u200b.", 1),
            "a soft hyphen": good.replace("-", "\u00ad", 1),
            "a byte order mark": "\ufeff" + good,
            "a letter with an accent": "é" + good,
            "a space": good.replace(".", " .", 1),
            "a tab": good.replace(".", "\t.", 1),
            "an escaped line end": good + "%0A",
            "quotes": f'"{good}"',
            "brackets": f"<{good}>",
            "a comma": good + ",",
            "a semicolon": good + ";",
            "in capitals": good.upper(),
        }
        for what, token in changed.items():
            category.refuses(f"{algorithm}, {what}", token, control)
        _second_spellings(category, algorithm)
    return category


def _with_both_letters(mint: Mint, algorithm: str) -> str:
    """A token whose signature has the two letters in which base64url differs from base64."""
    while True:
        token = mint.token(algorithm)
        if {"-", "_"} <= set(token.rpartition(".")[2]):
            return token


def _second_spellings(category: Category, algorithm: str) -> None:
    """Parts with unused bits that are set, and a signature that holds over them."""
    mint, signer = category.mint, sign(algorithm, SIGNING[algorithm][1])
    header, payload = mint.header(algorithm), mint.claims()
    # A space at the end, so that there are unused bits.
    head = segment(header if len(header.encode()) % 3 else header + " ")
    body = segment(payload if len(payload.encode()) % 3 else payload + " ")
    control = category.accepts(f"{algorithm}, a space at the end", _signed(head, body, signer), algorithm)
    category.refuses(f"{algorithm}, header spelled twice", _signed(respelled(head), body, signer), control)
    category.refuses(f"{algorithm}, payload spelled twice", _signed(head, respelled(body), signer), control)
    category.refuses(f"{algorithm}, header of 4n + 1 letters", _signed("A" * 5, body, signer), control)
    category.refuses(f"{algorithm}, payload of 4n + 1 letters", _signed(head, "A" * 5, signer), control)


def _signed(head: str, body: str, signer: Signer) -> str:
    return f"{head}.{body}.{segment(signer(f'{head}.{body}'.encode()))}"


def texts(mint: Mint) -> Category:
    """Payloads and headers that are not one JSON object in UTF-8, or hold what the database cannot (RFC 8259, 8)."""
    category = Category("JSON", mint)
    for algorithm in SIGNING:
        for what, payload in _payloads(mint.claims()).items():
            category.refuses(f"{algorithm}, payload: {what}", mint.token(algorithm, payload), algorithm)
        for what, header in _payloads(mint.header(algorithm)).items():
            category.refuses(f"{algorithm}, header: {what}", mint.token(algorithm, header=header), algorithm)
        for what, literal in {
            "half of a surrogate pair": '"\\ud800"',
            "the other half": '"\\udc00x"',
            "halves the wrong way round": '"\\udc00\\ud800"',
            "half of one in a list": '[{"a":["\\udbff"]}]',
            "half of one in a name": '{"\\ud800":1}',
            "a NUL": '"\\u0000"',
            "a NUL after a backslash": '"\\\\\\u0000"',
            "a NUL in a name": '{"a\\u0000b":1}',
            "1e400": "1e400",
            "NaN": "[NaN]",
            "5000 digits": "9" * 5000,
        }.items():
            token = mint.token(algorithm, mint.claims(user_metadata=literal))
            category.refuses(f"{algorithm}, a claim with {what}", token, algorithm)
        for what, literal in {
            "a surrogate pair": '"\\ud83d\\ude00"',
            "a backslash and u0000": '"\\\\u0000"',
            "other letters": '"Zoë 漢"',
            "other letters in a name": '{"漢":1}',
            "300 digits": "9" * 300,
            "a fraction": "1e-400",
        }.items():
            token = mint.token(algorithm, mint.claims(user_metadata=literal))
            category.accepts(f"{algorithm}, a claim with {what}", token, algorithm)
    return category


def _payloads(said: str) -> Mapping[str, str | bytes]:
    return {
        "nothing but a space": " ",
        "null": "null",
        "a list": f"[{said}]",
        "a text": json.dumps(said),
        "a number": "1",
        "true": "true",
        "an empty object": "{}",
        "no JSON": MARK,
        "cut": said[:-1],
        "more": said + "}",
        "two": said + said,
        "a trailing comma": said[:-1] + ",}",
        "a comment": said[:-1] + "/**/}",
        "single quotes": said.replace('"', "'"),
        "no quotes": said.replace('"alg"', "alg").replace('"sub"', "sub"),
        "a byte order mark": b"\xef\xbb\xbf" + said.encode(),
        "UTF-16": said.encode("utf-16"),
        "UTF-16 without a mark": said.encode("utf-16-le"),
        "UTF-32": said.encode("utf-32"),
        "broken UTF-8": said[:-1].encode() + b',"x":"\xff"}',
        "overlong UTF-8": said[:-1].encode() + b',"x":"\xc0\x80"}',
        "a surrogate in UTF-8": said[:-1].encode() + b',"x":"\xed\xa0\x80"}',
        "a raw line end in a text": said[:-1] + ',"x":"\n"}',
        "a raw NUL": said[:-1] + ',"x":"\0"}',
        "NUL at the end": said + "\0",
        "NaN": said[:-1] + ',"x":NaN}',
        "XML": f"<token>{MARK}</token>",
    }


def duplicates(mint: Mint) -> Category:
    """A name that is said twice: parsers differ in which they take, so neither is (RFC 7519, 4)."""
    category = Category("duplicate names", mint)
    others = {
        "sub": f'"{SOMEBODY_ELSE}"',
        "role": '"anon"',
        "aud": '"anon"',
        "iss": '"https://other.example/auth/v1"',
        "exp": str(mint.now - 3600),
        "iat": str(mint.now + 3600),
        "nbf": str(mint.now + 3600),
        "session_id": f'"{MARK}"',
    }
    for algorithm in SIGNING:
        for name, other in others.items():
            pairs = mint.pairs(nbf=str(mint.now))
            same = dict(pairs)[name]
            control = category.accepts(f"{algorithm}, {name} once", mint.token(algorithm, json_text(pairs)), algorithm)
            escaped = json_text(pairs)[:-1] + f',"\\u{ord(name[0]):04x}{name[1:]}":{same}}}'
            orders = {
                "the other last": json_text([*pairs, (name, other)]),
                "the other first": json_text([(name, other), *pairs]),
                "the same twice": json_text([*pairs, (name, same)]),
                "null last": json_text([*pairs, (name, "null")]),
                "once in escapes": escaped,
            }
            for what, payload in orders.items():
                category.refuses(f"{algorithm}, {name}: {what}", mint.token(algorithm, payload), control)
        nested = mint.claims(app_metadata='{"provider":"email","provider":"phone"}')
        category.refuses(f"{algorithm}, further in", mint.token(algorithm, nested), algorithm)
        header = mint.header(algorithm)
        for what, twice in {
            "alg, none first": '{"alg":"none",' + header[1:],
            "alg, none last": header[:-1] + ',"alg":"none"}',
            "alg, the same": header[:-1] + f',"alg":"{algorithm}"}}',
            "kid": '{"kid":"e",' + header[1:-1] + ',"kid":"e"}',
            "typ": header[:-1] + ',"typ":"JWT"}',
        }.items():
            category.refuses(f"{algorithm}, header: {what}", mint.token(algorithm, header=twice), algorithm)
    return category


def sizes(mint: Mint) -> Category:
    """More than anybody needs: bytes and levels."""
    category = Category("size and nesting", mint)
    for algorithm in SIGNING:
        room = MAX_TOKEN_BYTES - len(mint.token(algorithm, mint.claims(x='""'))) - 16
        largest = mint.token(algorithm, mint.claims(x=json.dumps("x" * (room * 3 // 4))))
        control = category.accepts(f"{algorithm}, {len(largest)} bytes", largest, algorithm)
        for size in (MAX_TOKEN_BYTES, 16_000, 40_000):
            token = mint.token(algorithm, mint.claims(x=json.dumps("x" * size)))
            category.refuses(f"{algorithm}, {size} letters", token, control)
        header = mint.header(algorithm, x=json.dumps("x" * 9000))
        category.refuses(f"{algorithm}, a long header", mint.token(algorithm, header=header), control)
        category.refuses(f"{algorithm}, a long signature", largest.rpartition(".")[0] + "." + "A" * 9000, control)
        shallow = category.accepts(
            f"{algorithm}, 50 levels", mint.token(algorithm, mint.claims(x="[" * 50 + "]" * 50)), algorithm
        )
        for what, deep in {
            "100 lists": "[" * 100 + "]" * 100,
            "100 objects": '{"":' * 100 + "1" + "}" * 100,
            "2000 lists": "[" * 2000 + "]" * 2000,
            "2000 lists without an end": "[" * 2000,
        }.items():
            category.refuses(f"{algorithm}, {what}", mint.token(algorithm, mint.claims(x=deep)), shallow)
            token = mint.token(algorithm, header=mint.header(algorithm, x=deep))
            category.refuses(f"{algorithm}, {what} in the header", token, shallow)
    return category
