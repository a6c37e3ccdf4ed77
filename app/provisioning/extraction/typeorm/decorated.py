"""What the decorators of a class say."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from tree_sitter import Node

from app.provisioning.extraction.typeorm.classes import Class
from app.provisioning.extraction.typeorm.decorators import Decorator, Decorators
from app.provisioning.extraction.typeorm.expressions import Expressions
from app.provisioning.extraction.typeorm.options import (
    index,
    join_columns,
    join_table,
    named_fields,
    options_of,
    text_of,
)
from app.provisioning.extraction.typeorm.report import Report
from app.provisioning.extraction.typeorm.storage import (
    CheckSaid,
    ColumnMode,
    ColumnSaid,
    EmbeddedSaid,
    ForeignKeySaid,
    InheritanceSaid,
    RelationKind,
    RelationSaid,
    Storage,
    TableKind,
    TableSaid,
    TreeSaid,
    UniqueSaid,
)
from app.provisioning.extraction.typeorm.types import UNKNOWN, design_type, initial_type
from app.provisioning.source.syntax import decorators
from app.provisioning.source.values import UNDEFINED, Call, Name, Opaque, Value

_KINDS: Final[dict[str, TableKind]] = {"Entity": "regular", "ViewEntity": "view"}

_MODES: Final[dict[str, ColumnMode]] = {
    "CreateDateColumn": "createDate",
    "UpdateDateColumn": "updateDate",
    "DeleteDateColumn": "deleteDate",
    "VersionColumn": "version",
    "TreeLevelColumn": "treeLevel",
}
_RELATIONS: Final[dict[str, RelationKind]] = {
    "OneToOne": "one-to-one",
    "OneToMany": "one-to-many",
    "ManyToOne": "many-to-one",
    "ManyToMany": "many-to-many",
}
_JAVASCRIPT: Final = frozenset({"String", "Number", "Boolean", "Date"})


class Decorated:
    """Reads classes into a storage."""

    def __init__(self, expressions: Expressions, storage: Storage, report: Report) -> None:
        self._expressions = expressions
        self._program = expressions.program
        self._decorators = Decorators(expressions.program)
        self._storage = storage
        self._report = report
        self._read: set[Class] = set()

    def read(self, of: Class) -> None:
        """A class with its ancestors, which are declared before it; each once."""
        for each in reversed(of.lineage()):
            if each not in self._read and not (each.node.has_error and not each.name):
                self._read.add(each)
                self._read_members(each)
                # Decorators are called from the last to the first.
                for node in reversed(decorators(each.node)):
                    for decorator in self._decorators.of(each, node):
                        self._of_class(each, decorator)

    def _read_members(self, of: Class) -> None:
        for name, member, nodes in of.members():
            said = [found for node in reversed(nodes) for found in self._decorators.of(of, node)]
            for decorator in said:
                self._of_member(of, name, member, decorator)

    def _of_class(self, of: Class, said: Decorator) -> None:
        match said.name:
            case "Entity" | "ViewEntity" | "ChildEntity":
                self._table(of, said)
            case "TableInheritance":
                options = options_of(said.argument(0))
                column = options.get("column", UNDEFINED)
                self._storage.inheritances.append(
                    InheritanceSaid(of, {"name": column} if isinstance(column, str) else options_of(column), said.at)
                )
            case "Tree":
                kind = said.argument(0)
                if isinstance(kind, str):
                    self._storage.trees.append(TreeSaid(of, kind, options_of(said.argument(1))))
                else:
                    self._unreadable(said, "the kind of tree")
            case "Index" | "Unique" | "Check" | "Exclusion" | "ForeignKey":
                self._constraint(of, None, said)

    def _table(self, of: Class, said: Decorator) -> None:
        first = said.argument(0)
        options = options_of(first if isinstance(first, dict) else said.argument(1))
        name = first if isinstance(first, str) else options.get("name", UNDEFINED)
        if said.name != "ChildEntity" and isinstance(name, (Name, Call, Opaque)):
            self._unreadable(said, "the name of the table")
        self._storage.tables.append(
            TableSaid(
                of,
                _KINDS.get(said.name, "entity-child"),
                text_of(name) if said.name != "ChildEntity" else None,
                text_of(options.get("schema")) or None,
                options.get("synchronize", UNDEFINED) is not False,
                text_of(options.get("comment")) or None,
                said.at,
            )
        )

    def _of_member(self, of: Class, name: str, member: Node, said: Decorator) -> None:
        match said.name:
            case "Column" | "PrimaryColumn" | "ObjectIdColumn" | "ViewColumn":
                self._column(of, name, member, said)
            case "PrimaryGeneratedColumn":
                self._generated_key(of, name, said)
            case "CreateDateColumn" | "UpdateDateColumn" | "DeleteDateColumn" | "VersionColumn" | "TreeLevelColumn":
                options = options_of(said.argument(0))
                self._storage.columns.append(
                    ColumnSaid(of, name, _MODES[said.name], self._type(options.get("type")), options, said.at)
                )
            case "VirtualColumn":
                self._storage.columns.append(ColumnSaid(of, name, "virtual-property", None, {}, said.at))
            case "Generated":
                strategy = said.argument(0)
                self._storage.generated.append((of, name, strategy if isinstance(strategy, str) else "increment"))
            case "OneToOne" | "OneToMany" | "ManyToOne" | "ManyToMany":
                self._relation(of, name, said)
            case "TreeParent" | "TreeChildren":
                is_parent = said.name == "TreeParent"
                kind: RelationKind = "many-to-one" if is_parent else "one-to-many"
                options = options_of(said.argument(0))
                self._storage.relations.append(
                    RelationSaid(of, name, kind, of, None, options, said.at, is_parent, not is_parent)
                )
            case "JoinColumn":
                self._storage.join_columns += join_columns(of, name, said.argument(0), always=True)
            case "JoinTable":
                self._storage.join_tables.append(join_table(of, name, said.argument(0), said.at))
            case "Index" | "Unique" | "Check" | "Exclusion" | "ForeignKey":
                self._constraint(of, name, said)

    def _column(self, of: Class, name: str, member: Node, said: Decorator) -> None:
        first = said.argument(0)
        if self._expressions.returned(first) is not None and said.name == "Column":
            self._embedded(of, name, said)
            return
        options = dict(options_of(first if isinstance(first, dict) else said.argument(1)))
        type_ = self._type(first) or self._type(options.get("type"))
        if type_ is None:
            type_ = self._guessed(of, name, member, said)
        if said.name in ("PrimaryColumn", "ObjectIdColumn"):
            options["primary"] = True
        strategy = options.get("generated")
        generated = strategy if isinstance(strategy, str) else "increment" if strategy is True else None
        if options.get("unique") is True and said.name == "Column":
            self._storage.uniques.append(UniqueSaid(of, None, [name], said.at))
        self._storage.columns.append(ColumnSaid(of, name, "regular", type_, options, said.at))
        if generated is not None:
            self._storage.generated.append((of, name, generated))

    def _embedded(self, of: Class, name: str, said: Decorator) -> None:
        inner = self._expressions.target(said.argument(0), of.given)
        if isinstance(inner, Class):
            self.read(inner)
            prefix = options_of(said.argument(1)).get("prefix")
            self._storage.embeddeds.append(
                EmbeddedSaid(of, name, inner, prefix if isinstance(prefix, (str, bool)) else None)
            )
        else:
            self._unreadable(said, f"the class of {name}")

    def _generated_key(self, of: Class, name: str, said: Decorator) -> None:
        first = said.argument(0)
        options = dict(options_of(first if isinstance(first, dict) else said.argument(1)))
        strategy = first if isinstance(first, str) else "increment"
        type_ = self._type(options.get("type")) or {"uuid": "uuid", "rowid": "int"}.get(strategy, "Number")
        options["primary"] = True
        self._storage.columns.append(ColumnSaid(of, name, "regular", type_, options, said.at))
        self._storage.generated.append((of, name, strategy))

    def _type(self, value: Value) -> str | None:
        """The type that an argument names."""
        if isinstance(value, str):
            return value or None
        if isinstance(value, Name) and value.text in _JAVASCRIPT:
            return value.text
        if isinstance(value, Call):
            # A function of the app that gives each database its own type, such as resolveDbType("timestamptz").
            first = self._program.argument(value, 0)
            return first if isinstance(first, str) else None
        return None

    def _guessed(self, of: Class, name: str, member: Node, said: Decorator) -> str:
        """The type of the property, as TypeORM takes it where the decorator names none."""
        written = design_type(self._program, of, member)
        if written in _JAVASCRIPT or written == "Buffer":
            return "bytea" if written == "Buffer" else written
        initial = initial_type(member) if written is None else None
        guess = initial or {"Array": "jsonb", "BigInt": "bigint", "Uint8Array": "bytea"}.get(written or "")
        guess = guess or ("String" if written in (None, "", UNKNOWN) else "jsonb")
        self._report.error(
            said.at,
            "column-type",
            f"{of.name}.{name} names no column type, and TypeORM takes none from its own ({written or 'none'}); "
            f"it is read as {'text' if guess == 'String' else guess}.",
        )
        return guess

    def _relation(self, of: Class, name: str, said: Decorator) -> None:
        target = self._expressions.target(said.argument(0), of.given)
        second = said.argument(1)
        options = options_of(second if isinstance(second, dict) else said.argument(2))
        if target is None:
            self._unreadable(said, f"the entity that {name} leads to")
            return
        self._storage.relations.append(
            RelationSaid(of, name, _RELATIONS[said.name], target, self._expressions.path(second), options, said.at)
        )

    def _constraint(self, of: Class, name: str | None, said: Decorator) -> None:
        read: dict[str, Callable[[Class, str | None, Decorator], None]] = {
            "Index": self._index,
            "Unique": self._unique,
            "ForeignKey": self._foreign_key,
        }
        read.get(said.name, self._check)(of, name, said)

    def _index(self, of: Class, name: str | None, said: Decorator) -> None:
        given, fields, options = named_fields(said)
        columns = [name] if name is not None else self._expressions.paths(fields)
        if columns is None:
            self._unreadable(said, "the columns of an index")
            return
        self._storage.indexes.append(index(of, given, columns, options, said.at))

    def _unique(self, of: Class, name: str | None, said: Decorator) -> None:
        given, fields, options = named_fields(said)
        columns = [name] if name is not None else self._expressions.paths(fields)
        if columns is None:
            self._unreadable(said, "the columns of a unique constraint")
            return
        self._storage.uniques.append(
            UniqueSaid(of, given, columns, said.at, text_of(options.get("deferrable")) or None)
        )

    def _check(self, of: Class, name: str | None, said: Decorator) -> None:
        first, second = said.argument(0), said.argument(1)
        given, expression = (first, second) if isinstance(second, str) and second else (None, first)
        options = options_of(said.argument(2) if given is not None else second)
        if not isinstance(expression, str):
            self._unreadable(said, "the expression of a constraint")
            return
        said_so = CheckSaid(of, text_of(given) or None, expression, said.at, text_of(options.get("deferrable")) or None)
        (self._storage.checks if said.name == "Check" else self._storage.exclusions).append(said_so)

    def _foreign_key(self, of: Class, name: str | None, said: Decorator) -> None:
        second, third = said.argument(1), said.argument(2)
        options = options_of(next((each for each in said.arguments[1:] if isinstance(each, dict)), UNDEFINED))
        if name is None:
            columns = self._expressions.paths(second) if isinstance(second, list) else None
            referenced = self._expressions.paths(third) if isinstance(third, list) else []
        else:
            inverse = self._expressions.path(second)
            columns, referenced = [name], [] if inverse is None else [inverse]
        self._storage.foreign_keys.append(
            ForeignKeySaid(
                of,
                self._expressions.target(said.argument(0), of.given),
                columns or [],
                referenced or [],
                options,
                said.at,
            )
        )

    def _unreadable(self, said: Decorator, what: str) -> None:
        self._report.error(said.at, "unreadable", f"@{said.name}: only running the app would tell {what}.")
