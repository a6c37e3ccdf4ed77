from __future__ import annotations

import pytest

from tests.isolation.intent import Malformed, parse


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
