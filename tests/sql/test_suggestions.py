"""Suggestions: made once, decided on once, by those who may, and only while what they rest on holds."""

from __future__ import annotations

import asyncio
import copy
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from tests.sql.suggesting import (
    CONFIGURATION,
    FINISH,
    RENAME,
    SCALE,
    STATUS,
    accept,
    add,
    configuration,
    configure,
    member,
    project,
    propose,
    proposed,
    reject,
    remove,
    replace,
    session,
    suggestion,
    undo,
)
from tests.world import Actor, Database

DECISIONS = (
    "select public.accept_suggestion($1)",
    "select public.reject_suggestion($1)",
    "select public.undo_suggestion($1)",
)


@pytest.fixture
async def desk(acme_member: Actor) -> UUID:
    """A project of Ben's."""
    return await project(acme_member)


@asynccontextmanager
async def another(database: Database, actor: Actor) -> AsyncIterator[Actor]:
    """The same person on a connection of its own."""
    async with database.connected("authenticator") as connection:
        yield Actor(connection, auth_id=actor.auth_id, tenant_id=actor.tenant_id, user_id=actor.user_id)


async def revision(database: Database, project_id: UUID) -> tuple[str, Any, int]:
    (row,) = await database.fetch(
        "select cause, suggestion_id, version from public.project_revisions where project_id = $1 and side = 'database'"
        " order by version desc limit 1",
        project_id,
    )
    return row["cause"], row["suggestion_id"], row["version"]


async def test_one_with_too_many_values_to_be_checked_is_no_error(
    database: Database, acme_member: Actor, desk: UUID
) -> None:
    too_many = add(["infrastructure", "regions"], [str(number) for number in range(100_000)])
    outcome, other = await propose(database, acme_member, desk, suggestion(too_many), suggestion(FINISH))
    assert (outcome["status"], other["status"]) == ("invalid", "new")


# Accepted


async def test_accepting_applies_it_and_says_how_to_take_it_back(
    database: Database, acme_member: Actor, desk: UUID
) -> None:
    made = await proposed(database, acme_member, desk, RENAME, FINISH)
    answer = await accept(acme_member, made)
    assert answer["status"] == "accepted"
    assert answer["configurationVersion"] == 2
    now = await configuration(database, desk)
    assert now["workflow"]["statuses"][2]["name"] == "Closed"
    assert now["workflow"]["transitions"][1] == FINISH["after"]
    assert answer["patch"][:3] == [
        {"op": "test", "path": "/workflow/statuses/2/id", "value": "done"},
        {"op": "test", "path": "/workflow/statuses/2/name", "value": "Done"},
        {"op": "replace", "path": "/workflow/statuses/2/name", "value": "Closed"},
    ]
    kept = answer["suggestion"]
    assert (kept["status"], kept["decided_by"], kept["applied_changes"], kept["applied_version"]) == (
        "accepted",
        str(acme_member.user_id),
        [0, 1],
        2,
    )
    assert await revision(database, desk) == ("suggestion", made, 2)
    assert (await undo(acme_member, made))["status"] == "undone"
    assert await configuration(database, desk) == CONFIGURATION
    assert await revision(database, desk) == ("undo", made, 3)


async def test_a_decision_is_about_one_suggestion_for_one_project(
    database: Database, acme_member: Actor, desk: UUID
) -> None:
    other = await project(acme_member, {**CONFIGURATION, "name": "Other"}, slug="other")
    for each in (desk, other):
        for yaml in ("a: 1", "a: 2", "a: 3"):
            await acme_member.execute("update public.projects set yaml = $2 where id = $1", each, yaml)
    await configure(acme_member, other, CONFIGURATION)
    await proposed(database, acme_member, other, RENAME)
    await proposed(database, acme_member, desk, SCALE)
    made = await proposed(database, acme_member, desk, RENAME)
    sql = (
        "select p::text as row from public.projects as p where p.id <> $1"
        " union all select r::text from public.project_revisions as r"
        " where (r.project_id, r.side) <> ($1, 'database') or r.version = 1"
        " union all select s::text from public.configuration_suggestions as s where s.id <> $2 order by 1"
    )
    before = await database.fetch(sql, desk, made)
    assert (await accept(acme_member, made))["status"] == "accepted"
    assert (await undo(acme_member, made))["status"] == "undone"
    assert await configuration(database, desk) == CONFIGURATION
    assert await database.fetch(sql, desk, made) == before


