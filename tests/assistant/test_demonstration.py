"""The demonstration model in a real session: what it says rests on what the assistant really gives."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from app.chat import demonstration
from tests.assistant.desk import YAML, Asking, Desk, done
from tests.running import running
from tests.world import Actor, Database


@pytest.fixture
async def ben(database: Database, acme_member: Actor, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Asking]:
    """An editor of the project, at a worker that has no provider."""
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "AI_PROVIDERS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(demonstration, "MAX_ANSWER_SECONDS", 0)
    async with running(database) as worker:
        yield Asking(worker, acme_member)


async def test_what_the_document_alone_has_changed_is_suggested_and_makes_both_sides_agree(
    ben: Asking, desk: Desk
) -> None:
    await desk.edit(
        yaml=YAML.replace("replicas: 2", "replicas: 3").replace("[low, high]", "[low, high, critical]")
        + "stage: beta\n"
    )
    told = await ben.worker.ask(desk.editor.auth_id, "Where is the token?", desk.session)
    assert "“Help desk” differ in 2 places" in told.text
    metadata = told.end.data["metadata"]
    assert len(metadata["comparisonResults"]["differences"]) == 2
    assert [each["path"] for each in metadata["configReferences"]] == ["custom_fields[0].options[2]", "stage"]
    assert [each["type"] for each in metadata["suggestions"]] == ["custom_field", "infrastructure"]
    for each in metadata["suggestions"]:
        done(await ben.post(f"suggestions/{each['id']}/accept", {"version": 1}))
    (comparison,) = done(await ben.get(f"conversations/{desk.session}/configuration/differences"))["comparisons"]
    assert comparison["isSame"]


async def test_so_it_is_on_the_infrastructure_of_all_projects(ben: Asking, desk: Desk) -> None:
    await desk.owner.fetch("select public.mark_project_synced($1, 2, 1)", desk.project)
    await desk.edit(yaml=YAML.replace("replicas: 2", "replicas: 5"))
    session = done(await ben.post("conversations", {"contextType": "infrastructure"}))
    told = await ben.worker.ask(desk.editor.auth_id, "How many?", session["id"])
    assert "`desk.infrastructure.environments[0].replicas`: `5` in YAML, `3` in the database" in told.text
    (offered,) = told.end.data["metadata"]["suggestions"]
    done(await ben.post(f"suggestions/{offered['id']}/accept"))
    assert (await desk.configuration())["infrastructure"]["environments"][0]["replicas"] == 5
