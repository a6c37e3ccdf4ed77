"""Names of the code as words: what thing a name speaks of, and what the table and columns for it are called."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

_WORD: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+|[^\W\d_a-zA-Z]+")

_LEADING: Final = frozenset({
    "i", "t", "initial", "mock", "mocked", "sample", "dummy", "default", "fake", "seed", "demo", "example", "all",
    "my", "filtered", "selected", "current", "new", "edit", "editing", "create", "creating", "update", "updated",
    "add", "adding", "base", "featured", "recent", "popular", "related", "trending", "latest", "upcoming",
    "existing", "sorted", "fetched", "raw", "full", "empty", "handle", "on", "use", "get", "set", "fetch", "load",
    "loaded", "save", "saved", "delete", "remove", "insert", "register", "submit", "post", "put", "patch", "upsert",
    "send", "the", "temp", "total", "available", "displayed", "visible", "paginated", "partial", "local",
    "static", "test",
})  # fmt: skip
_TRAILING: Final = frozenset({
    "data", "dto", "input", "payload", "schema", "model", "entity", "type", "interface", "form", "values", "list",
    "array", "row", "info", "details", "detail", "db", "seed", "seeds", "mock",
    "modal", "dialog", "invite", "delete", "import", "export", "drawer", "panel", "sheet", "wizard", "multi", "page",
    "edit", "editor", "add", "new",
    "submit", "store", "object", "objects", "json", "create", "update", "insert",
    "fields", "body", "items_list", "table", "collection", "screen", "view", "initial", "async", "query",
    "mutation",
})  # fmt: skip
_OF_CALLS: Final = frozenset({"request", "response"})
"""A `CreateUserRequest` speaks of a user; a `LeaveRequest` is a thing of its own."""

_IRREGULAR: Final = {
    "person": "people", "child": "children", "man": "men", "woman": "women", "quiz": "quizzes", "leaf": "leaves",
    "shelf": "shelves", "wolf": "wolves", "life": "lives", "movie": "movies", "cookie": "cookies",
    "calorie": "calories",
    "tomato": "tomatoes", "potato": "potatoes", "hero": "heroes", "criterion": "criteria", "mouse": "mice",
    "selfie": "selfies", "zombie": "zombies", "pie": "pies", "tie": "ties", "cache": "caches", "niche": "niches",
    "bus": "buses", "gas": "gases", "status": "statuses", "bonus": "bonuses", "campus": "campuses", "virus": "viruses",
    "shoe": "shoes", "smoothie": "smoothies", "alias": "aliases", "analysis": "analyses",
}  # fmt: skip
_SINGULAR: Final = {plural: singular for singular, plural in _IRREGULAR.items()}
_UNCOUNTED: Final = frozenset({
    "news", "series", "feedback", "data", "media", "equipment", "staff", "progress", "info", "information",
    "species", "metadata", "analytics", "software", "settings", "stock", "weather", "music",
})  # fmt: skip


def words(name: str) -> list[str]:
    """The words of a name in lower case, however they are joined."""
    return [word.lower() for word in _WORD.findall(name)]


@lru_cache(maxsize=4096)
def snake(name: str) -> str:
    """The name as columns are called."""
    return "_".join(words(name)).replace("_id_s", "_ids") or name.strip().lower()


@lru_cache(maxsize=4096)
def singular(word: str) -> str:
    """One of them."""
    if word in _UNCOUNTED or word in _IRREGULAR or len(word) < 3:
        return word
    if word in _SINGULAR:
        return _SINGULAR[word]
    if word.endswith("ies") and len(word) > 4:
        return f"{word[:-3]}y"
    if word.endswith(("sses", "shes", "ches", "xes", "zzes")):
        return word[:-2]
    if word.endswith("s") and not word.endswith(("ss", "us", "is", "as")):
        return word[:-1]
    return word


def plural(name: str) -> str:
    """Many of them; of several words the last one changes."""
    head, _, last = name.rpartition("_")
    if last in _UNCOUNTED or (singular(last) != last and last not in _IRREGULAR):
        many = last
    elif last in _IRREGULAR:
        many = _IRREGULAR[last]
    elif last.endswith("y") and last[-2:-1] not in "aeiou":
        many = f"{last[:-1]}ies"
    elif last.endswith(("s", "x", "z", "ch", "sh")):
        many = f"{last}es"
    else:
        many = f"{last}s"
    return f"{head}_{many}" if head else many


def is_plural(name: str) -> bool:
    """Whether a name speaks of several."""
    last = (words(name) or [""])[-1]
    return singular(last) != last or last in _UNCOUNTED


@lru_cache(maxsize=4096)
def thing(name: str) -> str:
    """What a name speaks of, in one form: `initialTodos`, `ITodo`, `CreateTodoDto` and `todos` are all `todo`."""
    parts = words(name)
    trailing = _TRAILING
    while len(parts) > 1 and parts[0] in _LEADING:
        trailing = trailing | _OF_CALLS
        parts.pop(0)
    while len(parts) > 1 and parts[-1] in trailing:
        parts.pop()
    if not parts or (parts[0] in _LEADING | _TRAILING and len(parts) == 1):
        return ""
    return "_".join([*parts[:-1], singular(parts[-1])])
