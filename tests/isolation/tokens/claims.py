"""Faults in what a token says of its owner, its issuer, its audience and its times (RFC 7519, 4.1)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from tests.isolation.tokens.cases import Category
from tests.isolation.tokens.minting import BEN, SIGNING, Mint

Literals = Mapping[str, str | None]
"""JSON literals by what is wrong with them; None leaves the claim out."""

STRANGE: Literals = {
    "missing": None,
    "null": "null",
    "true": "true",
    "false": "false",
    "an empty text": '""',
    "a space": '" "',
    "an empty list": "[]",
    "an object": "{}",
    "NaN": "NaN",
    "Infinity": "Infinity",
    "-Infinity": "-Infinity",
    "-1": "-1",
    "1e400": "1e400",
    "-1e400": "-1e400",
    "10^30": str(10**30),
    "10^400": str(10**400),
    "5000 digits": "9" * 5000,
    "a year as text": '"2099"',
}


def _spelled(text: str) -> Literals:
    """The text as it is not: other cases, spaces, look-alikes, other types."""
    quoted = {
        "capitalized": text.capitalize(),
        "in capitals": text.upper(),
        "a leading space": " " + text,
        "a trailing space": text + " ",
        "a trailing line end": text + "\n",
        "a trailing NUL": text + "\0",
        "a zero-width space": text + "\u200b",
        "a Cyrillic letter": text.replace("a", "а", 1),
        "full-width letters": "".join(chr(ord(letter) + 0xFEE0) for letter in text),
        "a prefix": text[:-1],
        "a longer one": text + "s",
        "a quoted one": f'"{text}"',
        "a wildcard": "*",
    }
    return {
        **STRANGE,
        **{name: json.dumps(value) for name, value in quoted.items()},
        "an object of it": json.dumps({text: True}),
        "a list in a list": json.dumps([[text]]),
        "it and another": json.dumps([text, "other"]),
        "another and it": json.dumps(["other", text]),
        "it and null": json.dumps([text, None]),
    }


def _times(now: int, *, past: bool) -> Literals:
    """Instants that are none; `past` adds those that are over, else come those that are yet to be."""
    odd = {
        **STRANGE,
        "a number as text": f'"{now + 3600}"',
        "a date": '"2099-01-01T00:00:00Z"',
        "a list": f"[{now + 3600}]",
        "an object with it": json.dumps({"$numberLong": str(now + 3600)}),
        "1e300": "1e300",
        "the year 10000": "253402300800",
        "milliseconds": str((now + 3600) * 1000),
    }
    if past:
        gone = {"zero": "0", "minus zero": "-0", "1e-400": "1e-400", "a minute ago": str(now - 60)}
        return {**odd, **gone, "a fraction ago": f"{now - 60}.5", "yesterday": str(now - 86_400)}
    return {**odd, "in five minutes": str(now + 300), "in an hour, as a fraction": f"{now + 3600}.5"}


def _category(mint: Mint, name: str, claim: str, literals: Literals, algorithms: Mapping[str, object]) -> Category:
    category = Category(name, mint)
    for algorithm in algorithms:
        for what, literal in literals.items():
            token = mint.token(algorithm, mint.claims(**{claim: literal}))
            category.refuses(f"{algorithm}, {claim}: {what}", token, algorithm, compares_issuer=claim == "iss")
    return category


def _accepted(category: Category, claim: str, literals: Literals, *algorithms: str) -> Category:
    for algorithm in algorithms or SIGNING:
        for what, literal in literals.items():
            token = category.mint.token(algorithm, category.mint.claims(**{claim: literal}))
            category.accepts(f"{algorithm}, {claim}: {what}", token, algorithm)
    return category


def times(mint: Mint) -> Iterator[Category]:
    """exp, iat and nbf."""
    soon, past = {"a fraction": f"{mint.now + 3600}.25"}, {"an hour ago": str(mint.now - 3600)}
    exp = _category(mint, "exp", "exp", _times(mint.now, past=True), SIGNING)
    yield _accepted(exp, "exp", {**soon, "an exponent": f"{(mint.now + 3600) / 10}e1"})
    iat = _category(mint, "iat", "iat", _times(mint.now, past=False), SIGNING)
    for algorithm in SIGNING:
        token = mint.token(algorithm, mint.claims(iat=str(mint.now + 300), nbf=str(mint.now)))
        iat.refuses(f"{algorithm}, iat: in five minutes, beside an nbf that is over", token, algorithm)
    yield _accepted(iat, "iat", {**past, "zero": "0"})
    # A token without nbf is an ordinary one.
    odd = {name: literal for name, literal in _times(mint.now, past=False).items() if literal is not None}
    yield _accepted(_category(mint, "nbf", "nbf", odd, SIGNING), "nbf", past)


def audience(mint: Mint) -> Category:
    """aud: `authenticated`, alone or as the only one of a list."""
    others = {name: json.dumps(name) for name in ("anon", "service_role", "authenticated,other", mint.issuer)}
    category = _category(mint, "aud", "aud", {**_spelled("authenticated"), **others}, SIGNING)
    return _accepted(category, "aud", {"a list of it": '["authenticated"]'})


def role(mint: Mint) -> Category:
    """role: exactly `authenticated`, so that a project's public and secret keys are no person's tokens."""
    names = ("anon", "service_role", "supabase_admin", "postgres", "authenticator", "palaver_worker")
    others = {**{name: json.dumps(name) for name in names}, "a list of it": '["authenticated"]'}
    category = _category(mint, "role", "role", {**_spelled("authenticated"), **others}, SIGNING)
    for name in ("anon", "service_role"):
        issued = {
            "iss": "supabase",
            "ref": "abcdefghijklmnopqrst",
            "role": name,
            "iat": mint.now,
            "exp": mint.now + 10**8,
        }
        for what, more in {
            "": {},
            " with a person": {"sub": BEN},
            " for people": {"sub": BEN, "aud": "authenticated"},
        }.items():
            key = mint.token("HS256", json.dumps({**issued, **more}))
            category.refuses(f"HS256, the project's {name} key{what}", key, "HS256")
    return category


def issuer(mint: Mint) -> Category:
    """iss: this project's auth server. Legacy tokens may leave it out, for not all of them had one."""
    here = mint.issuer
    root = here.removesuffix("/auth/v1")
    host = root.removeprefix("http://")
    others = {
        "another project": "https://abcdefghijklmnopqrst.supabase.co/auth/v1",
        "a trailing slash": here + "/",
        "no path": root,
        "half of the path": root + "/auth",
        "a longer path": here + "/admin",
        "dots in the path": root + "/auth/v1/../v1",
        "an escape in the path": root + "/auth/%761",
        "a query": here + "?",
        "a fragment": here + "#",
        "https": here.replace("http:", "https:"),
        "a name before it": f"http://{host}@evil.example/auth/v1",
        "a host before it": f"http://evil.example/{here}",
        "a longer host": f"http://{host}.evil.example/auth/v1",
        "the usual name": "supabase",
        "the demo's": "supabase-demo",
    }
    literals = {**_spelled(here), **{name: json.dumps(text) for name, text in others.items()}}
    present = {name: literal for name, literal in literals.items() if literal is not None}
    category = _category(mint, "iss", "iss", {**present, "a list of it": json.dumps([here])}, SIGNING)
    for algorithm in ("ES256", "RS256"):
        category.refuses(f"{algorithm}, iss: missing", mint.token(algorithm, mint.claims(iss=None)), algorithm)
    return _accepted(category, "iss", {"missing": None}, "HS256")


