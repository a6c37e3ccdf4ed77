"""Mutants that nothing can notice, or that have nothing to do with isolation, each with the reason."""

from __future__ import annotations

from typing import Final

from tests.isolation.mutants import Mutant

_NOT_UPDATABLE: Final = "a second lock: no column that the check compares may be updated"
_BY_POLICY: Final = "a second lock: the policies on the table leave the same rows"
_ANOTHER_KEY: Final = "a second lock: the row's other key leads to the same person of the same tenant"
_EVERYBODY: Final = "PostgreSQL gives usage on schema public to everybody"
_ONE_TENANT: Final = "a second lock: a person's id is of one tenant"
_EXEMPT: Final = "for roles that are exempt from Row Level Security only"
_SAME_TOTALS: Final = "chooses between two ways to the same totals"
_NOT_ISOLATION: Final = "within what is the person's own; noticed by tests/sql"

EQUIVALENT: Final = {
    **{
        f"policy: public.{policy} with check (true)": _NOT_UPDATABLE
        for policy in (
            'conversations: "People rename and archive their own conversations"',
            'tenants: "Tenant admins change their tenant\'s settings"',
            'turns: "The worker finishes turns of the person it acts for"',
            'usage_metrics: "The worker adds to usage of the person it acts for"',
            'users: "People change themselves, tenant admins their tenant\'s people"',
        )
    },
    "key: private.rate_limits: rate_limits_tenant_id_fkey dropped": _BY_POLICY,
    "grant: schema public: usage revoked from palaver_definer": _EVERYBODY,
    "key: public.turns: turns_user_id_fkey dropped": _ANOTHER_KEY,
    "body: private.begin_turn: without `and c.user_id = v_person.id`": _BY_POLICY,
    "body: private.begin_turn: without `and u.id = v_person.id`": _BY_POLICY,
    "body: private.begin_turn: without `and h.user_id = v_person.id`": _BY_POLICY,
    "body: private.feedback_summary: without `and f.tenant_id = private.current_tenant_id()`": _ONE_TENANT,
    "body: private.closed_monthly_usage: without `and c.month > '-infinity'`": _EXEMPT,
    "body: private.finish_turn: without `and t.id = v_turn.id`": _NOT_ISOLATION,
    "body: private.take_invitation: without `and u.joined_at is null`": _BY_POLICY,
    "body: private.touch_conversations: without `and c.updated_at < n.created_at`": _NOT_ISOLATION,
    "body: private.feedback_summary: without `and n.message_id = p_message_id`": _SAME_TOTALS,
    "body: private.begin_turn: without `and h.role in ('user', 'assistant')`": _NOT_ISOLATION,
}


def explanation(mutant: Mutant) -> str:
    """Why nothing notices a mutant; empty where something must."""
    return EQUIVALENT.get(str(mutant), "")
