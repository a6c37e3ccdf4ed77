"""The run: hypothesis draws the steps, both worlds take them, and a difference is cut down to what it needs."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from tests.isolation.twins.catalog import catalog
from tests.isolation.twins.episode import Door, episode
from tests.isolation.twins.neighbours import Act, Neighbours
from tests.isolation.twins.observe import Difference
from tests.isolation.twins.worlds import Stage

STEPS: Final = 60
"""Operations in one pair of worlds."""

Step = tuple[Any, Act | None]
"""An operation of Acme's, and what the neighbours do before it."""


@dataclass(frozen=True)
class Found:
    """A difference, and how to come by it."""

    difference: Difference
    neighbours: Neighbours
    steps: Sequence[Step]

    def __str__(self) -> str:
        lines = [str(self.difference), f"seen with {self.neighbours.name} for neighbours, after:"]
        return "\n".join([*lines, *(f"  {operation!r}, meanwhile {act}" for operation, act in self.steps)])


@dataclass
class Tally:
    """What a run has compared, and what was not equal."""

    operations: int = 0
    observables: int = 0
    found: list[Found] = field(default_factory=list)


@dataclass
class Run:
    """Steps through one door; `leak` is SQL that breaks the isolation, to see that it is noticed."""

    stage: Stage
    door: Door
    leak: str = ""
    progress: Callable[[Tally], None] = lambda _: None

    async def drawn(self, count: int, number: int) -> list[Step]:
        """So many steps over all that there is in the database; `number` is the seed."""
        async with self.stage.pair(Neighbours.NOBODY, self.leak) as pair:
            return drawn(self.door.operations(await catalog(pair.left.owner)), count, number)

    async def operate(self, steps: Sequence[Step]) -> Tally:
        """Take the steps, a fresh pair of worlds for each STEPS of them, to be left as soon as they differ."""
        tally = Tally()
        for at, begin in enumerate(range(0, len(steps), STEPS)):
            neighbours, part = list(Neighbours)[at % len(Neighbours)], steps[begin : begin + STEPS]
            difference, taken = await self.replay(neighbours, part, tally)
            if difference is not None:
                tally.found.append(Found(difference, neighbours, await self.reduced(neighbours, part[:taken])))
        return tally

    async def replay(
        self, neighbours: Neighbours, steps: Sequence[Step], tally: Tally
    ) -> tuple[Difference | None, int]:
        """The first difference in fresh worlds, and how many steps were taken."""
        taken = 0
        try:
            async with episode(self.stage, self.door, neighbours, self.leak) as worlds:
                for operation, meanwhile in steps:
                    taken += 1
                    tally.observables += await worlds.step(operation, meanwhile)
                    tally.operations += 1
                    self.progress(tally)
                tally.observables += await worlds.last_look()
        except Difference as difference:
            return difference, taken
        return None, taken

    async def reduced(self, neighbours: Neighbours, steps: Sequence[Step]) -> Sequence[Step]:
        """As few of the steps as still lead to a difference: ever smaller parts are left out as long as one remains."""
        size = len(steps) - 1
        while size > 0:
            at = 0
            while at < len(steps):
                fewer = [*steps[:at], *steps[at + size :]]
                difference = (await self.replay(neighbours, fewer, Tally()))[0] if fewer else None
                if difference is not None:
                    steps = fewer
                else:
                    at += size
            size //= 2
        return steps


def drawn(operations: st.SearchStrategy[Any], count: int, number: int) -> list[Step]:
    """So many different steps, in a random order: hypothesis draws what is simple first, and much that is alike."""
    steps: dict[Step, None] = {}
    chosen = settings(
        max_examples=count + count // 2,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
        deadline=None,
        database=None,
    )
    step = st.tuples(operations, st.none() | st.none() | st.sampled_from(Act))
    for round_number in itertools.count(number):

        @seed(round_number)
        @chosen
        @given(step)
        def draw(one: Step) -> None:
            steps.setdefault(one)

        draw()
        if len(steps) >= count:
            break
    return random.Random(number).sample(list(steps), count)
