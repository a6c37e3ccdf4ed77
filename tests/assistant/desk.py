"""A project to ask about: a help desk whose sides differ in one place, and lack a transition that somebody misses."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx2

from app.assistant.documents.source import read
from tests.running import RunningWorker
from tests.world import Actor, Database, token

SECRET = "xoxb-417-planted-Qm9vIQ"
YAML = f"""\
# The help desk's configuration.
workflow:
  statuses:
    - {{id: open, name: Open}}    # where everything begins
    - {{id: review, name: Review}}
    - {{id: done, name: Done}}
  transitions:
    # Nothing is done that nobody looked at.
    - {{from: open, to: review}}
    - {{from: review, to: open}}
custom_fields:
  - id: severity
    name: Severity
    options: [low, high]
infrastructure:
  environments:
    - name: production
      replicas: 2
integrations:
  chat:
    token: {SECRET}
"""
MISSING = {"from": "review", "to": "done"}


def change(operation: str, path: Sequence[Any], **values: Any) -> dict[str, Any]:
    """A change as the database takes it."""
    return {"operation": operation, "path": list(path), **values}


TRANSITION = change("add", ["workflow", "transitions", MISSING], after=MISSING)
REPLICAS = change("replace", ["infrastructure", "environments", {"name": "production"}, "replicas"], before=3, after=4)


@dataclass
class Desk:
    """The project, and a session of Ben's on it, who is an editor."""

    database: Database
    project: UUID
    owner: Actor
    editor: Actor
    session: UUID

    async def suggest(self, *changes: Mapping[str, Any], suspects: Sequence[Any] = ()) -> UUID:
        """A suggestion as the assistant makes it for Ben."""
        made = {
            "type": "workflow",
            "title": "Let reviewed issues be done",
            "explanation": "Nothing leads from Review to Done.",
            "changes": list(changes or (TRANSITION,)),
            "suspects": list(suspects),
        }
        (outcome,) = json.loads(
            await self.database.value(
                "select private.propose_suggestions($1::jsonb, $2, $3, $4, $5, $6::jsonb)::text",
                self.editor.claims_text,
                self.session,
                uuid4(),
                self.project,
                await self.version(),
                json.dumps([made]),
                role="palaver_worker",
            )
        )
        assert outcome["status"] == "new", outcome
        return UUID(outcome["id"])

    async def version(self) -> int:
        """How often the configuration has changed."""
        version: int = await self.owner.value(
            "select configuration_version from public.projects where id = $1", self.project
        )
        return version

    async def configuration(self) -> Any:
        """What the database says."""
        return json.loads(
            await self.owner.value("select configuration::text from public.projects where id = $1", self.project)
        )

    async def edit(self, **columns: Any) -> None:
        """Change the project, as its owner does at the Data API."""
        for name, value in columns.items():
            await self.owner.execute(f"update public.projects set {name} = $1 where id = $2", value, self.project)


async def opened(database: Database, owner: Actor, editor: Actor) -> Desk:
    """Make the project, with three replicas in the database where its document says two."""
    configuration = read(YAML).value
    project: UUID = await owner.value(
        "insert into public.projects (slug, name, configuration, yaml, yaml_file)"
        " values ('desk', 'Help desk', $1, $2, 'desk.yaml') returning id",
        json.dumps(configuration),
        YAML,
    )
    await owner.fetch(
        "insert into public.project_members (project_id, user_id, access) values ($1, $2, 'editor')",
        project,
        editor.user_id,
    )
    await owner.fetch("select public.mark_project_synced($1, 1, 1)", project)
    configuration["infrastructure"]["environments"][0]["replicas"] = 3
    await editor.execute(
        "update public.projects set configuration = $1 where id = $2", json.dumps(configuration), project
    )
    session = await editor.value("select (public.open_configuration_session($1)).id", project)
    return Desk(database, project, owner, editor, session)


@dataclass(frozen=True)
class Asking:
    """Somebody at the worker's routes."""

    worker: RunningWorker
    person: Actor | None

    async def get(self, route: str, **query: Any) -> httpx2.Response:
        """GET it."""
        return await self.worker.client.get(f"/api/ai/{route}", params=query, headers=self._headers)

    async def post(self, route: str, body: object = None, **options: Any) -> httpx2.Response:
        """POST it, with a JSON body unless that is None."""
        given = options if body is None else {"json": body, **options}
        return await self.worker.client.post(f"/api/ai/{route}", headers=self._headers, **given)

    @property
    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {token(self.person.auth_id)}"} if self.person and self.person.auth_id else {}


def patched(directory: Path, name: str, text: str, diff: str) -> str:
    """The text with a unified diff applied as git does it."""
    path = directory / name
    path.write_bytes(text.encode())
    subprocess.run(["git", "apply", "-"], input=diff.encode(), cwd=directory, check=True, capture_output=True)
    return path.read_bytes().decode()


def expect_refusal(answer: httpx2.Response, status: int, code: str) -> dict[str, Any]:
    """The problem that an answer is."""
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    problem: dict[str, Any] = answer.json()
    return problem


def done(answer: httpx2.Response) -> dict[str, Any]:
    """What an answer tells that is none."""
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    told: dict[str, Any] = answer.json()
    return told
