"""The name of a model's collection, by the rules of mongoose-legacy-pluralize, which Mongoose has built in."""

from __future__ import annotations

import re
from typing import Final

_RULES: Final = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (r"human$", "humans"),
        (r"(m)an$", r"\1en"),
        (r"(pe)rson$", r"\1ople"),
        (r"(child)$", r"\1ren"),
        (r"^(ox)$", r"\1en"),
        (r"(ax|test)is$", r"\1es"),
        (r"(octop|vir)us$", r"\1i"),
        (r"(alias|status)$", r"\1es"),
        (r"(bu)s$", r"\1ses"),
        (r"(buffal|tomat|potat)o$", r"\1oes"),
        (r"([ti])um$", r"\1a"),
        (r"sis$", "ses"),
        (r"(?:([^f])fe|([lr])f)$", r"\1\2ves"),
        (r"(hive)$", r"\1s"),
        (r"([^aeiouy]|qu)y$", r"\1ies"),
        (r"(x|ch|ss|sh)$", r"\1es"),
        (r"(matr|vert|ind)ix|ex$", r"\1ices"),
        (r"([m|l])ouse$", r"\1ice"),
        (r"(kn|w|l)ife$", r"\1ives"),
        (r"(quiz)$", r"\1zes"),
        (r"^goose$", "geese"),
        (r"s$", "s"),
        (r"([^a-z])$", r"\1"),
        (r"$", "s"),
    )
)

_UNCOUNTABLE: Final = frozenset(
    {
        "advice", "energy", "excretion", "digestion", "cooperation", "health", "justice", "labour", "machinery",
        "equipment", "information", "pollution", "sewage", "paper", "money", "species", "series", "rain", "rice",
        "fish", "sheep", "moose", "deer", "news", "expertise", "status", "media",
    }
)  # fmt: skip


def collection_of(model: str) -> str:
    """`BlogPost` → `blogposts`, `Category` → `categories`, `Person` → `people`."""
    if model in ("system.profile", "system.indexes"):
        return model
    name = model.lower()
    if name in _UNCOUNTABLE:
        return name
    return next((pattern.sub(to, name, count=0) for pattern, to in _RULES if pattern.search(name)), name)
