"""Words whose meaning is known beforehand: what apps commonly store, and what is only shown or passed about."""

from __future__ import annotations

from typing import Final

STORED: Final = frozenset({
    "user", "account", "profile", "customer", "member", "employee", "student", "teacher", "author", "patient",
    "doctor", "team", "organization", "company", "contact", "lead", "deal", "client", "activity", "todo", "task",
    "subtask", "project", "board", "card", "column", "post", "article", "comment", "reply", "thread", "topic",
    "tag", "category", "product", "order", "order_item", "cart_item", "review", "wishlist_item", "coupon",
    "message", "conversation", "chat", "room", "channel", "recipe", "ingredient", "habit", "habit_log", "expense",
    "transaction", "budget", "income", "invoice", "payment", "subscription", "event", "booking", "reservation",
    "appointment", "venue", "ticket", "attendee", "guest", "movie", "book", "track", "song", "album", "playlist",
    "artist", "quiz", "question", "answer", "attempt", "score", "item", "supplier", "warehouse", "note", "notebook",
    "folder", "bookmark", "workout", "exercise", "meal", "goal", "course", "lesson", "enrollment", "job",
    "application", "listing", "property", "vehicle", "pet", "friend", "group", "poll", "vote", "photo", "document",
    "inventory_item", "flashcard", "deck", "journal_entry", "blog_post", "feedback", "complaint", "donation",
    "volunteer", "job_application", "menu_item", "shift", "asset", "device", "sensor", "reading", "stock_movement",
    "purchase", "follow", "like", "notification",
})  # fmt: skip
"""Things that apps without an ORM are often about."""

SHOWN: Final = frozenset({
    "nav", "navigation", "nav_item", "nav_link", "menu", "menu_link", "sidebar_item", "link", "social",
    "social_link", "faq", "testimonial", "feature", "stat", "statistic", "step", "slide", "banner", "button", "tab",
    "color", "colour", "icon", "breadcrumb", "tier", "plan", "pricing", "pricing_plan", "pricing_tier", "route",
    "chart", "chart_datum", "chart_point", "metric", "kpi", "toast", "snackbar", "modal", "particle", "square",
    "cell", "move", "lap", "snake", "tile", "bullet", "enemy", "confetti", "history", "style", "theme", "setting",
    "locale", "language", "translation", "option", "config", "variant", "size", "font", "animation", "hero",
    "section", "footer", "header", "social_media", "partner", "logo", "brand_logo", "perk", "benefit", "value",
    "advantage", "highlight", "service", "process", "timeline", "timeline_item", "skill", "technology",
    "tech_stack", "education", "experience", "quick_action", "action", "filter", "sort_option", "tooltip", "marker",
    "key", "digit", "operator", "sound", "avatar", "emoji", "stat_card", "card_item", "tool", "error", "env",
    "environment", "query", "search", "param", "pagination", "page", "login", "sign_in", "auth", "credential",
    "token", "session", "password", "weather", "forecast", "calculation", "result", "conversion", "unit", "month",
    "day", "hour", "weekday", "data_point", "datum", "series", "country", "currency", "timezone", "keyframe",
    "shape", "layer", "point", "position", "coordinate", "vector", "player_state", "game", "game_state",
    "board_state", "item_type", "form", "field", "validation", "state", "context", "prop", "default_value",
    "component", "ingredient_unit", "preset", "mode", "breakpoint", "dropdown",
})  # fmt: skip
"""Parts of a page, of a game or of the wiring: tables only where the app stores them in so many words."""

HELD: Final = frozenset({
    "column", "section", "option", "filter", "plan", "service", "skill", "value", "score", "game", "notification",
    "session", "like",
})  # fmt: skip
"""Words of SHOWN that are tables as soon as the app holds them in a changing list or refers to them by id."""

NOT_STORED_SUFFIXES: Final = {
    "props": "the properties of a component",
    "state": "the state of a component or store, not a thing in it",
    "store": "a store, not a thing in it",
    "slice": "a store, not a thing in it",
    "context": "what a context hands around",
    "action": "an action on a store",
    "actions": "actions on a store",
    "params": "the parameters of a call",
    "args": "the arguments of a call",
    "config": "configuration",
    "configuration": "configuration",
    "options": "options of a call",
    "theme": "how the page looks",
    "styles": "how the page looks",
    "style": "how the page looks",
    "variants": "how the page looks",
    "variant": "how the page looks",
    "result": "the result of a call",
    "results": "the result of a call",
    "return": "the result of a call",
    "response": "the answer of a call",
    "error": "an error",
    "errors": "errors of a form",
    "filters": "a filter over a list",
    "filter": "a filter over a list",
    "query": "a query",
    "ref": "a handle on a component",
    "handler": "a function",
    "pagination": "a part of a list",
    "env": "the environment",
    "stats": "figures that are worked out",
    "metrics": "figures that are worked out",
    "analytics": "figures that are worked out",
    "settings": "how one person has set up the page",
    "provider": "a component",
    "credentials": "what somebody signs in with",
    "tokens": "what somebody is signed in with",
    "type": "a kind of thing, not a thing",
    "enum": "a kind of thing, not a thing",
    "map": "a lookup, not a thing in it",
}
"""Last words of the names of types that are about the code, not about data; and what such a type is."""