async def test_what_is_pending_is_counted_by_project(database: Database, acme_member: Actor, desk: UUID) -> None:
    other = await project(acme_member, slug="other")
    await database.fetch(
        "insert into public.configuration_suggestions (tenant_id, project_id, type, title, explanation, changes,"
        " base_version, fingerprint, rests_on, status, decided_at)"
        " select p.tenant_id, p.id, 'workflow', 'A', 'B', '[]', 1, int4send(n), 'x', s.status, s.decided_at"
        " from public.projects as p inner join (values ($1::uuid, 'rejected', now()), ($2, 'pending', null))"
        " as s (project_id, status, decided_at) on p.id = s.project_id cross join generate_series(1, 200) as n",
        desk,
        other,
    )
    await proposed(database, acme_member, desk, RENAME)
    (refused,) = await propose(database, acme_member, other, suggestion(RENAME))
    assert refused["status"] == "too_many"


async def test_what_people_change_by_hand_cannot_say_that_a_suggestion_did_it(
    database: Database, acme_member: Actor, desk: UUID
) -> None:
    made = await proposed(database, acme_member, desk, RENAME)
    assert await acme_member.denied("update public.project_revisions set cause = 'suggestion'") == "42501"
    assert await acme_member.denied("update public.configuration_suggestions set status = 'accepted'") == "42501"
    assert await acme_member.denied("delete from public.configuration_suggestions") == "42501"
    assert (
        await acme_member.denied(
            "insert into public.configuration_suggestions (tenant_id, project_id, user_id, type, title, explanation,"
            " changes, base_version, fingerprint, rests_on) select tenant_id, project_id, user_id, type, title,"
            " explanation, changes, base_version, 'x', 'x' from public.configuration_suggestions"
        )
        == "42501"
    )
    await configure(acme_member, desk, {"a": 1})
    assert (await revision(database, desk))[0] != "suggestion"
    assert await database.value("select status from public.configuration_suggestions where id = $1", made) == "pending"


async def test_some_of_its_changes(database: Database, acme_member: Actor, desk: UUID) -> None:
    made = await proposed(database, acme_member, desk, RENAME, SCALE, FINISH)
    for wrong in ([], [3], [-1], [0, None], [None]):
        assert await acme_member.denied("select public.accept_suggestion($1, $2)", made, wrong) == "PA422"
    answer = await accept(acme_member, made, changes=[1, 1])
    assert answer["suggestion"]["applied_changes"] == [1]
    assert await configuration(database, desk) == CONFIGURATION | {"infrastructure": {"replicas": 3}}
    assert (await undo(acme_member, made))["status"] == "undone"
    assert await configuration(database, desk) == CONFIGURATION


async def test_it_is_decided_on_once(database: Database, acme_member: Actor, desk: UUID) -> None:
    made = await proposed(database, acme_member, desk, RENAME)
    assert (await undo(acme_member, made))["status"] == "decided"
    assert (await accept(acme_member, made))["status"] == "accepted"
    for answer in (await accept(acme_member, made), await reject(acme_member, made)):
        assert (answer["status"], answer["suggestion"]["status"]) == ("decided", "accepted")
    assert (await undo(acme_member, made))["status"] == "undone"
    for answer in (await accept(acme_member, made), await reject(acme_member, made), await undo(acme_member, made)):
        assert (answer["status"], answer["suggestion"]["status"]) == ("decided", "undone")
    assert await configuration(database, desk) == CONFIGURATION


async def test_two_people_at_once_accept_it_once(
    database: Database, acme_member: Actor, acme_admin: Actor, desk: UUID
) -> None:
    async with another(database, acme_admin) as ada, another(database, acme_member) as ben:
        for n in range(4):
            made = await proposed(database, acme_member, desk, replace(["infrastructure", "replicas"], 2 + n, 3 + n))
            answers = await asyncio.gather(accept(ada, made), accept(ben, made))
            assert sorted(answer["status"] for answer in answers) == ["accepted", "decided"]
            assert (await configuration(database, desk))["infrastructure"]["replicas"] == 3 + n
    assert (await revision(database, desk))[2] == 5


