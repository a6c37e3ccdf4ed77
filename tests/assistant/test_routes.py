from __future__ import annotations

import asyncio
import json
import threading
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from app.assistant.documents.source import read
from app.assistant.secrecy.redaction import Redactor
from tests.assistant.desk import (
    MISSING,
    REPLICAS,
    SECRET,
    TRANSITION,
    YAML,
    Asking,
    Desk,
    change,
    done,
    expect_refusal,
    patched,
)
from tests.running import RunningWorker, running
from tests.world import Database


async def test_a_session_is_opened_once(ben: Asking, ada: Asking, desk: Desk) -> None:
    asked = {"contextType": "project", "project": "desk"}
    first, second = await asyncio.gather(*(ben.post("conversations", asked) for _ in range(2)))
    assert done(first) == done(second)
    assert done(first)["id"] == str(desk.session)
    by_id = done(await ben.post("conversations", {"contextType": "project", "project": str(desk.project)}))
    assert by_id == done(first)
    assert by_id.items() >= {"contextType": "project", "projectId": str(desk.project), "title": "Help desk"}.items()
    assert done(await ada.post("conversations", asked))["id"] != by_id["id"]
    infrastructure = done(await ben.post("conversations", {"contextType": "infrastructure"}))
    assert infrastructure["projectId"] is None


NO_SESSIONS: Any = [
    ({"contextType": "project"}, 422),
    ({"contextType": "infrastructure", "project": "desk"}, 422),
    ({"contextType": "weather"}, 422),
    ({}, 422),
    ([], 422),
    ({"contextType": "project", "project": ""}, 422),
    ({"contextType": "project", "project": "x" * 201}, 422),
    ({"contextType": "project", "project": "de\0sk"}, 422),
    ({"contextType": "project", "project": "nowhere"}, 404),
    ({"contextType": "project", "project": "'; drop table public.projects; --"}, 404),
    ({"contextType": "project", "project": "00000000-0000-4000-8000-000000000000"}, 404),
]


async def test_what_opens_no_session(ben: Asking, desk: Desk) -> None:
    for body, status in NO_SESSIONS:
        expect_refusal(
            await ben.post("conversations", body), status, "NOT_FOUND" if status == 404 else "INVALID_REQUEST"
        )


async def test_sessions_are_listed_with_a_preview_page_by_page(ben: Asking, ada: Asking, desk: Desk) -> None:
    infrastructure = done(await ben.post("conversations", {"contextType": "infrastructure"}))
    await desk.editor.fetch(
        "insert into public.messages (conversation_id, content) values ($1, $2)", desk.session, "Why? " * 100
    )
    page = done(await ben.get("conversations", limit=1))
    (newest,) = page["sessions"]
    assert (newest["id"], newest["projectSlug"], newest["projectName"]) == (str(desk.session), "desk", "Help desk")
    assert (newest["newestMessage"]["role"], len(newest["newestMessage"]["text"])) == ("user", 200)
    following = done(await ben.get("conversations", limit=1, before=page["next"]))
    assert [each["id"] for each in following["sessions"]] == [infrastructure["id"]]
    assert following["sessions"][0]["newestMessage"] is None
    assert done(await ben.get("conversations", before=following["next"]))["sessions"] == []
    assert [each["id"] for each in done(await ben.get("conversations", contextType="infrastructure"))["sessions"]] == [
        infrastructure["id"]
    ]
    assert len(done(await ben.get("conversations", projectId=str(desk.project)))["sessions"]) == 1
    assert done(await ben.get("conversations", projectId=str(uuid4())))["sessions"] == []
    assert done(await ada.get("conversations"))["sessions"] == []


NO_PAGES: Any = [
    {"limit": "0"},
    {"limit": "-1"},
    {"limit": "ten"},
    {"limit": "1e3"},
    {"limit": "٣"},
    {"before": "yesterday"},
    {"before": "2026-01-01T00:00:00,"},
    {"before": "2026-01-01T00:00:00,00000000-0000-4000-8000-000000000000\0"},
    {"contextType": "weather"},
    {"projectId": "desk"},
]


async def test_pages_that_there_cannot_be(ben: Asking) -> None:
    for query in NO_PAGES:
        expect_refusal(await ben.get("conversations", **query), 400, "INVALID_REQUEST")