PEOPLE: Final = frozenset({
    "user", "author", "owner", "creator", "sender", "recipient", "receiver", "assignee", "assigner", "member",
    "participant", "attendee", "follower", "following", "friend", "reviewer", "commenter", "organizer", "host",
    "guest", "manager", "admin", "created_by", "updated_by", "uploaded_by", "assigned_to", "posted_by", "customer",
    "buyer", "seller", "student", "teacher", "instructor", "employee", "liked_by", "profile", "client", "voter",
    "reporter", "requester", "approver", "editor", "by", "like",
})  # fmt: skip
"""Words by which a reference means a person who uses the app, where nothing more exact is known."""

WRITTEN_TO: Final = frozenset({
    "contact", "lead", "subscriber", "newsletter", "company", "organization", "supplier", "vendor", "venue", "invite",
    "invitation", "waitlist", "waitlist_entry", "message", "feedback", "inquiry", "contact_message", "order", "booking",
    "reservation", "application", "registration", "rsvp", "submission", "client", "quote", "appointment", "ticket",
    "branch", "location", "store", "restaurant", "hotel", "shop",
})  # fmt: skip
"""Things with a mail address that are not the people who use the app."""

MONEY: Final = frozenset({
    "price", "amount", "cost", "total", "subtotal", "balance", "salary", "fee", "budget", "revenue", "income",
    "payment", "deposit", "tax", "shipping", "wage", "rent", "refund", "spent", "charge", "earnings",
    "inflow", "outflow", "inflows", "outflows", "expenditure", "profit",
})  # fmt: skip
WHOLE: Final = frozenset({
    "count", "quantity", "qty", "stock", "age", "year", "order", "position", "index", "votes", "upvotes",
    "downvotes", "likes", "views", "shares", "followers", "points", "streak", "minutes", "seconds", "hours", "days",
    "servings", "seats", "capacity", "pages", "page", "guests", "attempts", "calories", "reps", "sets", "stars",
    "inventory", "level", "number", "attendees", "duration", "size", "year_built", "bedrooms", "sort", "rank",
    "priority", "estimate", "plays", "downloads", "participants", "score", "reputation", "karma", "wins", "losses",
    "goals", "turns", "round", "attempt", "clicks", "comments", "members", "xp", "upvote", "downvote",
    "day", "week", "month", "quarter", "semester", "hour", "minute", "floor",
})  # fmt: skip
"""Last words of numbers that are counted, not measured."""

UNITS: Final = frozenset({
    "kg", "kgs", "lbs", "pounds", "grams", "ounces", "meters", "metres", "miles", "kilometers", "inches", "liters",
    "litres", "degrees", "hours", "watts", "volts", "percents", "coordinates", "euros", "dollars", "acres", "hectares",
    "macros", "carbs", "proteins", "fats",
})  # fmt: skip
"""Plurals that are measured, not counted."""

MEASURED: Final = frozenset({
    "rating", "weight", "height", "latitude", "longitude", "lat", "lng", "lon", "temperature", "percent",
    "percentage", "rate", "value",
})  # fmt: skip

CHOSEN: Final = frozenset({
    "status", "priority", "role", "level", "difficulty", "stage", "severity", "gender", "state", "frequency",
    "visibility", "type", "kind",
})  # fmt: skip
"""Names of fields whose few values in examples are likely to be all that there are."""

DATED: Final = frozenset(["date", "deadline", "birthday", "dob", "timestamp", "datetime"])
"""Last words of fields that hold a point in time."""

GENERIC: Final = frozenset({
    "item", "data", "datum", "result", "entry", "row", "element", "list", "value", "record", "object", "node",
    "edge", "child", "line", "thing", "match", "content", "selection", "selected", "page", "part", "piece", "group",
    "set", "prev", "previous", "old", "state", "other",
})  # fmt: skip
"""Names of lists that say nothing of what is in them."""

PAGE_PARTS: Final = frozenset({
    "nav", "navbar", "sidebar", "menu", "footer", "header", "breadcrumb", "chart", "hero", "tab", "toolbar", "route",
})  # fmt: skip
"""First words of the names of things that are parts of a page."""
