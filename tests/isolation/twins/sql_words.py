"""Words of SQL, drawn by hypothesis: who asks, ids, values by column, conditions, orders, settings."""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from typing import Any, Final, TypeVar

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from tests.isolation.twins.catalog import Catalog, Relation
from tests.isolation.twins.people import PEOPLE, THEIRS

T = TypeVar("T")

FOREIGN: Final = tuple(f"${name}" for name in THEIRS)
_IDS: Final = {
    "tenant_id": (("$acme",), ("$globex", "$initech", "$hooli", "$nobodys")),
    "user_id": (("$ada", "$ben", "$vera", "$users_4"), ("$chloe", "$dan", "$walt", "$nobodys")),
    "conversation_id": (
        ("$adas_talk", "$bens_talk", "$adas_old_talk", "$conversations_3", "$conversations_4"),
        ("$chloes_talk", "$dans_talk", "$crowds_talk", "$nobodys"),
    ),
    "message_id": (
        ("$adas_answer", "$bens_answer", "$messages_6", "$messages_8", "$messages_9"),
        ("$chloes_answer", "$dans_answer", "$crowds_answer", "$nobodys"),
    ),
    "turn_id": (("$bens_turn", "$turns_1", "$turns_2", "$turns_3"), ("$chloes_turn", "$dans_turn", "$crowds_turn")),
    "feedback_id": (("$feedback_0", "$feedback_1"), ("$chloes_feedback", "$dans_feedback", "$crowds_feedback")),
    "share_id": (("$adas_share", "$bens_share"), ("$chloes_share", "$dans_share", "$nobodys")),
    "prompt_id": (
        ("$adas_prompt", "$adas_team_prompt", "$bens_prompt", "$prompts_3", "$prompts_4"),
        ("$chloes_prompt", "$dans_prompt", "$crowds_prompt", "$nobodys"),
    ),
    "project_id": (("$helpdesk", "$bens_project", "$projects_2"), ("$chloes_project", "$crowds_project", "$nobodys")),
    "suggestion_id": (("$bens_suggestion", "$adas_suggestion"), ("$chloes_suggestion", "$nobodys")),
    "session_id": (("$bens_session", "$adas_session"), ("$chloes_session", "$crowds_talk", "$nobodys")),
    "section_id": (("$documentation_sections_0", "$documentation_sections_5"), ("$chloes_project", "$nobodys")),
    "app_id": (("$tool_library", "$generated_apps_0"), ("$chloe", "$dan", "$nobodys")),
    "change_id": (("$libraries_change", "$libraries_first_change"), ("$chloe", "$dan", "$nobodys")),
    "backup_id": (("$libraries_backup", "$libraries_backup"), ("$chloe", "$dan", "$nobodys")),
    "auth_id": (("$adas_account", "$bens_account", "$ivys_account"), ("$chloes_account", "$nobodys")),
}
_ALIKE: Final = {
    "public.tenants.id": "tenant_id",
    "public.users.id": "user_id",
    "public.conversations.id": "conversation_id",
    "public.messages.id": "message_id",
    "public.turns.id": "turn_id",
    "public.feedback.id": "feedback_id",
    "public.conversation_shares.id": "share_id",
    "public.prompts.id": "prompt_id",
    "public.projects.id": "project_id",
    "public.configuration_suggestions.id": "suggestion_id",
    "public.configuration_sessions.id": "session_id",
    "public.documentation_sections.id": "section_id",
    "public.generated_apps.id": "app_id",
    "public.app_changes.id": "change_id",
    "public.app_backups.id": "backup_id",
    "undoes_id": "change_id",
    "owner_id": "user_id",
    "decided_by": "user_id",
    "question_id": "message_id",
    "answer_id": "message_id",
    "parent_id": "message_id",
}
_BY_NAME: Final = {
    "role": ("'user'", "'assistant'", "'member'", "'viewer'", "'admin'", "'system'", "'boss'"),
    "status": ("'completed'", "'running'", "'failed'", "'gone'"),
    "email": ("'new@acme.test'", "'kim@partner.test'", "'Ada@Acme.test'", "'lee@partner.test'", "'nobody'"),
    "job": ("'refresh_summaries'", "'prune_job_runs'", "'no_such_job'"),
    "chat": ("'chat-1'", "'chat-3'", "'chat-4'", "'$adas_talk'", "'$bens_talk'", "'$chloes_talk'", "'nothing'", "null"),
    "client_id": ("'chat-1'", "'message-11'", "'message-31'", "'new'", "null"),
    "head_id": ("'$adas_answer'", "'$bens_answer'", "'$messages_6'", "'$chloes_answer'", "'$nobodys'", "null"),
    "token": ("'share--$adas_talk'", "'share--$bens_talk'", "'share--$nobodys'", "'nothing'", "null"),
    "password": ("'correct horse'", "'short'", "null", "null"),
    "visibility": ("'private'", "'team'", "'public'", "'everybody'"),
    "version": ("1", "2", "3", "0", "null"),
    "variables": ("'{}'", '\'{"notes": {"default": "n"}}\'', "'{\"nothing\": {}}'"),
    "values": ('\'{"text": "t"}\'', '\'{"product": "saw"}\'', '\'{"notes": "{{text}}"}\'', "'{}'", "'[]'", "null"),
    "text": (
        "'Of {{ notes }}'",
        "'Of {{text}} and {{product}}'",
        "'\\{{ nothing'",
        "'{{'",
        "'plain'",
        "repeat('x', 100001)",
    ),
    "prompt_values": ('\'{"text": "t"}\'', '\'{"notes": "n"}\'', "null"),
    "dialect": ("'plain'", "'ui'", "'openai'", "'spoken'"),
    "slug": ("'acme'", "'globex'", "'hooli'", "'tenant-1'", "'ours'"),
    # No limit that a run could reach, or one that is no limit: `exhaust` is what makes requests be refused.
    "rate_limit_per_minute": ("1000000", "500000", "0"),
    "user_rate_limit_per_minute": ("1000000", "500000", "0", "null"),
    "per_minute": ("1000000", "0", "-1", "null"),
    "daily_token_limit": ("1000000000000", "500000000000", "-1", "null"),
    "user_daily_token_limit": ("1000000000000", "500000000000", "-1", "null"),
}
_TEXTS: Final = (
    *("'Hello'", "''", "'  '", "'o''clock \u202e \U0001f6e0'", "'https://tools.test/?q=%25'", "'mark'"),
    "repeat('x', 5001)",
)
_BY_TYPE: Final = {
    "text": _TEXTS,
    "name": _TEXTS,
    "text[]": ("'{}'", "'{figures}'", "'{\"\"}'", "array['a', null]"),
    "jsonb": (
        *("'{}'", '\'{"theme": "light"}\'', "'[]'", '\'[{"type": "text", "text": "Hi"}]\''),
        *("'{\"ai_assistant\": false}'", "'{\"ai_assistant\": true}'"),
    ),
    "boolean": ("true", "false", "null"),
    "smallint": ("1", "-1", "0"),
    "integer": ("1", "1000000", "0", "-1", "null"),
    "bigint": ("1", "17", "0", "-1", "null"),
    "numeric": ("0.25", "0", "2.01", "null"),
    "date": ("current_date", "'2024-05-31'", "date_trunc('month', current_date)::date", "'infinity'"),
    "timestamp with time zone": ("now()", "'2024-05-31 12:00:00+00'"),
    "interval": ("'1 day'",),
}
OPERATORS: Final = {"private.ledger_checks"}
"""What tells of all tenants together, to the worker's metrics."""
CLOCKS: Final = {"public.usage_forecast", "private.forecast_usage"}
"""What is another at every moment, and so in each of two worlds; flows.py asks for the rest of it."""
SETTINGS: Final = (
    "set local row_security = off",
    "set local timezone = 'Pacific/Kiritimati'",
    "set local search_path = pg_temp, public, private",
    "set local enable_seqscan = off",
    "set local enable_indexscan = off",
    "set local plan_cache_mode = force_generic_plan",
    "set local \"request.jwt.claim.sub\" = '$bens_account'",
    "set local \"request.jwt.claim.sub\" = '$outsiders_account'",
    "set local session_replication_role = replica",
    "set local transaction read only",
)
"""What whoever has a raw connection can set first."""


