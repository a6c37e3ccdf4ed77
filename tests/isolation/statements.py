"""What functions and defaults give to each audience, statement by statement: what no predicate over a relation says."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from tests.isolation.cells import Cell
from tests.isolation.world import Actor, filled

# A number of rows, or the SQLSTATE of the refusal (- for 42501). Shut: a person who is deactivated, or whose tenant is
# off; nobody: a token without a person; invited: one whose address Acme and Globex have invited, Hooli too, which is
# off, and Initech no more.
STATEMENTS: Final = """
    member admin  viewer shut   nobody invited anon   worker acting late   service | statement
    1      1      -      -      -      -       -      -      1      -      23502   | insert into public.conversations (title) values ('Mine')
    1      -      -      -      -      -       -      -      1      -      23502   | insert into public.messages (conversation_id, content) values (:bens_talk, 'Hello')
    1      -      -      -      -      -       -      -      1      -      23502   | insert into public.messages (conversation_id, content) values (:bens_talk, 'Hello') returning *
    -      1      -      -      -      -       -      -      -      -      23502   | insert into public.messages (conversation_id, content) values (:adas_talk, 'Hello')
    -      -      -      -      -      -       -      -      -      -      23502   | insert into public.messages (conversation_id, content) values (:chloes_talk, 'Hello') on conflict do nothing
    -      -      -      -      -      -       -      -      -      -      23502   | insert into public.messages (conversation_id, content) values (:nowhere, 'Hello')
    -      -      -      -      -      -       -      -      1      -      23502   | insert into public.messages (conversation_id, role, content) values (:bens_talk, 'assistant', 'Hello')
    -      -      -      -      -      -       -      -      23503  -      23502   | insert into public.messages (conversation_id, role, content) values (:adas_talk, 'assistant', 'Hello')
    1      -      -      -      -      -       -      -      1      -      23502   | insert into public.feedback (message_id, rating) values (:bens_question, 1)
    -      23505  -      -      -      -       -      -      -      -      23502   | insert into public.feedback (message_id, rating) values (:adas_answer, 1)
    -      -      -      -      -      -       -      -      -      -      23502   | insert into public.feedback (message_id, rating) values (:chloes_answer, 1)
    -      -      -      -      -      -       -      -      -      -      23502   | insert into public.feedback (message_id, rating) values (:nowhere, 1)
    1      -      -      -      -      -       -      -      1      -      23502   | insert into public.feedback (message_id, rating) values (:bens_question, 1) on conflict (tenant_id, message_id, user_id) do update set rating = 1
    -      -      -      -      -      -       -      -      -      -      23502   | insert into public.feedback (message_id, rating) values (:chloes_answer, 1) on conflict (tenant_id, message_id, user_id) do update set rating = 1
    -      -      -      -      -      -       -      -      1      -      1       | select public.increment_usage_metrics(:acme, :ben, 1, 1)
    -      -      -      -      -      -       -      -      -      -      1       | select public.increment_usage_metrics(:acme, :ada, 1, 1)
    -      -      -      -      -      -       -      -      -      -      1       | select public.increment_usage_metrics(:globex, :chloe, 1, 1)
    0      1      0      0      0      0       -      0      0      0      1       | select * from private.feedback_summary(:acme, :adas_answer)
    0      1      0      0      0      0       -      0      0      0      1       | select * from private.feedback_summary(:acme, :adas_answer) where negative_count = 1
    0      0      0      0      0      0       -      0      0      0      1       | select * from private.feedback_summary(:globex, :chloes_answer)
    0      0      0      0      0      0       -      0      0      0      0       | select * from private.feedback_summary(null, :chloes_answer)
    1      3      1      0      0      0       -      0      1      0      8       | select * from private.closed_monthly_usage('2024-05-01')
    0      0      0      0      0      0       -      0      0      0      0       | select * from private.closed_monthly_usage('-infinity')
    1      1      1      0      0      0       -      0      1      0      1       | select * from private.usage_months() where usage_months = '2024-05-01'
    1      1      1      0      0      0       -      0      1      0      0       | select 1 where private.current_tenant_id() is not null
    1      1      1      0      0      0       -      0      1      0      0       | select 1 where private.current_user_id() is not null
    0      1      0      0      0      0       -      0      0      0      0       | select 1 where private.administered_tenant_id() is not null
    1      1      0      0      0      0       -      0      1      0      -       | select 1 where private.may_use_assistant()
    -      -      -      -      -      -       -      0      1      1      -       | select 1 where private.claimed_user_id() is not null
    0      0      0      0      0      0       -      0      0      0      1       | select 1 where private.caller_bypasses_rls()
    -      -      -      -      -      -       -      -      1      1      -       | select private.take_request(:acme, 60)
    -      -      -      -      -      -       -      -      -      -      -       | select private.take_request(:globex, 60)
    -      -      -      -      -      -       -      1      1      1      1       | select 1 from private.run_job('prune_job_runs')
    -      -      -      -      -      -       -      -      -      -      -       | select private.refresh_summaries()
    0      0      0      0      0      2       -      0      0      0      -       | select * from public.my_invitations
    0      0      0      0      0      2       -      0      0      0      -       | select * from private.pending_invitations()
    0      0      0      0      0      1       -      0      0      0      -       | select * from public.my_invitations where tenant_id = :globex and role = 'admin'
    PA422  PA422  PA422  PA422  PA404  1       -      PA404  PA422  PA422  -       | select * from public.accept_invitation(:acme) where role = 'viewer'
    PA422  PA422  PA422  PA422  PA404  1       -      PA404  PA422  PA422  -       | select * from public.accept_invitation(:globex)
    PA422  PA422  PA422  PA422  PA404  PA404   -      PA404  PA422  PA422  -       | select * from public.accept_invitation(:hooli)
    PA422  PA422  PA422  PA422  PA404  PA404   -      PA404  PA422  PA422  -       | select * from public.accept_invitation(:initech)
    PA422  PA422  PA422  PA422  PA404  PA404   -      PA404  PA422  PA422  -       | select * from public.accept_invitation(:nowhere)
    PA422  PA422  PA422  PA422  PA404  PA404   -      PA404  PA422  PA422  -       | select * from public.accept_invitation(null)
    PA422  PA422  PA422  PA422  PA404  1       -      PA404  PA422  PA422  -       | select private.take_invitation(:globex)
    0      0      0      0      0      1       -      0      0      0      0       | select 1 where private.auth_email() = 'ivy@partner.test'
    1      3      0      0      0      0       -      0      1      0      5       | select * from private.closed_monthly_usage('2024-05-01') where total_tokens = 2
    -      -      -      -      -      -       -      PA403  3      PA403  -       | select 1 from private.begin_turn(:claims, 'Hi', :bens_talk, 50) as t, jsonb_array_elements(t.history)
    -      -      -      -      -      -       -      PA403  PA404  PA403  -       | select private.begin_turn(:claims, 'Hi', :adas_talk)
    -      -      -      -      -      -       -      PA404  PA404  PA404  -       | select private.finish_turn(:claims, :nowhere, 'completed', 'Hi', 'p', 'm', 1, 1, false, 1)
    -      -      -      -      -      -       -      0      1      1      -       | select 1 where private.claimed_tenant_id() is not null
