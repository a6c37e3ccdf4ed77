"""What secrets look like wherever they stand: keys of known services, private keys, passwords in addresses, noise."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from typing import Final

from app.assistant.secrecy.names import names_secret

Span = tuple[int, int]

_ORDINARY: Final = re.compile(
    r"access|account|admin|api_key|apikey|basic|bearer|changeme|client|cookie|credential|credentials|"
    r"custom|default|disabled|enabled|environment|external|header|hidden|inherit|manual|none|null|"
    r"number|oauth|oauth2|object|openid|optional|password|private|prompt|public|redacted|required|"
    r"secret|secrets|session|static|string|system|testing|token|tokens|unknown|vault"
)

_REFERENCE: Final = re.compile(r"\$\{\w{1,200}\}|\$?\{\{\s*[\w.-]{1,200}\s*\}\}")

# Every repetition is bounded, and begins where nothing of its kind stands before: a megabyte of anything is quick.
_KNOWN: Final = re.compile(
    r"(?<![A-Za-z0-9])(?:"
    r"(?:AKIA|ASIA|AIDA|AROA|AGPA|ANPA|ABIA|ACCA)[A-Z0-9]{16}"
    r"|gh[pousr]_[A-Za-z0-9]{16,255}|github_pat_\w{16,255}"
    r"|gl(?:pat|dt|rt|cbt|ptt|ft|soat|agent)-[\w.-]{16,255}"
    r"|xox[a-z](?:\.[a-z]+)?-[\w-]{8,255}|xapp-[\w-]{8,255}"
    r"|[srp]k_(?:live|test)_\w{8,255}|whsec_[\w+/=]{8,255}"
    r"|sk-[\w-]{16,255}|sb_secret_\w{8,255}|sbp_\w{16,255}"
    r"|AIza[\w-]{30,40}|ya29\.[\w-]{16,1000}|GOCSPX-[\w-]{16,64}"
    r"|SG\.[\w-]{16,64}\.[\w-]{16,64}|npm_[A-Za-z0-9]{30,64}|pypi-[\w-]{16,500}|hf_[A-Za-z0-9]{16,64}"
    r"|do[oprt]_v1_[a-f0-9]{32,64}|shp(?:at|ca|pa|ss)_[A-Fa-f0-9]{16,64}|hv[sbr]\.[\w-]{16,255}|gls?a_\w{16,64}"
    r"|dapi[a-f0-9]{32}|key-[a-f0-9]{32}|SK[a-f0-9]{32}|\d{8,10}:AA[\w-]{30,40}|lin_api_\w{16,64}|ATATT3[\w=-]{16,500}"
    r"|NRAK-[A-Z0-9]{16,64}|sntrys_[\w+/=]{16,500}|AGE-SECRET-KEY-1[A-Z0-9]{16,100}|PMAK-[a-f0-9-]{16,100}"
    r"|eyJ[\w-]{8,20000}\.[\w-]{2,20000}(?:\.[\w-]{0,20000})?"
    r")"
)
_PRIVATE_KEY: Final = re.compile(
    r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----"
    r"(?:(?!-----BEGIN ).){0,20000}?(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----|\Z|(?=-----BEGIN ))",
    re.DOTALL,
)
_USER_INFO: Final = re.compile(
    r"(?<![A-Za-z0-9])[A-Za-z][A-Za-z0-9+.-]{0,30}://"
    r"([^\s\"'<>/?#@:]{0,200}:(?!\d{1,5}(?:[/?#,]|$))[^\s\"'<>]{1,500}(?=@)|[^\s\"'<>/?#@:]{16,500}(?=@))"
)
_HOOK: Final = re.compile(
    r"(?:hooks\.slack\.com/(?:services|workflows|triggers)|discord(?:app)?\.com/api/webhooks|webhook\.office\.com/webhookb2"
    r"|api\.telegram\.org/bot)/?([^\s\"'<>]{8,500})"
)
_SIGNED: Final = re.compile(r"[?&;](?:sig|signature|key|[Xx]-(?:[Aa]mz|[Gg]oog)-[Ss]ignature)=([^&\s\"'<>#]{6,500})")
_SCHEME: Final = re.compile(
    r"(?<!\w)(Bearer|Basic|Token|ApiKey)\s{1,4}([A-Za-z0-9._~+/-]{8,2000}={0,2})", re.IGNORECASE
)
_NAMED: Final = re.compile(
    r"(?<![\w.-])(?P<dashes>--?)?(?P<name>[A-Za-z][\w.-]{1,80})(?P<is>\\?[\"']?\s{0,3}(?:=>|:=|[=:])\s{0,3}|\s)"
)
_GIVEN: Final = re.compile(
    r"\\?\"(?P<double>[^\"\\\n]{1,500})\\?\"|'(?P<single>[^'\n]{1,500})'"
    r"|(?<==)(?P<field>[^\s\"';&][^\"';&\n]{0,200})(?=;)"
    r"|(?P<bare>(?:\$\{[^}\s]{1,200}\}|\{\{[^}\n]{1,200}\}\}|[^\s\"',;&<>(){}]){1,500})"
)
_UUID: Final = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")
_NOISE: Final = re.compile(r"(?<![\w+/=-])[\w+/-]{32,20000}={0,2}", re.ASCII)
_DIGEST_BEFORE: Final = re.compile(
    r"(?:commit|sha|sha-?(?:1|256|384|512)|md5|revision|rev|digest|checksum|integrity|etag|fingerprint|tree|blob)"
    r"[\"'`:=\s@-]{1,4}\Z",
    re.IGNORECASE,
)
_HEX: Final = re.compile(r"[0-9a-f]+|[0-9A-F]+")
_PIECES: Final = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_ALONE: Final = re.compile(r"[a-z]+|[A-Z]+|[A-Z][a-z]+")
_PARTS: Final = re.compile(r"[-_/+=]")
_DIGITS: Final = re.compile(r"[0-9]+")
_PLAIN: Final = re.compile(r"[A-Z]?[a-z ]{0,30}")
"""What is in no way a secret's form: a few words in small letters."""

