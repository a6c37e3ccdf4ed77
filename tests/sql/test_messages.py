"""Messages: people add their own words to their own live conversations, and change nothing that was said."""

from __future__ import annotations

from uuid import UUID

from tests.world import Actor, Database

NOWHERE = UUID("00000000-0000-7000-8000-00000000dead")
ADD = "insert into public.messages (conversation_id, content) values ($1, $2)"


async def live(database: Database, actor: Actor) -> UUID:
    """A live conversation of somebody's."""
    sql = "select id from public.conversations where user_id = $1 and not is_archived order by id limit 1"
    return UUID(str(await database.value(sql, actor.user_id)))


async def test_a_message_needs_no_ids(acme_member: Actor, database: Database) -> None:
    (made,) = await acme_member.fetch(ADD + " returning *", await live(database, acme_member), "Hello")
    assert (made["tenant_id"], made["user_id"]) == (acme_member.tenant_id, acme_member.user_id)
    assert (made["role"], made["metadata"]) == ("user", "{}")
    assert made["id"].version == 7
    assert made["token_count"] is made["model_used"] is made["latency_ms"] is made["provider_message_id"] is None


async def test_people_read_their_own_messages_in_order_and_nobody_elses(
    acme_member: Actor, acme_admin: Actor, globex_admin: Actor, outsider: Actor
) -> None:
    read = "select role from public.messages order by conversation_id, created_at, id"
    assert [row["role"] for row in await acme_member.fetch(read)] == ["user", "assistant"]
    assert len(await acme_admin.fetch(read)) == 6
    assert len(await globex_admin.fetch(read)) == 2
    assert await outsider.fetch(read) == []
    of_ben = "select 1 from public.messages where user_id = $1"
    assert await acme_admin.fetch(of_ben, acme_member.user_id) == []


async def test_a_message_moves_its_conversation_and_no_other(acme_admin: Actor, database: Database) -> None:
    stamps = "select id, updated_at from public.conversations"
    before = {row["id"]: row["updated_at"] for row in await database.fetch(stamps)}
    spoken = await live(database, acme_admin)
    (made,) = await acme_admin.fetch(ADD + " returning created_at", spoken, "Hello")
    after = {row["id"]: row["updated_at"] for row in await database.fetch(stamps)}
    assert after.pop(spoken) == made["created_at"] > before.pop(spoken)
    assert after == before


async def test_an_older_message_does_not_move_a_conversation_back(
    service: Actor, acme_member: Actor, database: Database
) -> None:
    spoken = await live(database, acme_member)
    before = await database.value("select updated_at from public.conversations where id = $1", spoken)
    sql = (
        "insert into public.messages (tenant_id, conversation_id, user_id, content, created_at)"
        " values ($1, $2, $3, 'Imported', now() - interval '1 year')"
    )
    await service.execute(sql, acme_member.tenant_id, spoken, acme_member.user_id)
    assert await database.value("select updated_at from public.conversations where id = $1", spoken) == before


async def test_a_viewer_adds_nothing(initech_viewer: Actor, service: Actor) -> None:
    sql = "insert into public.conversations (tenant_id, user_id) values ($1, $2) returning id"
    own = await service.value(sql, initech_viewer.tenant_id, initech_viewer.user_id)
    assert await initech_viewer.denied(ADD, own, "Hello") == "42501"
    assert await initech_viewer.value("select count(*) from public.conversations") == 1


async def test_a_message_in_an_archived_conversation_is_refused(acme_admin: Actor, database: Database) -> None:
    archived = await database.value(
        "select id from public.conversations where user_id = $1 and is_archived", acme_admin.user_id
    )
    assert await acme_admin.denied(ADD, archived, "Hello") == "42501"


async def test_foreign_and_missing_conversations_cannot_be_told_apart(
    acme_member: Actor, acme_admin: Actor, globex_admin: Actor, database: Database
) -> None:
    colleagues = await live(database, acme_admin)
    others = await live(database, globex_admin)
    both = "insert into public.messages (tenant_id, conversation_id, user_id, content) values ($1, $2, $3, 'Hello')"
    for shape in ("", " returning id", " on conflict do nothing"):
        for target in (colleagues, others, NOWHERE):
            assert await acme_member.denied(ADD + shape, target, "Hello") == "42501"
            for actor in (acme_member, acme_admin, globex_admin):
                if (target, actor) in ((colleagues, acme_admin), (others, globex_admin)):
                    continue
                sql = both + shape
                assert await acme_member.denied(sql, actor.tenant_id, target, actor.user_id) == "42501"
    reads = "select 1 from public.messages where conversation_id = $1"
    for target in (colleagues, others, NOWHERE):
        assert await acme_member.fetch(reads, target) == []


async def test_clients_speak_for_nobody_but_themselves(acme_member: Actor, database: Database) -> None:
    for role in ("assistant", "system", "tool"):
        sql = "insert into public.messages (conversation_id, role, content) values ($1, $2, 'Trust me')"
        assert await acme_member.denied(sql, await live(database, acme_member), role) == "42501"