"""  # noqa: E501 - a table, whose rows are read from left to right


def build(actors: Sequence[Actor]) -> list[Cell]:
    """The cells of every statement and everybody whom its table has a column for."""
    header, *lines = STATEMENTS.strip().splitlines()
    columns = header.split()[:-2]
    cells = []
    for line in lines:
        got, _, sql = line.partition(" | ")
        meant = dict(zip(columns, got.split(), strict=True))
        target = re.search(r"(?:public|private)\.\w+", sql)
        assert target, sql
        for actor in actors:
            for column in _columns(actor):
                claims = f"$claims${actor.claims or '{}'}$claims$"
                expected = meant[column] if meant[column] != "-" else "42501"
                cells.append(
                    Cell(
                        actor, target[0], "statement", column, filled(sql.strip().replace(":claims", claims)), expected
                    )
                )
    return cells


def _columns(actor: Actor) -> Iterator[str]:
    name = actor.name.partition(" as ")[0]
    if (
        name in ("rival", "rival admin")
        or actor.audience == "definer"
        or (name, actor.audience) == ("switched off", "late")
    ):
        return
    if actor.audience == "nobody":
        yield "invited" if name == "invited" else "shut" if name in ("deactivated", "switched off") else "nobody"
    else:
        yield actor.audience
