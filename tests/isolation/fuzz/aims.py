"""Hooks that make schemathesis try what matters: the ids of the world, and texts that tell whose they are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import schemathesis
from hypothesis import strategies as st
from schemathesis.specs.openapi.schemas import OpenApiSchema

from tests.isolation.fuzz.people import Caller

_LONGEST_MARK: Final = 40


def aim(
    schema: OpenApiSchema, description: dict[str, Any], caller: Caller, ids: Sequence[str], suggestions: Sequence[str]
) -> None:
    """Let the requests made from a schema be about these ids, of conversations and of suggestions, and say whose words
    are in them.
    """

    def content_of(described: dict[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = described.get("requestBody", {}).get("content", {}).get("application/json", {})
        if reference := found.get("schema", {}).get("$ref"):
            return {**found, "schema": description["components"]["schemas"][reference.rpartition("/")[2]]}
        return found

    def before_add_examples(context: schemathesis.HookContext, examples: list[schemathesis.Case[Any]]) -> None:
        """Each id once wherever an operation takes one."""
        assert context.operation is not None
        described = _described(description, context)
        in_path = [one["name"] for one in described["parameters"] if one["in"] == "path" and _is_id(one)]
        content = content_of(described)
        in_body = _ids_in_body(content)
        for one in suggestions if in_path == ["suggestion_id"] else ids if in_path or in_body else ():
            body = {**content["example"], **{name: _given(name, one) for name in in_body}} if content else None
            sent: dict[str, Any] = {"media_type": "application/json", "body": body} if content else {}
            examples.append(context.operation.Case(path_parameters=dict.fromkeys(in_path, one), **sent))

    def flatmap_body(context: schemathesis.HookContext, body: Any) -> st.SearchStrategy[Any]:
        """Some id where there is none, and the caller's marker in what they say: as good or bad as it was."""
        if not isinstance(body, dict):
            return st.just(body)
        content = content_of(_described(description, context))
        if not content:
            return st.just(body)
        required = content["schema"].get("required", ())
        free = [name for name in _ids_in_body(content) if name not in required and body.get(name) is None]
        signed = {**body, **_signed(body, content, caller)}
        drawn = st.fixed_dictionaries(dict.fromkeys(free, st.sampled_from([None, *ids])))
        return drawn.map(lambda chosen: {**signed, **{name: _given(name, one) for name, one in chosen.items() if one}})

    schemathesis.openapi.format("uuid", st.sampled_from([*ids, *suggestions]) | st.uuids().map(str))
    schema.hook("before_add_examples")(before_add_examples)
    schema.hook("flatmap_body")(flatmap_body)


def _described(description: dict[str, Any], context: schemathesis.HookContext) -> dict[str, Any]:
    assert context.operation is not None
    found: dict[str, Any] = description["paths"][context.operation.path][context.operation.method]
    return found


def _ids_in_body(content: dict[str, Any]) -> list[str]:
    properties = content.get("schema", {}).get("properties", {})
    return [name for name, schema in properties.items() if _is_id({"name": name, "schema": schema})]


def _is_id(described: dict[str, Any]) -> bool:
    return described["schema"].get("format") == "uuid" or described["name"] in ("chat", "id", "metadata")


def _given(name: str, one: str) -> Any:
    """An id as a field of a body takes it: OpenAI's dialect has it in its metadata."""
    return {"conversation_id": one} if name == "metadata" else one


def _signed(body: dict[str, Any], content: dict[str, Any], caller: Caller) -> dict[str, str]:
    """The texts of a body with the caller's marker, where there is something and room for more."""
    limits = {name: schema.get("maxLength", 0) for name, schema in content["schema"]["properties"].items()}
    return {
        name: f"{caller.marker} {said}"
        for name, said in body.items()
        if isinstance(said, str) and said.strip() and len(said) <= limits.get(name, 0) - _LONGEST_MARK
    }
