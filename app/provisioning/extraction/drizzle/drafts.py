"""Tables as they are declared, with the names that they and their columns have in the database."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

from app.provisioning.extraction.drizzle.chains import Chain, Chains
from app.provisioning.extraction.drizzle.columns import ColumnDraft, Columns, labels
from app.provisioning.extraction.drizzle.notes import Notes, evidence
from app.provisioning.extraction.drizzle.things import Dialect, Thing, thing
from app.provisioning.schema.model import PUBLIC, Enum, TypeName
from app.provisioning.schema.names import fit
from app.provisioning.source.values import Found, Record, Value

Casing: TypeAlias = Literal["snake_case", "camelCase"] | None

_WORDS: Final = re.compile(r"[\da-z]+|[A-Z]+(?![a-z])|[A-Z][\da-z]+")


@dataclass(slots=True)
class TableDraft:
    """A table; `columns` by property."""

    made: Chain
    name: str
    schema: str
    dialect: Dialect
    at: Found
    columns: dict[str, ColumnDraft] = field(default_factory=dict)


class Drafts:
    """The tables and enums of an app, each made once, when it is first asked for."""

    def __init__(self, chains: Chains, notes: Notes, casing: Casing) -> None:
        self.chains = chains
        self.extensions: dict[str, None] = {}
        self._notes = notes
        self._casing = casing
        self._columns = Columns(chains, notes, self.extensions)
        self._tables: dict[int, TableDraft] = {}
        self._enums: dict[int, Enum] = {}

    @property
    def tables(self) -> list[TableDraft]:
        """Those that were asked for, in that order."""
        return list(self._tables.values())

    @property
    def enums(self) -> list[Enum]:
        """Likewise."""
        return list(self._enums.values())

    def name(self, column: ColumnDraft) -> str:
        """A column's name in the database."""
        return fit(column.given or self.cased(column.key))

    def cased(self, key: str) -> str:
        """A property as the app's casing writes it."""
        if self._casing is None:
            return key
        words = _WORDS.findall(re.sub("['\u2019]", "", key))
        if self._casing == "snake_case":
            return "_".join(word.lower() for word in words)
        return "".join(word.lower() if index == 0 else word[0].upper() + word[1:] for index, word in enumerate(words))

    def table(self, made: Thing, at: Found | None = None) -> TableDraft:
        """The table that a thing is; `at` is where it is declared."""
        key = id(made.made)
        if key not in self._tables:
            place = at or made.made.at
            draft = TableDraft(made.made, self._name(made, place), self._schema(made.owner), made.dialect, place)
            self._tables[key] = draft
            self._read_columns(draft, made)
        return self._tables[key]

    def column(self, value: Value) -> tuple[TableDraft, ColumnDraft, tuple[Chain, ...]] | None:
        """The column that `users.id` or `t.id.desc()` names, and what is said about it."""
        found = thing(value)
        if found is None or found.kind != "table":
            return None
        rest = [link for link in found.rest if link.name != "enableRLS"]
        if not rest or rest[0].arguments is not None:
            return None
        draft = self.table(found)
        column = draft.columns.get(rest[0].name)
        return None if column is None else (draft, column, tuple(rest[1:]))

    def enum(self, made: Chain, owner: Chain | None = None) -> Enum:
        """The enum that `pgEnum(…)` or `schema.enum(…)` makes."""
        key = id(made)
        if key not in self._enums:
            name, values = self.chains.argument(made, 0), self.chains.argument(made, 1)
            found = labels(values)
            if not isinstance(name, str) or not name:
                self._notes.error(made.at, "enum", "Only running the app would tell the name of this enum.")
            if not found:
                self._notes.error(made.at, "enum", "Only running the app would tell the values of this enum.")
            known = name if isinstance(name, str) and name else "enum"
            schema = self._schema(owner if owner is not None else made.before)
            self._enums[key] = Enum(
                fit(known), tuple(fit(label) for label in found) or ("unknown",), schema, evidence(made.at, "enum")
            )
        return self._enums[key]

    def own_enum(self, table: TableDraft, column: ColumnDraft) -> TypeName:
        """The enum that a column of MySQL has for itself."""
        name = fit(f"{table.name}_{self.name(column)}", "_enum", taken=[each.name for each in self.enums])
        self._enums[id(column)] = Enum(name, column.labels, table.schema, evidence(column.at, "enum"))
        return TypeName(name, table.schema)

    def _name(self, made: Thing, at: Found) -> str:
        name = self.chains.argument(made.made, 0)
        if made.owner is not None and made.owner.name.endswith("TableCreator"):
            name = self.chains.result(self.chains.argument(made.owner, 0), name, bindings=made.owner.bindings)
        if isinstance(name, str) and name:
            return fit(name)
        self._notes.error(at, "table", "Only running the app would tell the name of this table.")
        return f"table_{len(self._tables) + 1}"

    def _schema(self, owner: Chain | None) -> str:
        if owner is None or not owner.name.endswith(("Schema", "Database")):
            return PUBLIC
        name = self.chains.argument(owner, 0)
        return fit(name) if isinstance(name, str) and name else PUBLIC

    def _read_columns(self, draft: TableDraft, made: Thing) -> None:
        given = self.chains.argument(made.made, 1)
        if not isinstance(given, dict):
            builders = Chain("*", made.made.at, package=made.made.origin)
            given = self.chains.result(given, builders, bindings=made.made.bindings)
        if not isinstance(given, dict):
            self._notes.error(draft.at, "columns", f"Only running the app would tell the columns of {draft.name}.")
            return
        for place in given.unknown if isinstance(given, Record) else ():
            self._notes.error(place, "columns", f"Only running the app would tell these columns of {draft.name}.")
        for key, value in given.items():
            place = given.places.get(key, draft.at) if isinstance(given, Record) else draft.at
            found = thing(value)
            if found is None or found.kind != "column":
                message = f"Only running the app would tell what column {key} of {draft.name} is."
                self._notes.error(place, "columns", message)
                continue
            draft.columns[key] = column = self._columns.draft(key, found, place, self._enum_of(found))
            if column.labels:
                column.type = self.own_enum(draft, column)

    def _enum_of(self, column: Thing) -> TypeName | None:
        owner = column.owner
        if owner is None or owner.name not in ("pgEnum", "enum"):
            return None
        enum = self.enum(owner)
        return TypeName(enum.name, enum.schema)
