"""Where `@ignore` may stand and must stand: it changes no table, but Prisma rejects the schema otherwise."""

from __future__ import annotations

from app.provisioning.extraction.prisma.declarations import Declarations, Model
from app.provisioning.extraction.prisma.tree import Field


def fault(declared: Declarations, model: Model, field: Field) -> str | None:
    """What Prisma has against a field that it is to ignore, or should be."""
    is_ignored = field.attribute("ignore") is not None
    if is_ignored and field.unsupported:
        return "A field of an unsupported type is ignored already."
    is_within = model.block.attribute("ignore") is not None
    if is_ignored and is_within and not declared.is_relation(field):
        return "A field of a model that is ignored is ignored with it."
    target = None if field.unsupported else declared.models.get(field.type)
    if target is None or is_ignored or is_within or target.block.attribute("ignore") is None:
        return None
    return f"{target.name} is ignored, so what leads there must be too."