async def test_the_configuration_comes_without_its_secrets(ben: Asking, desk: Desk) -> None:
    answer = await ben.get(f"conversations/{desk.session}/configuration")
    (project,) = done(answer)["projects"]
    assert project["configuration"]["integrations"]["chat"] == {"token": "[redacted]"}
    assert project["configuration"]["workflow"]["statuses"][1] == {"id": "review", "name": "Review"}
    assert (project["slug"], project["access"], project["yamlFile"], project["yamlError"]) == (
        *("desk", "editor", "desk.yaml"),
        None,
    )
    assert (project["configurationVersion"], project["yamlVersion"], project["differences"]) == (2, 1, 1)
    assert project["syncedAt"] is not None
    assert SECRET not in answer.text


async def test_differences_say_where_and_whose(ben: Asking, desk: Desk) -> None:
    path = f"conversations/{desk.session}/configuration/differences"
    (comparison,) = done(await ben.get(path))["comparisons"]
    (difference,) = comparison["differences"]
    assert not comparison["isSame"]
    changed = difference.pop("changed")
    assert difference == {
        "path": "infrastructure.environments[0].replicas",
        "type": "value_mismatch",
        "yamlValue": 2,
        "dbValue": 3,
        "yamlPointer": "/infrastructure/environments/0/replicas",
        "databasePointer": "/infrastructure/environments/0/replicas",
        "element": "production",
        "changedIn": "database",
        "conflict": False,
        "line": YAML.splitlines().index("      replicas: 2") + 1,
        "column": 17,
    }
    edit = changed["database"]
    assert (edit["version"], edit["by"]["id"], edit["cause"]) == (2, str(desk.editor.user_id), "edit")
    for below, count in (
        ("infrastructure", 1),
        ("infrastructure.environments[0]", 1),
        ("infrastructure.environments[0].replicas", 1),
        ("infra", 0),
        ("workflow", 0),
        ("'; --", 0),
    ):
        (found,) = done(await ben.get(path, path=below))["comparisons"]
        assert (len(found["differences"]), found["isSame"]) == (count, not count), below


async def test_a_document_that_cannot_be_read_is_no_difference(ben: Asking, desk: Desk) -> None:
    await desk.edit(yaml="workflow:\n  statuses: &all [open]\n  again: *all\n")
    session = f"conversations/{desk.session}/configuration"
    (project,) = done(await ben.get(session))["projects"]
    assert (project["yamlError"]["line"], project["yamlError"]["column"]) == (2, 13)
    assert project["differences"] is None
    (comparison,) = done(await ben.get(f"{session}/differences"))["comparisons"]
    assert (comparison["isSame"], comparison["differences"]) == (False, [])
    assert comparison["yamlError"] == project["yamlError"]
    await desk.edit(yaml=None)
    (comparison,) = done(await ben.get(f"{session}/differences"))["comparisons"]
    assert (comparison["isSame"], comparison["yamlError"]) == (False, None)


async def test_the_infrastructure_is_that_of_all_projects_that_somebody_sees(
    ben: Asking, ada: Asking, dan: Asking, desk: Desk
) -> None:
    for person, sees in ((ben, True), (ada, True), (dan, False)):
        session = done(await person.post("conversations", {"contextType": "infrastructure"}))["id"]
        projects = done(await person.get(f"conversations/{session}/configuration"))["projects"]
        assert ("desk" in {each["slug"] for each in projects}) is sees
        assert all(set(each["configuration"]) <= {"infrastructure"} for each in projects)
        comparisons = done(await person.get(f"conversations/{session}/configuration/differences"))["comparisons"]
        assert len(comparisons) == len(projects)
        assert all(each["path"].startswith("infrastructure") for found in comparisons for each in found["differences"])


