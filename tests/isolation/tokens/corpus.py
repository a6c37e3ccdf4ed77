"""The negative corpus: every fault by every algorithm that the worker accepts, each with its positive control."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from tests.isolation.tokens.algorithms import confusion, spelling, strangers, swapped, unaccepted, unsigned
from tests.isolation.tokens.carriers import carriers
from tests.isolation.tokens.cases import Category, Control, Fault, Refusal
from tests.isolation.tokens.claims import audience, issuer, role, subject, times
from tests.isolation.tokens.encodings import base64url, duplicates, sizes, texts
from tests.isolation.tokens.headers import brought_along, extensions, forms, key_ids
from tests.isolation.tokens.jwks_server import JwksServer
from tests.isolation.tokens.minting import Mint
from tests.isolation.tokens.outage import COOL_DOWN
from tests.isolation.tokens.probe import Probe, Scene, probing
from tests.isolation.tokens.published import key_set, published
from tests.isolation.tokens.signatures import signatures
from tests.world import JWT_SECRET


@dataclass(frozen=True)
class Configuration:
    """How a worker is told which tokens are good."""

    name: str
    algorithms: frozenset[str]
    secret: str | None
    has_address: bool


T = TypeVar("T")
AT_ONCE: Final = 25
"""How many are tried together."""

BY_ADDRESS: Final = Configuration("address", frozenset({"ES256", "RS256"}), None, has_address=True)
BY_SECRET: Final = Configuration("secret", frozenset({"HS256"}), JWT_SECRET, has_address=False)
BOTH: Final = Configuration("both", frozenset({"ES256", "RS256", "HS256"}), JWT_SECRET, has_address=True)

OF_THE_KEYS: Final = frozenset(
    {"algorithm confusion", "other algorithms", "none", "a stranger's key", "published keys"}
)
"""Categories whose outcome could depend on the configuration."""


def corpus(mint: Mint, elsewhere: str) -> Iterator[Category]:
    """All categories; `elsewhere` is the address of an attacker's server."""
    for make in (confusion, unaccepted, spelling, unsigned, strangers, swapped, published, key_ids):
        yield make(mint)
    yield brought_along(mint, elsewhere)
    yield extensions(mint)
    yield forms(mint)
    yield from signatures(mint)
    yield from times(mint)
    for make in (audience, issuer, role, subject, texts, duplicates, base64url, sizes, carriers):
        yield make(mint)


async def try_corpus(scene: Scene, configuration: Configuration, only: frozenset[str] | None = None) -> None:
    """Try it at a worker of that configuration, or only these categories; what does not hold is in the score."""
    async with JwksServer() as project, JwksServer() as elsewhere:
        project.publish(*key_set())
        address = project.url if configuration.has_address else None
        async with probing(scene, supabase_url=address, supabase_jwt_secret=configuration.secret) as probe:
            for category in corpus(Mint(f"{project.url}/auth/v1"), elsewhere.url):
                if only is None or category.name in only:
                    with probe.within(category.name, configuration.name):
                        await _try(probe, category, configuration)
            probe.hold(not elsewhere.asked, f"an attacker's server was asked for {elsewhere.asked}")
            # One fetch, and one more for unknown ids in each cool-down that passed meanwhile.
            fetches = 0 if address is None else 1 + probe.seconds // COOL_DOWN
            probe.hold(len(project.asked) <= fetches, f"the key set was fetched {len(project.asked)} times")
            await probe.nothing_in_metrics()


async def _try(probe: Probe, category: Category, configuration: Configuration) -> None:
    taken = {True: list[Control](), False: list[Control]()}
    for control in category.controls:
        taken[control.algorithm in configuration.algorithms].append(control)
    faults = [fault for fault in category.faults if _tells(configuration, fault)]
    strange = [Refusal(f"{control.name}, not accepted here", control.presented) for control in taken[False]]
    # The good ones first, so that the others are tried at a worker that remembers what they were made from.
    for controls in _some(taken[True]):
        await probe.all_accepted(controls)
    before = await probe.digest()
    for refusals in _some([*faults, *strange]):
        await probe.all_refused(refusals)
    probe.hold(await probe.digest() == before, "a row was changed")


def _tells(configuration: Configuration, fault: Fault) -> bool:
    """Whether the fault is all that such a worker could refuse the token for, and it can be seen there."""
    return fault.control.algorithm in configuration.algorithms and (
        configuration.has_address or not fault.compares_issuer
    )


def _some(many: Sequence[T]) -> Iterator[Sequence[T]]:
    return (many[at : at + AT_ONCE] for at in range(0, len(many), AT_ONCE))