async def test_two_suggestions_at_once_for_one_project_are_both_applied(
    database: Database, acme_member: Actor, acme_admin: Actor, desk: UUID
) -> None:
    first = await proposed(database, acme_member, desk, RENAME)
    second = await proposed(database, acme_member, desk, SCALE)
    async with another(database, acme_admin) as ada, another(database, acme_member) as ben:
        answers = await asyncio.gather(accept(ada, first), accept(ben, second))
    assert [answer["status"] for answer in answers] == ["accepted", "accepted"]
    now = await configuration(database, desk)
    assert (now["workflow"]["statuses"][2]["name"], now["infrastructure"]["replicas"]) == ("Closed", 3)


# What has to be confirmed, and what does not fit


async def test_what_stems_from_free_text_alone_is_confirmed_change_by_change(
    database: Database, acme_member: Actor, desk: UUID
) -> None:
    suspects = [
        {"change": 1, "reason": "free_text", "sources": ["comment at line 3"]},
        {"change": 2, "reason": "hidden_characters", "sources": []},
    ]
    made = await proposed(database, acme_member, desk, RENAME, SCALE, FINISH, suspects=suspects)
    answer = await accept(acme_member, made)
    assert (answer["status"], answer["changes"]) == ("confirmation_required", suspects)
    answer = await accept(acme_member, made, confirmed=[0, 2, None, 7])
    assert (answer["status"], answer["changes"]) == ("confirmation_required", suspects[:1])
    assert (await accept(acme_member, made, changes=None, confirmed=None))["status"] == "confirmation_required"
    assert await configuration(database, desk) == CONFIGURATION
    assert (await accept(acme_member, made, changes=[0, 2], confirmed=[2]))["status"] == "accepted"


async def test_what_would_not_fit_the_schema_is_not_applied(database: Database, acme_member: Actor, desk: UUID) -> None:
    nonsense = add(["workflow", "initial"], "nowhere")
    (outcome,) = await propose(database, acme_member, desk, suggestion(nonsense))
    assert (outcome["status"], outcome["errors"][0]["path"]) == ("invalid", "workflow.initial")
    # Its half is right, the other half too, but not alone.
    new = add([*STATUS, {"id": "qa"}], {"id": "qa", "name": "QA"})
    to = add(["workflow", "transitions", {"id": "test"}], {"id": "test", "from": "review", "to": "qa"})
    made = await proposed(database, acme_member, desk, new, to)
    answer = await accept(acme_member, made, changes=[1])
    assert (answer["status"], answer["suggestion"]["status"]) == ("invalid", "pending")
    assert answer["errors"][0]["message"]
    assert await configuration(database, desk) == CONFIGURATION
    assert (await accept(acme_member, made))["status"] == "accepted"
    # Undoing it would leave a transition to nowhere, since somebody added one.
    now = await configuration(database, desk)
    now["workflow"]["transitions"].append({"id": "back", "from": "qa", "to": "open"})
    await configure(acme_member, desk, now)
    answer = await undo(acme_member, made)
    assert (answer["status"], answer["suggestion"]["status"]) == ("invalid", "accepted")
    assert await configuration(database, desk) == now


# Stale


async def test_one_that_rests_on_what_has_changed_is_refreshed_and_can_be_accepted_then(
    database: Database, acme_member: Actor, desk: UUID
) -> None:
    made = await proposed(
        database,
        acme_member,
        desk,
        SCALE,
        RENAME,
        FINISH,
        suspects=[{"change": 0, "reason": "free_text"}, {"change": 1, "reason": "free_text"}],
    )
    now = copy.deepcopy(CONFIGURATION)
    now["infrastructure"]["replicas"] = 3
    now["workflow"]["statuses"][2]["name"] = "Finished"
    await configure(acme_member, desk, now)
    answer = await accept(acme_member, made, confirmed=[0, 1], version=1)
    assert answer["status"] == "stale"
    assert answer["failures"] == [{"index": 0, "kind": "same"}, {"index": 1, "kind": "changed"}]
    fresh = answer["suggestion"]
    assert (fresh["status"], fresh["version"], fresh["base_version"]) == ("pending", 2, 2)
    assert fresh["changes"] == [RENAME | {"before": "Finished"}, FINISH]
    assert fresh["suspects"] == [{"change": 0, "reason": "free_text"}]
    assert await configuration(database, desk) == now
    # Whoever saw the one before means that one.
    answer = await accept(acme_member, made, confirmed=[0], version=1)
    assert (answer["status"], answer["suggestion"]["version"]) == ("stale", 2)
    assert (await accept(acme_member, made, confirmed=[0], version=2))["status"] == "accepted"
    assert (await configuration(database, desk))["workflow"]["statuses"][2]["name"] == "Closed"