async def test_a_suggestion_is_found_and_accepted(ben: Asking, desk: Desk, tmp_path: Path) -> None:
    made = await desk.suggest()
    listed = done(await ben.get(f"conversations/{desk.session}/configuration/suggestions"))
    assert [each["id"] for each in listed["suggestions"]] == [str(made)]
    found = done(await ben.get(f"suggestions/{made}"))
    assert found["suggestion"] == listed["suggestions"][0]
    (shown,) = found["suggestion"]["changes"]
    assert shown["operation"] == "add"
    assert shown["tokens"] == ["workflow", "transitions", MISSING]
    assert shown["path"].startswith("workflow.transitions")
    assert shown["after"] == MISSING
    assert found["suggestion"].items() >= {"status": "pending", "version": 1, "suspects": [], "reason": None}.items()

    accepted = done(await ben.post(f"suggestions/{made}/accept"))
    assert (accepted["status"], accepted["configurationVersion"]) == ("accepted", 3)
    assert accepted["suggestion"].items() >= {"status": "accepted", "appliedChanges": [0], "appliedVersion": 3}.items()
    assert accepted["suggestion"]["decidedBy"] == str(desk.editor.user_id)
    assert accepted["patch"][-1] == {"op": "add", "path": "/workflow/transitions/-", "value": MISSING} or (
        accepted["patch"][-1]["path"] == "/workflow/transitions/2"
    )
    assert MISSING in (await desk.configuration())["workflow"]["transitions"]

    # What was offered before is what fits now, and it keeps all that it does not touch.
    assert accepted["yamlEdit"] == found["yamlEdit"]
    edit = accepted["yamlEdit"]
    assert (edit["file"], edit["yamlVersion"]) == ("desk.yaml", 1)
    text = patched(tmp_path, "desk.yaml", YAML, edit["diff"])
    assert read(text).value["workflow"]["transitions"][-1] == MISSING
    added = [line for line in text.splitlines() if line not in YAML.splitlines()]
    assert [line for line in text.splitlines() if line not in added] == YAML.splitlines()

    await desk.edit(yaml=text)
    assert done(await ben.get(f"suggestions/{made}"))["yamlEdit"]["diff"] is None
    (comparison,) = done(await ben.get(f"conversations/{desk.session}/configuration/differences", path="workflow"))[
        "comparisons"
    ]
    assert comparison["isSame"]


async def test_some_changes_of_a_suggestion(ben: Asking, desk: Desk) -> None:
    made = await desk.suggest(TRANSITION, REPLICAS)
    for wrong in ([], [2], [0, 7]):
        expect_refusal(await ben.post(f"suggestions/{made}/accept", {"changes": wrong}), 422, "INVALID_REQUEST")
    accepted = done(await ben.post(f"suggestions/{made}/accept", {"changes": [1], "version": 1}))
    assert accepted["suggestion"]["appliedChanges"] == [1]
    configuration = await desk.configuration()
    assert configuration["infrastructure"]["environments"][0]["replicas"] == 4
    assert MISSING not in configuration["workflow"]["transitions"]
    assert "+      replicas: 4" in accepted["yamlEdit"]["diff"]
    assert "review, to: done" not in accepted["yamlEdit"]["diff"]


async def test_what_rests_on_free_text_is_confirmed_one_by_one(ben: Asking, desk: Desk) -> None:
    suspect = {"change": 1, "reason": "free_text", "sources": ["comment at line 8"]}
    made = await desk.suggest(TRANSITION, REPLICAS, suspects=[suspect])
    problem = expect_refusal(await ben.post(f"suggestions/{made}/accept"), 409, "CONFIRMATION_REQUIRED")
    assert problem["changes"] == [suspect]
    assert problem["suggestion"]["status"] == "pending"
    expect_refusal(await ben.post(f"suggestions/{made}/accept", {"confirmed": [0]}), 409, "CONFIRMATION_REQUIRED")
    assert await desk.version() == 2
    assert done(await ben.post(f"suggestions/{made}/accept", {"confirmed": [1]}))["status"] == "accepted"


async def test_one_that_is_stale_is_refreshed_and_then_accepted(ben: Asking, desk: Desk) -> None:
    made = await desk.suggest(TRANSITION, REPLICAS)
    configuration = await desk.configuration()
    configuration["infrastructure"]["environments"][0]["replicas"] = 5
    await desk.edit(configuration=json.dumps(configuration))
    problem = expect_refusal(await ben.post(f"suggestions/{made}/accept", {"version": 1}), 409, "SUGGESTION_STALE")
    assert [failure["kind"] for failure in problem["failures"]] == ["changed"]
    assert problem["suggestion"].items() >= {"status": "pending", "version": 2}.items()
    assert problem["suggestion"]["changes"][1]["before"] == 5
    assert await desk.version() == 3
    expect_refusal(await ben.post(f"suggestions/{made}/accept", {"version": 1}), 409, "SUGGESTION_STALE")
    assert done(await ben.post(f"suggestions/{made}/accept", {"version": 2}))["status"] == "accepted"
    assert (await desk.configuration())["infrastructure"]["environments"][0]["replicas"] == 4


