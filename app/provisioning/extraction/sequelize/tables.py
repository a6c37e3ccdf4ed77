"""The schema that `sync()` would make of an app's models."""

from __future__ import annotations

import json
from typing import Final, cast, get_args

from app.provisioning.extraction.merging import unique_sets
from app.provisioning.extraction.sequelize.conditions import Conditions, UnknownConditionError
from app.provisioning.extraction.sequelize.inflection import underscore
from app.provisioning.extraction.sequelize.models import Attribute, Model
from app.provisioning.extraction.sequelize.notes import Notes, evidence
from app.provisioning.schema.comparing import comparable
from app.provisioning.schema.model import (
    PUBLIC,
    Action,
    Column,
    Enum,
    ForeignKey,
    Index,
    IndexPart,
    Numbering,
    PrimaryKey,
    Schema,
    Table,
    TypeName,
    Unique,
)
from app.provisioning.schema.names import MOST_BYTES, fit, literal
from app.provisioning.source.program import Program
from app.provisioning.source.values import UNDEFINED, Call, Found, Name, Opaque, Record, Value

_NUMBERED: Final = ("smallint", "integer", "bigint")
_CLIENTS: Final = frozenset({"NOW", "UUIDV1", "UUIDV4"})


class Tables:
    """Makes tables of models."""

    def __init__(self, program: Program, notes: Notes) -> None:
        self._program = program
        self._notes = notes
        self._enums: dict[tuple[str, str], Enum] = {}
        self._taken: set[tuple[str, str]] = set()

    def schema(self, models: list[Model]) -> Schema:
        """The schema of all of them; of several with one table, the first has it."""
        first: dict[tuple[str, str], Model] = {}
        for model in models:
            key = (fit(model.schema), fit(model.table))
            if key in first:
                self._notes.warning(model.at, "repeated-table", f"Another model has the table {model.table} already.")
            else:
                first[key] = model
        self._taken = set(first)
        tables = {key: self._table(model) for key, model in first.items()}
        return Schema(
            tables=tuple(self._with_keys(table, first[key], tables) for key, table in tables.items()),
            enums=tuple(self._enums.values()),
            schemas=tuple(dict.fromkeys(table.schema for table in tables.values() if table.schema != PUBLIC)),
        )

    def _table(self, model: Model) -> Table:
        columns = tuple(self._column(model, name, attribute) for name, attribute in model.attributes.items())
        keys = tuple(fit(model.column(name)) for name in model.primary)
        name, schema = fit(model.table), fit(model.schema)
        primary = PrimaryKey(self._relation(schema, _made_name(name, "", "pkey")), keys) if keys else None
        comment = model.options.get("comment")
        return Table(
            name,
            tuple({column.name: column for column in columns}.values()),
            primary_key=primary,
            uniques=tuple(self._uniques(model)),
            indexes=tuple(self._indexes(model)),
            schema=schema,
            comment=comment if isinstance(comment, str) and comment else None,
            evidence=evidence(model.at, "model"),
        )

    def _column(self, model: Model, name: str, attribute: Attribute) -> Column:
        column = fit(model.column(name))
        kind = attribute.type
        sql: str | TypeName = "text" if kind is None else kind.sql
        if kind is not None and kind.labels:
            enum = fit(f"enum_{model.table}_{column}")
            schema = fit(model.schema)
            self._enums[schema, enum] = Enum(enum, kind.labels, schema, evidence(attribute.at, "enum"))
            sql = TypeName(enum, schema, kind.is_array)
        numbering: Numbering | None = None
        if attribute.is_numbered and sql in _NUMBERED:
            numbering = "identity by default" if attribute.is_identity else "serial"
        is_required = attribute.allow_null is False or attribute.is_primary or numbering is not None
        default = None if numbering is not None else self._default(attribute, sql, name)
        return Column(
            column,
            sql,
            nullable=not is_required,
            default=default,
            numbering=numbering,
            comment=attribute.comment,
            evidence=evidence(attribute.at, "attribute"),
        )

    def _default(self, attribute: Attribute, sql: str | TypeName, name: str) -> str | None:
        value = attribute.default
        if value is UNDEFINED or isinstance(value, Opaque):
            return None
        if value is None:
            return "NULL"
        if isinstance(value, (Name, Call)):
            return self._called_default(attribute, value, name)
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, (int, float)):
            return str(value)
        if isinstance(value, str):
            return literal(value)
        if isinstance(value, (dict, list)) and sql in ("json", "jsonb"):
            try:
                return literal(json.dumps(value, separators=(",", ":"), ensure_ascii=False))
            except TypeError:
                return None
        if isinstance(value, list):
            return self._array(value, sql)
        return None

    def _array(self, values: list[Value], sql: str | TypeName) -> str | None:
        if not all(isinstance(each, (str, int, float)) for each in values):
            return None
        items = ",".join(literal(each) if isinstance(each, str) else str(each).lower() for each in values)
        if isinstance(sql, TypeName):
            path = f'"{sql.schema}"."{sql.name}"[]'
            return f"ARRAY[{items}]::{path}"
        return f"ARRAY[{items}]::{sql}"

    def _called_default(self, attribute: Attribute, value: Name | Call, name: str) -> str | None:
        written = value.text if isinstance(value, Name) else value.callee
        last = written.rpartition(".")[2]
        if last in _CLIENTS:
            return None
        if isinstance(value, Call) and not value.is_new:
            given = self._program.argument(value, 0)
            if last == "literal" and isinstance(given, str):
                return self._notes.expression(given, attribute.at)
            if last in ("fn", "Fn") and isinstance(given, str):
                rest = [self._program.argument(value, n) for n in range(1, len(value.arguments))]
                if all(isinstance(each, (str, int, float)) for each in rest):
                    arguments = ", ".join(literal(each) if isinstance(each, str) else str(each) for each in rest)
                    return self._notes.expression(f"{given}({arguments})", attribute.at)
        if not written.startswith("Date"):
            message = f"Only running the app would tell the default of {name}; it is left out."
            self._notes.warning(attribute.at, "default", message)
        return None

    def _uniques(self, model: Model) -> list[Unique]:
        table, schema = fit(model.table), fit(model.schema)
        groups: dict[str, list[tuple[str, Attribute]]] = {}
        for name, attribute in model.attributes.items():
            if attribute.unique is not None:
                key = attribute.unique if isinstance(attribute.unique, str) else f" {name}"
                groups.setdefault(key, []).append((fit(model.column(name)), attribute))
        # PostgreSQL makes the names itself; constraints of columns come before those of the table.
        found = []
        primary = tuple(fit(model.column(each)) for each in model.primary)
        for _, members in sorted(groups.items(), key=lambda each: not each[0].startswith(" ")):
            columns = tuple(column for column, _ in members)
            if columns == primary:
                # The index of the primary key holds it.
                continue
            key = self._relation(schema, _made_name(table, "_".join(columns), "key"))
            found.append(Unique(key, columns, evidence=evidence(members[0][1].at, "unique")))
        return found

    def _indexes(self, model: Model) -> list[Index]:
        given = model.options.get("indexes")
        columns = {fit(model.column(each)) for each in model.attributes}
        found = []
        for said in given if isinstance(given, list) else []:
            index = self._index(model, columns, said) if isinstance(said, dict) else None
            if index is not None:
                found.append(index)
        return found

    def _index(self, model: Model, columns: set[str], said: dict[str, Value]) -> Index | None:
        fields = said.get("fields")
        parts = [self._part(model, each) for each in fields] if isinstance(fields, list) else []
        known = [part for part in parts if part is not None]
        known = [part for part in known if part.is_expression or part.of in columns]
        if not known or len(known) != len(parts):
            message = f"Which columns an index of {model.name} is on is not to be seen; it is left out."
            self._notes.error(model.at, "index", message)
            return None
        name = said.get("name")
        if not isinstance(name, str) or not name:
            written = fields if isinstance(fields, list) else []
            names = [
                each.get("name", each.get("attribute", "")) if isinstance(each, dict) else each for each in written
            ]
            name = underscore(f"{model.table}_{'_'.join(map(str, names))}")
        where = None
        if said.get("where") is not None:
            where = self._where(model, said)
            if where is None:
                message = f"The condition of index {name} is not one that can be read; the index is left out."
                self._notes.error(model.at, "index", message)
                return None
        method, kind, operator = said.get("using"), said.get("type"), said.get("operator")
        if isinstance(operator, str):
            known = [IndexPart(part.of, part.is_expression, operator) for part in known]
        is_unique = said.get("unique") is True or (isinstance(kind, str) and kind.lower() == "unique")
        schema = fit(model.schema)
        return Index(
            self._relation(schema, fit(name)),
            tuple(known),
            unique=is_unique,
            method=method.lower() if isinstance(method, str) else "btree",
            where=where,
            evidence=evidence(model.at, "index"),
        )

    def _part(self, model: Model, said: Value) -> IndexPart | None:
        if isinstance(said, str):
            return IndexPart(self._column_name(model, said))
        if isinstance(said, dict):
            name = said.get("name", said.get("attribute"))
            order = said.get("order")
            operator = said.get("operator")
            if isinstance(name, str):
                return IndexPart(
                    self._column_name(model, name),
                    operator_class=operator if isinstance(operator, str) else None,
                    descending=isinstance(order, str) and order.upper() == "DESC",
                )
        if isinstance(said, Call) and said.callee.rpartition(".")[2] == "literal":
            sql = self._program.argument(said, 0)
            return IndexPart(sql, is_expression=True) if isinstance(sql, str) else None
        if isinstance(said, Call) and said.callee.rpartition(".")[2] == "fn":
            name, column = self._program.argument(said, 0), self._program.argument(said, 1)
            inner = self._program.argument(column, 0) if isinstance(column, Call) else UNDEFINED
            if isinstance(name, str) and isinstance(inner, str):
                return IndexPart(f'{name}("{self._column_name(model, inner)}")', is_expression=True)
        return None

    def _column_name(self, model: Model, name: str) -> str:
        return fit(model.column(name) if name in model.attributes else name)

    def _where(self, model: Model, said: dict[str, Value]) -> str | None:
        """A condition; None where only running the app would tell."""
        given = said["where"]
        if isinstance(given, Opaque):
            at: Found | None = given.at
        else:
            pair = said.places.get("where") if isinstance(said, Record) else None
            value = None if pair is None else pair.node.child_by_field_name("value")
            at = None if pair is None or value is None else Found(pair.module, value)
        if at is None:
            return None
        try:
            written = Conditions(self._program, lambda name: self._column_name(model, name)).sql(at)
        except UnknownConditionError:
            return None
        return self._notes.expression(written, at)

    def _with_keys(self, table: Table, model: Model, tables: dict[tuple[str, str], Table]) -> Table:
        keys: dict[str, ForeignKey] = {}
        for name, attribute in model.attributes.items():
            if attribute.target is None:
                continue
            column = fit(model.column(name))
            key = ForeignKey(
                _free(_made_name(table.name, column, "fkey"), keys),
                (column,),
                fit(attribute.target[0]),
                (fit(attribute.target_column or "id"),),
                fit(attribute.target[1]),
                on_delete=_action(attribute.on_delete),
                on_update=_action(attribute.on_update),
                evidence=evidence(attribute.at, "foreign-key"),
            )
            target = tables.get((key.target_schema, key.target))
            if target is None or set(key.target_columns) not in unique_sets(target) or not _fits(table, target, key):
                message = (
                    f"{table.name}.{column} refers to {key.target} ({key.target_columns[0]}),"
                    " which is not there, not unique or of another type; the foreign key is left out."
                )
                self._notes.error(attribute.at, "foreign-key", message)
                continue
            keys[key.name] = key
        return Table(
            table.name,
            table.columns,
            table.primary_key,
            table.uniques,
            table.indexes,
            foreign_keys=tuple(keys.values()),
            schema=table.schema,
            comment=table.comment,
            evidence=table.evidence,
        )

    def _relation(self, schema: str, name: str) -> str:
        """A name that no other table, key or index of a schema has; PostgreSQL counts up."""
        known, number = name, 0
        while (schema, known) in self._taken:
            number += 1
            known = fit(name, str(number))
        self._taken.add((schema, known))
        return known


def _fits(table: Table, target: Table, key: ForeignKey) -> bool:
    """Whether PostgreSQL compares both columns of a key."""
    ours, theirs = table.column(key.columns[0]), target.column(key.target_columns[0])
    return ours is not None and theirs is not None and comparable(ours.type, theirs.type)


def _made_name(table: str, columns: str, label: str) -> str:
    """The name that PostgreSQL gives a key that has none (`makeObjectName`): the longer of both parts is cut."""
    first, second = table.encode(), columns.encode()
    room = MOST_BYTES - len(label) - 1 - (1 if columns else 0)
    first, second = first[:room], second[:room]
    while len(first) + len(second) > room:
        if len(first) > len(second):
            first = first[:-1]
        else:
            second = second[:-1]
    parts = [first.decode(errors="ignore"), second.decode(errors="ignore"), label]
    return "_".join(part for part in parts if part)


def _free(name: str, taken: dict[str, ForeignKey]) -> str:
    known, number = name, 0
    while known in taken:
        number += 1
        known = fit(name, str(number))
    return known


def _action(value: str | None) -> Action:
    written = (value or "").upper()
    return cast("Action", written) if written in get_args(Action) else "NO ACTION"
