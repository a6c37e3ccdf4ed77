"""Which of the things that were seen are stored: all that speaks for one, weighed together."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from app.provisioning.extraction.components.calls import Foreign
from app.provisioning.extraction.components.declarations import KEYS
from app.provisioning.extraction.components.lexicon import GENERIC, HELD, PAGE_PARTS, PEOPLE, SHOWN, STORED, WRITTEN_TO
from app.provisioning.extraction.components.shapes import VIEW, Alias, Sighting
from app.provisioning.extraction.components.words import thing, words
from app.provisioning.extraction.result import Rejected
from app.provisioning.schema.model import Evidence

ENOUGH: Final = 0.6
"""The confidence from which a thing becomes a table."""

ENOUGH_BESIDE: Final = 0.88
"""That of a thing which never goes into the database that the app has."""

SUREST: Final = 0.99
"""What is inferred is never certain."""

ONE: Final = 0.1
"""What a state that holds a single thing speaks for it."""

SIGNING_IN: Final = frozenset({"auth", "sign-in", "sign-up"})

SHOWN_LIST: Final = 0.2
"""What it speaks for a thing without identity that the app only holds a list of it."""

_MAKING: Final = frozenset({"making", "made", "form", "write", "storage", "seed-array", "sample", "change", "zod"})

PERSONS: Final = ("account", "member", "profile", "customer", "employee", "student", "player")

WELL_KNOWN: Final = 0.25
"""What it speaks for a thing that apps commonly store such things."""

REFERRED: Final = 0.25
"""What it speaks for a thing that others refer to it by id."""


_OF_INPUT: Final = frozenset({"zod", "type", "form", "reference"})


@dataclass(slots=True)
class Entity:
    """A thing, under the one form of its name, and all that was seen of it."""

    key: str
    sightings: list[Sighting] = field(default_factory=list)
    types: set[str] = field(default_factory=set)
    confidence: float = 0.0
    referrers: set[str] = field(default_factory=set)

    @property
    def stored(self) -> bool:
        """Whether the app stores it in so many words."""
        return any(each.stored for each in self.sightings)

    @property
    def verbatim(self) -> str:
        """The name by which a database already knows it."""
        return next((each.verbatim for each in self.sightings if each.verbatim), "")

    @property
    def refers(self) -> dict[str, str] | None:
        """All of its foreign keys, by column, where a place knows them."""
        return next((dict(each.refers) for each in self.sightings if each.refers is not None), None)

    @property
    def kept(self) -> bool:
        """Whether the app holds a changing list of it."""
        return any(each.kept for each in self.sightings)

    def _only_shown(self) -> bool:
        """Whether it has no identity and the app is never seen to make or send one."""
        fields = {each.name for sighting in self.sightings for each in sighting.fields}
        return (
            bool(fields)
            and not fields & KEYS
            and not any(each.rule in _MAKING or each.stored for each in self.sightings)
        )

    @property
    def in_database(self) -> bool:
        """Whether the app names it to a database."""
        return any(each.rule in ("database", "generated") for each in self.sightings)

    @property
    def one_only(self) -> bool:
        """Whether all that is seen of it is its type and a single one."""
        rules = {each.rule for each in self.sightings}
        held = any(each.rule == "state" and each.weight > ONE for each in self.sightings)
        return (
            bool(rules & {"state", "made"}) and rules <= {"type", "made", "state"} and not held and not self.referrers
        )

    @property
    def only_offered(self) -> bool:
        """Whether it is but a fixed list of what an input lets people choose."""
        rules = {each.rule for each in self.sightings}
        fixed = rules <= {"options", "type", "seed-array", "reference", "props", "zod"} and not self.referrers
        return "options" in rules and fixed and self.key not in STORED

    @property
    def evidence(self) -> Evidence:
        """The place that says most."""
        best = max(self.sightings, key=lambda each: (bool(each.fields), each.weight))
        sure = min(round(self.confidence, 2), SUREST)
        return Evidence(best.evidence.file, best.evidence.line, f"components.{best.rule}", sure)

    def weigh(self, among: Collection[str]) -> None:
        """Work out the confidence: the chance that not all of its evidence is wrong, each kind counted once.

        References count where they come from things that are stored themselves.
        """
        strongest: dict[str, float] = {}
        for each in self.sightings:
            if not each.by or thing(each.by) in among:
                strongest[each.rule] = max(strongest.get(each.rule, 0.0), each.weight)
        if "state" in strongest and self._only_shown():
            strongest["state"] = SHOWN_LIST
        if self.key in STORED:
            strongest["word"] = WELL_KNOWN
        if any(each in among for each in self.referrers):
            strongest["reference"] = REFERRED
        wrong = 1.0
        for weight in strongest.values():
            wrong *= 1.0 - weight
        self.confidence = 1.0 - wrong


def weighed(sightings: Sequence[Sighting | Foreign | Alias]) -> tuple[dict[str, Entity], list[Rejected]]:
    """The things that are stored, by name, and those that are not, with the reason."""
    rejected: list[Rejected] = []
    entities = _grouped(
        [each for each in sightings if isinstance(each, Sighting)],
        {thing(each.name): thing(each.of) for each in sightings if isinstance(each, Alias)},
        rejected,
    )
    foreign = {thing(each.name): each.host for each in sightings if isinstance(each, Foreign)}
    _people(entities)
    _refer(entities)
    beside = any(entity.in_database for entity in entities.values())
    places = {key: place for place, key in enumerate(entities)}
    spoken_for = _spoken_for(entities)
    due = list(entities)
    while due:
        gone = []
        for key in due:
            entity = entities[key]
            entity.weigh(entities)
            if reason := _reason_against(entity, foreign, beside):
                rejected.append(Rejected(_shown(entity), reason, entity.evidence))
                gone.append(key)
        for key in gone:
            del entities[key]
        # What spoke for these may have been but what went.
        again = {each for key in gone for each in spoken_for.get(key, ()) if each in entities}
        due = sorted(again, key=places.__getitem__)
    return entities, rejected


def _spoken_for(entities: Mapping[str, Entity]) -> dict[str, set[str]]:
    """Which things each thing speaks for."""
    found: dict[str, set[str]] = {}
    for key, entity in entities.items():
        for by in {*entity.referrers, *(thing(each.by) for each in entity.sightings if each.by)}:
            found.setdefault(by, set()).add(key)
    return found


def _shown(entity: Entity) -> str:
    return min(entity.types, default=entity.key)


def _grouped(sightings: list[Sighting], inputs: dict[str, str], rejected: list[Rejected]) -> dict[str, Entity]:
    """The sightings by what they speak of. A list that is typed goes by its type, wherever its own name is met.

    `inputs` are the schemas of forms, with the things as which their input is stored.
    """
    own = {thing(each.type_name) or thing(each.name) for each in sightings if each.rule not in _OF_INPUT}
    inputs = {name: of for name, of in inputs.items() if name not in own and of in own}
    typed = {thing(each.name) for each in sightings if each.rule in ("type", "zod") and not each.against}
    aliases: dict[str, str] = {}
    for each in sightings:
        name, of = thing(each.name), thing(each.type_name)
        if of and name and name != of and name not in typed and name not in GENERIC:
            aliases.setdefault(name, of)
    entities: dict[str, Entity] = {}
    for seen in sightings:
        each, name = seen, thing(seen.name)
        key = thing(each.type_name) or aliases.get(name, name)
        if key in inputs:
            key, each = inputs[key], replace(each, fields=tuple(replace(one, source="form") for one in each.fields))
        if not key:
            continue
        if each.against:
            rejected.append(Rejected(each.name, each.against, each.evidence))
            continue
        entity = entities.setdefault(key, Entity(key))
        entity.sightings.append(each)
        if each.type_name:
            entity.types.add(each.type_name)
    return entities


def _people(entities: dict[str, Entity]) -> None:
    """Who signs in is the app's own kind of person, where it has one and nothing else speaks of users."""
    user = entities.get("user")
    if user is None or any(each.rule not in SIGNING_IN for each in user.sightings):
        return
    for key in PERSONS:
        fields = (
            {each.name for sighting in entities[key].sightings for each in sighting.fields}
            if key in entities
            else set()
        )
        if fields & {"email", "username", "password"}:
            entities[key].sightings += entities.pop("user").sightings
            return