async def test_one_whose_place_is_gone_stays_stale(ben: Asking, desk: Desk) -> None:
    made = await desk.suggest(REPLICAS)
    configuration = await desk.configuration()
    del configuration["infrastructure"]
    await desk.edit(configuration=json.dumps(configuration))
    for _ in range(2):
        problem = expect_refusal(await ben.post(f"suggestions/{made}/accept"), 409, "SUGGESTION_STALE")
        assert problem["suggestion"]["status"] == "stale"
    assert done(await ben.get(f"suggestions/{made}"))["yamlEdit"] is None


async def test_one_that_would_break_the_schema(ben: Asking, desk: Desk) -> None:
    made = await desk.suggest(TRANSITION)
    configuration = await desk.configuration()
    configuration["workflow"]["statuses"] = configuration["workflow"]["statuses"][:2]
    await desk.edit(configuration=json.dumps(configuration))
    problem = expect_refusal(await ben.post(f"suggestions/{made}/accept"), 422, "CONFIGURATION_INVALID")
    assert problem["errors"][0]["path"].startswith("workflow.transitions")
    assert problem["suggestion"]["status"] == "pending"
    assert await desk.version() == 3


async def test_of_two_who_accept_at_once_one_does(ben: Asking, ada: Asking, desk: Desk) -> None:
    made = await desk.suggest()
    answers = await asyncio.gather(*(person.post(f"suggestions/{made}/accept") for person in (ben, ada, ben)))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409]
    for answer in answers:
        if answer.status_code == 409:
            assert expect_refusal(answer, 409, "SUGGESTION_DECIDED")["suggestion"]["status"] == "accepted"
    assert await desk.version() == 3


async def test_who_may_not_decide(
    worker: RunningWorker, ben: Asking, dan: Asking, ada: Asking, desk: Desk, database: Database
) -> None:
    made = await desk.suggest()
    ways: list[tuple[str, Any]] = [
        (f"conversations/{desk.session}/configuration", None),
        (f"conversations/{desk.session}/configuration/differences", None),
        (f"conversations/{desk.session}/configuration/suggestions", None),
        (f"suggestions/{made}", None),
        *((f"suggestions/{made}/{action}", {}) for action in ("accept", "reject", "undo")),
    ]

    async def tried(person: Asking) -> set[tuple[int, str]]:
        answers = [await (person.get(path) if body is None else person.post(path, body)) for path, body in ways]
        return {(answer.status_code, answer.json()["code"]) for answer in answers}

    assert await tried(dan) == {(404, "NOT_FOUND")}
    assert await tried(Asking(worker, None)) == {(401, "AUTH_REQUIRED")}
    # Ada sees the project, and so the suggestion, but Ben's session is his.
    expect_refusal(await ada.get(ways[0][0]), 404, "NOT_FOUND")
    done(await ada.get(ways[3][0]))

    await desk.owner.execute("update public.project_members set access = 'viewer' where project_id = $1", desk.project)
    done(await ben.get(f"suggestions/{made}"))
    for path, body in ways[4:]:
        expect_refusal(await ben.post(path, body), 403, "INSUFFICIENT_PERMISSIONS")
    await desk.owner.execute("delete from public.project_members where project_id = $1", desk.project)
    assert {status for status, _ in await tried(ben)} <= {403, 404}
    await database.fetch("update public.users set is_active = false where id = $1", desk.editor.user_id)
    assert {status for status, _ in await tried(ben)} <= {403, 404}
    assert await desk.version() == 2


async def test_suggestions_that_there_are_not(ben: Asking, desk: Desk) -> None:
    for suggestion in ("nonsense", "%00", "..%2f..", "00000000-0000-4000-8000-000000000000"):
        expect_refusal(await ben.get(f"suggestions/{suggestion}"), 404, "NOT_FOUND")
        for action in ("accept", "reject", "undo"):
            expect_refusal(await ben.post(f"suggestions/{suggestion}/{action}"), 404, "NOT_FOUND")
        for what in ("", "/differences", "/suggestions"):
            expect_refusal(await ben.get(f"conversations/{suggestion}/configuration{what}"), 404, "NOT_FOUND")


