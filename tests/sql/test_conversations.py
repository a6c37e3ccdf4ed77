"""Conversations: started without ids, listed newest first, archived and restored, never deleted."""

from __future__ import annotations

from uuid import UUID

from tests.world import Actor, Database

LIST = "select title from public.conversations where not is_archived order by updated_at desc, id desc"
NOWHERE = UUID("00000000-0000-7000-8000-00000000dead")


async def titles(actor: Actor) -> list[str]:
    return [row["title"] for row in await actor.fetch(LIST)]


async def conversation(actor: Actor, title: str) -> UUID:
    return UUID(str(await actor.value("insert into public.conversations (title) values ($1) returning id", title)))


async def test_a_person_sees_only_their_own_conversations(acme_member: Actor, acme_admin: Actor, anon: Actor) -> None:
    seen = [row["title"] for row in await acme_member.fetch("select title from public.conversations")]
    assert seen == ["Warranty in short"]
    assert await acme_admin.value("select count(*) from public.conversations") == 2
    assert await anon.denied("select title from public.conversations") == "42501"


async def test_starting_a_conversation_needs_no_ids(acme_member: Actor) -> None:
    (made,) = await acme_member.fetch("insert into public.conversations (title) values ('Saws') returning *")
    assert made["tenant_id"] == acme_member.tenant_id
    assert made["user_id"] == acme_member.user_id
    assert made["id"].version == 7
    assert (made["metadata"], made["is_archived"]) == ("{}", False)
    assert (
        await acme_member.value("insert into public.conversations default values returning title") == "New conversation"
    )


async def test_the_list_is_newest_first_and_a_message_moves_a_conversation_up(acme_member: Actor) -> None:
    first = await conversation(acme_member, "First")
    await conversation(acme_member, "Second")
    assert await titles(acme_member) == ["Second", "First", "Warranty in short"]
    await acme_member.execute("insert into public.messages (conversation_id, content) values ($1, 'Hello')", first)
    assert await titles(acme_member) == ["First", "Second", "Warranty in short"]


async def test_renaming_moves_a_conversation_up(acme_member: Actor) -> None:
    await conversation(acme_member, "Second")
    await acme_member.execute("update public.conversations set title = 'Renamed' where title = 'Warranty in short'")
    assert await titles(acme_member) == ["Renamed", "Second"]


async def test_archiving_hides_and_restoring_brings_back_with_all_messages(acme_member: Actor) -> None:
    (archived,) = await acme_member.fetch("update public.conversations set is_archived = true returning id")
    assert await titles(acme_member) == []
    add = "insert into public.messages (conversation_id, content) values ($1, 'Hello')"
    assert await acme_member.denied(add, archived["id"]) == "42501"
    assert await acme_member.execute("update public.conversations set is_archived = false") == "UPDATE 1"
    assert await titles(acme_member) == ["Warranty in short"]
    assert await acme_member.execute(add, archived["id"]) == "INSERT 0 1"
    assert await acme_member.value("select count(*) from public.messages") == 3


async def test_clients_delete_no_conversation(acme_member: Actor, acme_admin: Actor) -> None:
    for actor in (acme_member, acme_admin):
        assert await actor.denied("delete from public.conversations") == "42501"
        assert await actor.denied("delete from public.conversations where title = 'Warranty in short'") == "42501"
        assert await actor.denied("truncate public.conversations") == "42501"


async def test_a_viewer_and_an_outsider_start_nothing(initech_viewer: Actor, outsider: Actor) -> None:
    for actor in (initech_viewer, outsider):
        assert await actor.denied("insert into public.conversations (title) values ('Saws')") == "42501"


async def test_a_tenant_without_the_assistant_starts_nothing(acme_member: Actor, acme_admin: Actor) -> None:
    await acme_admin.execute("""update public.tenants set features = '{"ai_assistant": false}'""")
    for actor in (acme_member, acme_admin):
        assert await actor.denied("insert into public.conversations (title) values ('Saws')") == "42501"
    assert await titles(acme_member) == ["Warranty in short"]


async def test_nobody_starts_a_conversation_for_somebody_else(
    acme_member: Actor, acme_admin: Actor, globex_admin: Actor
) -> None:
    sql = "insert into public.conversations (tenant_id, user_id) values ($1, $2)"
    for tenant_id, user_id in (
        (acme_member.tenant_id, acme_admin.user_id),
        (globex_admin.tenant_id, globex_admin.user_id),
        (globex_admin.tenant_id, acme_member.user_id),
        (acme_member.tenant_id, NOWHERE),
    ):
        assert await acme_member.denied(sql, tenant_id, user_id) == "42501"
    assert await acme_admin.denied(sql, acme_member.tenant_id, acme_member.user_id) == "42501"


async def test_clients_choose_neither_id_nor_times(acme_member: Actor) -> None:
    for column in ("id", "is_archived", "created_at", "updated_at"):
        values = {"id": f"'{NOWHERE}'", "is_archived": "true"}
        sql = f"insert into public.conversations ({column}) values ({values.get(column, 'now()')})"
        assert await acme_member.denied(sql) == "42501"


async def test_clients_move_no_conversation(acme_member: Actor) -> None:
    for shape in ("", " where true", " where true returning id"):
        for column in ("id", "tenant_id", "user_id", "created_at", "updated_at"):
            assert await acme_member.denied(f"update public.conversations set {column} = {column}{shape}") == "42501"


async def test_nobody_changes_somebody_elses_conversation(
    acme_member: Actor, acme_admin: Actor, globex_admin: Actor, database: Database
) -> None:
    for actor in (acme_admin, globex_admin):
        sql = "update public.conversations set title = 'Hacked', is_archived = true where title = 'Warranty in short'"
        assert await actor.execute(sql) == "UPDATE 0"
    assert await acme_member.execute("update public.conversations set title = 'Mine'") == "UPDATE 1"
    assert await database.value("select count(*) from public.conversations where title = 'Mine'") == 1


async def test_a_title_is_1_to_200_characters_and_not_blank(acme_member: Actor) -> None:
    for title in ("", "  ", "\n", "x" * 201):
        assert await acme_member.denied("insert into public.conversations (title) values ($1)", title) == "23514"
        assert await acme_member.denied("update public.conversations set title = $1", title) == "23514"


async def test_metadata_is_an_object_of_sensible_size(acme_member: Actor) -> None:
    for metadata in ("'[]'", "'null'", "'\"x\"'", "jsonb_build_object('x', repeat('x', 65536))"):
        assert await acme_member.denied(f"insert into public.conversations (metadata) values ({metadata})") == "23514"
        assert await acme_member.denied(f"update public.conversations set metadata = {metadata}") == "23514"
        assert (
            await acme_member.execute("""update public.conversations set metadata = '{"pinned": true}'""") == "UPDATE 1"
        )


async def test_references_stay_within_a_tenant_even_for_servers(
    service: Actor, acme_member: Actor, globex_admin: Actor
) -> None:
    sql = "insert into public.conversations (tenant_id, user_id) values ($1, $2)"
    assert await service.denied(sql, acme_member.tenant_id, globex_admin.user_id) == "23503"
    assert await service.execute(sql, acme_member.tenant_id, acme_member.user_id) == "INSERT 0 1"
