"""Keys whose values are secrets: `password`, `slackToken`, `AWS_SECRET_ACCESS_KEY`; not `token_count`, `max_tokens`."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any, Final

from app.assistant.secrecy.hidden import without_hidden

_LETTERS: Final = re.compile(r"[^\W\d_]+")
_HUMPS: Final = re.compile(r"(?<=[^\W\d_A-Z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")

_SECRET: Final = re.compile(
    r".*(?:password|passwd|passphrase|passcode|passwort|kennwort|contraseña|contrasena|motdepasse|secret|credential"
    r"|mnemonic|apikey|accesskey|secretkey|privatekey|signingkey|encryptionkey)s?|pwds?|pass|dbpass|creds?|senha|dsn|jwt|hmac"
    r"|(?:|auth|access|refresh|api|bot|bearer|session|csrf|xsrf|id|push|device|deploy|webhook|service)tokens?"
)
_KEYS: Final = re.compile(
    r"access|account|api|app|application|auth|client|consumer|crypt|cryptographic|deploy|deployment|"
    r"encryption|hmac|integration|licence|license|master|private|push|routing|secret|service|session|"
    r"shared|sign|signing|ssh|storage|webhook|write"
)
"""What a key is the key of, in `api_key`; a bare `key` names something, and `public_key` is public."""

_ALONE: Final = frozenset({"auth", "authorization", "authentication", "bearer", "cookie", "cookies", "sas", "pat"})
"""Secrets as the last word of a key, and only where a single value stands: `auth: {type: basic}` is a setting."""

_ABOUT: Final = re.compile(
    r"age|alg|algorithm|allowed|at|attempts|audience|backend|bucket|budget|count|counts|days|"
    r"description|disabled|enabled|endpoint|enforced|env|event|events|exp|expiration|expires|expiry|"
    r"field|fields|file|filename|flow|format|group|groups|header|headers|help|hint|hours|id|ids|in|"
    r"interval|issuer|label|length|level|lifetime|limit|limits|link|login|manager|max|message|method|"
    r"min|minutes|mode|name|names|needed|optional|page|parameter|params|path|paths|placeholder|"
    r"policies|policy|prefix|provider|rate|ref|reference|refs|required|requirements|reset|role|roles|"
    r"rotation|rule|rules|scheme|scope|scopes|screen|seconds|server|service|size|source|state|status|"
    r"store|strategy|suffix|template|text|title|ttl|type|types|unit|uri|url|usage|used|user|"
    r"username|users|validity|variable|variables|vault|version|window"
)
"""Last words that make it something about a secret, such as `secret_name`, `token_ttl`, `password_policy`."""

_COUNTED: Final = re.compile(
    r"budget|cached|completion|context|daily|day|estimated|hour|input|limit|max|maximum|min|minimum|"
    r"minute|month|monthly|num|number|output|per|prompt|reasoning|remaining|total|used"
)
_DIGESTS: Final = re.compile(r"blob|checksum|commit|digest|etag|fingerprint|hash|integrity|md|rev|revision|sha|tree")
_KEY_CHARS: Final = 200
"""Of a key, that are looked at: the last ones."""

_NAMING: Final = ("name", "key", "id", "variable", "header", "label")
VALUES: Final = frozenset({"value", "values", "default", "defaultvalue", "default_value", "content", "data"})
"""Where the value stands in `{"name": "DB_PASSWORD", "value": …}`."""


@dataclass(frozen=True, slots=True)
class _Name:
    """What a key tells."""

    is_secret: bool = False
    is_alone: bool = False
    """A secret where a single value stands."""
    is_counted: bool = False
    """Where a number stands it counts something."""
    is_single: bool = False
    is_digest: bool = False


def names_secret(key: str, value: Any) -> bool:
    """Whether a value that stands under this key is a secret, as far as the key tells."""
    name = _read(key[-_KEY_CHARS:])
    if name.is_alone and not isinstance(value, (dict, list)):
        return True
    if not name.is_secret or isinstance(value, bool):
        return name.is_secret and name.is_single
    return not name.is_counted or not (
        isinstance(value, (int, float)) or (isinstance(value, str) and value.isdecimal())
    )


def names_digest(key: str) -> bool:
    """Whether long hexadecimal numbers under this key are a commit's or a checksum."""
    return _read(key[-_KEY_CHARS:]).is_digest


def named_by_sibling(element: dict[str, Any]) -> bool:
    """Whether an object is the name of a secret and its value, as in `{"name": "DB_PASSWORD", "value": …}`."""
    names = (element.get(naming) for naming in _NAMING)
    return any(isinstance(name, str) and names_secret(name, "") for name in names)


@lru_cache(4096)
def _read(key: str) -> _Name:
    plain = unicodedata.normalize("NFKC", without_hidden(key))
    words = [word.casefold() for run in _LETTERS.findall(plain) for word in _HUMPS.split(run)]
    is_digest = any(map(_DIGESTS.fullmatch, words))
    if not words or _ABOUT.fullmatch(words[-1]):
        return _Name(is_digest=is_digest)
    return _Name(
        is_secret=any(map(_SECRET.fullmatch, words)) or _holds_key(words),
        is_alone=words[-1] in _ALONE,
        is_counted=words[-1] == "tokens" or any(map(_COUNTED.fullmatch, words)),
        is_single=len(words) == 1,
        is_digest=is_digest,
    )


def _holds_key(words: Sequence[str]) -> bool:
    return any(
        (two in ("key", "keys") and _KEYS.fullmatch(one)) or (one, two) in (("connection", "string"), ("conn", "str"))
        for one, two in pairwise(words)
    )