async def test_one_whose_place_is_gone_or_that_has_nothing_left_to_do_is_stale_for_good(
    database: Database, acme_member: Actor, desk: UUID
) -> None:
    gone = await proposed(database, acme_member, desk, RENAME, SCALE)
    so = await proposed(database, acme_member, desk, SCALE)
    now = copy.deepcopy(CONFIGURATION)
    del now["workflow"]["statuses"][2]
    now["infrastructure"]["replicas"] = 3
    await configure(acme_member, desk, now)
    for made, kind in ((gone, "missing"), (so, "same")):
        answer = await accept(acme_member, made)
        assert (answer["status"], answer["suggestion"]["status"]) == ("stale", "stale")
        assert kind in [failure["kind"] for failure in answer["failures"]]
        assert (await accept(acme_member, made))["status"] == "stale"
        assert (await reject(acme_member, made))["status"] == "decided"
    assert await configuration(database, desk) == now


async def test_what_is_added_or_removed_meanwhile_is_refreshed_too(
    database: Database, acme_member: Actor, desk: UUID
) -> None:
    made = await proposed(
        database,
        acme_member,
        desk,
        FINISH,
        remove(["infrastructure", "replicas"], 2),
        replace([*STATUS, {"id": "open"}, "name"], "Open", "New"),
    )
    now = copy.deepcopy(CONFIGURATION)
    other = {"id": "finish", "from": "open", "to": "done"}
    now["workflow"]["transitions"].append(other)
    now["infrastructure"]["replicas"] = 5
    del now["workflow"]["statuses"][0]["name"]
    await configure(acme_member, desk, now)
    fresh = (await accept(acme_member, made))["suggestion"]
    assert fresh["changes"] == [
        replace(FINISH["path"], other, FINISH["after"]),
        remove(["infrastructure", "replicas"], 5),
        add([*STATUS, {"id": "open"}, "name"], "New"),
    ]
    assert (await accept(acme_member, made, version=2))["status"] == "accepted"
    assert (await undo(acme_member, made))["status"] == "undone"
    assert await configuration(database, desk) == now


# Taken back


async def test_other_changes_since_do_not_keep_it_from_being_taken_back(
    database: Database, acme_member: Actor, desk: UUID
) -> None:
    made = await proposed(database, acme_member, desk, RENAME)
    await accept(acme_member, made)
    now = await configuration(database, desk)
    now["infrastructure"]["replicas"] = 9
    await configure(acme_member, desk, now)
    assert (await undo(acme_member, made))["status"] == "undone"
    assert await configuration(database, desk) == CONFIGURATION | {"infrastructure": {"replicas": 9}}


async def test_what_somebody_changed_since_is_not_overwritten(
    database: Database, acme_member: Actor, desk: UUID
) -> None:
    renamed = await proposed(database, acme_member, desk, RENAME)
    taken = await proposed(database, acme_member, desk, remove(["infrastructure", "replicas"], 2))
    for made in (renamed, taken):
        assert (await accept(acme_member, made))["status"] == "accepted"
    now = await configuration(database, desk)
    now["workflow"]["statuses"][2]["name"] = "Finished"
    now["infrastructure"]["replicas"] = 7
    await configure(acme_member, desk, now)
    for made in (renamed, taken):
        answer = await undo(acme_member, made)
        assert (answer["status"], answer["suggestion"]["status"]) == ("stale", "accepted")
    assert await configuration(database, desk) == now


# Made once


