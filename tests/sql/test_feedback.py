"""Feedback: one for each person and message, by whoever can see the message, read by them and by admins."""

from __future__ import annotations

from uuid import UUID

from tests.world import Actor, Database

NOWHERE = UUID("00000000-0000-7000-8000-00000000dead")
RATE = "insert into public.feedback (message_id, rating) values ($1, $2)"
# As the Data API writes `upsert` with `on_conflict`: every column that was given is set.
UPSERT = (
    "insert into public.feedback (message_id, rating, comment) values ($1, $2, $3)"
    " on conflict (tenant_id, message_id, user_id)"
    " do update set message_id = excluded.message_id, rating = excluded.rating, comment = excluded.comment"
)


async def messages(database: Database, actor: Actor) -> tuple[UUID, UUID]:
    """The newest question and answer of somebody's."""
    sql = "select id from public.messages where user_id = $1 and role = $2 order by created_at desc limit 1"
    question, answer = [await database.value(sql, actor.user_id, role) for role in ("user", "assistant")]
    return question, answer


async def test_feedback_needs_no_ids(acme_member: Actor, database: Database) -> None:
    question, _ = await messages(database, acme_member)
    (made,) = await acme_member.fetch(RATE + " returning *", question, -1)
    assert (made["tenant_id"], made["user_id"], made["rating"]) == (acme_member.tenant_id, acme_member.user_id, -1)
    assert made["id"].version == 7


async def test_there_is_one_for_each_person_and_message(acme_member: Actor, database: Database) -> None:
    _, answer = await messages(database, acme_member)
    assert await acme_member.denied(RATE, answer, -1) == "23505"
    assert await acme_member.execute(RATE + " on conflict do nothing", answer, -1) == "INSERT 0 0"
    assert await acme_member.value("select rating from public.feedback") == 1


async def test_an_upsert_adds_and_then_replaces(acme_member: Actor, database: Database) -> None:
    question, answer = await messages(database, acme_member)
    for message in (question, answer):
        for rating, comment in ((1, "Good"), (-1, None)):
            assert await acme_member.execute(UPSERT, message, rating, comment) == "INSERT 0 1"
    rows = await acme_member.fetch(
        "select message_id, rating, comment, updated_at > created_at as moved from public.feedback"
    )
    assert sorted(map(tuple, rows)) == sorted([(question, -1, None, True), (answer, -1, None, True)])
    returning = UPSERT + " returning rating, comment"
    assert [tuple(row) for row in await acme_member.fetch(returning, answer, 1, "Back")] == [(1, "Back")]


async def test_a_rating_is_good_or_bad(acme_member: Actor, database: Database) -> None:
    question, answer = await messages(database, acme_member)
    for rating in (0, 2, -2, 32767):
        assert await acme_member.denied(RATE, question, rating) == "23514"
        assert await acme_member.denied("update public.feedback set rating = $1", rating) == "23514"
    assert await acme_member.denied(RATE, question, None) == "23502"
    assert await acme_member.denied(UPSERT, answer, 0, None) == "23514"


async def test_a_comment_has_up_to_5000_characters(acme_member: Actor, database: Database) -> None:
    question, _ = await messages(database, acme_member)
    assert await acme_member.execute(UPSERT, question, 1, "ä" * 5000) == "INSERT 0 1"
    assert await acme_member.denied(UPSERT, question, 1, "ä" * 5001) == "23514"
    assert await acme_member.denied("update public.feedback set comment = $1", "x" * 5001) == "23514"


async def test_only_messages_that_one_sees_are_rated_and_the_rest_cannot_be_told_apart(
    acme_member: Actor, acme_admin: Actor, globex_admin: Actor, outsider: Actor, database: Database
) -> None:
    _, colleagues = await messages(database, acme_admin)
    _, others = await messages(database, globex_admin)
    _, own = await messages(database, acme_member)
    for target in (colleagues, others, NOWHERE):
        for shape in ("", " returning id", " on conflict do nothing"):
            assert await acme_member.denied(RATE + shape, target, 1) == "42501"
        assert await acme_member.denied(UPSERT, target, 1, None) == "42501"
        moved = "update public.feedback set message_id = $1"
        assert await acme_member.denied(moved, target) == "42501"
    # An admin reads feedback, and rates for nobody else.
    assert await acme_admin.denied(RATE, own, 1) == "42501"
    assert await outsider.denied(RATE, own, 1) == "42501"


async def test_nobody_rates_for_somebody_else(
    acme_member: Actor, acme_admin: Actor, globex_admin: Actor, database: Database
) -> None:
    question, _ = await messages(database, acme_member)
    sql = "insert into public.feedback (tenant_id, message_id, user_id, rating) values ($1, $2, $3, 1)"
    for who in (acme_admin, globex_admin):
        assert await acme_member.denied(sql, who.tenant_id, question, who.user_id) == "42501"
        assert await acme_member.denied(sql, acme_member.tenant_id, question, who.user_id) == "42501"


async def test_people_read_their_own_and_admins_their_tenants(
    acme_member: Actor,
    acme_admin: Actor,
    globex_admin: Actor,
    globex_member: Actor,
    initech_viewer: Actor,
    outsider: Actor,
) -> None:
    seen = [await who.value("select count(*) from public.feedback") for who in (acme_member, acme_admin)]
    assert seen == [1, 4]
    seen = [await who.value("select count(*) from public.feedback") for who in (globex_member, globex_admin)]
    assert seen == [1, 2]
    assert await globex_admin.fetch("select 1 from public.feedback where tenant_id <> $1", globex_admin.tenant_id) == []
    for who in (initech_viewer, outsider):
        assert await who.value("select count(*) from public.feedback") == 0


async def test_people_change_and_take_back_their_own_only(
    acme_member: Actor, acme_admin: Actor, globex_admin: Actor, database: Database
) -> None:
    bens = await acme_member.value("select id from public.feedback")
    for who in (acme_admin, globex_admin):
        assert await who.execute("update public.feedback set rating = -1 where id = $1", bens) == "UPDATE 0"
        assert await who.execute("delete from public.feedback where id = $1", bens) == "DELETE 0"
    assert await acme_member.execute("update public.feedback set comment = 'Better'") == "UPDATE 1"
    assert await acme_member.execute("delete from public.feedback") == "DELETE 1"
    assert await database.value("select count(*) from public.feedback") == 6


async def test_owner_id_and_times_are_not_written(acme_member: Actor) -> None:
    for column in ("id", "tenant_id", "user_id", "created_at", "updated_at"):
        for shape in ("", " where true", " where true returning id"):
            assert await acme_member.denied(f"update public.feedback set {column} = {column}{shape}") == "42501"


async def test_feedback_goes_with_its_message(acme_member: Actor, service: Actor, database: Database) -> None:
    _, answer = await messages(database, acme_member)
    assert await service.execute("delete from public.messages where id = $1", answer) == "DELETE 1"
    assert await acme_member.value("select count(*) from public.feedback") == 0
