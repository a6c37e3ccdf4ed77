"""Plural, singular and snake_case as the `inflection` package 1.13 makes them, which Sequelize names tables with."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

_UNCOUNTABLE: Final = frozenset(
    {
        "accommodation", "adulthood", "advertising", "advice", "aggression", "aid", "air", "aircraft", "alcohol",
        "anger", "applause", "arithmetic", "assistance", "athletics", "bacon", "baggage", "beef", "biology", "blood",
        "botany", "bread", "butter", "carbon", "cardboard", "cash", "chalk", "chaos", "chess", "countryside",
        "crossroads", "dancing", "deer", "dignity", "dirt", "dust", "economics", "education", "electricity",
        "engineering", "enjoyment", "envy", "equipment", "ethics", "evidence", "evolution", "fame", "fiction", "flour",
        "flu", "food", "fuel", "fun", "furniture", "gallows", "garbage", "garlic", "genetics", "gold", "golf", "gossip",
        "gratitude", "grief", "guilt", "gymnastics", "happiness", "hardware", "harm", "hate", "hatred", "health",
        "heat", "help", "homework", "honesty", "honey", "hospitality", "housework", "humour", "hunger", "hydrogen",
        "ice", "importance", "inflation", "information", "innocence", "iron", "irony", "jam", "jewelry", "judo",
        "karate", "knowledge", "lack", "laughter", "lava", "leather", "leisure", "lightning", "linguine", "linguini",
        "linguistics", "literature", "litter", "livestock", "logic", "loneliness", "luck", "luggage", "macaroni",
        "machinery", "magic", "management", "mankind", "marble", "mathematics", "mayonnaise", "measles", "methane",
        "milk", "minus", "money", "mud", "mumps", "music", "nature", "news", "nitrogen", "nonsense", "nurture",
        "nutrition", "obedience", "obesity", "oxygen", "pasta", "patience", "physics", "poetry", "pollution", "poverty",
        "pride", "psychology", "publicity", "punctuation", "quartz", "racism", "relaxation", "reliability", "research",
        "respect", "revenge", "rice", "rubbish", "rum", "safety", "scenery", "seafood", "seaside", "series", "shame",
        "sheep", "shopping", "sleep", "smoke", "smoking", "snow", "soap", "software", "soil", "spaghetti", "species",
        "steam", "stuff", "stupidity", "sunshine", "symmetry", "tennis", "thirst", "thunder", "timber", "traffic",
        "transportation", "trust", "underwear", "unemployment", "unity", "validity", "veal", "vegetarianism",
        "vegetation", "vengeance", "violence", "vitality", "warmth", "wealth", "weather", "welfare", "wheat",
        "wildlife", "wisdom", "yoga", "zinc", "zoology",
    }
)  # fmt: skip

# The first rule that matches decides: words that stay as they are, then replacements.
_PLURALS: Final = (
    r"^(m|wom)en$", r"(pe)ople$", r"(child)ren$", r"([ti])a$",
    r"((a)naly|(b)a|(d)iagno|(p)arenthe|(p)rogno|(s)ynop|(t)he)ses$", r"(database)s$", r"(drive)s$", r"(hi|ti)ves$",
    r"(curve)s$", r"([lr])ves$", r"([^fo])ves$", r"([^aeiouy]|qu)ies$", r"(s)eries$", r"(m)ovies$",
    r"(x|ch|ss|sh)es$", r"([m|l])ice$", r"(bus)es$", r"(o)es$", r"(shoe)s$", r"(cris|ax|test)es$",
    r"(octop|vir)uses$", r"(alias|canvas|status|campus)es$", r"^(summons|bonus)es$", r"^(ox)en", r"(matr)ices$",
    r"^feet$", r"^teeth$", r"^geese$", r"(quiz)zes$", r"^(whereas)es$", r"^(criteri)a$", r"^genera$",
)  # fmt: skip
_TO_PLURAL: Final = (
    (r"^(m|wom)an$", r"\1en"), (r"(pe)rson$", r"\1ople"), (r"(child)$", r"\1ren"), (r"(drive)$", r"\1s"),
    (r"^(ox)$", r"\1en"), (r"(ax|test)is$", r"\1es"), (r"(octop|vir)us$", r"\1uses"),
    (r"(alias|status|canvas|campus)$", r"\1es"), (r"^(summons|bonus)$", r"\1es"), (r"(bu)s$", r"\1ses"),
    (r"(buffal|tomat|potat)o$", r"\1oes"), (r"([ti])um$", r"\1a"), (r"sis$", r"ses"),
    (r"(?:([^f])fe|([lr])f)$", r"\1\2ves"), (r"(hi|ti)ve$", r"\1ves"), (r"([^aeiouy]|qu)y$", r"\1ies"),
    (r"(matr)ix$", r"\1ices"), (r"(vert|ind)ex$", r"\1ices"), (r"(x|ch|ss|sh)$", r"\1es"), (r"([m|l])ouse$", r"\1ice"),
    (r"^foot$", r"feet"), (r"^tooth$", r"teeth"), (r"^goose$", r"geese"), (r"(quiz)$", r"\1zes"),
    (r"^(whereas)$", r"\1es"), (r"^(criteri)on$", r"\1a"), (r"^genus$", r"genera"), (r"s$", r"s"), (r"$", r"s"),
)  # fmt: skip
_SINGULARS: Final = (
    r"^(m|wom)an$", r"(pe)rson$", r"(child)$", r"(drive)$", r"^(ox)$", r"(ax|test)is$", r"(octop|vir)us$",
    r"(alias|status|canvas|campus)$", r"^(summons|bonus)$", r"(bu)s$", r"(buffal|tomat|potat)o$", r"([ti])um$",
    r"sis$", r"(?:([^f])fe|([lr])f)$", r"(hi|ti)ve$", r"([^aeiouy]|qu)y$", r"(x|ch|ss|sh)$", r"(matr)ix$",
    r"([m|l])ouse$", r"^foot$", r"^tooth$", r"^goose$", r"(quiz)$", r"^(whereas)$", r"^(criteri)on$", r"^genus$",
)  # fmt: skip
_TO_SINGULAR: Final = (
    (r"^(m|wom)en$", r"\1an"), (r"(pe)ople$", r"\1rson"), (r"(child)ren$", r"\1"), (r"(database)s$", r"\1"),
    (r"(drive)s$", r"\1"), (r"^genera$", r"genus"), (r"^(criteri)a$", r"\1on"), (r"([ti])a$", r"\1um"),
    (r"((a)naly|(b)a|(d)iagno|(p)arenthe|(p)rogno|(s)ynop|(t)he)ses$", r"\1\2sis"), (r"(hi|ti)ves$", r"\1ve"),
    (r"(curve)s$", r"\1"), (r"([lr])ves$", r"\1f"), (r"([a])ves$", r"\1ve"), (r"([^fo])ves$", r"\1fe"),
    (r"(m)ovies$", r"\1ovie"), (r"([^aeiouy]|qu)ies$", r"\1y"), (r"(s)eries$", r"\1eries"), (r"(x|ch|ss|sh)es$", r"\1"),
    (r"([m|l])ice$", r"\1ouse"), (r"(bus)es$", r"\1"), (r"(o)es$", r"\1"), (r"(shoe)s$", r"\1"),
    (r"(cris|ax|test)es$", r"\1is"), (r"(octop|vir)uses$", r"\1us"), (r"(alias|canvas|status|campus)es$", r"\1"),
    (r"^(summons|bonus)es$", r"\1"), (r"^(ox)en", r"\1"), (r"(matr)ices$", r"\1ix"), (r"(vert|ind)ices$", r"\1ex"),
    (r"^feet$", r"foot"), (r"^teeth$", r"tooth"), (r"^geese$", r"goose"), (r"(quiz)zes$", r"\1"),
    (r"^(whereas)es$", r"\1"), (r"ss$", r"ss"), (r"s$", r""),
)  # fmt: skip


@cache
def pluralize(word: str) -> str:
    """`User` → `Users`, `Category` → `Categories`, `People` as it is."""
    return _applied(word, _PLURALS, _TO_PLURAL)


@cache
def singularize(word: str) -> str:
    """`Users` → `User`."""
    return _applied(word, _SINGULARS, _TO_SINGULAR)


def underscore(word: str) -> str:
    """`createdAt` → `created_at`."""
    return re.sub("^_", "", re.sub("([A-Z])", r"_\1", word)).lower()


def camelize(word: str) -> str:
    """`user_id` → `userId`; the first letter stays."""
    return re.sub(r"[-_\s]+(.)?", lambda found: (found[1] or "").upper(), word.strip())


def _applied(word: str, kept: tuple[str, ...], rules: tuple[tuple[str, str], ...]) -> str:
    if word.lower() in _UNCOUNTABLE or any(re.search(pattern, word, re.IGNORECASE) for pattern in kept):
        return word
    for pattern, replacement in rules:
        if re.search(pattern, word, re.IGNORECASE):
            return re.sub(pattern, replacement, word, count=1, flags=re.IGNORECASE)
    return word
