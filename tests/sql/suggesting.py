"""What tests of suggestions do: a project, a session on it, what is suggested there, and what people decide."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID, uuid4

import asyncpg

from tests.world import Actor, Database

CONFIGURATION: dict[str, Any] = {
    "workflow": {
        "statuses": [
            {"id": "open", "name": "Open"},
            {"id": "review", "name": "Review"},
            {"id": "done", "name": "Done"},
        ],
        "transitions": [{"id": "start", "from": "open", "to": "review"}],
    },
    "infrastructure": {"replicas": 2},
}
STATUS = ["workflow", "statuses"]


def add(path: list[Any], after: object, **more: Any) -> dict[str, Any]:
    return {"operation": "add", "path": path, "after": after, **more}


def replace(path: list[Any], before: object, after: object) -> dict[str, Any]:
    return {"operation": "replace", "path": path, "before": before, "after": after}


def remove(path: list[Any], before: object) -> dict[str, Any]:
    return {"operation": "remove", "path": path, "before": before}


RENAME = replace([*STATUS, {"id": "done"}, "name"], "Done", "Closed")
SCALE = replace(["infrastructure", "replicas"], 2, 3)
FINISH = add(["workflow", "transitions", {"id": "finish"}], {"id": "finish", "from": "review", "to": "done"})


def suggestion(*changes: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "type": "workflow",
        "title": "A better workflow",
        "explanation": "It would be better.",
        "changes": list(changes),
        **more,
    }


async def project(owner: Actor, configuration: object = CONFIGURATION, slug: str = "desk") -> UUID:
    """A project of the actor's."""
    return UUID(
        str(
            await owner.value(
                "insert into public.projects (slug, name, configuration) values ($1, 'The desk', $2::jsonb)"
                " returning id",
                slug,
                json.dumps(configuration),
            )
        )
    )


async def member(owner: Actor, project_id: UUID, person: Actor, access: str) -> None:
    await owner.execute(
        "insert into public.project_members (project_id, user_id, access) values ($1, $2, $3)"
        " on conflict (tenant_id, project_id, user_id) do update set access = excluded.access",
        project_id,
        person.user_id,
        access,
    )


async def configuration(database: Database, project_id: UUID) -> Any:
    return json.loads(await database.value("select configuration from public.projects where id = $1", project_id))


async def configure(actor: Actor, project_id: UUID, value: object) -> None:
    """What somebody does by hand."""
    tag = await actor.execute(
        "update public.projects set configuration = $2::jsonb where id = $1", project_id, json.dumps(value)
    )
    assert tag == "UPDATE 1"


async def session(actor: Actor, project_id: UUID | None = None) -> asyncpg.Record:
    (row,) = await actor.fetch("select * from public.open_configuration_session($1)", project_id)
    return row


async def propose(
    database: Database, actor: Actor, project_id: UUID, *suggestions: object, base: int | None = None
) -> list[dict[str, Any]]:
    """What becomes of what the assistant suggests to somebody in their session on a project."""
    conversation_id = (await session(actor, project_id))["id"]
    version = await database.value("select configuration_version from public.projects where id = $1", project_id)
    outcomes: list[dict[str, Any]] = json.loads(
        await database.value(
            "select private.propose_suggestions($1::jsonb, $2, $3, $4, $5, $6::jsonb)",
            actor.claims_text,
            conversation_id,
            uuid4(),
            project_id,
            version if base is None else base,
            json.dumps(suggestions),
            role="palaver_worker",
        )
    )
    return outcomes


async def proposed(database: Database, actor: Actor, project_id: UUID, *changes: dict[str, Any], **more: Any) -> UUID:
    """A suggestion that is new."""
    (outcome,) = await propose(database, actor, project_id, suggestion(*changes, **more))
    assert outcome["status"] == "new", outcome
    return UUID(outcome["id"])


async def accept(actor: Actor, suggestion_id: object, **options: Any) -> dict[str, Any]:
    named = "".join(f", p_{name} => ${number}" for number, name in enumerate(options, 2))
    answer: dict[str, Any] = json.loads(
        await actor.value(f"select public.accept_suggestion($1{named})", suggestion_id, *options.values())
    )
    return answer


async def reject(actor: Actor, suggestion_id: object, reason: str | None = None) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(
        await actor.value("select public.reject_suggestion($1, $2)", suggestion_id, reason)
    )
    return answer


async def undo(actor: Actor, suggestion_id: object) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(await actor.value("select public.undo_suggestion($1)", suggestion_id))
    return answer
