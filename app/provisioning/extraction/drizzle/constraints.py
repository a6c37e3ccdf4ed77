"""Keys, indexes and checks of a table, with the names that drizzle-kit gives them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Final, cast, get_args

from app.provisioning.extraction.drizzle.chains import Chain, Chains
from app.provisioning.extraction.drizzle.columns import ColumnDraft
from app.provisioning.extraction.drizzle.drafts import Drafts, TableDraft
from app.provisioning.extraction.drizzle.notes import Notes, evidence
from app.provisioning.extraction.drizzle.sql import Sql, UnknownSqlError, index_part
from app.provisioning.extraction.drizzle.things import Thing, thing
from app.provisioning.schema.model import Action, Check, ForeignKey, Index, IndexPart, PrimaryKey, Unique
from app.provisioning.schema.names import fit, quoted
from app.provisioning.source.values import UNDEFINED, Found, Value

_CALL: Final = re.compile(r"\w\s*\(")


@dataclass(slots=True)
class Constraints:
    """What a table has beside its columns; foreign keys by name, of which the last one counts."""

    primary_key: PrimaryKey | None = None
    is_key_named: bool = False
    uniques: dict[str, Unique] = field(default_factory=dict)
    indexes: list[Index] = field(default_factory=list)
    checks: dict[str, Check] = field(default_factory=dict)
    foreign_keys: dict[str, ForeignKey] = field(default_factory=dict)


class ConstraintsReader:
    """Reads what a table says about itself, in its columns and behind them."""

    def __init__(self, drafts: Drafts, notes: Notes) -> None:
        self._drafts = drafts
        self._chains: Chains = drafts.chains
        self._notes = notes
        self._sql = Sql(drafts.chains)
        self._taken: dict[str, set[str]] = {}

    def read(self, table: TableDraft) -> Constraints:
        """All of a table."""
        found = Constraints()
        self._read_columns(table, found)
        for value in self._extras(table):
            made = thing(value)
            if made is not None and made.kind == "constraint":
                self._read(table, made, found)
            elif value is not UNDEFINED and value is not None:
                message = f"Only running the app would tell what this adds to {table.name}."
                self._notes.error(table.at, "extra", message)
        self._settle(found)
        return found

    def _settle(self, found: Constraints) -> None:
        """What PostgreSQL makes of constraints that are there twice, or have the same name once they are cut."""
        key = found.primary_key
        for name, unique in list(found.uniques.items()) if key is not None else ():
            if key is not None and unique.columns == key.columns and not unique.nulls_not_distinct:
                # One index holds both; a key without a name has the name of the unique constraint.
                key = key if found.is_key_named else replace(key, name=unique.name)
                found.primary_key, found.is_key_named = key, True
                del found.uniques[name]
        taken = {each.name for each in found.uniques.values()} | {each.name for each in found.checks.values()}
        taken |= set() if key is None else {key.name}
        for name, each in found.foreign_keys.items():
            known = fit(each.name, "_2", taken=taken) if each.name in taken else each.name
            taken.add(known)
            found.foreign_keys[name] = replace(each, name=known)

    def expression(self, table: TableDraft, value: Value, at: Found, *, qualified: bool = True) -> str | None:
        """SQL of the source; None where only running the app would tell, or another database would understand it."""
        try:
            written = self._sql.written(value, self._writer(qualified=qualified))
        except UnknownSqlError:
            self._notes.error(at, "expression", "Only running the app would tell this expression; it is left out.")
            return None
        if table.dialect != "pg" and _CALL.search(written):
            self._notes.warning(at, "expression", f"{written!r} is another database's; it is left out.")
            return None
        return self._notes.expression(written.replace("`", '"') if table.dialect != "pg" else written, at)

    def default(self, value: Value) -> str | None:
        """SQL of a default; None where only running the app would tell. It may name enums, but no columns."""
        try:
            return self._sql.written(value, self._writer(qualified=None))
        except UnknownSqlError:
            return None

    def _writer(self, *, qualified: bool | None) -> Callable[[Chain], str | None]:
        def write(chain: Chain) -> str | None:
            found = self._drafts.column(chain)
            if found is not None:
                if qualified is None:
                    raise UnknownSqlError
                table, column, _ = found
                name = self._drafts.name(column)
                path = (table.name, name) if table.schema == "public" else (table.schema, table.name, name)
                return quoted(*path) if qualified else quoted(name)
            made = thing(chain)
            if made is not None and made.kind == "enum":
                enum = self._drafts.enum(made.made)
                return quoted(enum.name) if enum.schema == "public" else quoted(enum.schema, enum.name)
            return None

        return write

    def _extras(self, table: TableDraft) -> list[Value]:
        given = self._chains.argument(table.made, 2)
        if given is not UNDEFINED and not isinstance(given, (list, dict)):
            given = self._chains.result(given, table.made, bindings=table.made.bindings)
        if isinstance(given, dict):
            return list(given.values())
        return given if isinstance(given, list) else []

    def _read_columns(self, table: TableDraft, found: Constraints) -> None:
        primary = [column for column in table.columns.values() if column.is_primary]
        if primary:
            if len(primary) > 1:
                message = f"{table.name} has several columns with primaryKey(); they become one key."
                self._notes.error(table.at, "primary-key", message)
            name = self._relation(table, f"{table.name}", "_pkey")
            found.primary_key = PrimaryKey(name, tuple(map(self._drafts.name, primary)))
        for column in table.columns.values():
            if column.unique is not None:
                given, is_one = column.unique
                self._add_unique(table, found, given, [column], is_one, column.at)
            for link in column.references:
                self._read_reference(table, found, column, link)

    def _read_reference(self, table: TableDraft, found: Constraints, column: ColumnDraft, link: Chain) -> None:
        function = self._chains.argument(link, 0)
        target = self._drafts.column(self._chains.result(function, bindings=link.bindings))
        actions = self._chains.argument(link, 1)
        actions = actions if isinstance(actions, dict) else {}
        if target is None:
            self._missing(table, [column], column.at)
            return
        key = self._foreign_key(table, [column], target[0], [target[1]], None, column.at)
        self._add_foreign_key(found, key, actions.get("onDelete"), actions.get("onUpdate"))

    def _missing(self, table: TableDraft, columns: Iterable[ColumnDraft], at: Found) -> None:
        names = ", ".join(column.key for column in columns)
        message = f"{table.name}.{names} refers to a table that is not the app's; the foreign key is left out."
        self._notes.warning(at, "foreign-key", message)

    def _read(self, table: TableDraft, made: Thing, found: Constraints) -> None:
        at = made.made.at
        match made.made.name:
            case "index" | "uniqueIndex":
                self._read_index(table, made, found)
            case "unique":
                on = next((link for link in made.rest if link.name == "on"), None)
                name = self._chains.argument(made.made, 0)
                is_one = any(link.name == "nullsNotDistinct" for link in made.rest)
                columns = None if on is None else self._columns(table, self._chains.arguments(on), at)
                if columns:
                    self._add_unique(table, found, name, columns, is_one, at)
            case "primaryKey":
                self._read_primary_key(table, made, found)
            case "foreignKey":
                self._read_foreign_key(table, made, found)
            case "check":
                name = self._chains.argument(made.made, 0)
                sql = self.expression(table, self._chains.argument(made.made, 1), at)
                if isinstance(name, str) and sql is not None:
                    found.checks.setdefault(fit(name), Check(fit(name), sql, evidence(at, "check")))
            case "pgPolicy":
                message = "Policies of row security are left out: the database has one role of the app's own."
                self._notes.warning(at, "policy", message)
            case name:
                self._notes.warning(at, "index", f"{name} has no like in PostgreSQL; it is left out.")

    def _columns(self, table: TableDraft, values: Iterable[Value], at: Found) -> list[ColumnDraft] | None:
        columns = []
        for value in values:
            column = self._drafts.column(value)
            if column is None:
                message = f"A key of {table.name} names a column that is not there; it is left out."
                self._notes.error(at, "missing-column", message)
                return None
            columns.append(column[1])
        return columns

    def _add_unique(
        self,
        table: TableDraft,
        found: Constraints,
        name: Value,
        columns: list[ColumnDraft],
        is_one: bool,
        at: Found,
    ) -> None:
        # The name is of the properties as they are written, whatever the casing.
        written = "_".join(column.given or column.key for column in columns)
        known = name if isinstance(name, str) and name else f"{table.name}_{written}_unique"
        if known in found.uniques:
            self._notes.error(at, "repeated-name", f"{table.name} has two unique constraints named {known}.")
            return
        names = tuple(dict.fromkeys(map(self._drafts.name, columns)))
        key = Unique(self._relation(table, known), names, is_one, evidence=evidence(at, "unique"))
        found.uniques[known] = key

    def _read_primary_key(self, table: TableDraft, made: Thing, found: Constraints) -> None:
        given = self._chains.arguments(made.made)
        options = given[0] if given and isinstance(given[0], dict) else {}
        values = options.get("columns", given)
        columns = self._columns(table, values if isinstance(values, list) else [], made.made.at)
        if not columns:
            return
        if found.primary_key is not None:
            if found.primary_key.columns != tuple(map(self._drafts.name, columns)):
                message = f"{table.name} has two primary keys; the one of several columns is taken."
                self._notes.error(made.made.at, "primary-key", message)
            self._taken[table.schema].discard(found.primary_key.name)
        name = options.get("name")
        if not isinstance(name, str) or not name:
            name = f"{table.name}_{'_'.join(column.given or column.key for column in columns)}_pk"
        name = self._renamed(name, columns)
        for column in columns:
            column.nullable = False
        found.primary_key = PrimaryKey(self._relation(table, name), tuple(map(self._drafts.name, columns)))
        found.is_key_named = True

    def _read_foreign_key(self, table: TableDraft, made: Thing, found: Constraints) -> None:
        options = self._chains.argument(made.made, 0)
        options = options if isinstance(options, dict) else {}
        values, targets = options.get("columns"), options.get("foreignColumns")
        columns = self._columns(table, values if isinstance(values, list) else [], made.made.at)
        theirs = [self._drafts.column(value) for value in targets] if isinstance(targets, list) else []
        if not columns:
            return
        if not theirs or None in theirs or len(theirs) != len(columns):
            self._missing(table, columns, made.made.at)
            return
        known = [each for each in theirs if each is not None]
        name = options.get("name")
        key = self._foreign_key(table, columns, known[0][0], [each[1] for each in known], name, made.made.at)
        actions = {link.name: self._chains.argument(link, 0) for link in made.rest}
        self._add_foreign_key(found, key, actions.get("onDelete"), actions.get("onUpdate"))

    def _foreign_key(
        self,
        table: TableDraft,
        columns: list[ColumnDraft],
        target: TableDraft,
        theirs: list[ColumnDraft],
        name: Value,
        at: Found,
    ) -> ForeignKey:
        if not isinstance(name, str) or not name:
            ours = "_".join(column.given or column.key for column in columns)
            other = "_".join(column.given or column.key for column in theirs)
            name = f"{table.name}_{ours}_{target.name}_{other}_fk"
        name = self._renamed(self._renamed(name, columns), theirs)
        return ForeignKey(
            fit(name),
            tuple(map(self._drafts.name, columns)),
            target.name,
            tuple(map(self._drafts.name, theirs)),
            target.schema,
            evidence=evidence(at, "foreign-key"),
        )

    def _add_foreign_key(self, found: Constraints, key: ForeignKey, on_delete: Value, on_update: Value) -> None:
        # Two names that are the same once they are cut are two keys; the same key again is one.
        if key.name in found.foreign_keys and found.foreign_keys[key.name].columns != key.columns:
            key = replace(key, name=fit(key.name, "_2", taken=found.foreign_keys))
        found.foreign_keys[key.name] = replace(key, on_delete=_action(on_delete), on_update=_action(on_update))

    def _renamed(self, name: str, columns: Iterable[ColumnDraft]) -> str:
        """The name of a key where the casing changes its columns: the first place of each, as drizzle-kit does it."""
        for column in columns:
            written = column.given or column.key
            cased = column.given or self._drafts.cased(column.key)
            name = name.replace(written, cased, 1)
        return name

    def _read_index(self, table: TableDraft, made: Thing, found: Constraints) -> None:
        at = made.made.at
        on = next((link for link in made.rest if link.name in ("on", "onOnly", "using") and link.arguments), None)
        if on is None:
            self._notes.error(at, "index", f"An index of {table.name} is on nothing; it is left out.")
            return
        values = self._chains.arguments(on)
        method: Value = "btree"
        if on.name == "using":
            method, values = values[0], values[1:]
        parts = [self._part(table, value, at) for value in values]
        known = [part for part in parts if part is not None]
        if not known or len(known) != len(parts):
            return
        where = None
        for link in made.rest:
            if link.name == "where":
                where = self.expression(table, self._chains.argument(link, 0), at)
                if where is None:
                    return
            elif link.name == "with":
                self._notes.warning(at, "index", f"The storage parameters of an index of {table.name} are left out.")
        name = self._chains.argument(made.made, 0)
        if not isinstance(name, str) or not name:
            name = f"{table.name}_{'_'.join(part.of for part in known)}_index"
        found.indexes.append(
            Index(
                self._relation(table, name),
                tuple(known),
                unique=made.made.name == "uniqueIndex",
                method=method if isinstance(method, str) and table.dialect == "pg" else "btree",
                where=where,
                evidence=evidence(at, "index"),
            )
        )

    def _part(self, table: TableDraft, value: Value, at: Found) -> IndexPart | None:
        column = self._drafts.column(value)
        if column is None:
            sql = self.expression(table, value, at, qualified=False)
            if not sql:
                return None
            of, is_expression, operator_class, descending, nulls = index_part(sql)
            return IndexPart(of, is_expression, operator_class, descending, _nulls(descending, nulls))
        said = {link.name: link for link in column[2]}
        name = self._drafts.name(column[1])
        if "op" in said:
            # drizzle-kit writes no order beside an operator class.
            operator_class = self._chains.argument(said["op"], 0)
            return IndexPart(name, operator_class=operator_class if isinstance(operator_class, str) else None)
        descending = "desc" in said
        # drizzle-kit has nulls last in any order, unless it is told otherwise.
        return IndexPart(name, descending=descending, nulls_first=_nulls(descending, "nullsFirst" in said))

    def _relation(self, table: TableDraft, name: str, suffix: str = "") -> str:
        """A name that no other table, key or index of the schema has."""
        if table.schema not in self._taken:
            self._taken[table.schema] = {each.name for each in self._drafts.tables if each.schema == table.schema}
        taken = self._taken[table.schema]
        known = fit(name, suffix, taken=taken)
        taken.add(known)
        return known


def _action(value: Value) -> Action:
    written = value.upper() if isinstance(value, str) else ""
    return cast("Action", written) if written in get_args(Action) else "NO ACTION"


def _nulls(descending: bool, nulls_first: bool | None) -> bool | None:
    """Where nulls stand, unless it is where PostgreSQL puts them by default."""
    return None if nulls_first == descending else nulls_first
