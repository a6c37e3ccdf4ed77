"""The library of prompts: who sees, writes and publishes them, and that each change of a text is a version."""

from __future__ import annotations

import asyncio
import json
from typing import Any, Final
from uuid import UUID

import asyncpg
import pytest

from tests.world import Actor, Database

TRANSLATE = UUID("00000000-0000-7000-8000-0000000a5001")
"""Ada's of Acme, public."""
WARRANTY = UUID("00000000-0000-7000-8000-0000000a5002")
"""Ada's, for the team."""
NOTES = UUID("00000000-0000-7000-8000-0000000a5003")
"""Ben's, private."""
TABLE = UUID("00000000-0000-7000-8000-0000000b5001")
"""Chloe's of Globex, public."""
NOWHERE = UUID("00000000-0000-7000-8000-00000000dead")

CHANGE = "update public.prompts set text = $2 where id = $1"
SHOW = "update public.prompts set visibility = $2 where id = $1"


async def names(actor: Actor, where: str = "true") -> set[str]:
    return {row["name"] for row in await actor.fetch(f"select name from public.prompts where {where}")}


async def add(actor: Actor, text: str, **more: object) -> UUID:
    values = {"name": "New", "text": text, **more}
    places = ", ".join(f"${number + 1}" for number in range(len(values)))
    sql = f"insert into public.prompts ({', '.join(values)}) values ({places}) returning id"
    return UUID(str(await actor.value(sql, *values.values())))


async def refused(actor: Actor, sql: str, *arguments: object) -> tuple[str, dict[str, Any]]:
    """The SQLSTATE, and what the detail says."""
    with pytest.raises(asyncpg.PostgresError) as error:
        await actor.fetch(sql, *arguments)
    return str(error.value.sqlstate), json.loads(error.value.detail or "{}")


def faults(**said: list[str]) -> dict[str, list[str]]:
    """What a detail says: all three kinds, empty but for these."""
    return {"missing": [], "surplus": [], "invalid": []} | said


async def versions(actor: Actor, prompt: UUID) -> list[int]:
    rows = await actor.fetch("select version from public.prompt_versions where prompt_id = $1 order by version", prompt)
    return [row["version"] for row in rows]


async def test_people_see_their_own_prompts_their_teams_and_the_public_ones_of_all(
    acme_admin: Actor, acme_member: Actor, globex_member: Actor, initech_viewer: Actor, outsider: Actor, anon: Actor
) -> None:
    assert await names(acme_member) == {"Translate", "Warranty answer", "My notes", "Explain a table"}
    assert await names(acme_admin) == {"Translate", "Warranty answer", "Explain a table"}
    assert await names(globex_member) == {"Translate", "Outliers", "Explain a table"}
    assert await names(initech_viewer) == {"Translate", "Explain a table"}
    assert await names(outsider) == set()
    assert await anon.denied("select name from public.prompts") == "42501"


async def test_a_person_who_is_shut_out_sees_no_prompt_not_even_a_public_one(
    database: Database, acme_member: Actor
) -> None:
    await database.fetch("update public.users set is_active = false where id = $1", acme_member.user_id)
    assert await names(acme_member) == set()
    assert await acme_member.execute(CHANGE, NOTES, "Mine") == "UPDATE 0"
    assert await acme_member.denied("select public.fill_prompt($1, '{}')", TRANSLATE) == "PA404"


async def test_the_library_is_filtered_by_name_category_and_tags(acme_member: Actor) -> None:
    assert await names(acme_member, "name ilike '%trans%'") == {"Translate"}
    assert await names(acme_member, "category = 'Analysis'") == {"Explain a table"}
    assert await names(acme_member, "tags @> '{customers}'") == {"Warranty answer"}
    assert await names(acme_member, "visibility = 'public'") == {"Translate", "Explain a table"}


async def test_a_prompt_is_added_without_ids_and_describes_all_its_variables(acme_member: Actor) -> None:
    (made,) = await acme_member.fetch(
        "insert into public.prompts (name, text, variables) values ('Ask', $1, $2) returning *",
        "Ask {{who}} about {{ what }}, \\{{not}} this.",
        '{"who": {"description": "A person", "options": ["Ada", "Ben"], "default": "Ada"}}',
    )
    assert (made["tenant_id"], made["user_id"]) == (acme_member.tenant_id, acme_member.user_id)
    assert (made["visibility"], made["version"], made["tags"]) == ("private", 1, [])
    assert json.loads(made["variables"]) == {
        "who": {"description": "A person", "options": ["Ada", "Ben"], "default": "Ada"},
        "what": {},
    }


