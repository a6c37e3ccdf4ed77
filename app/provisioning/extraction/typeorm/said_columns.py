"""A column as its decorator says it, with what TypeORM takes for granted."""

from __future__ import annotations

from dataclasses import dataclass

from app.provisioning.extraction.typeorm.metadata import ColumnMeta, EmbeddedMeta, EntityMeta
from app.provisioning.extraction.typeorm.storage import ColumnSaid
from app.provisioning.source.values import UNDEFINED, Value


@dataclass(frozen=True, slots=True)
class Sql:
    """A default that TypeORM itself writes."""

    text: str


NOW = Sql("now()")


def column_meta(entity: EntityMeta, said: ColumnSaid, embedded: EmbeddedMeta | None = None) -> ColumnMeta:
    """A column as it was said."""
    options = said.options

    def text(name: str) -> str | None:
        value = options.get(name)
        return value if isinstance(value, str) and value else None

    default = options.get("default", UNDEFINED)
    nullable = options.get("nullable", UNDEFINED)
    length = options.get("length")
    column = ColumnMeta(
        entity,
        said.property,
        said.type,
        said.mode,
        said.target,
        embedded,
        given_name=text("name"),
        length=str(length) if isinstance(length, (int, str)) and not isinstance(length, bool) and length else "",
        precision=whole(options.get("precision")),
        scale=whole(options.get("scale")),
        is_primary=options.get("primary") is True,
        is_nullable=nullable is True if isinstance(nullable, bool) else default is None,
        is_array=options.get("array") is True,
        default=UNDEFINED if default is None else default,
        comment=text("comment"),
        collation=text("collation"),
        enum=options.get("enum", UNDEFINED),
        enum_name=text("enumName"),
        expression=text("asExpression"),
        generated_type=text("generatedType"),
        identity=text("generatedIdentity"),
        primary_key_name=text("primaryKeyConstraintName"),
        foreign_key_name=text("foreignKeyConstraintName"),
        at=said.at,
    )
    match said.mode:
        case "createDate" | "updateDate":
            column.type = column.type or "timestamp"
            if column.default is UNDEFINED or column.default in (0, "", False):
                column.default = NOW
        case "deleteDate":
            column.type = column.type or "timestamp"
            column.is_nullable = True
        case "version" | "treeLevel":
            column.type = "int4"
    return column


def whole(value: Value) -> int | None:
    """A whole number, also one that is written as text."""
    if isinstance(value, str) and value.isdigit():
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None
