"""Documents to tables: nested objects flattened, arrays of documents and of references as tables of their own."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from app.provisioning.extraction.mongoose import columns
from app.provisioning.extraction.mongoose.constants import NEW_OBJECT_ID, NOW, plain_text
from app.provisioning.extraction.mongoose.documents import Document, Model, Notes, Path, Variant, evidence, truthy
from app.provisioning.extraction.mongoose.drafts import Draft, Form, Names, Spot
from app.provisioning.extraction.mongoose.indexes import add_indexes
from app.provisioning.extraction.mongoose.models import Models
from app.provisioning.extraction.mongoose.pluralize import collection_of
from app.provisioning.schema.model import Action, Check, Column, IndexPart, Schema
from app.provisioning.schema.names import literal, quoted
from app.provisioning.source.values import UNDEFINED

MOST_SEGMENTS: Final = 4
"""How many names a column's own may be made of: an object that is nested deeper is kept as jsonb."""

MOST_TABLES_DEEP: Final = 3
"""How many arrays of documents may be in each other: one that is deeper is kept as jsonb."""


@dataclass(frozen=True, slots=True)
class _Within:
    """Where in a table, and in the document, paths are being added."""

    draft: Draft
    spots: dict[str, Spot]
    prefix: tuple[str, ...] = ()
    dotted: str = ""
    optional: bool = False
    around: tuple[int, ...] = ()
    tables: int = 0


