"""Schemas of configurations: what fits, what is no schema, and that JSON Schema means the same here as elsewhere."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable
from typing import Any, Final

import asyncpg
import jsonschema_rs
import pytest

from app.assistant.configuration.paths import friendly
from tests.world import Actor, Database

ERRORS: Final = "select private.schema_errors($1::jsonb, $2::jsonb)::text"
FAULTS: Final = "select private.schema_faults($1::jsonb)::text"
BASE: Final = "select private.schema_errors(private.base_configuration_schema(), $1::jsonb)::text"
CLOSED: Final = '{"additionalProperties": {"additionalProperties": false}}'
EXTEND: Final = "update public.tenants set configuration_schema = $1 where id = private.current_tenant_id()"

DESK: Final[dict[str, Any]] = {
    "workflow": {
        "statuses": [
            {"id": "open", "name": "Open"},
            {"id": "review", "name": "Review"},
            {"id": "done", "name": "Done"},
        ],
        "transitions": [
            {"from": "open", "to": "review"},
            {"from": ["open", "review"], "to": "done"},
            {"from": "*", "to": "Open"},
        ],
    },
    "custom_fields": [
        {"key": "severity", "name": "Severity", "type": "select", "options": ["low", "high"], "required": True}
    ],
    "automation_rules": [
        {
            "id": 1,
            "trigger": "created",
            "conditions": [{"field": "assignee"}],
            "actions": [{"custom_field": "severity", "set": "low"}],
        }
    ],
    "infrastructure": {
        "environments": {"staging": None, "production": {"replicas": 3, "limits": {"memory": "2Gi", "cpu": 0.5}}}
    },
    "integrations": [{"id": "chat", "token": "xyz"}],
    "whatever": {"they": ["like"]},
}


async def errors(database: Database, value: object, sql: str = BASE, *before: object) -> dict[str, str]:
    """What does not fit, by path."""
    given = json.loads(await database.value(sql, *before, json.dumps(value)))
    return {error["path"]: error["message"] for error in given}


async def test_the_schema_that_all_start_from_is_one(database: Database) -> None:
    base = await database.value("select private.base_configuration_schema()::text")
    assert json.loads(await database.value(FAULTS, base)) == []
    jsonschema_rs.meta.validate(json.loads(base))


FITTING: Final[list[dict[str, Any]]] = [
    {},
    DESK,
    {
        "workflow": {
            "statuses": ["To do", "Done"],
            "transitions": [{"from": "To do", "to": "Done"}, {"from": None, "to": "To do"}],
        }
    },
    {
        "workflow": {
            "statuses": {"open": {"name": "Open"}, "done": None},
            "transitions": [{"from": "open", "to": "done"}],
        }
    },
    {"workflow": None, "custom_fields": None, "automation_rules": [], "infrastructure": None, "integrations": None},
    {"workflow": {"statuses": [{"id": 1}, {"id": 2}], "transitions": [{"from": 1, "to": 2}, {"from": "1", "to": "*"}]}},
    {
        "infrastructure": {
            "services": [
                {"name": "web", "replicas": {"min": 1, "max": 4}, "port": "8080"},
                {"name": "db", "replicas": 1.0},
            ]
        }
    },
    {
        "custom_fields": {"team": {"options": None}},
        "automation_rules": {"a": {"conditions": "status = open", "actions": [{"custom_field": "team"}]}},
    },
]
UNFITTING: Final[list[tuple[Any, list[str]]]] = [
    ([], [""]),
    ({"infrastructure": {"services": [{"name": "web", "replicas": "many"}]}}, ["infrastructure.services[0].replicas"]),
    ({"infrastructure": {"environments": {"a b": {"replicas": -1}}}}, ['infrastructure.environments["a b"].replicas']),
    ({"infrastructure": {"environments": {'q"\\': 3}}}, ['infrastructure.environments["q\\"\\\\"]']),
    ({"workflow": {"statuses": 3}}, ["workflow.statuses"]),
    ({"workflow": {"statuses": ["a", "a"]}}, ["workflow.statuses"]),
    ({"workflow": {"statuses": [{"id": "a"}, {"id": "b"}, {"id": "a", "name": "A"}]}}, ["workflow.statuses[2]"]),
    (
        {"workflow": {"statuses": ["a"], "transitions": [{"from": ["a", "b"], "to": "c"}]}},
        ["workflow.transitions[0].from[1]", "workflow.transitions[0].to"],
    ),
    (
        {"workflow": {"transitions": [{"from": "a", "to": "b"}]}},
        ["workflow.transitions[0].from", "workflow.transitions[0].to"],
    ),
    (
        {
            "workflow": {
                "statuses": ["a"],
                "transitions": [{"from": "a"}, {"from": "a", "to": "*"}, {"from": "a", "to": "*", "name": "b"}],
            }
        },
        ["workflow.transitions[0]", "workflow.transitions[2]"],
    ),
    (
        {"automation_rules": [{"enabled": "yes", "actions": [{"custom_field": "gone"}]}]},
        ["automation_rules[0].actions[0].custom_field", "automation_rules[0].enabled"],
    ),
]


async def test_what_people_would_store_fits_and_nonsense_does_not(database: Database) -> None:
    async with database.connected() as connection:
        for value in FITTING:
            assert json.loads(await connection.fetchval(BASE, json.dumps(value))) == [], value
        for value, paths in UNFITTING:
            told = json.loads(await connection.fetchval(BASE, json.dumps(value)))
            assert sorted(error["path"] for error in told) == sorted(paths), value


async def test_nothing_of_a_value_is_quoted(database: Database) -> None:
    marker = "sk-live-7q"
    schema = {
        "properties": {
            "a": {"x-secret": True, "enum": ["x"]},
            "b": {"x-secret": True, "pattern": "^x"},
            "c": {"x-secret": True, "x-refers-to": "d[*].id"},
            "d": {"x-key": "id", "uniqueItems": True},
            "e": {"x-secret": True, "const": 1},
            "f": {"x-secret": True, "type": "integer"},
            "g": {"x-secret": True, "maxLength": 1},
        }
    }
    value = dict.fromkeys("abcefg", marker) | {"d": [{"id": marker}, {"id": marker}]}
    value["c"] = marker + "?"
    found = await errors(database, value, ERRORS, json.dumps(schema))
    assert set(found) == {"a", "b", "c", "d", "d[1]", "e", "f", "g"}
    assert marker not in json.dumps(found)


async def test_a_step_of_a_path_is_what_the_worker_makes_of_it(database: Database) -> None:
    keys = ["a", "a-b", "a b", "", "1", 'a"b', "a\\b", "ä", "a.b", "a/b", "*", "a\nb", "\u202ea"]
    found = await errors(database, {"x": dict.fromkeys(keys, 1)}, ERRORS, CLOSED)
    assert set(found) == {friendly(["x", key]) for key in keys}


async def test_what_a_tenant_adds_holds_for_it_alone(acme_admin: Actor, globex_admin: Actor) -> None:
    add = "insert into public.projects (slug, name, configuration) values ('desk', 'Desk', $1)"
    more = {"required": ["owner"], "properties": {"owner": {"type": "string"}, "workflow": {"required": ["statuses"]}}}
    await acme_admin.execute(EXTEND, json.dumps(more))
    with pytest.raises(asyncpg.PostgresError) as refused:
        await acme_admin.execute(add, '{"workflow": {}}')
    assert refused.value.sqlstate == "PA433"
    told = json.loads(refused.value.detail or "")["errors"]
    assert [error["path"] for error in told] == ["", "workflow"]
    assert await globex_admin.execute(add, '{"workflow": {}}') == "INSERT 0 1"
    assert await acme_admin.execute(add, '{"owner": "Ada", "workflow": {"statuses": []}}') == "INSERT 0 1"


FAULTY: Final[list[tuple[Any, str]]] = [
    ({"properties": {"a": {"format": "email"}}}, "properties.a.format"),
    ({"properties": {"a": {"x-secrets": True}}}, "properties.a.x-secrets"),
    ({"if": {}}, "if"),
    ({"properties": 3}, "properties"),
    ({"properties": {"a": 3}}, "properties.a"),
    ({"properties": {"a": {"type": "text"}}}, "properties.a.type"),
    ({"properties": {"a": {"pattern": "("}}}, "properties.a.pattern"),
    ({"properties": {"a": {"pattern": "(a*)\\1"}}}, "properties.a.pattern"),
    ({"properties": {"a": {"pattern": "a" * 501}}}, "properties.a.pattern"),
    ({"properties": {"a": {"pattern": "((a{1,250}){1,250}){1,250}"}}}, "properties.a.pattern"),
    ({"properties": {"a": {"pattern": "^((a{0,100}){0,100})$"}}}, "properties.a.pattern"),
    ({"properties": {"a": {"pattern": "^((a|b){9}){250,}$"}}}, "properties.a.pattern"),
    ({"properties": {"a": {"pattern": "(?=.*(?=.*(?=.*z)))x"}}}, "properties.a.pattern"),
    ({"properties": {"a": {"pattern": "x(?!y)"}}}, "properties.a.pattern"),
    ({"properties": {"a": {"minLength": -1}}}, "properties.a.minLength"),
    ({"properties": {"a": {"anyOf": []}}}, "properties.a.anyOf"),
    ({"properties": {"a": {"anyOf": [{"not": {}}]}}}, "properties.a.anyOf[0].not"),
    ({"properties": {"a": {"$ref": "#/properties/b"}}}, 'properties.a["$ref"]'),
    ({"properties": {"a": {"$ref": "#/$defs/gone"}}}, 'properties.a["$ref"]'),
    ({"properties": {"a": {"x-refers-to": "$.a"}}}, "properties.a.x-refers-to"),
    ({"$defs": {"loop": {"allOf": [{"$ref": "#/$defs/loop"}]}}}, '["$defs"].loop'),
    ({"workflow": None, "properties": {"workflow": {"type": None}}}, "workflow"),
]


async def test_what_is_no_schema_is_refused_when_it_is_set(acme_admin: Actor) -> None:
    for schema, path in FAULTY:
        with pytest.raises(asyncpg.PostgresError) as refused:
            await acme_admin.execute(EXTEND, json.dumps(schema))
        assert refused.value.sqlstate == "PA422", schema
        assert path in [error["path"] for error in json.loads(refused.value.detail or "")["errors"]], schema


async def test_patterns_as_people_write_them_are_taken(acme_admin: Actor) -> None:
    add = "insert into public.projects (slug, name, configuration) values ('desk', 'Desk', $1)"
    uuid = "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"
    for pattern, fits in (
        (r"^(?=.*[a-z])(?=.*\d)(?!.*word).{8,}$", "abcdefg1"),
        (uuid, "00000000-0000-4000-8000-000000000000"),
        ("^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$", "help-desk"),
        ("^(?!internal/).+$", "x" * 1000),
    ):
        await acme_admin.execute(EXTEND, json.dumps({"properties": {"a": {"pattern": pattern}}}))
        for misfit in ("", "internal/x", "x" * 1001):
            assert await acme_admin.denied(add, json.dumps({"a": misfit})) == "PA433", (pattern, misfit)
        await acme_admin.execute(add, json.dumps({"a": fits}))
        await acme_admin.execute("delete from public.projects where slug = 'desk'")


async def test_schemas_and_values_that_would_take_for_ever_are_refused(database: Database) -> None:
    # Two to the power of as many as it takes: in the schema itself, and with the depth of the value.
    wide = {f"d{n}": {"allOf": [{"$ref": f"#/$defs/d{n + 1}"}] * 2} for n in range(40)} | {"d40": {}}
    assert json.loads(await database.value(FAULTS, json.dumps({"$defs": wide}))) != []
    deep = {"$defs": {"a": {"items": {"allOf": [{"$ref": "#/$defs/a"}] * 2}}}, "$ref": "#/$defs/a"}
    assert json.loads(await database.value(FAULTS, json.dumps(deep))) == []
    value: list[Any] = []
    for _ in range(60):
        value = [value]
    with pytest.raises(asyncpg.PostgresError) as refused:
        await database.value(ERRORS, json.dumps(deep), json.dumps(value))
    assert refused.value.sqlstate == "PA433"
    assert "too many values" in json.loads(refused.value.detail or "")["errors"][0]["message"]
    assert "64 levels" in await database.value(BASE, '{"a":' + "[" * 3000 + "]" * 3000 + "}")


async def test_half_a_megabyte_is_checked_in_the_time_of_a_click(database: Database) -> None:
    statuses = [{"id": f"s{n}", "name": f"Status {n}", "description": "What it is for. " * 4} for n in range(1000)]
    value = {
        "workflow": {
            "statuses": statuses,
            "transitions": [{"from": f"s{n % 1000}", "to": f"s{n // 5}", "name": "Move"} for n in range(5000)],
        },
        "infrastructure": {
            "services": [{"name": f"n{n}", "replicas": 2, "env": {"A": "b" * 100}} for n in range(1000)]
        },
    }
    assert len(json.dumps(value)) > 500_000
    begun = time.perf_counter()
    assert await errors(database, value) == {}
    assert time.perf_counter() - begun < 5, "it takes half a second on a quiet machine"


def _value(of: random.Random, depth: int = 2) -> Any:
    if depth and of.random() < 0.5:
        inner = [_value(of, depth - 1) for _ in range(of.randint(0, 3))]
        return inner if of.random() < 0.5 else dict(zip("abc", inner, strict=False))
    return of.choice([None, True, False, 0, 1, 1.0, -2.5, 3, "", "a", "ab", "é", "bab"])


def _schema(of: random.Random, depth: int = 2) -> Any:
    """A schema in the words of the subset, at most so many levels deep."""
    if not depth:
        return of.choice([True, False, {}, {"type": "string"}, {"minimum": 1}, {"$ref": "#/$defs/x"}])
    types = ["null", "boolean", "object", "array", "number", "string", "integer"]

    def some() -> list[Any]:
        return [_schema(of, depth - 1) for _ in range(of.randint(1, 2))]

    words: dict[str, Callable[[], Any]] = {
        "type": lambda: of.choice([of.choice(types), of.sample(types, 3), of.sample(types, 5)]),
        "enum": lambda: [_value(of) for _ in range(3)],
        "const": lambda: _value(of),
        "properties": lambda: {name: _schema(of, depth - 1) for name in of.sample("abc", 2)},
        "required": lambda: of.sample("abc", of.randint(0, 2)),
        "additionalProperties": lambda: _schema(of, depth - 1),
        "items": lambda: _schema(of, depth - 1),
        **dict.fromkeys(("minItems", "maxItems", "minLength", "maxLength"), lambda: of.randint(0, 3)),
        "uniqueItems": lambda: True,
        "pattern": lambda: of.choice(["a", "^a", "b$", "^[ab]*$", "é|b", "^a?b{1,2}"]),
        **dict.fromkeys(("minimum", "maximum"), lambda: of.choice([-1, 0, 0.5, 2])),
        **dict.fromkeys(("anyOf", "oneOf", "allOf"), some),
        "$ref": lambda: "#/$defs/x",
    }
    return {word: words[word]() for word in of.sample(list(words), of.randint(1, 4))}


async def test_it_means_what_json_schema_means(database: Database) -> None:
    """Of the same schema and value another implementation says the same."""
    of = random.Random(7)
    cases = []
    for _ in range(3000):
        schema = _schema(of) | {"$defs": {"x": of.choice([True, {"type": ["number", "array"]}, {"maxLength": 1}])}}
        value = _value(of)
        cases.append((json.dumps(schema), json.dumps(value), jsonschema_rs.is_valid(schema, value)))
    rows = await database.fetch(
        "select private.schema_faults(c.schema::jsonb)::text as faults,"
        " private.schema_errors(c.schema::jsonb, c.value::jsonb) = '[]' as fits"
        " from unnest($1::text[], $2::text[]) with ordinality as c (schema, value, place) order by c.place",
        [case[0] for case in cases],
        [case[1] for case in cases],
    )
    assert {row["faults"] for row in rows} == {"[]"}
    assert 500 < sum(case[2] for case in cases) < 2500
    assert [case for case, row in zip(cases, rows, strict=True) if row["fits"] != case[2]] == []
