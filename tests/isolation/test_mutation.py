from __future__ import annotations

import pytest

from tests.isolation.equivalent import EQUIVALENT
from tests.isolation.intent import Malformed, intent, parse
from tests.isolation.matrix import matrix
from tests.isolation.mutants import Mutant, mutants
from tests.isolation.mutation import SURVIVED, Trial
from tests.isolation.world import actors
from tests.world import Database


def telling(mutant: Mutant) -> bool:
    """Whether a mutant is of a sort that only behaviour shows: half of them here, `make isolation` tries them all."""
    return mutant.kind in ("key", "policy") and mutant.change.endswith(("dropped", "(true)", "(false)"))


async def test_changes_of_the_schema_are_noticed(database: Database) -> None:
    people = [actor for actor in actors() if actor in actors()[:10] or actor.name.startswith("invited")]
    async with matrix(database, people) as made:
        every = await mutants(made.link, intent())
        assert {str(mutant) for mutant in every} >= EQUIVALENT.keys(), "an explanation of what is no mutant any more"
        trial = Trial(made, asks=False)
        told = [mutant for mutant in every if telling(mutant) and str(mutant) not in EQUIVALENT]
        tried = [await trial.verdict(mutant) for mutant in told[::2]]
        assert len(tried) > 150
        assert [str(verdict.mutant) for verdict in tried if verdict.fate == SURVIVED] == []


@pytest.mark.parametrize(
    "text",
    [
        "public.t\n  - none own own own none own own - - select",
        "public.t\n  - none all all all - all all - - select",
        "public.t\n  - - all all all none all all - - select",
        "public.t\n  - none all all all none all all - - sing",
        "public.t\n  - none all all all none all all - select",
        "public.t\n\npublic.t",
        "where mine: true -- all",
        "functions\n  - all x x x x x x x x private.f()",
    ],
)
def test_an_intent_that_cannot_be_meant_is_refused(text: str) -> None:
    with pytest.raises(Malformed):
        parse(text)
