"""Who acts in the twin worlds, and the ids that operations name.

Operations name ids as `$name` (string.Template): `$ada` stands for a fixed id of IDS, `$messages_2` for the third of
Acme's messages by id, whatever its id is in a world. So an operation reads the same in both.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from tests.world import token

FIXED: Final = "00000000-0000-7000-8000-"

OURS: Final = {
    "acme": "0000000000a0",
    "ada": "0000000000a1",
    "ben": "0000000000a2",
    "gil": "0000000000a3",
    "vera": "0000000000a4",
    "adas_talk": "00000000a101",
    "adas_old_talk": "00000000a102",
    "bens_talk": "00000000a103",
    "veras_talk": "00000000a104",
    "adas_answer": "0000000a1012",
    "bens_answer": "0000000a1032",
    "adas_turn": "0000000a9001",
    "bens_turn": "0000000a9003",
    "adas_share": "0000000a7001",
    "bens_share": "0000000a7003",
    "adas_prompt": "0000000a5001",
    "adas_team_prompt": "0000000a5002",
    "bens_prompt": "0000000a5003",
    "helpdesk": "0000000a4010",
    "bens_project": "0000000a4011",
    "bens_suggestion": "0000000a3001",
    "adas_suggestion": "0000000a3002",
    "bens_session": "00000000a305",
    "adas_session": "00000000a306",
    "tool_library": "0000000a6001",
    "libraries_change": "0000000a6004",
    "libraries_first_change": "0000000a6005",
    "libraries_backup": "0000000a6006",
    # The worker that holds Acme's turns.
    "worker": "00000000f001",
}
"""Acme's."""

THEIRS: Final = {
    # In both worlds, unless the right one has no neighbours.
    "globex": "0000000000b0",
    "chloe": "0000000000b1",
    "chloes_talk": "00000000b101",
    "chloes_answer": "0000000b1012",
    "chloes_turn": "0000000b9001",
    "chloes_feedback": "0000000b8001",
    "chloes_share": "0000000b7001",
    "chloes_prompt": "0000000b5001",
    "chloes_project": "0000000b4001",
    "chloes_suggestion": "0000000b3001",
    "chloes_session": "00000000b305",
    # In the left world only.
    "initech": "0000000000c0",
    "dan": "0000000000b2",
    "dans_talk": "00000000b102",
    "dans_answer": "0000000b1022",
    "dans_turn": "0000000b9002",
    "dans_feedback": "0000000b8002",
    "dans_share": "0000000b7002",
    "dans_prompt": "0000000b5002",
    # In the right world only, where there is a crowd.
    "hooli": "0000000000d0",
    "walt": "000000c00001",
    "crowds_talk": "000000c10001",
    "crowds_answer": "000000c20002",
    "crowds_turn": "000000c90001",
    "crowds_feedback": "000000c80002",
    "crowds_prompt": "000000c50001",
    "crowds_project": "000000c40001",
    # Nowhere.
    "nobodys": "00000000dead",
}
"""Other tenants', and nobody's: to Acme each must look like the last."""

ACCOUNTS: Final = {
    "ada": "00000000aa01",
    "ben": "00000000aa02",
    "gil": "00000000aa03",
    "vera": "00000000aa04",
    "ivy": "00000000ee01",
    "outsider": "0000000000ff",
    "chloe": "00000000bb01",
}
"""Accounts at Supabase Auth: Gil is deactivated, Ivy is invited, the outsider has no tenant."""

EMAILS: Final = {"ivy": "ivy@partner.test", "ben": "ben@acme.test"}

IDS: Final[Mapping[str, str]] = {
    **{name: FIXED + end for name, end in (OURS | THEIRS).items()},
    **{f"{name}s_account": FIXED + end for name, end in ACCOUNTS.items()},
}


@dataclass(frozen=True)
class Person:
    """Somebody who asks through SQL: the database role, and the claims as the Data API hands them on."""

    role: str
    claims: str


def _emailed(name: str) -> dict[str, str]:
    return {"email": EMAILS[name]} if name in EMAILS else {}


def _signed_in(name: str) -> Person:
    claims = {"sub": FIXED + ACCOUNTS[name], "role": "authenticated", "aud": "authenticated", **_emailed(name)}
    return Person("authenticated", json.dumps(claims))


def _token(name: str, **claims: Any) -> str:
    # Made once, and good for however long a run is.
    return token(FIXED + ACCOUNTS[name], **({"exp": _IN_2100} | _emailed(name) | claims))


_IN_2100: Final = 4_102_444_800
_OURS: Final = ("ada", "ben", "vera", "gil", "ivy", "outsider")

PEOPLE: Final[Mapping[str, Person]] = {
    **{name: _signed_in(name) for name in _OURS},
    "anon": Person("anon", '{"role": "anon"}'),
    **{
        name: Person("authenticated", claims)
        for name, claims in {
            "no_claims": "",
            "empty_claims": "{}",
            "null_claims": "null",
            "list_of_claims": "[]",
            "no_json": "claims",
            "no_uuid": '{"sub": "ada"}',
        }.items()
    },
}
"""Everybody that statements are carried out as."""

TOKENS: Final[Mapping[str, str | None]] = {
    **{name: _token(name) for name in _OURS},
    "nobody": None,
    "garbage": "garbage",
    "expired": _token("ada", exp=1),
    "unsigned": _token("ada").rpartition(".")[0] + ".",
    "no_uuid": token("ada", exp=_IN_2100),
    "no_person": token(IDS["nobodys"], exp=_IN_2100),
    "as_anon": _token("ada", role="anon"),
}
"""The access token of everybody that HTTP requests are sent as. One each, so that both worlds get the same bytes."""