def named_person(keys: Collection[str]) -> str:
    """The thing that is the people who use the app, by its name."""
    return next((key for key in ("user", *PERSONS) if key in keys), "")


def person(entities: Mapping[str, Entity]) -> str:
    """The thing that is the people who use the app, by its name or as the only one with a mail address of its own."""
    if found := named_person(entities):
        return found
    reached = [
        key
        for key, entity in entities.items()
        if key not in WRITTEN_TO and any(each.name == "email" for one in entity.sightings for each in one.fields)
    ]
    return reached[0] if len(reached) == 1 else ""


def _refer(entities: dict[str, Entity]) -> None:
    """Take note of the things that others name by id."""
    who = person(entities)
    for entity in entities.values():
        for sighting in entity.sightings:
            for each in sighting.fields:
                parts = words(each.name)
                base = "_".join(parts[:-1])
                if parts[-1:] == ["id"] and base != entity.key and base in entities:
                    entities[base].referrers.add(entity.key)
                elif parts[-1:] == ["id"] and base in PEOPLE and who and entity.key != who:
                    entities[who].referrers.add(entity.key)


def _reason_against(entity: Entity, foreign: dict[str, str], beside: bool) -> str:
    if any(each.rule == VIEW for each in entity.sightings):
        return "a view of the database"
    if not entity.stored:
        if (host := _host(entity, foreign)) is not None:
            return f"comes from another service ({host})"
        last = entity.key.rpartition("_")[2]
        first = entity.key.partition("_")[0]
        shown = entity.key in SHOWN or (entity.key not in STORED and (last in SHOWN or first in PAGE_PARTS))
        if shown and not (last in HELD and (entity.kept or entity.referrers)):
            return "a part of the page or of the wiring, by its name"
    if entity.only_offered:
        return "the choices of an input"
    if (
        entity.key in GENERIC
        and not entity.types
        and not any(each.rule in ("write", "database", "type") for each in entity.sightings)
    ):
        return "a name that says nothing"
    if beside and not entity.stored and ENOUGH <= entity.confidence < ENOUGH_BESIDE:
        sure = f"{entity.confidence:.2f} of {ENOUGH_BESIDE}"
        return f"never put into the database that the app has, and not sure enough beside it: {sure}"
    if entity.one_only and entity.confidence >= ENOUGH:
        return "the app never has more than one of it"
    if entity.confidence < ENOUGH:
        rules = ", ".join(dict.fromkeys(each.rule for each in entity.sightings))
        return f"not sure enough: {entity.confidence:.2f} of {ENOUGH} ({rules})"
    if not any(each.fields for each in entity.sightings) and not any(each.verbatim for each in entity.sightings):
        return "nothing of it is known but its name"
    return ""


def _host(entity: Entity, foreign: dict[str, str]) -> str | None:
    names: Iterable[str] = (entity.key, *(thing(each.name) for each in entity.sightings))
    return next((foreign[each] for each in names if each in foreign), None)
