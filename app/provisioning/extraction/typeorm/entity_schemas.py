"""What entity schemas say: `new EntitySchema({ name, columns, relations, … })`."""

from __future__ import annotations

from typing import Any, Final

from app.provisioning.extraction.typeorm.decorators import is_typeorm
from app.provisioning.extraction.typeorm.expressions import SCHEMA, Expressions
from app.provisioning.extraction.typeorm.options import index, join_columns, join_table
from app.provisioning.extraction.typeorm.report import Report
from app.provisioning.extraction.typeorm.storage import (
    CheckSaid,
    ColumnMode,
    ColumnSaid,
    EmbeddedSaid,
    ForeignKeySaid,
    InheritanceSaid,
    RelationSaid,
    Storage,
    TableKind,
    TableSaid,
    Target,
    TreeSaid,
    UniqueSaid,
)
from app.provisioning.source.syntax import Module, walk
from app.provisioning.source.values import UNDEFINED, Call, Found, Name, Value

_KINDS: Final[dict[str, TableKind]] = {"entity-child": "entity-child", "view": "view"}

_MODES: Final[dict[str, ColumnMode]] = {
    "createDate": "createDate",
    "updateDate": "updateDate",
    "deleteDate": "deleteDate",
    "version": "version",
    "treeLevel": "treeLevel",
    "virtualProperty": "virtual-property",
}


