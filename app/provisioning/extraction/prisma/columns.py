"""From the fields of a model to the columns of its table."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from app.provisioning.extraction.prisma import defaults, ignoring, natives
from app.provisioning.extraction.prisma.declarations import Declarations, Model
from app.provisioning.extraction.prisma.defaults import Default, DefaultError
from app.provisioning.extraction.prisma.names import Room, cut
from app.provisioning.extraction.prisma.notes import Notes
from app.provisioning.extraction.prisma.tree import Array, Attribute, Block, Call, Expression, Field, Number, Path, Text
from app.provisioning.schema.expressions import ExpressionError, checked_type
from app.provisioning.schema.model import Column, Numbering, TypeName
from app.provisioning.schema.names import literal, quoted

_NUMBERINGS: Final = frozenset({"smallint", "integer", "bigint"})

MOST_COLUMNS: Final = 1_600
"""PostgreSQL's limit (MaxHeapAttributeNumber)."""


class Columns:
    """Reads the fields of models, one schema's."""

    def __init__(self, declared: Declarations, notes: Notes) -> None:
        self._declared = declared
        self._notes = notes
        self._missing = _missing_models(declared)

    def add(self, model: Model) -> None:
        """Gives a model its columns."""
        room = Room()
        for field in model.fields.values():
            if (fault := ignoring.fault(self._declared, model, field)) is not None:
                self._fail(model, field, "ignore", fault)
            if self._declared.is_relation(field) or self._is_missing_relation(model, field):
                continue
            if len(model.columns) == MOST_COLUMNS:
                self._fail(model, field, "columns", f"A table has at most {MOST_COLUMNS:,} columns.")
                break
            column = self._column(model, field)
            name = room.claim(field.database_name)
            if name != field.database_name:
                self._warn(model, field, "name", f"Column {field.database_name[:200]!r} is named {name!r}.")
            model.columns[field.name] = replace(column, name=name)

    def _column(self, model: Model, field: Field) -> Column:
        sql_type, scalar = self._type(model, field)
        default = self._default(model, field, sql_type, scalar)
        if default.extension:
            self._declared.extensions.setdefault(default.extension)
        return Column(
            cut(field.database_name),
            sql_type,
            nullable=field.arity != "required" and default.numbering is None,
            default=default.sql,
            numbering=default.numbering,
            generated=default.generated,
            evidence=model.evidence(field.line, "field"),
        )

    def _type(self, model: Model, field: Field) -> tuple[str | TypeName, str]:
        """The type, and Prisma's own one for the same."""
        listed = field.arity == "list"
        if field.unsupported:
            sql_type, scalar = self._raw_type(model, field), "Unsupported"
        elif field.type in self._declared.enum_types:
            named = self._declared.enum_types[field.type]
            return replace(named, array=listed), "enum"
        elif field.type in self._declared.composites:
            self._warn(model, field, "composite", f"The composite type {field.type} is kept as JSON.")
            # A list of them is one document, as it is in MongoDB.
            return "jsonb", "Json"
        elif field.type in natives.SCALARS:
            sql_type, scalar = self._native_type(model, field), field.type
        else:
            self._fail(model, field, "unknown-type", f"{field.type} is declared nowhere; the column is a text.")
            sql_type, scalar = "text", "unknown"
        if extension := natives.extension(sql_type):
            self._declared.extensions.setdefault(extension)
        return (f"{sql_type}[]" if listed else sql_type), scalar

    def _raw_type(self, model: Model, field: Field) -> str:
        try:
            # Where Supabase keeps extensions; a new database has them in public.
            sql_type = checked_type(field.type).removeprefix("extensions.")
        except ExpressionError as error:
            self._fail(model, field, "unsupported-type", f"{error} The column is a text.")
            return "text"
        if natives.is_known(sql_type):
            return sql_type
        self._fail(model, field, "unsupported-type", f"No new database has a type {sql_type}; the column is a text.")
        return "text"

    def _native_type(self, model: Model, field: Field) -> str:
        usual = natives.SCALARS[field.type]
        written = next((each for each in field.attributes if "." in each.name), None)
        if written is None:
            return usual
        name = written.name.partition(".")[2]
        found = natives.native(self._declared.provider, name)
        if found is None:
            self._fail(model, field, "native-type", f"@{written.name} is no type of {self._declared.provider}.")
            return usual
        native, own = found
        if field.type == "Boolean":
            return usual
        sql_type = self._sized(model, field, native, written)
        if not own:
            self._fail(
                model, field, "native-type", f"@{written.name} is no type of {self._declared.provider}: {sql_type}."
            )
        elif natives.is_postgresql(self._declared.provider):
            if natives.scalar(sql_type) != field.type:
                self._fail(model, field, "native-type", f"@{written.name} is no type of a {field.type}.")
                return usual
        elif not native.exact:
            self._warn(model, field, "native-type", f"@{written.name} became {sql_type}.")
        return sql_type

    def _sized(self, model: Model, field: Field, native: natives.Native, written: Attribute) -> str:
        values = [each.value for each in written.arguments]
        sizes = [int(each.text) for each in values if isinstance(each, Number) and each.text[:9].isdigit()][:2]
        if not sizes or native.sized is None:
            return native.type
        first_least = 0 if "time" in native.sized else 1
        if len(sizes) < len(native.most):
            self._fail(model, field, "native-type", f"@{written.name} has {len(native.most)} sizes or none.")
            sizes.append(0)
        sizes = sizes[: len(native.most)]
        least = (first_least, 0)
        if any(not low <= size <= most for size, low, most in zip(sizes, least, native.most, strict=False)) or (
            len(sizes) == 2 and sizes[1] > sizes[0]
        ):
            self._fail(model, field, "native-type", f"PostgreSQL has no {native.type} of that size.")
            return native.type
        return native.sized.format(*sizes)

    def _default(self, model: Model, field: Field, sql_type: str | TypeName, scalar: str) -> Default:
        attribute = field.attribute("default")
        value = attribute.argument("value", 0) if attribute else None
        if value is None:
            return Default()
        try:
            default = self._read_default(model, field, value, sql_type, scalar)
        except DefaultError as error:
            self._fail(model, field, "default", f"{error} The column has no default.")
            return Default()
        if default.changed:
            became = default.sql or default.generated or "a number of its own"
            self._warn(model, field, "default", f"{default.changed[:200]!r} became {became[:200]!r}.")
        return default

    def _read_default(
        self, model: Model, field: Field, value: Expression, sql_type: str | TypeName, scalar: str
    ) -> Default:
        if isinstance(value, Call):
            return self._computed(model, value, sql_type, scalar, field)
        if isinstance(sql_type, TypeName):
            return Default(_enum_default(value, sql_type, self._declared.enums[field.type]))
        if scalar == "unknown":
            return Default(literal(value.name) if isinstance(value, Path) and not sql_type.endswith("[]") else None)
        if isinstance(value, Array) != (field.arity == "list"):
            raise DefaultError("A list has a list as its default, and nothing else has.")
        return Default(defaults.constant(value, scalar, sql_type.removesuffix("[]")))

    def _computed(self, model: Model, call: Call, sql_type: str | TypeName, scalar: str, field: Field) -> Default:
        plain = sql_type if isinstance(sql_type, str) else ""
        match call.name:
            case "dbgenerated":
                columns = {each.database_name for each in model.fields.values() if each is not field}
                default = defaults.generated_by_database(call, columns, plain)
                return replace(default, numbering=_numbering(plain)) if default.numbering else default
            case "now" if scalar == "DateTime":
                return Default("CURRENT_TIMESTAMP")
            case "autoincrement" | "sequence" if _numbering(plain):
                return Default(numbering=_numbering(plain))
            case "autoincrement" if plain == "oid":
                # Prisma takes it and makes no sequence.
                return Default()
            case "auto" if self._declared.provider == "mongodb":
                return Default("gen_random_uuid()", changed="auto()")
            case name if name in defaults.MADE_BY_CLIENT and scalar == "String":
                return Default()
        raise DefaultError(f"{call.name}() is no default of a {field.type}.")

    def _is_missing_relation(self, model: Model, field: Field) -> bool:
        """Whether a field leads to a model that is declared nowhere."""
        if field.unsupported or field.type not in self._missing:
            return False
        self._fail(model, field, "unknown-type", f"The model {field.type} is declared nowhere.")
        return True

    def _fail(self, model: Model, field: Field, rule: str, message: str) -> None:
        self._notes.error(model.block.file, field.line, rule, f"{model.name}.{field.name}: {message}")

    def _warn(self, model: Model, field: Field, rule: str, message: str) -> None:
        self._notes.warning(model.block.file, field.line, rule, f"{model.name}.{field.name}: {message}")


