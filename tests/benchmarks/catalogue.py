"""The queries that the limits of speed are stated for, as a client of the Data API asks them.

Each stands beside the same question as the owner asks it, with no Row Level Security and the tenant and
the person written by hand. `$1` and following are the same in both; the owner's has two more at its end.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from tests.benchmarks.dataset import Cast, Person
from tests.world import Database

Arguments = tuple[object, ...]


@dataclass(frozen=True)
class Query:
    """One question, the limit of its time in milliseconds if one is stated, and the indexes that must answer it."""

    name: str
    limit: float | None
    asker: Person
    sql: str
    owner_sql: str
    arguments: Sequence[Arguments]
    expected: tuple[frozenset[str], ...]
    """One index of each set must be used."""


LIST = """
select id, tenant_id, user_id, title, metadata, is_archived, created_at, updated_at
from public.conversations
where is_archived = {archived} {more}
order by updated_at desc, id desc
limit {limit}
"""

PAGE = """
select id, tenant_id, conversation_id, user_id, role, content, token_count, model_used, latency_ms, metadata, created_at
from public.messages
where conversation_id = $1 {more}
order by created_at {direction}, id {direction}
limit 100
"""

FEEDBACK = """
select id, tenant_id, message_id, user_id, rating, comment, created_at, updated_at
from public.feedback
where message_id = $1 {more}
"""

FEEDBACK_SUMMARY = """
select
    tenant_id, message_id, positive_count, negative_count, feedback_count, comment_count, last_feedback_at, refreshed_at
from public.message_feedback_summary
where message_id {which}
"""

FEEDBACK_BY_HAND = """
select
    f.message_id,
    count(*) filter (where f.rating = 1) as positive_count,
    count(*) filter (where f.rating = -1) as negative_count,
    count(f.comment) as comment_count,
    max(f.updated_at) as last_feedback_at
from public.feedback as f
where f.message_id {which} and f.tenant_id = $2 and $3::uuid is not null
group by f.message_id
"""

MONTH = """
select
    tenant_id, user_id, month,
    total_tokens, prompt_tokens, completion_tokens, request_count, estimated_cost, refreshed_at
from public.monthly_usage_summary
where month = $1
"""

MONTH_BY_HAND = """
select
    m.user_id,
    sum(m.total_tokens)::bigint as total_tokens,
    sum(m.prompt_tokens)::bigint as prompt_tokens,
    sum(m.completion_tokens)::bigint as completion_tokens,
    sum(m.request_count)::bigint as request_count,
    sum(m.estimated_cost) as estimated_cost
from (
    select c.user_id, c.total_tokens, c.prompt_tokens, c.completion_tokens, c.request_count, c.estimated_cost
    from private.monthly_usage_closed as c
    where c.tenant_id = $2 and c.month = $1 {closed}
    union all
    select u.user_id, u.total_tokens, u.prompt_tokens, u.completion_tokens, u.request_count, u.estimated_cost
    from public.usage_metrics as u
    where
        u.tenant_id = $2
        and u.day >= (now() at time zone 'utc')::date - 1
        and u.day >= $1 and u.day < $1 + interval '1 month' {live}
) as m
group by m.user_id
"""

TODAY = """
select
    tenant_id, user_id, day,
    total_tokens, prompt_tokens, completion_tokens, request_count, estimated_cost, updated_at
from public.current_day_usage
"""

TODAY_BY_HAND = """
select
    tenant_id, user_id, day,
    total_tokens, prompt_tokens, completion_tokens, request_count, estimated_cost, updated_at
from public.usage_metrics
where day = (now() at time zone 'utc')::date and tenant_id = $1 {more}
"""

RATED = """
select f.message_id
from public.feedback as f
where f.tenant_id = $1 and f.user_id = $2
    and $3 = exists (select from private.feedback_changes as n where n.tenant_id = $1 and n.message_id = f.message_id)