async def test_braces_that_begin_no_variable_are_refused(acme_member: Actor) -> None:
    add_one = "insert into public.prompts (name, text) values ('New', $1)"
    texts = [
        "{{",
        "a {{ b",
        "{{a b}}",
        "{{}}",
        "{{1st}}",
        "{{é}}",
        "{{{a}}}",
        "{{a}",
        "{{a.b}}",
        "{{#if a}}",
        "{{a\n}}",
    ]
    for text in [*texts, "{{" + "a" * 64 + "}}", "{% if %} {{ a|upper }}", "{{a}} and {{"]:
        assert await acme_member.denied(add_one, text) == "PA422"
        assert await acme_member.denied(CHANGE, NOTES, text) == "PA422"


async def test_where_the_braces_are_is_said(acme_member: Actor) -> None:
    with pytest.raises(asyncpg.PostgresError, match="at character 12"):
        await add(acme_member, "\\{{é {{a}} {{")


async def test_other_texts_are_taken_as_they_are(acme_member: Actor) -> None:
    for text in ("plain", "a }} b", "{a}", "{ {{a}} }", "\\{{", "{{" + "a" * 63 + "}}", "{{_}}\u202e<b>'; --"):
        prompt = await add(acme_member, text)
        assert await acme_member.value("select text from public.prompts where id = $1", prompt) == text


WRONG_VARIABLES: Final[dict[str, dict[str, list[str]]]] = {
    '{"b": {}}': {"surplus": ["b"]},
    '{"a": 1}': {"invalid": ["a"]},
    '{"a": "x"}': {"invalid": ["a"]},
    '{"a": {"type": "text"}}': {"invalid": ["a"]},
    '{"a": {"default": 1}}': {"invalid": ["a"]},
    '{"a": {"description": null}}': {"invalid": ["a"]},
    '{"a": {"options": []}}': {"invalid": ["a"]},
    '{"a": {"options": "x"}}': {"invalid": ["a"]},
    '{"a": {"options": ["x", 1]}}': {"invalid": ["a"]},
    '{"a": {"options": [["x"]]}}': {"invalid": ["a"]},
    '{"a": {"options": ["x"], "default": "y"}}': {"invalid": ["a"]},
    '{"a": {"options": []}, "b": {}}': {"invalid": ["a"], "surplus": ["b"]},
}


async def test_variables_that_are_described_wrongly_are_named(acme_member: Actor) -> None:
    sql = "insert into public.prompts (name, text, variables) values ('New', 'Of {{a}}', $1)"
    for variables, said in WRONG_VARIABLES.items():
        assert await refused(acme_member, sql, variables) == ("PA422", faults(**said)), variables


TOO_MUCH: Final[tuple[tuple[str, object], ...]] = (
    ("name", ""),
    ("name", " "),
    ("name", "x" * 201),
    ("text", ""),
    ("text", " \n"),
    ("text", "x" * 100_001),
    ("text", "x" * 1_000_000),
    ("description", ""),
    ("description", "x" * 2001),
    ("category", "x" * 101),
    ("visibility", "everybody"),
    ("variables", "[]"),
    ("variables", json.dumps({"a": {"default": "x" * 70_000}})),
    ("tags", ["x"] * 21),
    ("tags", ["x" * 1001]),
    ("tags", ["", "x"]),
    ("tags", ["x", None]),
    ("tags", [["x"], ["y"]]),
)


async def test_what_is_too_long_or_empty_is_refused(acme_member: Actor) -> None:
    for column, value in TOO_MUCH:
        row: dict[str, object] = {"name": "New", "text": "Of {{a}}", column: value}
        sql = f"insert into public.prompts ({', '.join(row)}) values ($1, $2{', $3' if len(row) > 2 else ''})"
        assert await acme_member.denied(sql, *row.values()) == "23514", (column, str(value)[:20])