def _missing_models(declared: Declarations) -> frozenset[str]:
    """Names that are declared nowhere and stand where models stand: with @relation, or as a list without a default."""
    known = {*natives.SCALARS, *declared.models, *declared.views, *declared.enums, *declared.composites}
    return frozenset(
        field.type
        for model in declared.models.values()
        for field in model.fields.values()
        if not field.unsupported
        and field.type not in known
        and (field.attribute("relation") or (field.arity == "list" and not field.attribute("default")))
    )


def _numbering(sql_type: str) -> Numbering | None:
    return "serial" if sql_type in _NUMBERINGS else None


def _enum_default(value: Expression, sql_type: TypeName, declared: Block) -> str:
    labels = {each.name: cut(each.database_name) for each in declared.values}

    def label(of: Expression) -> str:
        name = of.name if isinstance(of, Path) else of.value if isinstance(of, Text) else ""
        if name not in labels:
            raise DefaultError(f"{name[:80]!r} is no value of {declared.name}.")
        return literal(labels[name])

    if isinstance(value, Array) != sql_type.array:
        raise DefaultError("A list has a list as its default, and nothing else has.")
    if not isinstance(value, Array):
        return label(value)
    return f"ARRAY[{', '.join(label(each) for each in value.items)}]::{quoted(sql_type.schema, sql_type.name)}[]"