class Tables:
    """Makes the tables of all models."""

    def __init__(self, models: Models, notes: Notes) -> None:
        self._models = models
        self._notes = notes
        self._names = Names()
        self._drafts: list[Draft] = []
        self._of_collection: dict[str, tuple[Draft, dict[str, Spot]]] = {}
        self._of_model: dict[str, Draft] = {}
        self._references: list[tuple[Draft, str, Path]] = []

    def schema(self) -> Schema:
        """All tables, in the order in which their models were found."""
        models = list(self._models.models.values())
        for model in models:
            self._start(model)
        for model in models:
            self._fill_model(model)
        for draft, column, path in self._references:
            self._refer(draft, column, path)
        return Schema(tuple(draft.table(self._names) for draft in self._drafts))

    def _start(self, model: Model) -> None:
        """A table for a collection; with its key, so that others may refer to it."""
        collection = model.collection or collection_of(model.name)
        if collection in self._of_collection:
            known = self._of_collection[collection][0]
            self._notes.warn(
                model.at, "shared-collection", f"{model.name} shares the table {known.name} with another model."
            )
            self._of_model[model.name] = known
            return
        where = evidence(model.at, model.rule.removeprefix("mongoose."), model.confidence)
        draft = Draft(self._names.take(collection), where)
        draft.columns["_id"] = self._key(model.document)
        self._drafts.append(draft)
        self._of_collection[collection] = (draft, {"_id": Spot(draft, "_id", "scalar")})
        self._of_model[model.name] = draft

    def _key(self, document: Document) -> Column:
        path = document.paths.get("_id")
        if path is None or (path.kind == "ObjectId" and truthy(path.options.get("auto", UNDEFINED))):
            return Column("_id", "text", default=NEW_OBJECT_ID, evidence=evidence(document.at, "id"))
        column = columns.column(path, "_id", self._notes, optional=False)
        return replace(column, nullable=False)

    def _fill_model(self, model: Model) -> None:
        draft = self._of_model[model.name]
        spots = self._of_collection[model.collection or collection_of(model.name)][1]
        is_first = len(spots) == 1
        within = _Within(draft, spots, optional=not is_first, around=(id(model.document),))
        self._fill(model.document, within)
        if model.variants:
            self._vary(model.document, model.variants, within)
        add_indexes(model.document, spots, self._names, self._notes)
        for variant in model.variants:
            add_indexes(variant.document, spots, self._names, self._notes)

    def _fill(self, document: Document, within: _Within) -> None:
        """Add the columns of a document."""
        for name, path in document.paths.items():
            if name == "_id" or name.startswith("_id."):
                if "." in name:
                    self._notes.warn(path.at, "compound-id", "A key that is an object is kept as one text.")
                continue
            if f"{within.dotted}{name}" in within.spots:
                self._again(f"{within.dotted}{name}", path, within)
                continue
            self._path(document, name, path, within)
        self._timestamps(document, within)

    def _again(self, dotted: str, path: Path, within: _Within) -> None:
        """A path that is there already, of a discriminator or of another model of the same collection."""
        spot = within.spots[dotted]
        known = spot.draft.columns.get(spot.column)
        if spot.form in ("scalar", "array") and known is not None and known.type != columns.type_of(path):
            self._notes.warn(path.at, "two-types", f"{dotted} has another type elsewhere; it keeps its first one.")

    def _path(self, document: Document, name: str, path: Path, within: _Within) -> None:
        segments = (*within.prefix, *name.split("."))
        dotted = f"{within.dotted}{name}"
        if len(segments) > MOST_SEGMENTS:
            self._collapse(segments, dotted, path, within)
            return
        match path.kind:
            case "Subdocument" if path.document is not None:
                self._subdocument(path, path.document, segments, dotted, within)
            case "DocumentArray" if path.document is not None:
                self._children(path, path.document, segments, dotted, within)
            case "Array" if path.element is not None and self._target(path.element) is not None:
                self._join(path, path.element, segments, dotted, within)
            case _:
                self._column(path, segments, dotted, within)

    def _column(self, path: Path, segments: tuple[str, ...], dotted: str, within: _Within) -> None:
        draft = within.draft
        made = columns.column(path, "_".join(segments), self._notes, optional=within.optional)
        name = draft.add_column(made)
        if name != "_".join(segments):
            self._notes.warn(path.at, "name", f"{dotted} is the column {name}: its own name is taken or too long.")
        form: Form = "json" if made.type == "jsonb" else "array" if path.kind == "Array" else "scalar"
        within.spots[dotted] = Spot(draft, name, form)
        for suffix, check in columns.checks(path, draft.name, name, self._notes):
            draft.add_check(name, suffix, check)
        source = path.element if path.kind == "Array" and path.element is not None else path
        if "ref" in source.options or "refPath" in source.options:
            self._references.append((draft, name, path))

    def _json(self, path: Path, segments: tuple[str, ...], dotted: str, within: _Within, default: str | None) -> None:
        required = default is not None or columns.is_required(path, self._notes, dotted)
        name = within.draft.add_column(
            Column(
                "_".join(segments),
                "jsonb",
                nullable=within.optional or not required,
                default=default,
                evidence=evidence(path.at, "path"),
            )
        )
        within.spots[dotted] = Spot(within.draft, name, "json")

    def _collapse(self, segments: tuple[str, ...], dotted: str, path: Path, within: _Within) -> None:
        """What is nested too deep is one jsonb column, together with all that is beside it."""
        parts = dotted.split(".")
        top = ".".join(parts[: len(parts) - (len(segments) - MOST_SEGMENTS)])
        if top not in within.spots:
            self._notes.warn(path.at, "nested", f"{top} is nested deep: it is kept as jsonb.")
            self._json(Path("Mixed", {}, path.at), segments[:MOST_SEGMENTS], top, within, None)

    def _subdocument(
        self, path: Path, document: Document, segments: tuple[str, ...], dotted: str, within: _Within
    ) -> None:
        if id(document) in within.around or len(segments) >= MOST_SEGMENTS or not _has_fields(document):
            self._notes.warn(path.at, "nested", f"{dotted} is nested deep or in itself: it is kept as jsonb.")
            self._json(path, segments, dotted, within, None)
            return
        inner = replace(
            within,
            prefix=segments,
            dotted=f"{dotted}.",
            optional=within.optional or not columns.is_required(path, self._notes, dotted),
            around=(*within.around, id(document)),
        )
        self._fill(document, inner)
        variants = [*document.variants, *path.variants]
        if variants:
            self._vary(document, variants, inner)

    def _children(
        self, path: Path, document: Document, segments: tuple[str, ...], dotted: str, within: _Within
    ) -> None:
        """A table for an array of documents."""
        if id(document) in within.around or within.tables >= MOST_TABLES_DEEP or not _has_fields(document):
            self._notes.warn(path.at, "nested", f"{dotted} is nested deep or in itself: it is kept as jsonb.")
            self._json(path, segments, dotted, within, "'[]'::jsonb")
            return
        draft = Draft(self._names.take(f"{within.draft.name}_{'_'.join(segments)}"), evidence(path.at, "array"))
        draft.is_child = True
        self._drafts.append(draft)
        # Said of the path, it counts for the schema that is used there.
        is_keyless = path.options.get("_id", document.options.get("_id")) is False
        has_key = not is_keyless or "_id" in document.paths or _needs_key(document)
        if has_key:
            draft.columns["_id"] = self._key(document)
        own = {name.replace(".", "_") for name in document.paths}
        parent, position = self._place(draft, within.draft, own, path)
        if has_key:
            draft.columns[position] = replace(draft.columns[position], default="0")
            draft.add_index(self._names, (IndexPart(parent), IndexPart(position)), evidence(path.at, "array"))
        else:
            draft.key = (parent, position)
        inner = _Within(draft, within.spots, (), f"{dotted}.", False, (*within.around, id(document)), within.tables + 1)
        if has_key:
            within.spots[f"{dotted}._id"] = Spot(draft, "_id", "scalar")
        within.spots[dotted] = Spot(draft, parent, "join")
        self._fill(document, inner)
        variants = [*document.variants, *path.variants]
        if variants:
            self._vary(document, variants, inner)

    def _join(self, path: Path, element: Path, segments: tuple[str, ...], dotted: str, within: _Within) -> None:
        """A table for an array of references."""
        target = self._target(element)
        if target is None:
            raise AssertionError(dotted)
        draft = Draft(self._names.take(f"{within.draft.name}_{'_'.join(segments)}"), evidence(path.at, "array"))
        draft.is_child = True
        self._drafts.append(draft)
        parent, position = self._place(draft, within.draft, {"target_id"}, path)
        draft.columns[position] = replace(draft.columns[position], default="0")
        kind = target.columns["_id"].type
        draft.columns["target_id"] = Column("target_id", kind, evidence=evidence(path.at, "reference"))
        draft.refer("target_id", target, "CASCADE", evidence(path.at, "reference"))
        draft.key = (parent, "target_id")
        draft.add_index(self._names, (IndexPart("target_id"),), evidence(path.at, "reference"))
        within.spots[dotted] = Spot(draft, "target_id", "join")

    def _place(self, draft: Draft, parent: Draft, own: set[str], path: Path) -> tuple[str, str]:
        """The columns that say in whose array, and where in it, a row is."""
        names = tuple(f"_{name}" if name in own else name for name in ("parent_id", "position"))
        where = evidence(path.at, "array")
        draft.columns[names[0]] = Column(names[0], parent.columns["_id"].type, evidence=where)
        draft.columns[names[1]] = Column(names[1], "integer", evidence=where)
        draft.refer(names[0], parent, "CASCADE", where)
        return names[0], names[1]

    def _target(self, path: Path) -> Draft | None:
        """The table that an element of an array refers to, where the types of the keys agree."""
        if "ref" not in path.options:
            return None
        name = self._models.name_of(path.options["ref"])
        draft = None if name is None else self._of_model.get(self._models.of_variants.get(name, name))
        return draft if draft is not None and draft.columns["_id"].type == columns.type_of(path) else None

    def _refer(self, draft: Draft, column: str, path: Path) -> None:
        source = path.element if path.kind == "Array" and path.element is not None else path
        given = source.options.get("ref", UNDEFINED)
        if given is UNDEFINED:
            self._notes.warn(path.at, "dynamic-ref", f"{column} refers to whatever its refPath says: no foreign key.")
            return
        name = self._models.name_of(given)
        if name is None:
            self._notes.warn(path.at, "dynamic-ref", f"What {column} refers to is decided by code: no foreign key.")
            return
        target = self._of_model.get(self._models.of_variants.get(name, name))
        if target is None:
            self._notes.warn(path.at, "missing-ref", f"{column} refers to {name}, which is no model here.")
        elif target.columns["_id"].type != draft.columns[column].type:
            self._notes.warn(
                path.at, "ref-type", f"{column} and the key of {target.name} have two types: no foreign key."
            )
        else:
            action: Action = "SET NULL" if draft.columns[column].nullable else "RESTRICT"
            draft.refer(column, target, action, evidence(path.at, "reference"))

    def _timestamps(self, document: Document, within: _Within) -> None:
        given = document.options.get("timestamps", UNDEFINED)
        if not truthy(given):
            return
        for which in ("createdAt", "updatedAt"):
            name = given.get(which, which) if isinstance(given, dict) else which
            name = which if name is True else name
            if not isinstance(name, str) or not name:
                continue
            dotted = f"{within.dotted}{name}"
            known = within.spots.get(dotted)
            if known is None:
                at = document.at
                self._column(Path("Date", {"type": "Date"}, at), (*within.prefix, *name.split(".")), dotted, within)
                known = within.spots[dotted]
            column = known.draft.columns.get(known.column)
            if column is not None and column.type == "timestamp with time zone":
                known.draft.columns[known.column] = replace(column, nullable=within.optional, default=NOW)

    def _vary(self, document: Document, variants: list[Variant], within: _Within) -> None:
        """The discriminator's column, and the paths that only some documents have."""
        given = document.options.get("discriminatorKey")
        key = given if isinstance(given, str) and given else "__t"
        dotted = f"{within.dotted}{key}"
        if dotted not in within.spots:
            self._column(Path("String", {"type": "String"}, variants[0].at), (*within.prefix, key), dotted, within)
            spot = within.spots[dotted]
            labels = dict.fromkeys(plain_text(variant.value) or variant.name for variant in variants)
            test = f"{quoted(spot.column)} in ({', '.join(literal(each) for each in labels)})"
            where = evidence(variants[0].at, "discriminator")
            spot.draft.add_check(spot.column, "_enum_check", Check("", test, where))
        for variant in variants:
            inner = replace(within, optional=True, around=(*within.around, id(variant.document)))
            self._fill(variant.document, inner)


def _has_fields(document: Document) -> bool:
    return any(name != "_id" for name in document.paths) or bool(document.variants)


def _needs_key(document: Document) -> bool:
    """Whether tables will hang on the rows of this document."""
    stack, seen = [document], set()
    while stack:
        here = stack.pop()
        if id(here) in seen:
            continue
        seen.add(id(here))
        for path in here.paths.values():
            if path.kind == "DocumentArray" or (
                path.kind == "Array" and path.element is not None and "ref" in path.element.options
            ):
                return True
            if path.kind == "Subdocument" and path.document is not None:
                stack.append(path.document)
    return False