async def test_the_same_is_not_suggested_twice_nor_again_after_it_was_rejected_until_what_it_rests_on_changes(
    database: Database, acme_member: Actor, acme_admin: Actor, desk: UUID
) -> None:
    made = await proposed(database, acme_member, desk, RENAME)
    # Under another title, to somebody else, it is the same.
    same = suggestion(RENAME, title="Another", explanation="Other words.")
    assert await propose(database, acme_admin, desk, same) == [{"status": "pending", "id": str(made)}]
    answer = await reject(acme_member, made, "We like it as it is.")
    assert (answer["status"], answer["suggestion"]["reason"]) == ("rejected", "We like it as it is.")
    assert await propose(database, acme_admin, desk, same) == [{"status": "rejected", "id": str(made)}]
    now = copy.deepcopy(CONFIGURATION)
    now["infrastructure"]["replicas"] = 4
    await configure(acme_member, desk, now)
    assert (await propose(database, acme_admin, desk, same))[0]["status"] == "rejected"
    now["workflow"]["statuses"][2]["name"] = "Finished"
    await configure(acme_member, desk, now)
    (outcome,) = await propose(database, acme_admin, desk, suggestion(RENAME | {"before": "Finished"}))
    assert outcome["status"] == "new"
    assert (await propose(database, acme_admin, desk, suggestion(RENAME | {"before": "Finished"})))[0] == {
        "status": "pending",
        "id": outcome["id"],
    }


async def test_two_sessions_that_suggest_the_same_at_once_make_one(
    database: Database, acme_member: Actor, acme_admin: Actor, desk: UUID
) -> None:
    await session(acme_member, desk)
    await session(acme_admin, desk)
    async with another(database, acme_admin) as ada, another(database, acme_member) as ben:
        for n in range(3, 7):
            same = suggestion(replace(["infrastructure", "replicas"], 2, n))
            outcomes = await asyncio.gather(propose(database, ada, desk, same), propose(database, ben, desk, same))
            assert outcomes[0][0]["id"] == outcomes[1][0]["id"]
    assert await database.value("select count(*) from public.configuration_suggestions") == 4


async def test_what_makes_no_sense_does_not_take_the_others_with_it(
    database: Database, acme_member: Actor, desk: UUID
) -> None:
    outcomes = await propose(
        database,
        acme_member,
        desk,
        suggestion(RENAME),
        suggestion(RENAME | {"before": "Other", "after": "X"}),
        suggestion(SCALE | {"after": 2, "before": 2}),
        suggestion(),
        suggestion({"operation": "move", "path": ["a"]}),
        suggestion(replace(["a", {}], 1, 2)),
        suggestion(SCALE, type="poem"),
        suggestion(SCALE, title=" "),
        suggestion(SCALE, explanation=None),
        suggestion(SCALE, suspects=3),
        suggestion(SCALE, suspects=[{"change": "first"}]),
        suggestion(*[SCALE] * 201),
        3,
        None,
        suggestion(SCALE, RENAME | {"after": "Done", "before": "Done"}),
    )
    assert [outcome["status"] for outcome in outcomes] == [
        "new",
        "invalid",
        "nothing",
        "nothing",
        *["invalid"] * 10,
        "new",
    ]
    assert outcomes[1]["failures"] == [{"index": 0, "kind": "changed"}]
    made = await database.value(
        "select changes from public.configuration_suggestions where id = $1", UUID(outcomes[-1]["id"])
    )
    assert json.loads(made) == [SCALE]
    (outcome,) = await propose(database, acme_member, desk, suggestion(RENAME | {"before": "B", "after": "X"}), base=0)
    assert outcome["status"] == "stale"


async def test_a_thousand_suggestions(database: Database, acme_member: Actor, desk: UUID) -> None:
    many = [suggestion(replace(["infrastructure", "replicas"], 2, 10 + n)) for n in range(1000)]
    outcomes = await propose(database, acme_member, desk, *many)
    assert [outcome["status"] for outcome in outcomes] == ["new"] * 20 + ["too_many"] * 980
    await database.fetch(
        "insert into public.configuration_suggestions (tenant_id, project_id, user_id, type, title, explanation,"
        " changes, base_version, fingerprint, rests_on) select tenant_id, project_id, user_id, type, title,"
        " explanation, changes, 1, sha256(n::text::bytea), rests_on"
        " from (select * from public.configuration_suggestions limit 1) as s cross join generate_series(1, 179) as n"
    )
    outcomes = await propose(database, acme_member, desk, *many[20:22])
    assert [outcome["status"] for outcome in outcomes] == ["new", "too_many"]


# Who may