class EntitySchemas:
    """Reads entity schemas into a storage."""

    def __init__(self, expressions: Expressions, storage: Storage, report: Report) -> None:
        self._expressions = expressions
        self._program = expressions.program
        self._storage = storage
        self._report = report

    def read(self, module: Module) -> None:
        """Those of a module."""
        schemas = []
        for node in walk(module.root):
            call = self._program.value(Found(module, node)) if node.type == "new_expression" else None
            if isinstance(call, Call) and self._is_schema(call):
                options = self._program.argument(call, 0)
                if isinstance(options, dict):
                    schemas.append((call, options))
                else:
                    self._report.error(call.at, "unreadable", "Only running the app would tell this entity schema.")
        for call, options in schemas:
            self._read(call, options)

    def _is_schema(self, call: Call) -> bool:
        first, _, rest = call.callee.partition(".")
        origin = self._program.origin(call.at.module, first)
        return origin is not None and is_typeorm(origin.source) and (rest or origin.name) == SCHEMA

    def _read(self, call: Call, options: dict[str, Any]) -> None:
        target = self._expressions.target(call)
        if target is None:
            self._report.error(call.at, "unreadable", "Only running the app would tell the name of this entity schema.")
            return
        kind = options.get("type") or "regular"
        self._storage.tables.append(
            TableSaid(
                target,
                _KINDS.get(kind, "regular") if isinstance(kind, str) else "regular",
                _text(options.get("tableName")),
                _text(options.get("schema")),
                options.get("synchronize", UNDEFINED) is not False,
                None,
                call.at,
            )
        )
        inheritance = options.get("inheritance")
        if isinstance(inheritance, dict):
            column = inheritance.get("column")
            given = {"name": column} if isinstance(column, str) else column
            self._storage.inheritances.append(
                InheritanceSaid(target, given if isinstance(given, dict) else {}, call.at)
            )
        self._read_parts(target, options, call.at)

    def _read_parts(self, target: Target, options: dict[str, Any], at: Found) -> None:
        for name, column in _items(options.get("columns")):
            self._column(target, name, column, at)
        for name, relation in _items(options.get("relations")):
            self._relation(target, name, relation, at)
        for each in _list(options.get("indices")):
            columns = self._expressions.paths(each.get("columns", UNDEFINED)) or []
            self._storage.indexes.append(index(target, _text(each.get("name")), columns, each, at))
        for each in _list(options.get("uniques")):
            columns = self._expressions.paths(each.get("columns", UNDEFINED)) or []
            deferrable = _text(each.get("deferrable"))
            self._storage.uniques.append(UniqueSaid(target, _text(each.get("name")), columns, at, deferrable))
        for key, said in (("checks", self._storage.checks), ("exclusions", self._storage.exclusions)):
            for each in _list(options.get(key)):
                expression = _text(each.get("expression"))
                if expression is not None:
                    deferrable = _text(each.get("deferrable"))
                    said.append(CheckSaid(target, _text(each.get("name")), expression, at, deferrable))
        for each in _list(options.get("foreignKeys")):
            self._foreign_key(
                target, each, _names(each.get("columnNames")), _names(each.get("referencedColumnNames")), at
            )
        for each in _list(options.get("trees")):
            kind, given = each.get("type"), each.get("options")
            self._storage.trees.append(TreeSaid(target, _text(kind) or "", given if isinstance(given, dict) else {}))
        for name, each in _items(options.get("embeddeds")):
            self._embedded(target, name, each, at)

    def _column(self, target: Target, name: str, options: dict[str, Any], at: Found) -> None:
        mode: ColumnMode = "regular"
        for key, meant in _MODES.items():
            if options.get(key):
                mode = meant
        type_ = options.get("type")
        written = type_.text if isinstance(type_, Name) else self._called(type_)
        if written is None and mode == "regular":
            self._report.error(at, "column-type", f"The type of {name} is not known; it is read as text.")
            written = "text"
        self._storage.columns.append(ColumnSaid(target, name, mode, written, options, at))
        generated = options.get("generated")
        if generated:
            strategy = generated if isinstance(generated, str) else "increment"
            self._storage.generated.append((target, name, strategy))
        if options.get("unique"):
            self._storage.uniques.append(UniqueSaid(target, None, [name], at))
        foreign = options.get("foreignKey")
        if isinstance(foreign, dict):
            inverse = self._expressions.path(foreign.get("inverseSide", UNDEFINED))
            self._foreign_key(target, foreign, [name], [] if inverse is None else [inverse], at)

    def _called(self, type_: Value) -> str | None:
        if isinstance(type_, Call):
            first = self._program.argument(type_, 0)
            return first if isinstance(first, str) else None
        return type_ if isinstance(type_, str) and type_ else None

    def _relation(self, target: Target, name: str, options: dict[str, Any], at: Found) -> None:
        kind = options.get("type")
        other = self._expressions.target(options.get("target", UNDEFINED))
        if kind not in ("one-to-one", "one-to-many", "many-to-one", "many-to-many") or other is None:
            self._report.error(at, "unreadable", f"Only running the app would tell what {name} leads to.")
            return
        inverse = self._expressions.path(options.get("inverseSide", UNDEFINED))
        is_parent, is_children = bool(options.get("treeParent")), bool(options.get("treeChildren"))
        said = RelationSaid(target, name, kind, other, inverse, options, at, is_parent, is_children)
        self._storage.relations.append(said)
        joined = options.get("joinColumn")
        if joined:
            self._storage.join_columns += join_columns(target, name, joined, always=True)
        table = options.get("joinTable")
        if table:
            self._storage.join_tables.append(join_table(target, name, table, at))

    def _foreign_key(
        self, target: Target, options: dict[str, Any], columns: list[str], referenced: list[str], at: Found
    ) -> None:
        other = self._expressions.target(options.get("target", UNDEFINED))
        self._storage.foreign_keys.append(ForeignKeySaid(target, other, columns, referenced, options, at))

    def _embedded(self, target: Target, name: str, options: dict[str, Any], at: Found) -> None:
        schema, prefix = options.get("schema"), options.get("prefix")
        inner = self._expressions.target(schema)
        if not isinstance(schema, Call) or inner is None:
            self._report.error(at, "unreadable", f"Only running the app would tell what {name} is.")
            return
        self._storage.embeddeds.append(
            EmbeddedSaid(target, name, inner, prefix if isinstance(prefix, (str, bool)) else None)
        )
        if not any(column.target == inner for column in self._storage.columns):
            of = self._program.argument(schema, 0)
            self._read_parts(inner, {key: of[key] for key in ("columns", "relations", "embeddeds") if key in of}, at)


def _items(value: Value) -> list[tuple[str, dict[str, Any]]]:
    return [(key, each) for key, each in value.items() if isinstance(each, dict)] if isinstance(value, dict) else []


def _list(value: Value) -> list[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _names(value: Value) -> list[str]:
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []


def _text(value: Value) -> str | None:
    return value if isinstance(value, str) and value else None
