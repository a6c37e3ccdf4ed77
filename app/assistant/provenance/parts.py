"""The parts of a text that tell where it comes from: addresses, commands, identifiers, numbers, words of power."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final


class Kind(Enum):
    """What a part is; the first three can do something where somebody runs or opens them."""

    ADDRESS = auto()
    COMMAND = auto()
    PATH = auto()
    POWER = auto()
    WORD = auto()
    WHOLE = auto()

    @property
    def acts(self) -> bool:
        """Whether it can do something, also within words for people."""
        return self in (Kind.ADDRESS, Kind.COMMAND)


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a plain text."""

    text: str
    kind: Kind

    @property
    def is_name(self) -> bool:
        """Whether it is a host's name, or any other with dots in it."""
        return self.kind is Kind.ADDRESS and not ("://" in self.text or "@" in self.text or _IP.fullmatch(self.text))


_URL: Final = re.compile(r"[a-z][a-z0-9+.-]{1,30}:(?://|(?=[^\s/]{2,}@))([^\s\"'<>()\[\]{}`|]{2,2000})")
_EMAIL: Final = re.compile(r"[\w.+%-]{1,64}@([\w-]{1,63}(?:\.[\w-]{1,63}){1,8})")
_HOST: Final = re.compile(
    r"(?<![\w.@-])(?:[\w-]{1,63}\.){1,8}[a-z][\w-]{1,62}(?![\w-])|(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w.])"
)
_IP: Final = re.compile(r"(?:\d{1,3}\.){3}\d{1,3}")
_PATH: Final = re.compile(
    r"(?<![\w:/.])(?:~|\.{1,2})?/[\w.@%+~-]{2,100}(?:/[\w.@%+~-]{1,100}){0,20}/?|(?<!\w)[a-z]:\\[^\s\"']{2,200}"
)
_COMMAND: Final = re.compile(
    r"(?<![\w./-])(?:aws|az|base64|bash|cat|chmod|chown|cmd|cp|curl|dd|docker|eval|exec|gcloud|git|iex|invoke-\w+|kubectl|mv|"
    r"mysql|nc|ncat|node|npm|npx|perl|php|pip|powershell|psql|pwsh|python3?|rm|ruby|scp|sh|ssh|sudo|terraform|wget|zsh)"
    r"(?:\.exe)? [^\s|;&]{1,200}"
)
_SHELL: Final = re.compile(r"\$\([^)\n]{1,200}\)|`[^`\n]{3,200}`|\|\s?(?:ba|z)?sh\b|&& ?\w{1,40}")
_IDENTIFIER: Final = re.compile(r"(?<![\w-])(?=[\w-]*[\d_-])\w[\w-]{2,98}\w(?![\w-])")
_NUMBER: Final = re.compile(r"(?<![\w.])\d{3,40}(?:\.\d{1,20})?(?!\w)")
_POWER: Final = re.compile(
    r"\*|admins?|administrators?|all|all_users|allow_all|anonymous|anybody|anyone|bypass|everybody|everyone|execute|full|"
    r"full_access|guests?|maintainers?|owners?|public|root|sudo|super_?admins?|super_?users?|write"
)
_MIGHT: Final = re.compile(
    r"admins?|administrators?|anonymous|everybody|everyone|owners?|root|sudo|super_?(?:admin|user)s?"
)
"""Words of power that are so also within a name."""

_LETTERS: Final = re.compile(r"[^\W\d]+")
_FILES: Final = re.compile(r".*\.(?:cfg|conf|csv|html?|ini|jsonc?|lock|log|md|sql|toml|txt|xml|ya?ml)")
_LEAST_WHOLE: Final = 3
_MOST_WHOLE: Final = 2000


def parts(text: str) -> Iterator[Part]:
    """The telling parts of a plain text, and the text itself; the most telling first."""
    for url in _URL.finditer(text):
        yield Part(url[0].rstrip(".,;:!?"), Kind.ADDRESS)
        yield from _hosts(re.split(r"[/?#:]", url[1].rpartition("@")[2], maxsplit=1)[0])
    for email in _EMAIL.finditer(text):
        yield Part(email[0], Kind.ADDRESS)
        yield from _hosts(email[1])
    for host in _HOST.finditer(text):
        if not _FILES.fullmatch(host[0]):
            yield from _hosts(host[0])
    for kind, pattern in ((Kind.COMMAND, _COMMAND), (Kind.COMMAND, _SHELL), (Kind.PATH, _PATH)):
        yield from (Part(found[0], kind) for found in pattern.finditer(text))
    if _POWER.fullmatch(text):
        yield Part(text, Kind.POWER)
    else:
        few = text.split(" ")
        yield from (
            Part(word, Kind.POWER) for word in _LETTERS.findall(text) if len(few) <= 4 and _MIGHT.fullmatch(word)
        )
    if _LEAST_WHOLE <= len(text) <= _MOST_WHOLE:
        yield Part(text, Kind.WHOLE)
    for pattern in (_IDENTIFIER, _NUMBER):
        yield from (Part(found[0], Kind.WORD) for found in pattern.finditer(text))


def _hosts(host: str) -> Iterator[Part]:
    """A host, and the domain that it belongs to."""
    yield Part(host, Kind.ADDRESS)
    labels = host.split(".")
    if len(labels) > 2 and not host.replace(".", "").isdecimal():
        yield Part(".".join(labels[-2:]), Kind.ADDRESS)
