"""Faults in how a token is carried: only one Authorization header with one Bearer token counts (RFC 6750, 2.1)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tests.isolation.tokens.cases import QUESTION, Category, Presented
from tests.isolation.tokens.minting import SIGNING, Mint

ROUTE: Final = "/api/ai/chat"


def carriers(mint: Mint) -> Category:
    """A good token in the wrong place, in the wrong words, or twice."""
    category = Category("carriers", mint)
    for algorithm in SIGNING:
        good, other = mint.token(algorithm), mint.token(algorithm)
        control = category.accepts(f"{algorithm}, where it belongs", good, algorithm)
        for what, presented in _elsewhere(good).items():
            category.refuses(f"{algorithm}, {what}", presented, control, code="AUTH_REQUIRED")
        for what, lines in _malformed(good, other).items():
            category.refuses(f"{algorithm}, {what}", _sent(*lines), control)
        for what, line in _unreadable(good).items():
            # No request at all, as HTTP/1.1 has it.
            category.refuses(f"{algorithm}, {what}", _sent(line), control, status=400, code="INVALID_REQUEST")
        for what, line in {
            "bearer": f"Authorization: bearer {good}",
            "BEARER": f"authorization: BEARER {good}",
            "bEARER": f"AUTHORIZATION: bEARER {good}",
            "three spaces": f"Authorization: Bearer   {good}",
            "spaces around": f"Authorization:   Bearer {good}   ",
            "no space after the colon": f"Authorization:Bearer {good}",
        }.items():
            category.accepts(f"{algorithm}, {what}", _sent(line), algorithm)
        # Each of them is good: which one counts is nobody's to guess.
        control = category.accepts(f"{algorithm}, the other one", other, algorithm)
        both = _sent(f"Authorization: Bearer {good}", f"Authorization: Bearer {other}")
        category.refuses(f"{algorithm}, two good ones", both, control)
    return category


def _sent(*lines: str) -> Presented:
    return Presented(tuple(line.encode() for line in lines))


def _elsewhere(good: str) -> Mapping[str, Presented]:
    asked = {
        f"in the query as {name}": Presented((), f"{ROUTE}?{name}={good}".encode())
        for name in ("access_token", "token", "jwt", "apikey", "Authorization", "authorization=Bearer%20x&access_token")
    }
    headers = {
        f"in {name}": _sent(f"{name}: {good}", f"{name}: Bearer {good}")
        for name in (
            "apikey",
            "X-Authorization",
            "Proxy-Authorization",
            "X-Forwarded-Authorization",
            "X-Access-Token",
            "X-Api-Key",
            "Authorization-Bearer",
            "Authentication",
            "X_Authorization",
            "Sec-WebSocket-Protocol",
            "Refresh-Token",
        )
    }
    cookies = {
        f"in the cookie {name}": _sent(f"Cookie: {name}={good}")
        for name in ("sb-access-token", "access_token", "Authorization", "sb-project-auth-token", "supabase-auth-token")
    }
    form = f"access_token={good}&message=Hi".encode()
    body = b'{"message":"Hi","access_token":"%b"}' % good.encode()
    trailer = b"%x\r\n%b\r\n0\r\nAuthorization: Bearer %b\r\n\r\n" % (len(QUESTION), QUESTION, good.encode())
    return {
        **asked,
        **headers,
        **cookies,
        "in the address's user name": Presented((), f"http://{good}@127.0.0.1{ROUTE}".encode()),
        "in a form": Presented((b"Content-Type: application/x-www-form-urlencoded",), body=form),
        "in the body": Presented((), body=body),
        "in a trailer": Presented((b"Transfer-Encoding: chunked",), body=trailer),
        "nowhere": Presented(()),
        "not in the header": _sent("Authorization:"),
        "not in two headers": _sent("Authorization:", "Authorization: "),
    }


def _malformed(good: str, other: str) -> Mapping[str, tuple[str, ...]]:
    line = f"Authorization: Bearer {good}"
    alone = {
        "no scheme": good,
        "scheme only": "Bearer",
        "scheme and a space": "Bearer ",
        "Basic": f"Basic {good}",
        "Token": f"Token {good}",
        "JWT": f"JWT {good}",
        "DPoP": f"DPoP {good}",
        "Bearer twice": f"Bearer Bearer {good}",
        "a colon": f"Bearer: {good}",
        "an equals sign": f"Bearer={good}",
        "a parameter": f"Bearer token={good}",
        "quotes": f'Bearer "{good}"',
        "no space": f"Bearer{good}",
        "a tab": f"Bearer\t{good}",
        "a no-break space": f"Bearer\u00a0{good}",
        "look-alikes": f"Веаrer {good}",
        "two tokens": f"Bearer {good} {other}",
        "two with a comma": f"Bearer {good}, Bearer {other}",
        "a comma before": f", Bearer {good}",
        "another scheme before": f"Basic eDp5, Bearer {good}",
        "words after": f"Bearer {good} please",
        "a comment after": f"Bearer {good} (Ben's)",
        "a realm": f'Bearer realm="x", {good}',
    }
    return {
        **{name: (f"Authorization: {value}",) for name, value in alone.items()},
        "the same twice": (line, line),
        "twice in other cases": (line, f"authorization: bearer {good}"),
        "beside an empty one": (line, "Authorization:"),
        "after an empty one": ("Authorization:", line),
        "beside Basic": (line, "Authorization: Basic eDp5"),
        "after Basic": ("Authorization: Basic eDp5", line),
        "beside a broken one": (line, "Authorization: Bearer x.y.z"),
        "after a broken one": ("Authorization: Bearer x.y.z", line),
    }


def _unreadable(good: str) -> Mapping[str, str]:
    return {
        "a space before the colon": f"Authorization : Bearer {good}",
        "a NUL after it": f"Authorization: Bearer {good}\0",
        "a bare line end": f"X: y\nAuthorization: Bearer {good}",
        "a folded line": f"Authorization: Bearer\r\n {good}",
    }
