"""From the declarations of a Prisma schema to the schema that Prisma Migrate makes on PostgreSQL."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from app.provisioning.extraction.prisma.columns import Columns
from app.provisioning.extraction.prisma.declarations import Declarations, declarations
from app.provisioning.extraction.prisma.keys import Keys
from app.provisioning.extraction.prisma.names import Names, cut
from app.provisioning.extraction.prisma.notes import Notes
from app.provisioning.extraction.prisma.relations import Relations
from app.provisioning.extraction.prisma.tree import Block
from app.provisioning.schema.model import PUBLIC, Enum, Evidence, Schema, TypeName


def lower(blocks: Iterable[Block], notes: Notes) -> Schema:
    """The schema that blocks declare."""
    blocks = list(blocks)
    declared = declarations(blocks, notes)
    if blocks and not any(block.kind == "datasource" for block in blocks):
        notes.warning(blocks[0].file, 0, "provider", "No datasource says for which database this is: for PostgreSQL.")
    rooms: dict[str, Names] = defaultdict(Names)
    _place_models(declared, rooms, notes)
    enums = _enums(declared, rooms, notes)
    columns, keys, relations = Columns(declared, notes), Keys(declared, notes), Relations(declared, notes)
    models = list(declared.models.values())
    for model in models:
        columns.add(model)
    for model in models:
        keys.add_primary_key(model, rooms[model.schema])
    for model in models:
        keys.add_indexes(model, rooms[model.schema])
    relations.add_foreign_keys()
    joins = relations.join_tables(rooms)
    return Schema(
        tables=(*(model.to_table() for model in models), *joins),
        enums=enums,
        schemas=tuple(schema for schema in dict.fromkeys((*declared.schemas, *rooms)) if schema != PUBLIC),
        extensions=tuple(declared.extensions),
    )


def _place_models(declared: Declarations, rooms: dict[str, Names], notes: Notes) -> None:
    """Gives each model the name and the schema of its table."""
    for model in declared.models.values():
        model.schema = _schema(declared, model.block, notes)
        wanted = model.block.database_name
        model.table = rooms[model.schema].table(wanted)
        if model.table != wanted:
            notes.warning(
                model.block.file, model.block.line, "name", f"Table {wanted[:200]!r} is named {model.table!r}."
            )


def _enums(declared: Declarations, rooms: dict[str, Names], notes: Notes) -> tuple[Enum, ...]:
    found = []
    for block in declared.enums.values():
        labels: dict[str, None] = {}
        for value in block.values:
            label = cut(value.database_name)
            if label in labels:
                notes.error(block.file, value.line, "duplicate", f"{block.name} has the value {label!r} twice.")
            elif label != value.database_name:
                notes.error(
                    block.file, value.line, "name", f"The value {value.database_name[:200]!r} became {label!r}."
                )
            labels.setdefault(label)
        if not labels:
            notes.error(block.file, block.line, "enum", f"{block.name} has no values.")
            continue
        schema = _schema(declared, block, notes)
        name = rooms[schema].enum(block.database_name)
        if name != block.database_name:
            notes.warning(block.file, block.line, "name", f"Enum {block.database_name[:200]!r} is named {name!r}.")
        declared.enum_types[block.name] = TypeName(name, schema)
        found.append(Enum(name, tuple(labels), schema, Evidence(block.file, block.line, "prisma.enum")))
    return tuple(found)


def _schema(declared: Declarations, block: Block, notes: Notes) -> str:
    """The schema of a table or an enum."""
    written = block.schema
    if written is None:
        if declared.schemas and PUBLIC not in declared.schemas:
            notes.error(block.file, block.line, "schema", f"{block.name} is in none of the datasource's schemas.")
        return PUBLIC
    if written not in declared.schemas:
        notes.error(block.file, block.line, "schema", f"{written[:80]!r} is none of the datasource's schemas.")
    name = cut(written)
    # PostgreSQL keeps these names for itself.
    return PUBLIC if name.startswith("pg_") or name in ("", "information_schema") else name
