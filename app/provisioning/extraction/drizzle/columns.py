"""Columns as their builders say, before the names of tables and other columns count."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from app.provisioning.extraction.drizzle.chains import Chain, Chains
from app.provisioning.extraction.drizzle.defaults import UnknownDefaultError, constant, is_now
from app.provisioning.extraction.drizzle.notes import Notes
from app.provisioning.extraction.drizzle.things import Dialect, Thing
from app.provisioning.extraction.drizzle.types import Type, builder_type, written_type
from app.provisioning.schema.expressions import ExpressionError, checked_type
from app.provisioning.schema.model import Numbering, TypeName
from app.provisioning.source.values import UNDEFINED, Found, Opaque, Value

_OF_CLIENTS: Final = frozenset({"$default", "$defaultFn", "$onUpdate", "$onUpdateFn", "$type", "onUpdateNow"})
_IDENTITIES: Final[dict[str, Numbering]] = {
    "generatedAlwaysAsIdentity": "identity always",
    "generatedByDefaultAsIdentity": "identity by default",
}
_NOW: Final = "now()"


@dataclass(slots=True)
class ColumnDraft:
    """A column; `key` is its property, `given` the name that is written, if any; SQL is still a value."""

    key: str
    at: Found
    given: str | None = None
    type: str | TypeName = "text"
    nullable: bool = True
    is_primary: bool = False
    default: Value = UNDEFINED
    default_sql: str | None = None
    numbering: Numbering | None = None
    generated: Value = UNDEFINED
    generated_in: Chain | None = None
    unique: tuple[str | None, bool] | None = None
    references: list[Chain] = field(default_factory=list)
    labels: tuple[str, ...] = ()
    """The values of an enum that is the column's own (MySQL)."""