def subject(mint: Mint) -> Category:
    """sub: a UUID in its usual form; in capitals it names the same person (RFC 9562, 4)."""
    texts = {
        "no dashes": BEN.replace("-", ""),
        "other dashes": BEN.replace("-", "\u2010"),
        "a dash moved": "0000000-00000-7000-8000-00000000aa02",
        "braces": "{" + BEN + "}",
        "urn:uuid:": "urn:uuid:" + BEN,
        "a leading space": " " + BEN,
        "a trailing space": BEN + " ",
        "a trailing line end": BEN + "\n",
        "a trailing NUL": BEN + "\0",
        "Arabic digits": BEN.replace("2", "\u0662"),
        "full-width digits": BEN.replace("0", "\uff10"),
        "too short": BEN[:-1],
        "too long": BEN + "0",
        "no hexadecimal": BEN[:-1] + "g",
        "two people": BEN + "," + BEN,
        "an address": "ben@acme.test",
        "SQL": f"{BEN}' or '1'='1",
        "a path": "../" + BEN,
    }
    literals = {
        **STRANGE,
        **{name: json.dumps(text) for name, text in texts.items()},
        "a number": "7",
        "a list of it": json.dumps([BEN]),
        "an object of it": json.dumps({"id": BEN}),
    }
    category = _category(mint, "sub", "sub", literals, SIGNING)
    return _accepted(category, "sub", {"in capitals": json.dumps(BEN.upper())})
