"""What the configuration assistant says in a message's metadata has its form, whoever writes it."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from tests.world import Actor, Database

REFERENCE = {"path": "workflow.statuses[0].name", "type": "both"}
SUGGESTION = {"type": "workflow", "config": {"changes": []}, "explanation": "It would be better."}
DIFFERENCE = {"path": "a.b", "type": "value_mismatch", "yamlValue": 1, "dbValue": {"x": [None]}}
RIGHT: list[dict[str, Any]] = [
    {},
    {"theirs": {"anything": [1, None]}, "suggestion": 3},
    {"configReferences": []},
    {"configReferences": [REFERENCE] * 100, "documentationLinks": [{"file": "a.md"}, {"file": "b.md", "section": "x"}]},
    {"suggestions": [SUGGESTION], "comparisonResults": {"differences": [DIFFERENCE]}, "theirs": 1},
    {
        "suggestions": [
            SUGGESTION | {"id": "00000000-0000-7000-8000-0000000000a0", "title": "A title", "status": "pending"}
        ]
    },
    {
        "comparisonResults": {
            "differences": [
                {"path": "a", "type": "missing_in_db", "yamlValue": 1, "dbValue": None},
                DIFFERENCE
                | {
                    "yamlPointer": "/a/b",
                    "databasePointer": None,
                    "element": "b",
                    "changedIn": "yaml",
                    "conflict": False,
                    "line": 3,
                    "column": 1,
                    "changed": {"yaml": {"version": 1}},
                },
            ]
        }
    },
]
WRONG: list[tuple[dict[str, Any], str]] = [
    ({"configReferences": {}}, "configReferences"),
    ({"configReferences": None}, "configReferences"),
    ({"configReferences": ["workflow"]}, "configReferences[0]"),
    ({"configReferences": [REFERENCE, {"path": "a"}]}, "configReferences[1]"),
    ({"configReferences": [REFERENCE | {"type": "file"}]}, "configReferences[0].type"),
    ({"configReferences": [REFERENCE | {"path": 1}]}, "configReferences[0].path"),
    ({"configReferences": [REFERENCE | {"path": ""}]}, "configReferences[0].path"),
    ({"configReferences": [REFERENCE | {"more": 1}]}, "configReferences[0].more"),
    ({"configReferences": [REFERENCE] * 101}, "configReferences"),
    ({"documentationLinks": [{"section": "x"}]}, "documentationLinks[0]"),
    ({"documentationLinks": [{"file": "a.md", "url": "javascript:alert(1)"}]}, "documentationLinks[0].url"),
    ({"documentationLinks": [{"file": "a.md"}] * 51}, "documentationLinks"),
    ({"suggestions": [SUGGESTION | {"type": "poem"}]}, "suggestions[0].type"),
    ({"suggestions": [SUGGESTION | {"config": "x"}]}, "suggestions[0].config"),
    ({"suggestions": [SUGGESTION | {"explanation": None}]}, "suggestions[0].explanation"),
    ({"suggestions": [SUGGESTION | {"id": "1"}]}, "suggestions[0].id"),
    ({"suggestions": [SUGGESTION | {"status": "done"}]}, "suggestions[0].status"),
    ({"suggestions": [SUGGESTION] * 21}, "suggestions"),
    ({"comparisonResults": []}, "comparisonResults"),
    ({"comparisonResults": {}}, "comparisonResults"),
    ({"comparisonResults": {"differences": [DIFFERENCE | {"type": "other"}]}}, "comparisonResults.differences[0].type"),
    (
        {"comparisonResults": {"differences": [{"path": "a", "type": "missing_in_db"}]}},
        "comparisonResults.differences[0]",
    ),
    ({"comparisonResults": {"differences": [DIFFERENCE | {"line": 0}]}}, "comparisonResults.differences[0].line"),
    ({"comparisonResults": {"differences": [DIFFERENCE | {"line": "3"}]}}, "comparisonResults.differences[0].line"),
    ({"comparisonResults": {"differences": [DIFFERENCE | {"more": 1}]}}, "comparisonResults.differences[0].more"),
    (
        {
            "comparisonResults": {
                "differences": [{"path": "", "type": "missing_in_db", "yamlValue": 0, "dbValue": 0}] * 501
            }
        },
        "comparisonResults.differences",
    ),
]
WRITE = "insert into public.messages (conversation_id, content, metadata) values ($1, 'Hi', $2::jsonb) returning id"


@pytest.fixture
async def talk(acme_member: Actor) -> UUID:
    return UUID(str(await acme_member.value("select id from public.conversations where not is_archived limit 1")))


async def test_clients_write_metadata_of_the_right_form_only(
    database: Database, acme_member: Actor, service: Actor, talk: UUID
) -> None:
    for metadata in RIGHT:
        written = await acme_member.value(WRITE, talk, json.dumps(metadata))
        kept = await database.value("select metadata from public.messages where id = $1", written)
        assert json.loads(kept) == metadata
    last = await database.value("select id from public.messages order by created_at desc limit 1")
    for metadata, path in WRONG:
        with pytest.raises(asyncpg.PostgresError) as refused:
            await acme_member.value(WRITE, talk, json.dumps(metadata))
        assert refused.value.sqlstate == "PA422", metadata
        errors = json.loads(str(refused.value.detail))["errors"]
        assert path in [error["path"] for error in errors], (metadata, errors)
        update = "update public.messages set metadata = $2::jsonb where id = $1"
        assert await service.denied(update, last, json.dumps(metadata)) == "PA422"


async def test_a_turn_that_settles_with_it_is_found_with_it(acme_member: Actor, talk: UUID) -> None:
    await acme_member.value(WRITE, talk, json.dumps({"configReferences": [REFERENCE], "theirs": 1}))
    shown = await acme_member.value("select metadata from public.chat_messages($1) where content = 'Hi'", str(talk))
    assert json.loads(shown)["configReferences"] == [REFERENCE]


async def test_half_a_megabyte_is_refused_before_it_is_looked_at(acme_member: Actor, talk: UUID) -> None:
    # By the table's own check at the latest, in the time of a statement.
    huge = {"suggestions": [SUGGESTION | {"config": {"x": "y" * 500_000}}]}
    assert await acme_member.denied(WRITE, talk, json.dumps(huge)) in ("23514", "PA422")