async def test_viewers_see_and_ask_but_do_not_decide(
    database: Database, acme_member: Actor, acme_admin: Actor, desk: UUID
) -> None:
    theirs = await project(acme_admin, slug="theirs")
    await member(acme_admin, theirs, acme_member, "viewer")
    made = await proposed(database, acme_member, theirs, RENAME)
    for decision in DECISIONS:
        assert await acme_member.denied(decision, made) == "PA403"
    assert (
        await acme_member.value("select status from public.configuration_suggestions where id = $1", made) == "pending"
    )
    await member(acme_admin, theirs, acme_member, "editor")
    assert (await accept(acme_member, made))["status"] == "accepted"
    await member(acme_admin, theirs, acme_member, "viewer")
    assert await acme_member.denied(DECISIONS[2], made) == "PA403"


async def test_nobody_decides_on_what_they_do_not_see(
    database: Database,
    acme_member: Actor,
    acme_admin: Actor,
    globex_admin: Actor,
    initech_viewer: Actor,
    outsider: Actor,
    service: Actor,
    anon: Actor,
    desk: UUID,
) -> None:
    made = await proposed(database, acme_member, desk, RENAME)
    hers = await project(acme_admin, slug="hers")
    unseen = await proposed(database, acme_admin, hers, RENAME)
    for decision in DECISIONS:
        for stranger in (globex_admin, initech_viewer, outsider):
            assert await stranger.denied(decision, made) == "PA404"
        assert await acme_member.denied(decision, unseen) == "PA404"
        assert await acme_member.denied(decision, uuid4()) == "PA404"
        assert await acme_member.denied(decision, None) == "PA404"
        assert await anon.denied(decision, made) == "42501"
        assert await service.denied(decision, made) == "42501"
    assert await globex_admin.fetch("select from public.configuration_suggestions") == []
    assert len(await acme_member.fetch("select * from public.configuration_suggestions")) == 1
    assert len(await acme_admin.fetch("select * from public.configuration_suggestions")) == 2
    await database.fetch("update public.users set is_active = false where id = $1", acme_member.user_id)
    assert await acme_member.denied(DECISIONS[0], made) == "PA404"
    assert await configuration(database, desk) == CONFIGURATION


async def test_access_that_ends_while_an_accept_waits_is_no_access(
    database: Database, acme_member: Actor, acme_admin: Actor
) -> None:
    theirs = await project(acme_admin, slug="theirs")
    await member(acme_admin, theirs, acme_member, "editor")
    made = await proposed(database, acme_member, theirs, RENAME)
    async with database.connected() as owner, another(database, acme_member) as ben:
        async with owner.transaction():
            await owner.execute("update public.projects set description = 'Held' where id = $1", theirs)
            waiting = asyncio.create_task(ben.denied(DECISIONS[0], made))
            while not await database.value("select exists (select from pg_locks where not granted)"):
                assert not waiting.done()
            await owner.execute("delete from public.project_members where user_id = $1", acme_member.user_id)
        assert await waiting == "PA404"
    assert await configuration(database, theirs) == CONFIGURATION


async def test_the_worker_suggests_only_in_the_persons_session_on_a_project_that_they_see(
    database: Database, acme_member: Actor, acme_admin: Actor, globex_admin: Actor, desk: UUID
) -> None:
    other = await project(acme_member, slug="other")
    infrastructure = (await session(acme_member))["id"]
    on_desk = (await session(acme_member, desk))["id"]
    theirs = await project(globex_admin, slug="theirs")
    chat = await acme_member.value("select id from public.conversations where context_type is null limit 1")

    async def made(actor: Actor, conversation_id: object, project_id: UUID) -> Any:
        return json.loads(
            await database.value(
                "select private.propose_suggestions($1::jsonb, $2, $3, $4, 1, $5::jsonb)",
                actor.claims_text,
                conversation_id,
                uuid4(),
                project_id,
                json.dumps([suggestion(SCALE, type="infrastructure")]),
                role="palaver_worker",
            )
        )[0]["status"]

    assert await made(acme_member, infrastructure, other) == "new"
    assert await made(acme_member, on_desk, desk) == "new"
    for actor, conversation_id, project_id in (
        (acme_member, on_desk, other),
        (acme_member, chat, desk),
        (acme_member, infrastructure, theirs),
        (acme_member, uuid4(), desk),
        (acme_admin, on_desk, desk),
        (globex_admin, on_desk, desk),
    ):
        with pytest.raises(asyncpg.PostgresError) as refused:
            await made(actor, conversation_id, project_id)
        assert refused.value.sqlstate == "PA404"


