"""Requests made from the worker's OpenAPI description by schemathesis, and what their answers must not hold."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.core.transport import Response
from schemathesis.engine import StopReason, events, from_schema
from schemathesis.engine.recorder import Interaction, ScenarioRecorder

from tests.isolation.fuzz.aims import aim
from tests.isolation.fuzz.faults import Fault, Findings
from tests.isolation.fuzz.people import Caller, Conversation

PHASES: Final = ("examples", "coverage", "fuzzing", "stateful")


@dataclass(frozen=True)
class Effort:
    """How much is tried."""

    examples: int = 5
    """Requests made up for each operation, and sequences of them, for each caller."""
    seed: int = 1
    phases: tuple[str, ...] = PHASES


def search(
    base_url: str,
    description: dict[str, Any],
    caller: Caller,
    conversations: Sequence[Conversation],
    suggestions: Sequence[str],
    effort: Effort,
) -> Findings:
    """Send the requests of one caller. Blocks; meant for a thread."""
    schema = schemathesis.openapi.from_dict(description, config=_config(base_url, caller, effort))
    aim(schema, description, caller, [conversation.id for conversation in conversations], suggestions)
    findings = Findings()
    relations = {conversation.id: conversation.seen_by(caller) for conversation in conversations}
    for event in from_schema(schema).execute():
        if isinstance(event, events.ScenarioFinished):
            _read(event.recorder, caller, relations, findings)
        elif isinstance(event, events.NonFatalError):
            findings.faults.append(Fault("no answer", caller.name, event.label, event.info.message))
        elif isinstance(event, events.EngineFinished) and event.stop_reason is not StopReason.COMPLETED:
            findings.faults.append(Fault("stopped early", caller.name, "the run", event.stop_reason.value))
    return findings


NO_APPS: Final = '"PROVISIONING_UNAVAILABLE"'


def _config(base_url: str, caller: Caller, effort: Effort) -> SchemathesisConfig:
    phases: dict[str, dict[str, Any]] = {name: {"enabled": name in effort.phases} for name in PHASES}
    # Ids are taken from the world's, and not, as would be usual, from answers that went well.
    phases["fuzzing"] |= {"extra-data-sources": {"responses": False}}
    phases["stateful"] |= {"generation": {"max-examples": effort.examples}, "max-steps": 5}
    made: dict[str, Any] = {
        "seed": effort.seed,
        "base-url": base_url,
        "continue-on-failure": True,
        "cache": {"enabled": False},
        "generation": {"max-examples": effort.examples, "database": "none"},
        "phases": phases,
        # Whatever is refused is refused well, for what reason is told by the description.
        "checks": {"negative_data_rejection": {"expected-statuses": ["4xx"]}},
        # How the fields of these go together, that a key comes once, and that a number is not written as 1.0, is said
        # in words only.
        "operations": [
            {"include-path": path, "checks": {"positive_data_acceptance": {"expected-statuses": ["2xx", "4xx", "5xx"]}}}
            for path in (
                *("/api/ai/chat", "/api/chat", "/v1/chat/completions"),
                *("/api/ai/conversations", "/api/ai/suggestions/{suggestion_id}/accept"),
                "/api/v1/generated-apps/{app_id}/database/changes/{change_id}/apply",
            )
        ],
        # A failure is shown with its token, which opens nothing but this run's worker.
        "output": {"sanitization": {"enabled": False}},
    }
    if caller.token:
        made["headers"] = {"Authorization": f"Bearer {caller.token}"}
    return SchemathesisConfig.from_dict(made)


def _read(recorder: ScenarioRecorder, caller: Caller, relations: dict[str, str], findings: Findings) -> None:
    for case_id, interaction in recorder.interactions.items():
        case = recorder.cases[case_id].value
        findings.requests += 1
        findings.operations.add(case.operation.label)
        for kind, what in _told(interaction, caller, relations, findings):
            headers = {name: values[0] for name, values in interaction.request.headers.items()}
            how = case.as_curl_command(headers=headers)
            findings.faults.append(Fault(kind, caller.name, case.operation.label, what, how))
    for case_id, checks in recorder.checks.items():
        where = recorder.cases[case_id].value.operation.label
        for check in checks:
            if check.failure_info is not None and not _is_without_apps(recorder.interactions.get(case_id)):
                failure = check.failure_info.failure
                what = f"{failure.title}: {failure.message}"
                findings.faults.append(Fault(check.name, caller.name, where, what, check.failure_info.code_sample))


def _is_without_apps(interaction: Interaction | None) -> bool:
    """Whether what was refused is what this run's worker, which has no server for apps, must refuse."""
    response = None if interaction is None else interaction.response
    return response is not None and response.status_code == 503 and NO_APPS in _text(response)


def _told(
    interaction: Interaction, caller: Caller, relations: dict[str, str], findings: Findings
) -> Iterator[tuple[str, str]]:
    response = interaction.response
    if response is None:
        return
    if found := caller.strays(_text(response)):
        yield "foreign text in an answer", f"{found}"
    if relation := relations.get(_conversation_id(interaction)):
        findings.conversations[relation, response.status_code] += 1
        if relation != "own" and response.status_code < 400:
            yield "foreign conversation opened", f"a {relation} conversation"


def _conversation_id(interaction: Interaction) -> str:
    try:
        body = json.loads(interaction.request.body or b"")
    except ValueError:
        return ""
    if not isinstance(body, dict):
        return ""
    metadata = body.get("metadata")
    found = body.get("conversationId") or (metadata.get("conversation_id") if isinstance(metadata, dict) else None)
    return found.lower() if isinstance(found, str) else ""


def _text(response: Response) -> str:
    headers = "\n".join(f"{name}: {value}" for name, values in response.headers.items() for value in values)
    return headers + "\n" + response.content.decode("utf-8", "replace")