async def test_each_change_of_the_text_is_a_version_that_nobody_changes(acme_member: Actor, service: Actor) -> None:
    for text in ("One {{notes}}", "One {{notes}}", "Two {{notes}}"):
        await acme_member.execute(CHANGE, NOTES, text)
    await acme_member.execute("update public.prompts set name = 'Named' where id = $1", NOTES)
    await acme_member.execute(
        """update public.prompts set variables = '{"notes": {"default": "n"}}' where id = $1""", NOTES
    )
    rows = await acme_member.fetch("select * from public.prompt_versions where prompt_id = $1 order by version", NOTES)
    assert [row["version"] for row in rows] == [1, 2, 3, 4]
    assert [row["text"] for row in rows[1:]] == ["One {{notes}}", "Two {{notes}}", "Two {{notes}}"]
    assert json.loads(rows[3]["variables"]) == {"notes": {"default": "n"}}
    for actor in (acme_member, service):
        for change in ("update public.prompt_versions set text = 'x'", "delete from public.prompt_versions"):
            assert await actor.denied(change) == "42501"
        more = "select tenant_id, prompt_id, 9, text, variables, true from public.prompt_versions"
        add_one = f"insert into public.prompt_versions {more}"
        assert await actor.denied(add_one) == "42501"


async def test_variables_go_with_the_text_that_had_them(acme_admin: Actor) -> None:
    assert await acme_admin.execute(CHANGE, WARRANTY, "Be {{tone}}, and {{more}}.") == "UPDATE 1"
    variables = json.loads(await acme_admin.value("select variables from public.prompts where id = $1", WARRANTY))
    assert variables == {"tone": {"options": ["brief", "friendly"], "default": "brief"}, "more": {}}


async def test_people_who_edit_at_once_make_versions_of_their_own(database: Database, acme_admin: Actor) -> None:
    async def edit(number: int) -> None:
        async with database.connected("authenticator") as link:
            await Actor(link, auth_id=acme_admin.auth_id).execute(CHANGE, WARRANTY, f"Text {number}")

    await asyncio.gather(*(edit(number) for number in range(8)))
    assert await versions(acme_admin, WARRANTY) == list(range(1, 10))
    rows = await acme_admin.fetch(
        "select text from public.prompt_versions where prompt_id = $1 and version > 1", WARRANTY
    )
    assert {row["text"] for row in rows} == {f"Text {number}" for number in range(8)}
    last = "select text from public.prompt_versions where prompt_id = $1 order by version desc limit 1"
    current = "select text from public.prompts where id = $1"
    assert await acme_admin.value(last, WARRANTY) == await acme_admin.value(current, WARRANTY)


async def test_authors_and_admins_write_and_nobody_else(
    acme_admin: Actor, acme_member: Actor, globex_admin: Actor, initech_viewer: Actor
) -> None:
    rename = "update public.prompts set name = 'Renamed' where id = $1"
    for prompt, who, tag in (
        (NOTES, acme_member, 1),
        (NOTES, acme_admin, 0),
        (WARRANTY, acme_admin, 1),
        (WARRANTY, acme_member, 0),
        (TRANSLATE, acme_member, 0),
        (TRANSLATE, globex_admin, 0),
        (TRANSLATE, acme_admin, 1),
    ):
        assert await who.execute(rename, prompt) == f"UPDATE {tag}"
        if tag == 0:
            assert await who.execute("delete from public.prompts where id = $1", prompt) == "DELETE 0"
    add_one = "insert into public.prompts (name, text) values ('New', 'New')"
    assert await initech_viewer.denied(add_one) == "42501"
    for column in ("version", "id", "created_at"):
        assert (
            await acme_member.denied(f"insert into public.prompts (name, text, {column}) values ('N', 'N', default)")
            == "42501"
        )
    assert await acme_member.denied("update public.prompts set user_id = user_id") == "42501"


async def test_nobody_adds_a_prompt_as_somebody_else(
    acme_member: Actor, acme_admin: Actor, globex_member: Actor
) -> None:
    sql = "insert into public.prompts (tenant_id, user_id, name, text, visibility) values ($1, $2, 'N', 'N', $3)"
    for visibility in ("private", "team", "public"):
        for who in (acme_admin, globex_member):
            assert await acme_member.denied(sql, who.tenant_id, who.user_id, visibility) == "42501"
    assert await acme_member.denied(sql, acme_member.tenant_id, None, "team") == "42501"