async def test_an_ordinary_conversation_has_no_configuration(ben: Asking, desk: Desk) -> None:
    ordinary = await desk.editor.value("insert into public.conversations (title) values ('Oak') returning id")
    for what in ("", "/differences", "/suggestions"):
        expect_refusal(await ben.get(f"conversations/{ordinary}/configuration{what}"), 404, "NOT_FOUND")


async def test_one_is_rejected_with_a_reason(ben: Asking, desk: Desk) -> None:
    made = await desk.suggest()
    rejected = done(await ben.post(f"suggestions/{made}/reject", {"reason": "Not this year."}))
    assert rejected["status"] == rejected["suggestion"]["status"] == "rejected"
    assert rejected["suggestion"]["reason"] == "Not this year."
    expect_refusal(await ben.post(f"suggestions/{made}/reject"), 409, "SUGGESTION_DECIDED")
    expect_refusal(await ben.post(f"suggestions/{made}/accept"), 409, "SUGGESTION_DECIDED")
    path = f"conversations/{desk.session}/configuration/suggestions"
    assert done(await ben.get(path, status="pending"))["suggestions"] == []
    assert len(done(await ben.get(path, status="rejected"))["suggestions"]) == 1
    expect_refusal(await ben.get(path, status="lost"), 400, "INVALID_REQUEST")


async def test_suggestions_come_in_pages(ben: Asking, desk: Desk) -> None:
    made = [await desk.suggest(change("add", ["workflow", "note"], after=f"Note {n}")) for n in range(3)]
    path = f"conversations/{desk.session}/configuration/suggestions"
    first = done(await ben.get(path, limit=2))
    second = done(await ben.get(path, limit=2, before=first["next"]))
    seen = [each["id"] for each in (*first["suggestions"], *second["suggestions"])]
    assert seen == [str(each) for each in reversed(made)]
    assert second["next"] is None


async def test_what_was_accepted_is_taken_back(ben: Asking, desk: Desk) -> None:
    before = await desk.configuration()
    made = await desk.suggest()
    expect_refusal(await ben.post(f"suggestions/{made}/undo"), 409, "SUGGESTION_DECIDED")
    done(await ben.post(f"suggestions/{made}/accept"))
    undone = done(await ben.post(f"suggestions/{made}/undo"))
    assert (undone["status"], undone["configurationVersion"], undone["suggestion"]["status"]) == ("undone", 4, "undone")
    assert await desk.configuration() == before
    expect_refusal(await ben.post(f"suggestions/{made}/undo"), 409, "SUGGESTION_DECIDED")


async def test_what_has_changed_since_is_not_taken_back(ben: Asking, desk: Desk) -> None:
    made = await desk.suggest(REPLICAS)
    done(await ben.post(f"suggestions/{made}/accept"))
    configuration = await desk.configuration()
    configuration["infrastructure"]["environments"][0]["replicas"] = 9
    await desk.edit(configuration=json.dumps(configuration))
    expect_refusal(await ben.post(f"suggestions/{made}/undo"), 409, "SUGGESTION_STALE")
    assert (await desk.configuration())["infrastructure"]["environments"][0]["replicas"] == 9


NO_DECISIONS: Any = [
    ("accept", {"changes": "all"}),
    ("accept", {"changes": [-1]}),
    ("accept", {"changes": [1.5]}),
    ("accept", {"changes": [True]}),
    ("accept", {"changes": list(range(200)) * 2}),
    ("accept", {"confirmed": None}),
    ("accept", {"version": 0}),
    ("accept", {"version": 2**31}),
    ("accept", []),
    ("reject", {"reason": 7}),
    ("reject", {"reason": "x" * 2001}),
    ("reject", {"reason": "\0"}),
]


async def test_bodies_that_decide_nothing(ben: Asking, desk: Desk) -> None:
    made = await desk.suggest()
    for action, body in NO_DECISIONS:
        expect_refusal(await ben.post(f"suggestions/{made}/{action}", body), 422, "INVALID_REQUEST")
    assert done(await ben.get(f"suggestions/{made}"))["suggestion"]["status"] == "pending"