_LEAST_NOISE: Final = 32
_LEAST_CHARACTERS: Final = 6


def is_ordinary(text: str) -> bool:
    """Whether a text is one of the words that stand where secrets do, and that tell nothing elsewhere."""
    return _ORDINARY.fullmatch(text.casefold()) is not None


def is_reference(text: str) -> bool:
    """Whether a text only says where a secret is kept, as `${DB_PASSWORD}` does."""
    return _REFERENCE.fullmatch(text.strip()) is not None


def spans(text: str, *, digests: bool = False) -> Iterator[Span]:
    """Where something of a secret's form stands in a text; `digests`: long hexadecimal numbers are none here."""
    if _PLAIN.fullmatch(text):
        return
    for whole in (_KNOWN, _PRIVATE_KEY):
        yield from (found.span() for found in whole.finditer(text))
    for inner in (_USER_INFO, _HOOK, _SIGNED):
        yield from (found.span(1) for found in inner.finditer(text))
    for found in _SCHEME.finditer(text):
        if _is_credential(found[1], found[2]):
            yield found.span(2)
    yield from _assigned(text)
    for found in _NOISE.finditer(text):
        if is_noise(found[0]) and not (_is_hex(found[0]) and (digests or _is_digest(text, found.start()))):
            yield found.span()


def is_noise(text: str) -> bool:
    """Whether a long word is more likely random than written: a key in hexadecimal or Base64, no UUID and no name."""
    rest = _UUID.sub("", text)
    if len(rest) < _LEAST_NOISE or len(set(rest)) <= _LEAST_CHARACTERS:
        return False
    if _is_hex(rest):
        return not rest.isdecimal()
    if any(len(part) >= 20 and len(_DIGITS.findall(part)) >= 3 for part in _PARTS.split(rest)):
        return True
    letters = sum(map(str.isalpha, rest))
    written = sum(map(_written, _PARTS.split(rest)))
    return letters >= 8 and written < letters * 0.6


def _is_hex(text: str) -> bool:
    return _HEX.fullmatch(text) is not None


def _written(part: str) -> int:
    """How many letters of a part are words: short ones only where they stand alone, others with vowels enough."""
    pieces = [part] if _ALONE.fullmatch(part) else [piece for piece in _PIECES.findall(part) if len(piece) > 3]
    return sum(len(piece) for piece in pieces if len(piece) <= 3 or 0.14 <= _vowels(piece) / len(piece) <= 0.8)


def _vowels(text: str) -> int:
    return sum(char in "aeiouyAEIOUY" for char in text)


def _is_digest(text: str, at: int) -> bool:
    return _DIGEST_BEFORE.search(text, max(0, at - 20), at) is not None


def _is_credential(scheme: str, value: str) -> bool:
    if scheme.casefold() != "basic":
        return any(map(str.isdecimal, value)) or (len(value) >= 16 and not value.islower())
    try:
        return b":" in base64.b64decode(value + "=" * (-len(value) % 4), validate=True)
    except (ValueError, binascii.Error):
        return False


def _assigned(text: str) -> Iterator[Span]:
    """What is given to a name that tells a secret: `DB_PASSWORD=…`, `password: …`, `--token …`, in prose as well."""
    for named in _NAMED.finditer(text):
        name, is_option = named["name"], bool(named["dashes"])
        if not (named["is"].strip() or is_option) or not names_secret(name, ""):
            continue
        if (given := _GIVEN.match(text, named.end())) is None:
            continue
        kind = str(given.lastgroup)
        value = given[kind]
        if not names_secret(name, value) or is_reference(value) or is_ordinary(value.strip(".")):
            continue
        is_prose = kind == "bare" and "=" not in named["is"] and not is_option
        if is_prose and value.strip(".!?").isalpha() and not _names_password(name):
            continue
        if not value.startswith("[redacted"):
            yield given.span(kind)


def _names_password(name: str) -> bool:
    return name.casefold().endswith(("password", "passwd", "pwd", "passphrase", "passcode", "passwort", "kennwort"))
