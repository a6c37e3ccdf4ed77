"""What an app does, by the things that it keeps and the forms that it shows; and what follows for its tables."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Final

from app.provisioning.extraction.components.shapes import Sighting
from app.provisioning.extraction.components.weighing import SIGNING_IN
from app.provisioning.schema.model import Column, Evidence, Index, IndexPart, Schema

_FEATURES: Final[dict[str, tuple[set[str], set[str], set[str]]]] = {
    "blog": ({"post", "article", "blog_post", "blog"}, set(), {"thread", "forum"}),
    "booking": ({"booking", "reservation", "appointment"}, set(), set()),
    "chat": ({"message"}, {"conversation", "chat", "room", "channel", "chat_room"}, set()),
    "contact": ({"contact"}, set(), {"deal", "lead", "company"}),
    "crm": ({"contact", "client", "customer"}, {"deal", "lead", "opportunity"}, set()),
    "e-commerce": ({"product"}, {"order", "cart_item", "order_item", "cart"}, set()),
    "finance": ({"expense", "transaction", "budget", "invoice"}, set(), set()),
    "forum": ({"thread", "topic", "forum"}, {"reply", "post", "comment"}, set()),
    "habits": ({"habit"}, set(), set()),
    "inventory": ({"supplier", "warehouse", "inventory_item", "stock_movement"}, set(), set()),
    "kanban": ({"task", "card"}, {"column", "board"}, set()),
    "learning": ({"course", "flashcard"}, set(), set()),
    "music": ({"track", "song"}, set(), set()),
    "notes": ({"note"}, set(), set()),
    "quiz": ({"question", "quiz"}, set(), set()),
    "recipes": ({"recipe"}, set(), set()),
    "todo": ({"todo", "todo_item", "task"}, set(), {"column", "board"}),
    "workouts": ({"workout", "exercise"}, set(), set()),
}
"""Of each feature: things of which an app has one, others of which it has one too, and those that it has none of."""


def features(keys: Collection[str], sightings: Sequence[Sighting], signs_in: bool) -> tuple[str, ...]:
    """The features of an app whose stored things are `keys`."""
    auth = signs_in or any(each.rule in SIGNING_IN for each in sightings)
    kept = set(keys)
    seen = [
        name
        for name, (one, besides, none) in _FEATURES.items()
        if one & kept and (besides & kept or not besides) and not none & kept
    ]
    return tuple(sorted([*seen, "auth"] if auth else seen))


def completed(schema: Schema, people: str, sightings: Sequence[Sighting]) -> Schema:
    """The schema with what a sign-in form needs of the table of people, where the app has both."""
    form = next((each for each in sightings if each.rule in ("sign-in", "sign-up")), None)
    users = schema.table(people)
    if form is None or users is None:
        return schema
    evidence = Evidence(form.evidence.file, form.evidence.line, "components.template-auth", 0.6)
    columns, indexes = users.columns, users.indexes
    if users.column("password_hash") is None:
        columns = (*columns, Column("password_hash", "text", nullable=True, evidence=evidence))
    identity = next((each for each in ("email", "username") if users.column(each) is not None), None)
    if identity is not None:
        indexes = (*indexes, Index(f"{people}_{identity}_key", (IndexPart(identity),), unique=True, evidence=evidence))
    changed = replace(users, columns=columns, indexes=indexes)
    return replace(schema, tables=tuple(changed if table is users else table for table in schema.tables))