async def test_publishing_names_nobody_to_other_tenants_and_its_author_at_home(
    acme_admin: Actor, acme_member: Actor, globex_member: Actor, service: Actor
) -> None:
    assert await acme_member.execute(SHOW, NOTES, "public") == "UPDATE 1"
    (seen,) = await globex_member.fetch("select * from public.prompts where id = $1", NOTES)
    assert str(acme_member.user_id) not in repr(dict(seen))
    whose = "select user_id from public.prompt_publishers where prompt_id = $1"
    assert await acme_admin.value(whose, NOTES) == acme_member.user_id
    assert await globex_member.fetch(whose, NOTES) == []
    # Its author still changes it, and takes it back.
    assert await acme_member.execute(CHANGE, NOTES, "Better {{notes}}") == "UPDATE 1"
    assert await acme_member.execute(SHOW, NOTES, "private") == "UPDATE 1"
    assert await names(globex_member, f"id = '{NOTES}'") == set()
    assert await acme_member.value("select user_id from public.prompts where id = $1", NOTES) == acme_member.user_id
    assert await acme_admin.fetch(whose, NOTES) == []
    assert await service.denied("insert into public.prompt_publishers values ($1, $2, $3)", *[NOWHERE] * 3) == "42501"


async def test_what_is_added_as_public_is_its_authors_too(acme_member: Actor, globex_member: Actor) -> None:
    prompt = await add(acme_member, "Say {{it}}", visibility="public")
    assert await globex_member.value('select public.fill_prompt($1, \'{"it": "yes"}\')', prompt) == "Say yes"
    assert await acme_member.execute("delete from public.prompts where id = $1", prompt) == "DELETE 1"
    assert await globex_member.denied('select public.fill_prompt($1, \'{"it": "yes"}\')', prompt) == "PA404"


async def test_an_admin_takes_a_public_prompt_back_for_the_team_and_does_not_take_it_away(
    acme_admin: Actor, acme_member: Actor
) -> None:
    prompt = await add(acme_member, "Say {{it}}", visibility="public")
    assert await acme_admin.denied(SHOW, prompt, "private") == "42501"
    assert await acme_admin.execute(SHOW, prompt, "team") == "UPDATE 1"
    assert await acme_member.value("select user_id from public.prompts where id = $1", prompt) == acme_member.user_id


async def test_drafts_are_not_published_with_the_prompt(acme_member: Actor, globex_member: Actor) -> None:
    prompt = await add(acme_member, "Draft, with a secret")
    await acme_member.execute(CHANGE, prompt, "Fit to be seen")
    await acme_member.execute(SHOW, prompt, "public")
    await acme_member.execute(CHANGE, prompt, "Better")
    assert await versions(acme_member, prompt) == [1, 2, 3, 4]
    assert await versions(globex_member, prompt) == [3, 4]
    fill = "select public.fill_prompt($1, '{}', $2)"
    assert [await globex_member.value(fill, prompt, version) for version in (3, 4)] == ["Fit to be seen", "Better"]
    assert await globex_member.denied(fill, prompt, 2) == "PA404"
    await acme_member.execute(SHOW, prompt, "team")
    assert await versions(globex_member, prompt) == []


async def test_private_prompts_go_with_their_author_and_others_stay(
    database: Database, acme_admin: Actor, acme_member: Actor
) -> None:
    team, public = (
        await add(acme_member, "Team", visibility="team"),
        await add(acme_member, "Public", visibility="public"),
    )
    await database.fetch("delete from public.users where id = $1", acme_member.user_id)
    rows = await database.fetch("select id, user_id from public.prompts where id = any($1)", [NOTES, team, public])
    assert {(row["id"], row["user_id"]) for row in rows} == {(team, None), (public, None)}
    assert await database.value("select count(*) from public.prompt_versions where prompt_id = $1", NOTES) == 0
    assert await database.value("select count(*) from public.prompt_publishers where prompt_id = $1", public) == 0
    assert await acme_admin.execute("delete from public.prompts where id = any($1)", [team, public]) == "DELETE 2"


async def test_a_tenant_goes_with_its_prompts(database: Database, acme_member: Actor, globex_member: Actor) -> None:
    await database.fetch("delete from public.tenants where id = $1", globex_member.tenant_id)
    assert await names(acme_member) == {"Translate", "Warranty answer", "My notes"}
