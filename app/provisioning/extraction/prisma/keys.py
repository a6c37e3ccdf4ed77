"""Primary keys and indexes of models."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from app.provisioning.extraction.prisma import names
from app.provisioning.extraction.prisma.declarations import Declarations, Model
from app.provisioning.extraction.prisma.defaults import DefaultError, constant
from app.provisioning.extraction.prisma.names import Names
from app.provisioning.extraction.prisma.notes import Notes
from app.provisioning.extraction.prisma.operators import METHODS, OF_ONE_COLUMN, accepts, extension_of
from app.provisioning.extraction.prisma.tree import Array, Attribute, Call, Expression, Field, Mapping, Path, Text
from app.provisioning.schema.expressions import ExpressionError, checked
from app.provisioning.schema.model import Column, Index, IndexPart, PrimaryKey
from app.provisioning.schema.names import literal, quoted

_WORDS: Final = re.compile(r"Timestamp(?:Tz)?|Time(?:Tz)?|MinMax|VarBit|[A-Z][a-z]*\d*")

MOST_COLUMNS: Final = 32
"""PostgreSQL's limit for an index (INDEX_MAX_KEYS)."""


class Keys:
    """Reads the keys and indexes of models, one schema's."""

    def __init__(self, declared: Declarations, notes: Notes) -> None:
        self._declared = declared
        self._notes = notes

    def add_primary_key(self, model: Model, room: Names) -> None:
        """Gives a model its primary key, from `@id` of a field or `@@id` of the block."""
        keys: list[tuple[Attribute, Sequence[Expression]]] = [
            (attribute, [Path(field.name)])
            for field in model.fields.values()
            if (attribute := field.attribute("id")) is not None
        ]
        if (whole := model.block.attribute("id")) is not None:
            keys.append((whole, _parts(whole)))
        for attribute, parts in keys[:1]:
            indexed = self._indexed(model, attribute, parts)
            if indexed is None:
                continue
            wanted = attribute.text("map") or names.primary_key(model.block.database_name)
            columns = tuple(part.of for part in indexed)
            model.primary_key = PrimaryKey(self._claim(model, attribute, room, wanted), columns)
            fields = tuple(_field(part) for part in parts)
            model.unique_fields[frozenset(fields)] = fields
        for attribute, _ in keys[1:]:
            self._fail(model, attribute, "A model has one primary key.")

    def add_indexes(self, model: Model, room: Names) -> None:
        """Gives a model its indexes, the unique ones among them."""
        seen: set[Index] = set()
        for field in model.fields.values():
            if (attribute := field.attribute("unique")) is not None:
                self._index(model, attribute, [Call(field.name, attribute.arguments)], room, seen)
        for attribute in model.block.attributes:
            if attribute.name in ("unique", "index"):
                self._index(model, attribute, _parts(attribute), room, seen)
            elif attribute.name == "fulltext":
                self._fail(model, attribute, "PostgreSQL has no such full-text index; it is left out.")
        if not model.unique_fields and model.block.attribute("ignore") is None:
            self._notes.error(
                model.block.file, model.block.line, "key", f"Nothing tells one row of {model.name} from another."
            )

    def _index(
        self, model: Model, attribute: Attribute, parts: Sequence[Expression], room: Names, seen: set[Index]
    ) -> None:
        unique = attribute.name == "unique"
        method = "btree" if unique else _method(attribute)
        if method is None:
            self._fail(model, attribute, "PostgreSQL has no index of this kind; it is one of the usual kind.")
        where = self._condition(model, attribute)
        indexed = self._indexed(model, attribute, parts, method or "btree")
        if indexed is None:
            return
        fields = tuple(_field(part) for part in parts)
        if unique and where is None:
            model.unique_fields.setdefault(frozenset(fields), fields)
        table = model.block.database_name
        written = [model.fields[each].database_name for each in fields]
        usual = names.unique(table, written) if unique else names.index(table, written)
        mapped = attribute.text("map")
        if mapped is None and not unique:
            # An index without a name for the client has `name` for the database's, from before `map`.
            mapped = attribute.text("name")
        made = Index(
            names.cut(mapped or usual),
            tuple(indexed),
            unique,
            method or "btree",
            where,
            evidence=model.evidence(attribute.line, attribute.name),
        )
        if made in seen:
            self._fail(model, attribute, "This index is there already.")
            return
        seen.add(made)
        name = self._claim(model, attribute, room, mapped or usual)
        model.indexes.append(replace(made, name=name))

    def _indexed(
        self, model: Model, attribute: Attribute, parts: Sequence[Expression], method: str = "btree"
    ) -> list[IndexPart] | None:
        """The columns, with their order and operator class; None where one of them cannot be indexed."""
        most = 1 if method in OF_ONE_COLUMN else MOST_COLUMNS
        if not 1 <= len(parts) <= most:
            self._fail(model, attribute, f"Such an index has 1 to {most} columns; it is left out.")
            return None
        indexed: list[IndexPart] = []
        for part in parts:
            column = self._column(model, attribute, part)
            if column is None:
                return None
            name = _operator_class(part)
            if not accepts(method, name, column.type):
                self._fail(model, attribute, f"No such index takes the column {column.name}; it is left out.")
                return None
            if name is not None and (needed := extension_of(name)):
                self._declared.extensions.setdefault(needed)
            if any(column.name == other.of for other in indexed):
                self._fail(model, attribute, f"{column.name} is named twice.")
                return None
            sort = _option(part, "sort")
            if sort is not None and method != "btree":
                self._fail(model, attribute, f"No such index has an order of {column.name}.")
            descending = sort == "Desc" and method == "btree"
            indexed.append(IndexPart(column.name, operator_class=name, descending=descending))
        return indexed

    def _column(self, model: Model, attribute: Attribute, part: Expression) -> Column | None:
        name = _field(part)
        column = model.columns.get(name)
        if column is None:
            self._fail(model, attribute, f"{model.name} has no column for {name or 'this'}; it is left out.")
        return column

    def _condition(self, model: Model, attribute: Attribute) -> str | None:
        """The condition of a partial index, as Prisma writes it."""
        value = attribute.argument("where")
        try:
            match value:
                case None:
                    return None
                case Call("raw", (argument,)) if isinstance(argument.value, Text):
                    return checked(argument.value.value)
                case Mapping(entries) if entries:
                    return " AND ".join(self._comparison(model, name, each) for name, each in entries)
            raise DefaultError("This is no condition.")
        except (DefaultError, ExpressionError) as error:
            self._fail(model, attribute, f"{error} The index is for all rows.")
            return None

    def _comparison(self, model: Model, name: str, value: Expression) -> str:
        column, field = model.columns.get(name), model.fields.get(name)
        if column is None or field is None:
            raise DefaultError(f"{model.name} has no column {name}.")
        negated = isinstance(value, Mapping)
        if isinstance(value, Mapping):
            if [key for key, _ in value.entries] != ["not"]:
                raise DefaultError("This is no condition.")
            value = value.entries[0][1]
        of = quoted(column.name)
        if value == Path("null"):
            return f"{of} IS {'NOT ' if negated else ''}NULL"
        return f"{of} {'!=' if negated else '='} {self._constant(column, field, value)}"

    def _constant(self, column: Column, field: Field, value: Expression) -> str:
        if isinstance(column.type, str):
            return constant(value, field.type, column.type)
        if isinstance(value, (Path, Text)):
            wanted = value.name if isinstance(value, Path) else value.value
            for each in self._declared.enums[field.type].values:
                if each.name == wanted:
                    return literal(names.cut(each.database_name))
        raise DefaultError(f"This is no value of {field.type}.")

    def _claim(self, model: Model, attribute: Attribute, room: Names, wanted: str) -> str:
        name = room.index(wanted)
        if name != names.cut(wanted):
            self._notes.error(
                model.block.file, attribute.line, "name",
                f"The name {wanted[:200]!r} is taken; the index is named {name!r}.",
            )  # fmt: skip
        return name

    def _fail(self, model: Model, attribute: Attribute, message: str) -> None:
        self._notes.error(model.block.file, attribute.line, "index", f"{model.name}, @{attribute.name}: {message}")


def _parts(attribute: Attribute) -> Sequence[Expression]:
    value = attribute.argument("fields", 0)
    if isinstance(value, Array):
        return value.items
    return () if value is None else (value,)


def _field(part: Expression) -> str:
    return part.name if isinstance(part, (Path, Call)) else ""


def _option(part: Expression, name: str) -> str | None:
    for argument in part.arguments if isinstance(part, Call) else ():
        if argument.name == name and isinstance(argument.value, Path):
            return argument.value.name
    return None


def _operator_class(part: Expression) -> str | None:
    for argument in part.arguments if isinstance(part, Call) else ():
        if argument.name == "ops":
            match argument.value:
                case Call("raw", (raw,)) if isinstance(raw.value, Text):
                    return raw.value.value.strip()
                case Path(name):
                    # Int4MinMaxMultiOps → int4_minmax_multi_ops
                    return "_".join(_WORDS.findall(name)).lower()
    return None


def _method(attribute: Attribute) -> str | None:
    value = attribute.argument("type")
    if value is None:
        return "btree"
    return METHODS.get(value.name) if isinstance(value, Path) else None