async def test_what_the_worker_measures_is_not_for_clients(acme_member: Actor, database: Database) -> None:
    for column, value in (
        ("id", "gen_random_uuid()"),
        ("token_count", "1"),
        ("model_used", "'m'"),
        ("latency_ms", "1"),
        ("provider_message_id", "'x'"),
        ("created_at", "now()"),
    ):
        sql = f"insert into public.messages (conversation_id, content, {column}) values ($1, 'Hello', {value})"
        assert await acme_member.denied(sql, await live(database, acme_member)) == "42501"


async def test_history_is_immutable(acme_member: Actor, database: Database) -> None:
    for shape in ("", " where true", " where true returning id"):
        columns = await database.fetch(
            "select attname from pg_attribute where attrelid = 'public.messages'::regclass"
            " and attnum > 0 and not attisdropped"
        )
        for row in columns:
            sql = f"update public.messages set {row['attname']} = {row['attname']}{shape}"
            assert await acme_member.denied(sql) == "42501"
        assert await acme_member.denied(f"delete from public.messages{shape}") == "42501"


async def test_history_is_not_rewritten_by_upsert_or_merge(acme_member: Actor, database: Database) -> None:
    spoken = await live(database, acme_member)
    upsert = ADD + " on conflict (tenant_id, id) do update set content = excluded.content"
    assert await acme_member.denied(upsert, spoken, "Hello") == "42501"
    merge = (
        "merge into public.messages as m using (select 1) as s on m.role = 'assistant'"
        " when matched then update set content = 'Forged'"
    )
    assert await acme_member.denied(merge) == "42501"
    assert await acme_member.denied(merge.replace("update set content = 'Forged'", "delete")) == "42501"


async def test_an_empty_or_blank_message_is_refused(acme_member: Actor, database: Database) -> None:
    for content in ("", " ", "\n\t ", "\u3000\u2003"):
        assert await acme_member.denied(ADD, await live(database, acme_member), content) == "23514"


async def test_a_message_is_not_null_holds_no_nul_and_has_a_bound(
    acme_member: Actor, service: Actor, database: Database
) -> None:
    spoken = await live(database, acme_member)
    assert await acme_member.denied(ADD, spoken, None) == "23502"
    assert await acme_member.denied(ADD, spoken, "a\x00b") == "22021"
    huge = "insert into public.messages (conversation_id, content) values ($1, repeat('x', $2))"
    assert await acme_member.denied(huge, spoken, 262_144 + 1) == "23514"
    assert await acme_member.execute(huge, spoken, 262_144) == "INSERT 0 1"
    # Bytes, not characters.
    assert await acme_member.denied(huge.replace("'x'", "'\u00e4'"), spoken, 131_072 + 1) == "23514"
    assert await acme_member.execute(huge.replace("'x'", "'\u00e4'"), spoken, 131_072) == "INSERT 0 1"
    of_role = (
        "insert into public.messages (tenant_id, conversation_id, user_id, role, content)"
        " values ($1, $2, $3, $4, repeat('x', $5))"
    )
    for role in ("user", "assistant", "system", "tool"):
        bound = 262_144 if role == "user" else 8_388_608
        said = (acme_member.tenant_id, spoken, acme_member.user_id, role)
        assert await service.denied(of_role, *said, bound + 1) == "23514"
        assert await service.execute(of_role, *said, bound) == "INSERT 0 1"


async def test_metadata_is_an_object_of_sensible_size(acme_member: Actor, database: Database) -> None:
    for metadata in ("'[]'", "'null'", "'1'", "jsonb_build_object('x', repeat('x', 65536))"):
        sql = f"insert into public.messages (conversation_id, content, metadata) values ($1, 'Hello', {metadata})"
        assert await acme_member.denied(sql, await live(database, acme_member)) == "23514"


async def test_counts_and_roles_are_checked_for_servers_too(
    service: Actor, acme_member: Actor, database: Database
) -> None:
    for column, value in (("token_count", "-1"), ("latency_ms", "-1"), ("role", "'robot'")):
        sql = (
            f"insert into public.messages (tenant_id, conversation_id, user_id, content, {column})"
            f" values ($1, $2, $3, 'Hello', {value})"
        )
        spoken = await live(database, acme_member)
        assert await service.denied(sql, acme_member.tenant_id, spoken, acme_member.user_id) == "23514"


async def test_a_message_belongs_to_its_conversations_owner_even_for_servers(
    service: Actor, acme_member: Actor, acme_admin: Actor, globex_admin: Actor, database: Database
) -> None:
    sql = "insert into public.messages (tenant_id, conversation_id, user_id, content) values ($1, $2, $3, 'Hello')"
    spoken = await live(database, acme_admin)
    assert await service.denied(sql, acme_member.tenant_id, spoken, acme_member.user_id) == "23503"
    assert await service.denied(sql, globex_admin.tenant_id, spoken, globex_admin.user_id) == "23503"
