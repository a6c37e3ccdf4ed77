"""What is tried at the door: credentials that must be refused, each beside the same ones without the fault."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from tests.isolation.tokens.minting import SIGNING, Mint

QUESTION: Final = b'{"message": "Who am I?"}'


@dataclass(frozen=True)
class Presented:
    """What a request says besides its method, host and length."""

    lines: tuple[bytes, ...]
    """Header lines as they are sent, without line ends."""
    target: bytes = b"/api/ai/chat"
    body: bytes = QUESTION


def bearing(token: str) -> Presented:
    """The token where it belongs (RFC 6750, 2.1)."""
    return Presented((b"Authorization: Bearer " + token.encode("utf-8", "surrogatepass"),))


@dataclass(frozen=True)
class Control:
    """Credentials that are good wherever their algorithm is accepted, and must be refused where it is not."""

    name: str
    presented: Presented
    algorithm: str = ""


@dataclass(frozen=True)
class Refusal:
    """Credentials that must be refused, and how."""

    name: str
    presented: Presented
    code: str = "INVALID_TOKEN"
    status: int = 401


@dataclass(frozen=True, kw_only=True)
class Fault(Refusal):
    """Credentials with one thing wrong."""

    control: Control
    """The same without it."""
    compares_issuer: bool
    """Whether only a worker that knows its project's address can tell."""


@dataclass
class Category:
    """Faults of one kind."""

    name: str
    mint: Mint
    faults: list[Fault] = field(default_factory=list)
    controls: list[Control] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.good = {algorithm: self.accepts(algorithm, self.mint.token(algorithm)) for algorithm in SIGNING}
        """An ordinary token of each algorithm."""

    def accepts(self, name: str, given: str | Presented, algorithm: str | None = None) -> Control:
        """Note credentials that must be accepted; `algorithm` is that of the token."""
        presented = given if isinstance(given, Presented) else bearing(given)
        control = Control(name, presented, algorithm or name)
        self.controls.append(control)
        return control

    def refuses(
        self,
        name: str,
        given: str | Presented,
        control: Control | str,
        *,
        code: str = "INVALID_TOKEN",
        status: int = 401,
        compares_issuer: bool = False,
    ) -> None:
        """Note credentials that must be refused; `control` may be the algorithm of an ordinary token."""
        presented = given if isinstance(given, Presented) else bearing(given)
        without = self.good[control] if isinstance(control, str) else control
        self.faults.append(Fault(name, presented, code, status, control=without, compares_issuer=compares_issuer))
