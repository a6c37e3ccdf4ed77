"""What docs/schema-extraction-mongoose.md says of the paths that Mongoose itself has, as facts to be compared.

This is written from the document and Mongoose's own answer, and shares no code with the reader.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from app.provisioning.schema.model import Schema, Table
from app.provisioning.schema.names import fit

Facts = dict[tuple[Any, ...], Any]

TYPES = {
    "BigInt": "bigint",
    "Boolean": "boolean",
    "Buffer": "bytea",
    "Date": "timestamp with time zone",
    "Decimal128": "numeric",
    "Double": "double precision",
    "Int32": "integer",
    "Number": "double precision",
    "ObjectId": "text",
    "String": "text",
    "UUID": "uuid",
}


class Layout:
    """The facts of all models of an answer."""

    def __init__(self, answer: dict[str, Any]) -> None:
        self.facts: Facts = {}
        self.models: dict[str, Any] = answer["models"]
        self.variants: dict[str, str] = {each["name"]: each["base"] for each in answer.get("discriminators", ())}
        self.keys = {name: _key_type(model) for name, model in self.models.items()}
        self.places: dict[str, dict[str, tuple[str, str, str]]] = {}
        started: set[str] = set()
        for name, model in self.models.items():
            table = model["collection"]
            places = self.places.setdefault(table, {})
            key = model["paths"].get("_id", {})
            if table not in started:
                self.facts["key", table] = ("_id",)
                self._column(table, "_id", key, optional=False, is_key=True)
                places["_id"] = (table, "_id", "scalar")
            self._paths(model, table, (), "", table in started, 0, places)
            started.add(table)
            variants = [each for each in answer.get("discriminators", ()) if each["base"] == name]
            for each in variants:
                self._paths(each, table, (), "", True, 0, places)
            self._discriminated(model, table, "", [str(each.get("value", each["name"])) for each in variants])
            for each in (model, *variants):
                self._indexes(each, places)

    def _paths(
        self,
        document: dict[str, Any],
        table: str,
        prefix: tuple[str, ...],
        dotted: str,
        optional: bool,
        level: int,
        places: dict[str, tuple[str, str, str]],
    ) -> None:
        stamps = (document.get("options") or {}).get("timestamps") or {}
        for name, path in document.get("paths", {}).items():
            if name == "_id" or (dotted + name in places):
                continue
            segments = (*prefix, *name.split("."))
            full = dotted + name
            column = fit("_".join(segments))
            inner = path.get("document")
            kind = path["kind"]
            if len(segments) > 4:
                over = len(segments) - 4
                top = ".".join(full.split(".")[:-over])
                if top not in places:
                    self._jsonb(table, "_".join(segments[:4]), None, True, top, places)
                continue
            fields = [each for each in inner["paths"] if each != "_id"] if isinstance(inner, dict) else []
            if kind == "Subdocument":
                if not fields or len(segments) >= 4:
                    self._jsonb(table, column, None, optional or path.get("required") is not True, full, places)
                    continue
                absent = optional or path.get("required") is not True
                self._paths(inner, table, segments, f"{full}.", absent, level, places)
                for variant in path.get("variants", {}).values():
                    self._paths(variant, table, segments, f"{full}.", True, level, places)
            elif kind == "DocumentArray":
                if not fields or level >= 3:
                    self._jsonb(table, column, "'[]'::jsonb", optional, full, places)
                    continue
                self._child(path, inner, table, segments, full, level, places)
            elif kind == "Array" and (target := self._target(path.get("element", {}))):
                child = fit(f"{table}_{column}")
                self.facts["key", child] = ("parent_id", "target_id")
                self.facts["type", child, "target_id"] = "text" if target[1] is None else target[1]
                self.facts["reference", child, "target_id"] = (target[0], "CASCADE")
                self.facts["reference", child, "parent_id"] = (table, "CASCADE")
                self.facts["index", child, ("target_id",)] = (False, "btree", False)
                self.facts["type", child, "position"] = "integer"
                self.facts["type", child, "parent_id"] = self.facts["type", table, "_id"]
                places[full] = (child, "target_id", "join")
            else:
                self._column(table, column, path, optional=optional)
                form = "scalar"
                if self.facts["type", table, column] == "jsonb":
                    form = "json"
                elif kind == "Array":
                    form = "array"
                places[full] = (table, column, form)
        for name in (stamps.get("createdAt"), stamps.get("updatedAt")):
            place = places.get(f"{dotted}{name}") if name else None
            if place is not None and self.facts["type", place[0], place[1]] == "timestamp with time zone":
                self.facts["null", place[0], place[1]] = optional
                self.facts["default", place[0], place[1]] = "now()"

    def _discriminated(self, document: dict[str, Any], table: str, prefix: str, labels: list[str]) -> None:
        for name, path in document["paths"].items():
            if path.get("discriminator") and labels:
                self.facts["values", table, prefix + name] = tuple(sorted(_constant("String", each) for each in labels))

    def _child(
        self,
        path: dict[str, Any],
        inner: dict[str, Any],
        table: str,
        segments: tuple[str, ...],
        full: str,
        level: int,
        places: dict[str, tuple[str, str, str]],
    ) -> None:
        child = f"{table}_{'_'.join(segments)}"
        own = {name.replace(".", "_") for name in inner["paths"]}
        parent = "_parent_id" if "parent_id" in own else "parent_id"
        position = "_position" if "position" in own else "position"
        if "_id" in inner["paths"] or _hangs(inner):
            self.facts["key", child] = ("_id",)
            self._column(child, "_id", inner["paths"].get("_id", {"kind": "ObjectId", "auto": True}), False, True)
            self.facts["index", child, (parent, position)] = (False, "btree", False)
            places[f"{full}._id"] = (child, "_id", "scalar")
        else:
            self.facts["key", child] = (parent, position)
        self.facts["type", child, parent] = self.facts["type", table, "_id"]
        self.facts["type", child, position] = "integer"
        self.facts["reference", child, parent] = (table, "CASCADE")
        places[full] = (child, parent, "join")
        self._paths(inner, child, (), f"{full}.", False, level + 1, places)
        for variant in path.get("variants", {}).values():
            self._paths(variant, child, (), f"{full}.", True, level + 1, places)
        self._discriminated(inner, child, "", list(path.get("variants", ())))

    def _jsonb(
        self,
        table: str,
        column: str,
        default: str | None,
        optional: bool,
        full: str,
        places: dict[str, tuple[str, str, str]],
    ) -> None:
        self.facts["type", table, column] = "jsonb"
        self.facts["null", table, column] = optional
        self.facts["default", table, column] = default
        self.facts["reference", table, column] = None
        places[full] = (table, column, "json")

    def _column(self, table: str, column: str, path: dict[str, Any], optional: bool, is_key: bool = False) -> None:
        default = _default(path)
        if is_key and path.get("auto"):
            default = "an ObjectId"
        required = path.get("required") is True or is_key or (path["kind"] == "Array" and default is not None)
        self.facts["type", table, column] = _type(path)
        self.facts["null", table, column] = optional or not required
        self.facts["default", table, column] = default
        self.facts["values", table, column] = _values(path)
        for limit, value in path.get("limits", {}).items():
            is_length = limit in ("minlength", "maxlength")
            fits = path["kind"] == "String" if is_length else path["kind"] in ("Number", "Int32", "Double", "BigInt")
            if fits and isinstance(value.get("value"), (int, float)):
                self.facts["limit", table, column, limit] = value["value"]
        target = self._target(path) if path["kind"] != "Array" else None
        action = "SET NULL" if self.facts["null", table, column] else "RESTRICT"
        self.facts["reference", table, column] = (target[0], action) if target else None

    def _target(self, path: dict[str, Any]) -> tuple[str, str | None] | None:
        name = path.get("ref")
        name = self.variants.get(name, name) if name else None
        if name is None or name not in self.models:
            return None
        collection: str = self.models[name]["collection"]
        first = next(each for each in self.models if self.models[each]["collection"] == collection)
        return (collection, self.keys[first]) if self.keys[first] == _type(path) else None

    def _indexes(self, model: dict[str, Any], places: dict[str, tuple[str, str, str]]) -> None:
        for index in model.get("indexes", ()):
            keys, options = index["keys"], index["options"]
            found = [places.get(key) for key in keys]
            kinds = {value for value in keys.values() if isinstance(value, str) and value not in ("asc", "desc")}
            spots = [each for each in found if each is not None]
            if len(spots) < len(found) or kinds - {"hashed"} or len({spot[0] for spot in spots}) > 1 or not spots:
                continue
            table = spots[0][0]
            child = self.facts["key", table] != ("_id",) or any(
                fact[:2] == ("reference", table) and fact[2] in ("parent_id", "_parent_id") for fact in self.facts
            )
            if spots[0][2] == "join" or (len(spots) > 1 and any(spot[2] != "scalar" for spot in spots)):
                continue
            unique = bool(options.get("unique")) and not child and spots[0][2] == "scalar"
            filtered = bool(options.get("partialFilterExpression"))
            method = "gin" if spots[0][2] != "scalar" else "hash" if kinds else "btree"
            columns = tuple(
                f"-{spot[1]}" if value in (-1, "-1") else spot[1]
                for spot, value in zip(spots, keys.values(), strict=True)
            )
            nullable = any(self.facts["null", spot[0], spot[1]] for spot in spots)
            distinct = unique and nullable and not options.get("sparse") and not filtered
            known = self.facts.get(("index", table, columns))
            if columns != ("_id",) and (known is None or (unique and not known[0])):
                self.facts["index", table, columns] = (unique, method, distinct)


def found(schema: Schema) -> Facts:
    """The facts of a schema that a reader made."""
    facts: Facts = {}
    for table in schema.tables:
        facts["key", table.name] = table.primary_key.columns if table.primary_key else ()
        keys = {key.columns: key for key in table.foreign_keys}
        for column in table.columns:
            at = (table.name, column.name)
            facts["type", *at] = column.type
            facts["null", *at] = column.nullable
            default = column.default
            facts["default", *at] = "an ObjectId" if default and default.startswith("lpad(to_hex") else default
            key = keys.get((column.name,))
            facts["reference", *at] = (key.target, key.on_delete) if key else None
            facts["values", *at] = _allowed(table, column.name)
            facts.update({("limit", *at, name): value for name, value in _limits(table, column.name)})
        for index in table.indexes:
            parts = tuple(f"-{part.of}" if part.descending else part.of for part in index.parts)
            facts["index", table.name, parts] = (index.unique, index.method, index.nulls_not_distinct)
    return facts


def differences(expected: Facts, facts: Facts) -> Iterator[tuple[tuple[Any, ...], Any, Any]]:
    """The facts that are not as expected, and tables, columns and indexes that should not be."""
    for fact, value in expected.items():
        own = facts.get(fact, "missing")
        if own != value:
            yield fact, value, own
    for fact, value in facts.items():
        if fact[0] in ("key", "type", "index", "limit") and fact not in expected:
            yield fact, "nothing", value


def _type(path: dict[str, Any]) -> str:
    kind = path["kind"]
    if kind == "Array":
        element = path.get("element", {"kind": "Mixed"})
        return f"{_type(element)}[]" if element["kind"] in TYPES else "jsonb"
    if kind == "Number":
        labels = [each for each in path.get("enum", ()) if each is not None]
        if labels and all(isinstance(each, int) for each in labels):
            return "integer"
        if path.get("whole"):
            return "bigint"
    return TYPES.get(kind, "jsonb")


def _key_type(model: dict[str, Any]) -> str:
    return _type(model["paths"].get("_id", {"kind": "ObjectId"}))


def _default(path: dict[str, Any]) -> str | None:
    kind, given = path["kind"], path.get("default")
    if kind == "Array":
        own = _type(path)
        if given is None or (given.get("is") == "constant" and given["value"] == []):
            return "'[]'::jsonb" if own == "jsonb" else f"'{{}}'::{own}"
        if given["is"] == "constant" and given["value"] is not None:
            values = ", ".join(_constant(path["element"]["kind"], each) for each in given["value"])
            return f"array[{values}]::{own}"
        return None
    if given is None or given["is"] == "undefined":
        return None
    if given["is"] == "moment" and kind == "Date":
        return "now()"
    if given["is"] == "date":
        return f"'{given['value'].replace('T', ' ').removesuffix('.000Z')}+00:00'::timestamptz"
    if given["is"] == "function":
        text = given["text"]
        if kind == "Date" and re.fullmatch(r"now|Date|\(\) => (new Date\(\)|Date\.now\(\))", text):
            return "now()"
        if kind == "String" and re.search(r"uuidv4|randomUUID", text):
            return "gen_random_uuid()::text"
        return None
    return None if given["value"] is None else _constant(kind, given["value"])


def _constant(kind: str, value: Any) -> str:
    if kind == "String":
        text = value if isinstance(value, str) else json.dumps(value)
        return "'" + text.replace("'", "''") + "'"
    if kind == "Boolean":
        return "true" if value else "false"
    if kind == "Date" and isinstance(value, str):
        return f"'{value} 00:00:00+00:00'::timestamptz"
    if kind in ("Mixed", "Map"):
        return "'" + json.dumps(value, separators=(",", ":")).replace("'", "''") + "'::jsonb"
    return str(int(value)) if isinstance(value, str) else str(value)


def _values(path: dict[str, Any]) -> tuple[str, ...] | None:
    element = path.get("element", path)
    labels = element.get("enum") or path.get("enum")
    return tuple(sorted(_constant(element["kind"], each) for each in labels if each is not None)) if labels else None


def _hangs(document: dict[str, Any]) -> bool:
    return any(
        path["kind"] == "DocumentArray"
        or (path["kind"] == "Array" and "ref" in path.get("element", {}))
        or (path["kind"] == "Subdocument" and isinstance(path.get("document"), dict) and _hangs(path["document"]))
        for path in document["paths"].values()
    )


def _allowed(table: Table, column: str) -> tuple[str, ...] | None:
    own = '"' + column.replace('"', '""') + '" '
    for check in table.checks:
        if check.expression.startswith(own) and "_enum_check" in check.name:
            inner = check.expression[len(own) :]
            inner = inner[inner.index("(" if inner.startswith("in") else "[") + 1 :]
            inner = inner[: inner.rindex(")" if "<@" not in check.expression else "]::")]
            return tuple(sorted(re.findall(r"'(?:[^']|'')*'|[^', ]+", inner)))
    return None


def _limits(table: Table, column: str) -> Iterator[tuple[str, Any]]:
    own = re.escape('"' + column.replace('"', '""') + '"')
    for check in table.checks:
        plain = re.fullmatch(rf"{own} (>=|<=) (\S+)", check.expression)
        length = re.fullmatch(rf"char_length\({own}\) (>=|<=) (\d+)", check.expression)
        if plain and not plain[2].startswith("'"):
            yield ("min" if plain[1] == ">=" else "max"), json.loads(plain[2])
        elif length:
            yield ("minlength" if length[1] == ">=" else "maxlength"), int(length[2])
