"""Try every token of the corpus, every failure of the auth server and every change of a person at a real worker's door.

Prints a row for each category and then the figures in one line; the exit status is 1 if anything does not hold.
"""

from __future__ import annotations

import argparse
import asyncio

from tests.isolation.stage import stage
from tests.isolation.tokens.corpus import BOTH, BY_ADDRESS, BY_SECRET, try_corpus
from tests.isolation.tokens.outages import try_outages
from tests.isolation.tokens.people import try_people
from tests.isolation.tokens.probe import Scene
from tests.isolation.tokens.score import Score
from tests.model_server import ModelServer


async def run() -> Score:
    """Everything, on a throw-away PostgreSQL."""
    with ModelServer() as model:
        async with stage() as database:
            scene = Scene(database, model)
            for configuration in (BY_ADDRESS, BY_SECRET, BOTH):
                await try_corpus(scene, configuration)
            await try_outages(scene)
            await try_people(scene)
            return scene.score


def main() -> int:
    """The command."""
    argparse.ArgumentParser(prog="python -m tests.isolation.tokens", description=__doc__).parse_args()
    score = asyncio.run(run())
    print(score.table())
    for fault in score.faults:
        print(f"does not hold: {fault}")
    print(score.sentence())
    return 0 if score.holds else 1


if __name__ == "__main__":
    raise SystemExit(main())
