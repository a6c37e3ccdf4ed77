"""Consent: to the version that the tenant shows, once, until it is withdrawn; and no turn without it."""

from __future__ import annotations

import asyncio
import hashlib

import pytest

from tests.sql.working import working
from tests.world import Actor, Database

MISSING = "select private.consent_missing()"
GIVE = "select (public.give_consent($1)).id"
WORDS = "We keep what you say. \u202e<b>{{name}}</b>"


@pytest.fixture
async def asked(acme_admin: Actor) -> None:
    """Acme asks for consent."""
    await acme_admin.execute(
        "update public.tenants set consent_version = 'v1', consent_text = $1 where id = $2", WORDS, acme_admin.tenant_id
    )


@pytest.mark.usefixtures("asked")
async def test_consent_is_missing_until_it_is_given_to_the_version_that_counts(
    acme_admin: Actor, acme_member: Actor, globex_member: Actor, outsider: Actor
) -> None:
    assert await acme_member.value(MISSING) == "v1"
    assert await globex_member.value(MISSING) is None
    assert await outsider.value(MISSING) is None
    given = await acme_member.value(GIVE, "v1")
    assert await acme_member.value(GIVE, "v1") == given, "once is enough"
    assert await acme_member.value(MISSING) is None
    assert await acme_admin.value(MISSING) == "v1", "everybody gives their own"
    await acme_admin.execute("update public.tenants set consent_version = 'v2' where id = $1", acme_admin.tenant_id)
    assert await acme_member.value(MISSING) == "v2"


@pytest.mark.usefixtures("asked")
async def test_what_was_consented_to_is_kept_as_its_digest(acme_member: Actor) -> None:
    await acme_member.execute("insert into public.consents (version) values ('v1')")
    (row,) = await acme_member.fetch("select text_hash, withdrawn_at, now() - given_at as age from public.consents")
    assert row["text_hash"] == hashlib.sha256(WORDS.encode()).hexdigest()
    assert row["withdrawn_at"] is None
    assert abs(row["age"].total_seconds()) < 60


@pytest.mark.usefixtures("asked")
async def test_no_other_version_can_be_consented_to(acme_member: Actor) -> None:
    for version in ("v0", "", "V1", "v1 ", "x" * 1_000_000, "\u202ev1", "' or true --", None):
        assert await acme_member.denied(GIVE, version) == "PA422"
        assert await acme_member.denied("insert into public.consents (version) values ($1)", version) == "PA422"


async def test_where_nothing_is_asked_nothing_is_given(acme_member: Actor, outsider: Actor) -> None:
    for version in ("v1", None):
        assert await acme_member.denied(GIVE, version) == "PA422"
    assert await outsider.denied(GIVE, "v1") == "42501"


@pytest.mark.usefixtures("asked")
async def test_consent_is_withdrawn_once_and_given_again_anew(acme_member: Actor) -> None:
    withdraw = (
        "update public.consents set withdrawn_at = '1999-01-01' where withdrawn_at is null returning withdrawn_at"
    )
    await acme_member.value(GIVE, "v1")
    assert (await acme_member.value(withdraw)).year > 1999
    assert await acme_member.value(MISSING) == "v1"
    await acme_member.execute("update public.consents set withdrawn_at = null where true")
    assert await acme_member.value(MISSING) == "v1", "what was withdrawn stays so"
    await acme_member.value(GIVE, "v1")
    assert await acme_member.value(MISSING) is None
    assert await acme_member.value("select count(*) from public.consents") == 2
    for change in ("version = 'v1'", "given_at = now()", "text_hash = repeat('0', 64)", "user_id = id"):
        assert await acme_member.denied(f"update public.consents set {change} where true") == "42501"
    assert await acme_member.denied("delete from public.consents where true") == "42501"


@pytest.mark.usefixtures("asked")
async def test_nobody_consents_for_somebody_else(
    acme_admin: Actor, acme_member: Actor, globex_admin: Actor, anon: Actor
) -> None:
    for actor in (acme_admin, globex_admin):
        insert = "insert into public.consents (tenant_id, user_id, version) values ($1, $2, 'v1')"
        assert await actor.denied(insert, acme_member.tenant_id, acme_member.user_id) == "42501"
    assert await anon.denied(GIVE, "v1") == "42501"
    await acme_member.value(GIVE, "v1")
    count = "select count(*) from public.consents"
    assert (await acme_admin.value(count), await globex_admin.value(count)) == (1, 0)
    withdraw = "update public.consents set withdrawn_at = now() where true"
    assert await acme_admin.execute(withdraw) == "UPDATE 0"


@pytest.mark.usefixtures("asked")
async def test_given_by_many_at_once_it_is_given_once(database: Database, acme_member: Actor) -> None:
    async def give() -> None:
        async with database.connected("authenticator") as connection:
            actor = Actor(connection, auth_id=acme_member.auth_id)
            await actor.value(GIVE, "v1")

    await asyncio.gather(*(give() for _ in range(8)))
    assert await acme_member.value("select count(*) from public.consents") == 1


@pytest.mark.usefixtures("asked")
async def test_no_turn_begins_without_it(database: Database, acme_member: Actor) -> None:
    async with working(database) as worker:
        assert await worker.refused(worker.begin(acme_member)) == "PA428"
        await acme_member.value(GIVE, "v1")
        await worker.finish(await worker.begin(acme_member))
        await acme_member.execute("update public.consents set withdrawn_at = now() where true")
        assert await worker.refused(worker.begin(acme_member)) == "PA428"