order by md5(f.id::text)
limit 50
"""

RECENT_RATER = """
select f.tenant_id, f.user_id, u.auth_id
from private.feedback_changes as n
inner join public.feedback as f on n.tenant_id = f.tenant_id and n.message_id = f.message_id
inner join public.users as u on f.tenant_id = u.tenant_id and f.user_id = u.id
where f.tenant_id = $1
group by f.tenant_id, f.user_id, u.auth_id
order by count(*) desc
limit 1
"""

CONVERSATION_POINTS = """
select created_at, id from public.messages where tenant_id = $1 and conversation_id = $2
order by created_at, id
offset $3 limit 1
"""

LIST_POINTS = """
select updated_at, id from public.conversations where tenant_id = $1 and user_id = $2 and not is_archived
order by updated_at desc, id desc
offset $3 limit 1
"""


async def catalogue(database: Database, cast: Cast) -> list[Query]:
    """The queries, with arguments that exist in this data."""
    return [
        *await _lists(database, cast),
        *await _pages(database, cast),
        *await _feedback(database, cast),
        *_usage(cast),
    ]


async def _lists(database: Database, cast: Cast) -> list[Query]:
    who = cast.busy_member
    (point,) = await database.fetch(LIST_POINTS, who.tenant_id, who.user_id, 500)
    live = frozenset({"conversations_user_live_idx"})
    # Where "archived" is a parameter, a plan for any value of it cannot use the index of live ones.
    either = live | {"conversations_owner_key"}
    after = "and (updated_at, id) < (${}, ${})"

    def query(name: str, limit: int, more: str, arguments: Arguments, archived: str = "false") -> Query:
        by_hand = f"and tenant_id = ${len(arguments) + 1} and user_id = ${len(arguments) + 2}"
        return Query(
            name,
            10,
            who,
            LIST.format(archived=archived, more=more, limit=limit),
            LIST.format(archived=archived, more=f"{more} {by_hand}", limit=limit),
            [arguments],
            (live if archived == "false" else either,),
        )

    return [
        query("list: 1,000 conversations, newest first", 1000, "", ()),
        query("list: the same, archived = $1 (PostgREST)", 1000, "", (False,), "$1"),
        query("list: first page of 50", 50, "", ()),
        query("list: page of 50 by key, in the middle", 50, after.format(1, 2), tuple(point)),
    ]


async def _pages(database: Database, cast: Cast) -> list[Query]:
    who, conversation = cast.busy_member, cast.long_conversation
    middle = await database.value(
        "select count(*) / 2 from public.messages where tenant_id = $1 and conversation_id = $2",
        who.tenant_id,
        conversation,
    )
    (point,) = await database.fetch(CONVERSATION_POINTS, who.tenant_id, conversation, middle)
    index = (frozenset({"messages_conversation_idx"}),)

    def query(name: str, more: str, arguments: Arguments, direction: str = "asc") -> Query:
        by_hand = f"and tenant_id = ${len(arguments) + 1} and user_id = ${len(arguments) + 2}"
        return Query(
            name,
            20,
            who,
            PAGE.format(more=more, direction=direction),
            PAGE.format(more=f"{more} {by_hand}", direction=direction),
            [arguments],
            index,
        )

    return [
        query("page: first 100 messages", "", (conversation,)),
        query("page: 100 by key, in the middle", "and (created_at, id) > ($2, $3)", (conversation, *point)),
        query(
            "page: the same, as the Data API can say it",
            "and created_at >= $2 and (created_at > $2 or id > $3)",
            (conversation, *point),
        ),
        query("page: last 100", "", (conversation,), "desc"),
    ]


async def _feedback(database: Database, cast: Cast) -> list[Query]:
    member = cast.busy_member
    closed = [tuple(row) for row in await database.fetch(RATED, member.tenant_id, member.user_id, False)]
    (recent_rater,) = await database.fetch(RECENT_RATER, member.tenant_id)
    rater = Person(*recent_rater)
    open_ = [tuple(row) for row in await database.fetch(RATED, rater.tenant_id, rater.user_id, True)]
    by_message = frozenset({"feedback_message_user_key"})
    notes, closed_key = frozenset({"feedback_changes_message_idx"}), frozenset({"message_feedback_closed_pkey"})
    key, summary = (by_message,), (by_message, notes, closed_key)
    one, many = "= $1", "= any($1)"
    own = FEEDBACK.format(more="")
    return [
        Query(
            "feedback of a message, as its rater",
            5,
            member,
            own,
            FEEDBACK.format(more="and tenant_id = $2 and user_id = $3"),
            closed,
            key,
        ),
        Query(
            "feedback of a message, as admin",
            5,
            cast.admin,
            own,
            FEEDBACK.format(more="and tenant_id = $2 and $3::uuid is not null"),
            closed,
            key,
        ),
        Query(
            "summary of a message, as its rater",
            5,
            member,
            FEEDBACK_SUMMARY.format(which=one),
            FEEDBACK_BY_HAND.format(which=one),
            closed,
            summary,
        ),
        Query(
            "summary of a message, as admin",
            5,
            cast.admin,
            FEEDBACK_SUMMARY.format(which=one),
            FEEDBACK_BY_HAND.format(which=one),
            closed,
            summary,
        ),
        Query(
            "summary of a message changed since",
            5,
            rater,
            FEEDBACK_SUMMARY.format(which=one),
            FEEDBACK_BY_HAND.format(which=one),
            open_,
            (by_message, notes),
        ),
        Query(
            "summaries of 50 rated messages, as admin",
            None,
            cast.admin,
            FEEDBACK_SUMMARY.format(which=many),
            FEEDBACK_BY_HAND.format(which=many),
            [([message for (message,) in closed],)],
            (by_message | {"feedback_user_idx"}, notes, closed_key),
        ),
    ]


def _usage(cast: Cast) -> list[Query]:
    this_month = datetime.now(UTC).date().replace(day=1)
    last_month = (this_month - timedelta(days=1)).replace(day=1)
    queries = []
    for what, month in (("last month", last_month), ("this month", this_month)):
        for who, asker in (("member", cast.busy_member), ("admin, 500 people", cast.admin)):
            queries.append(_month(f"usage: {what}, as {who}", asker, month, all_people=asker is cast.admin))
    for who, asker in (("member", cast.busy_member), ("admin, 500 people", cast.admin)):
        more = "and user_id = $2" if asker is cast.busy_member else "and $2::uuid is not null"
        index = "usage_metrics_pkey" if asker is cast.busy_member else "usage_metrics_day_idx"
        queries.append(
            Query(
                f"usage: today, as {who}",
                15,
                asker,
                TODAY,
                TODAY_BY_HAND.format(more=more),
                [()],
                (frozenset({index}),),
            )
        )
    return queries


def _month(name: str, asker: Person, month: date, *, all_people: bool) -> Query:
    closed, live = ("and $3::uuid is not null", "") if all_people else ("and c.user_id = $3", "and u.user_id = $3")
    return Query(
        name,
        15,
        asker,
        MONTH,
        MONTH_BY_HAND.format(closed=closed, live=live),
        [(month,)],
        (frozenset({"monthly_usage_closed_pkey"}),),
    )