class Columns:
    """Reads columns."""

    def __init__(self, chains: Chains, notes: Notes, extensions: dict[str, None]) -> None:
        self._chains = chains
        self._notes = notes
        self._extensions = extensions

    def draft(self, key: str, thing: Thing, at: Found, enum: TypeName | None) -> ColumnDraft:
        """The column of a property; `enum` is its type where that is one."""
        first, second = self._chains.argument(thing.made, 0), self._chains.argument(thing.made, 1)
        is_named = isinstance(first, str) and first != ""
        column = ColumnDraft(key, at, given=first if is_named else None)
        options = first if isinstance(first, dict) else second
        options = options if isinstance(options, dict) else {}
        if enum is not None:
            column.type = enum
        elif thing.owner is not None:
            self._take(column, self._own_type(thing.owner, options, at))
        elif thing.made.name in ("mysqlEnum", "singlestoreEnum"):
            values = second if isinstance(first, str) else first
            if isinstance(values, (list, dict)):
                column.labels = labels(values)
        else:
            known = builder_type(thing.dialect, thing.made.name, options)
            if known is None:
                self._notes.error(at, "type", f"{thing.made.name} is no type that is known; it becomes text.")
            self._take(column, known or Type("text"))
        if column.numbering is not None:
            column.nullable = False
        for link in thing.rest:
            self._apply(column, link, thing)
        return column

    def _take(self, column: ColumnDraft, found: Type) -> None:
        column.type, column.numbering = found.sql, found.numbering
        if found.turned is not None:
            self._notes.warning(column.at, "type", f"The type of {column.key}, {found.turned} becomes {found.sql}.")
        if found.extension is not None:
            self._extensions.setdefault(found.extension)

    def _own_type(self, owner: Chain, options: dict[str, Value], at: Found) -> Type:
        """The type that `customType({ dataType() { … } })` gives."""
        given = self._chains.argument(owner, 0)
        function = given.get("dataType", UNDEFINED) if isinstance(given, dict) else UNDEFINED
        config = options or UNDEFINED
        written = self._chains.result(function, config, bindings=owner.bindings)
        if isinstance(written, str):
            try:
                return written_type(checked_type(written))
            except ExpressionError as error:
                self._notes.error(at, "type", f"{error} It becomes text.")
        else:
            self._notes.error(at, "type", "Only running the app would tell the name of this type; it becomes text.")
        return Type("text")

    def _apply(self, column: ColumnDraft, link: Chain, thing: Thing) -> None:
        if link.arguments is None or link.name in _OF_CLIENTS:
            return
        first = self._chains.argument(link, 0)
        match link.name:
            case "notNull":
                column.nullable = False
            case "primaryKey":
                column.is_primary, column.nullable = True, False
                is_rowid = (
                    thing.dialect == "sqlite" and column.type == "bigint" and thing.made.name in ("int", "integer")
                )
                if is_rowid or (isinstance(first, dict) and first.get("autoIncrement") is True):
                    self._number(column)
            case "autoincrement":
                self._number(column)
            case "unique":
                nulls = self._chains.argument(link, 1)
                is_one = isinstance(nulls, dict) and nulls.get("nulls") == "not distinct"
                column.unique = (first if isinstance(first, str) and first else None, is_one)
            case "references":
                column.references.append(link)
            case "array":
                self._make_array(column)
            case "generatedAlwaysAs":
                column.generated, column.generated_in = first, link
            case "defaultRandom":
                column.default, column.default_sql = UNDEFINED, "gen_random_uuid()"
            case "defaultNow":
                column.default, column.default_sql = UNDEFINED, _NOW
            case "default":
                self._set_default(column, first, thing.dialect, link.at)
            case name if name in _IDENTITIES:
                column.numbering, column.nullable = _IDENTITIES[name], False
                if isinstance(first, dict) and set(first) - {"name"}:
                    message = f"The numbers of {column.key} start and count as PostgreSQL does by default."
                    self._notes.warning(column.at, "sequence", message)

    def _number(self, column: ColumnDraft) -> None:
        if column.type in ("smallint", "integer", "bigint"):
            column.numbering = "serial"

    def _make_array(self, column: ColumnDraft) -> None:
        """An array is a column of its own, of which nothing is said yet."""
        if isinstance(column.type, TypeName):
            column.type = TypeName(column.type.name, column.type.schema, array=True)
        else:
            column.type = column.type if column.type.endswith("[]") else f"{column.type}[]"
        column.nullable, column.is_primary, column.unique = True, False, None
        column.default, column.default_sql, column.numbering, column.references = UNDEFINED, None, None, []

    def _set_default(self, column: ColumnDraft, value: Value, dialect: Dialect, at: Found) -> None:
        column.default, column.default_sql = UNDEFINED, None
        if isinstance(value, Chain):
            column.default = value
            return
        if value is UNDEFINED:
            return
        if dialect == "sqlite" and column.type == "boolean" and value in (0, 1):
            value = bool(value)
        sql_type = "" if isinstance(column.type, TypeName) else column.type
        try:
            column.default_sql = constant(self._chains.program, value, sql_type)
        except UnknownDefaultError:
            what = (
                "is made when the app runs" if isinstance(value, Opaque) else "cannot be known without running the app"
            )
            self._notes.warning(at, "default", f"The default of {column.key} {what}; it is left out.")


def default_of_other(sql: str, sql_type: str | TypeName) -> str:
    """A default of SQLite or MySQL as PostgreSQL has it."""
    if is_now(sql) and isinstance(sql_type, str):
        if sql_type.startswith("timestamp"):
            return _NOW
        if sql_type == "date":
            return "current_date"
        if sql_type in ("bigint", "integer"):
            factor = " * 1000" if "1000" in sql else ""
            return f"(extract(epoch from now()){factor})::{sql_type}"
        if sql_type == "text":
            return "now()::text"
    if sql.strip().lower() in ("(uuid())", "uuid()"):
        return "gen_random_uuid()"
    return sql


def labels(values: Value) -> tuple[str, ...]:
    """The labels of an enum: a list, or the values of an object."""
    found = list(values.values()) if isinstance(values, dict) else values if isinstance(values, list) else []
    return tuple(dict.fromkeys(str(each) for each in found if isinstance(each, (str, int, float))))