async def test_bodies_that_are_none(ben: Asking, desk: Desk) -> None:
    made = await desk.suggest()
    json_type = {"Content-Type": "application/json"}
    for content, headers, status, code in (
        (b"{", json_type, 422, "INVALID_REQUEST"),
        (b'{"changes": "\xff"}', json_type, 422, "INVALID_REQUEST"),
        (b"[" * 100_000, json_type, 422, "INVALID_REQUEST"),
        (b"changes=0", {"Content-Type": "text/plain"}, 415, "UNSUPPORTED_MEDIA_TYPE"),
        (b" " * (ben.worker.worker.settings.max_body_bytes + 1), json_type, 413, "PAYLOAD_TOO_LARGE"),
    ):
        answer = await ben.worker.client.post(
            f"/api/ai/suggestions/{made}/accept", content=content, headers={**ben._headers, **headers}
        )
        assert answer.status_code in (400, status), (content[:10], answer.text)
        assert answer.json()["code"] == code
    assert await desk.version() == 2


async def test_a_secret_in_the_way_of_the_edit_is_not_told(ben: Asking, desk: Desk) -> None:
    await desk.edit(
        yaml=YAML.replace("    - {from: review, to: open}\n", f"    - {{from: review, to: open}}  # {SECRET}\n")
    )
    made = await desk.suggest()
    answer = await ben.get(f"suggestions/{made}")
    assert SECRET not in answer.text
    edit = done(answer)["yamlEdit"]
    assert edit["diff"] is not None and "@@" in edit["diff"]


async def test_what_has_become_a_secret_is_not_told(ben: Asking, desk: Desk) -> None:
    configuration = await desk.configuration()
    configuration["integrations"]["store"] = {"address": "https://old.example"}
    await desk.edit(configuration=json.dumps(configuration))
    place = ["integrations", "store", "address"]
    made = await desk.suggest(change("replace", place, before="https://old.example", after="https://new.example"))
    configuration["integrations"]["store"] = {"address": f"postgresql://desk:{SECRET}@db.example/desk"}
    await desk.edit(configuration=json.dumps(configuration))
    stale = await ben.post(f"suggestions/{made}/accept")
    expect_refusal(stale, 409, "SUGGESTION_STALE")
    listed = await ben.get(f"conversations/{desk.session}/configuration/suggestions")
    answers = [stale, listed, await ben.get(f"suggestions/{made}"), await ben.post(f"suggestions/{made}/accept")]
    answers.append(await ben.post(f"suggestions/{made}/undo"))
    assert [answer.status_code for answer in answers] == [409, 200, 200, 200, 200]
    assert all(SECRET not in answer.text and "[redacted]" in answer.text for answer in answers)


async def test_what_is_to_be_confirmed_is_told_without_what_has_become_a_secret(ben: Asking, desk: Desk) -> None:
    found = {"change": 0, "reason": "free_text", "sources": ["comment at line 3"], "parts": ["it is wax-and-thread"]}
    made = await desk.suggest(suspects=[found])
    configuration = await desk.configuration()
    await desk.edit(configuration=json.dumps({**configuration, "seal": "wax-and-thread"}), secret_paths=["seal"])
    problem = expect_refusal(await ben.post(f"suggestions/{made}/accept"), 409, "CONFIRMATION_REQUIRED")
    assert problem["changes"] == [{**found, "parts": ["it is [redacted]"]}]


async def test_a_large_configuration_keeps_nobody_waiting(
    ben: Asking, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads: set[int] = set()
    for name in ("value", "texts"):
        redacted = getattr(Redactor, name)

        def noting(redactor: Redactor, *given: Any, of: Any = redacted) -> Any:
            threads.add(threading.get_ident())
            return of(redactor, *given)

        monkeypatch.setattr(Redactor, name, noting)
    made = await desk.suggest()
    for route in (
        f"conversations/{desk.session}/configuration",
        f"conversations/{desk.session}/configuration/differences",
        f"conversations/{desk.session}/configuration/suggestions",
        f"suggestions/{made}",
    ):
        done(await ben.get(route))
    assert threads
    assert threading.get_ident() not in threads


async def test_a_switched_off_assistant_is_not_there(database: Database, desk: Desk) -> None:
    async with running(database, enable_ai_assistant=False) as off:
        person = Asking(off, desk.editor)
        expect_refusal(await person.get("conversations"), 404, "NOT_FOUND")
        expect_refusal(await person.post("conversations", {"contextType": "infrastructure"}), 404, "NOT_FOUND")