# The worker's doors


async def test_the_worker_decides_and_reads_as_the_person(
    database: Database, acme_member: Actor, globex_admin: Actor, desk: UUID
) -> None:
    first = await proposed(database, acme_member, desk, RENAME, SCALE, suspects=[{"change": 1, "reason": "free_text"}])
    second = await proposed(database, acme_member, desk, FINISH)

    async def decide(actor: Actor, decision: object) -> Any:
        return json.loads(
            await database.value(
                "select private.decide_suggestion($1::jsonb, $2::jsonb)",
                actor.claims_text,
                json.dumps(decision),
                role="palaver_worker",
            )
        )

    async def listed(actor: Actor, *more: object) -> list[Any]:
        places = "".join(f", ${number}" for number in range(3, 3 + len(more)))
        rows = await database.fetch(
            f"select id from private.read_suggestions($1::jsonb, $2{places})",
            actor.claims_text,
            desk,
            *more,
            role="palaver_worker",
        )
        return [row["id"] for row in rows]

    assert await listed(acme_member) == [second, first]
    assert await listed(acme_member, "pending", 1) == [second]
    assert await listed(acme_member, None, 50, second) == [first]
    assert await listed(globex_admin) == []
    for wrong in ({"id": str(first), "action": "apply"}, {"action": None}):
        with pytest.raises(asyncpg.PostgresError) as refused:
            await decide(acme_member, wrong)
        assert refused.value.sqlstate == "PA422"
    with pytest.raises(asyncpg.PostgresError) as refused:
        await decide(globex_admin, {"id": str(first), "action": "accept"})
    assert refused.value.sqlstate == "PA404"
    with pytest.raises(asyncpg.PostgresError) as refused:
        await decide(acme_member, {"id": "'; drop table", "action": "accept"})
    assert refused.value.sqlstate == "PA404"
    answer = await decide(
        acme_member, {"id": str(first), "action": "accept", "changes": [1], "confirmed": [], "version": 1}
    )
    assert answer["status"] == "confirmation_required"
    answer = await decide(acme_member, {"id": str(first), "action": "accept", "changes": [1], "confirmed": [1]})
    assert answer["status"] == "accepted"
    assert (await decide(acme_member, {"id": str(first), "action": "undo"}))["status"] == "undone"
    assert (await decide(acme_member, {"id": str(second), "action": "reject", "reason": "No"}))["status"] == "rejected"
    (row,) = await database.fetch(
        "select * from private.read_suggestion($1::jsonb, $2)", acme_member.claims_text, second, role="palaver_worker"
    )
    assert (row["slug"], row["access"], json.loads(row["configuration"])) == ("desk", "owner", CONFIGURATION)
    assert json.loads(row["suggestion"])["reason"] == "No"
    with pytest.raises(asyncpg.PostgresError) as refused:
        await database.fetch(
            "select * from private.read_suggestion($1::jsonb, $2)",
            globex_admin.claims_text,
            second,
            role="palaver_worker",
        )
    assert refused.value.sqlstate == "PA404"


async def test_a_conversation_that_is_deleted_leaves_its_suggestions(
    database: Database, acme_member: Actor, desk: UUID
) -> None:
    made = await proposed(database, acme_member, desk, RENAME)
    await database.fetch("delete from public.conversations where context_type = 'project'")
    assert (await accept(acme_member, made))["status"] == "accepted"
    await database.fetch("delete from public.projects where id = $1", desk)
    assert await database.fetch("select from public.configuration_suggestions") == []


async def test_hostile_words_are_words(database: Database, acme_member: Actor, desk: UUID) -> None:
    words = "'; drop table public.projects; -- {{7*7}} <script>\u202e ${x}"
    made = await proposed(database, acme_member, desk, add([words], {words: words}), title=words, explanation=words)
    assert (await accept(acme_member, made))["status"] == "accepted"
    assert (await configuration(database, desk))[words] == {words: words}
    assert (await undo(acme_member, made))["status"] == "undone"
    other = await proposed(database, acme_member, desk, SCALE)
    assert await acme_member.denied("select public.reject_suggestion($1, $2)", other, "x" * 2001) == "PA422"
    assert (await reject(acme_member, other, words))["suggestion"]["reason"] == words
