"""Tokens at a real worker's door: the negative corpus, an auth server that fails, people who may no longer ask.

`python -m tests.isolation.tokens` does the same on a server of its own, with the whole corpus in each configuration,
and prints the figures.
"""

from __future__ import annotations

import pytest

from tests.isolation.tokens.corpus import BOTH, BY_ADDRESS, BY_SECRET, OF_THE_KEYS, Configuration, try_corpus
from tests.isolation.tokens.outages import try_outages
from tests.isolation.tokens.people import try_people
from tests.isolation.tokens.probe import Scene
from tests.model_server import ModelServer
from tests.world import Database


@pytest.fixture
def scene(database: Database, model_server: ModelServer) -> Scene:
    """Where tokens are tried, and what came of it."""
    return Scene(database, model_server)


@pytest.mark.parametrize("configuration", [BY_ADDRESS, BY_SECRET], ids=lambda one: one.name)
async def test_a_worker_accepts_only_what_it_is_configured_for(scene: Scene, configuration: Configuration) -> None:
    await try_corpus(scene, configuration, OF_THE_KEYS)
    assert_all_holds(scene)


async def test_every_fault_is_refused_and_every_control_accepted(scene: Scene) -> None:
    await try_corpus(scene, BOTH)
    assert_all_holds(scene)


async def test_an_auth_server_that_fails(scene: Scene) -> None:
    await try_outages(scene)
    assert_all_holds(scene)


async def test_people_who_may_not(scene: Scene) -> None:
    await try_people(scene)
    assert_all_holds(scene)


def assert_all_holds(scene: Scene) -> None:
    assert not scene.score.faults, "\n".join(scene.score.faults)
    assert scene.score.holds
