from __future__ import annotations

from tests.world import Actor, Database


async def test_a_person_sees_only_their_own_conversations(acme_member: Actor, acme_admin: Actor, anon: Actor) -> None:
    titles = [row["title"] for row in await acme_member.fetch("select title from public.conversations")]
    assert titles == ["Warranty in short"]
    assert await acme_admin.value("select count(*) from public.conversations") == 2
    assert await anon.denied("select title from public.conversations") == "42501"


async def test_starting_a_conversation_needs_no_ids(acme_member: Actor, database: Database) -> None:
    made = await acme_member.fetch("insert into public.conversations (title) values ('Saws') returning *")
    assert made[0]["tenant_id"] == acme_member.tenant_id
    assert made[0]["user_id"] == acme_member.user_id
    assert made[0]["id"].version == 7