@functools.cache
def _sampled(these: tuple[Any, ...]) -> SearchStrategy[Any]:
    # Kept, since hypothesis checks a strategy anew at its first draw, which takes longer than the draw.
    return st.sampled_from(these)


def one_of(*these: T) -> SearchStrategy[T]:
    """One of these."""
    return _sampled(these)


def mostly(usual: Sequence[T], seldom: Sequence[T], times: int = 4) -> SearchStrategy[T]:
    """One of the usual, so many times as often as one of the others."""
    often, rarely = times * len(seldom), len(usual)
    shared = math.gcd(often, rarely)
    return _sampled((*usual,) * (often // shared) + (*seldom,) * (rarely // shared))


ASKING: Final = mostly(("ben", "ada"), tuple(PEOPLE), 3)
"""Somebody of Acme's, mostly one who may do something."""


def ids(column: str, relation: str = "") -> SearchStrategy[str]:
    """The id of something of ours, or else of somebody else's, as `$name`."""
    kind = _ALIKE.get(f"{relation}.{column}") or _ALIKE.get(column, column)
    return mostly(*_IDS.get(kind, (("$acme", "$ada", "$adas_talk", "$adas_answer"), FOREIGN)), 3)


def value(draw: DrawFn, column: str, kind: str, relation: str = "") -> str:
    """An expression for a column, or for the argument `p_` of that name."""
    if kind == "uuid":
        return f"'{draw(ids(column, relation))}'" if draw(one_of(*range(10))) else "null"
    if column == "claims":
        return claims(draw(ASKING))
    return draw(one_of(*_BY_NAME.get(column, _BY_TYPE.get(kind, ("null",)))))


def claims(who: str) -> str:
    """Somebody's claims as a literal; JSON null for those that are no JSON."""
    text = PEOPLE[who].claims
    return f"'{text}'" if text.startswith(("{", "[")) else "'null'"


def condition(draw: DrawFn, relation: Relation, alias: str = "t") -> str:
    """What rows of a relation must meet."""
    of = {kind: [name for name, each in relation.columns.items() if each == kind] for kind in ("uuid", "text")}
    shapes = ["all", "value"]
    shapes += ["id", "id", "ids", "foreign"] if of["uuid"] else []
    shapes += ["theirs"] if "tenant_id" in relation.columns else []
    shapes += ["like"] if of["text"] else []
    shapes += ["cast", "spy"] if of["text"] and "tenant_id" in relation.columns else []
    shape = draw(one_of(*shapes))
    if shape == "all":
        return "true"
    if shape == "theirs":
        return f"{alias}.tenant_id <> '$acme'"
    if shape in ("id", "ids", "foreign"):
        key = draw(one_of(*of["uuid"]))
        if shape == "foreign":
            return f"{alias}.{key} = '{draw(one_of(*FOREIGN))}'"
        first = draw(ids(key, relation.name))
        return f"{alias}.{key} = '{first}'" if shape == "id" else f"{alias}.{key} in ('{first}', '{draw(ids(key))}')"
    if shape == "value":
        column = draw(one_of(*relation.columns))
        return f"{alias}.{column} = {value(draw, column, relation.columns[column], relation.name)}"
    text = draw(one_of(*of["text"]))
    return {
        "like": f"{alias}.{text} ilike '%e%'",
        # Would fail, or tell, on the first row of another tenant's that it is given.
        "cast": f"{alias}.tenant_id <> '$acme' and {alias}.{text}::integer = 0",
        "spy": f"spying.look({alias}.{text}) and {alias}.tenant_id <> '$acme'",
    }[shape]


def order(draw: DrawFn, relation: Relation) -> str:
    """An order that leaves no two rows equal: perhaps by a column, then by the key."""
    first = draw(one_of((), ())) or draw(one_of(*[(name,) for name in relation.columns], (), ()))
    direction = draw(one_of("", " desc", " desc nulls last"))
    return " order by " + ", ".join(f"t.{name}{direction}" for name in (*first, *relation.key))


def columns(draw: DrawFn, relation: Relation, role: str, verb: str) -> tuple[str, ...]:
    """Some of a relation's columns, mostly such as the role may use; for a new row those that it needs first."""
    everything = tuple(relation.columns)
    names = relation.rights[role, verb] if draw(one_of(*range(10))) else ()
    needed = relation.required if verb == "insert" else ()
    more = [draw(one_of(*(names or everything))) for _ in range(draw(one_of(1, 2, 3)))]
    return tuple(dict.fromkeys((*needed, *more)))


def relation(draw: DrawFn, catalog: Catalog, role: str, verb: str) -> Relation:
    """A relation, mostly one of which the role may do this."""
    everything = [each.name for each in catalog.relations if each.name not in OPERATORS | CLOCKS]
    names = [each.name for each in catalog.granted(role, verb) if each.name in everything]
    chosen = draw(mostly(tuple(names or everything), tuple(everything), 6))
    return next(each for each in catalog.relations if each.name == chosen)


def settings(draw: DrawFn) -> tuple[str, ...]:
    """What is set before a statement: mostly nothing."""
    return draw(mostly(((),), tuple((one,) for one in SETTINGS), 9))
