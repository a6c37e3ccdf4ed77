"""What associations add to models: keys and, for many-to-many, tables; as Sequelize's own `_injectAttributes`."""

from __future__ import annotations

from dataclasses import replace

from app.provisioning.extraction.sequelize.inflection import camelize, singularize
from app.provisioning.extraction.sequelize.models import Association, Attribute, Model
from app.provisioning.extraction.sequelize.notes import Notes
from app.provisioning.extraction.sequelize.types import Type, Types
from app.provisioning.schema.model import PUBLIC
from app.provisioning.source.values import UNDEFINED, Found, Value


class Associations:
    """Applies associations in their order."""

    def __init__(self, models: dict[str, Model], types: Types, notes: Notes) -> None:
        self._models = models
        self._types = types
        self._notes = notes
        self._pairs: dict[tuple[Model, Model, Model], tuple[Association, str, str]] = {}

    def apply(self, association: Association) -> None:
        """Adds what one needs."""
        match association.kind:
            case "belongsTo":
                self._belongs_to(association)
            case "hasOne" | "hasMany":
                self._has(association)
            case "belongsToMany":
                self._belongs_to_many(association)

    def _belongs_to(self, association: Association) -> None:
        source, target, options = association.source, association.target, association.options
        alias = options.get("as") if isinstance(options.get("as"), str) else target.singular
        key = options.get("targetKey")
        key = key if isinstance(key, str) else _primary(target)
        name, said = self._key(association, f"{alias}_{_primary(target)}")
        self._inject(association, source, name, said, target, key, "NO ACTION")

    def _has(self, association: Association) -> None:
        source, target, options = association.source, association.target, association.options
        alias = source.singular
        if association.kind == "hasOne":
            given = options.get("as")
            alias = singularize(given if isinstance(given, str) else source.name)
        key = options.get("sourceKey")
        key = key if isinstance(key, str) and key in source.attributes else _primary(source)
        name, said = self._key(association, f"{alias}_{_primary(source)}")
        self._inject(association, target, name, said, source, key, "CASCADE")

    def _key(
        self, association: Association, otherwise: str, option: str = "foreignKey"
    ) -> tuple[str, dict[str, Value]]:
        """The name of a key and what is said about it."""
        given = association.options.get(option, UNDEFINED)
        if isinstance(given, dict):
            name = given.get("name") or given.get("fieldName")
            return name if isinstance(name, str) else camelize(otherwise), given
        return given if isinstance(given, str) and given else camelize(otherwise), {}

    def _inject(
        self,
        association: Association,
        owner: Model,
        name: str,
        said: dict[str, Value],
        target: Model,
        key: str,
        required: str,
    ) -> None:
        options = association.options
        there = owner.attributes.get(name)
        made = self._made(said, target, key, association.at)
        made.allow_null = made.allow_null if isinstance(said.get("allowNull"), bool) else True
        on_delete, on_update = _word(options, "onDelete"), _word(options, "onUpdate")
        if options.get("constraints") is not False:
            may_be_null = (there or made).allow_null
            on_delete = on_delete or ("SET NULL" if may_be_null else required)
            on_update = on_update or "CASCADE"
        if on_delete or on_update:
            column = target.column(key)
            keys = [target.column(each) for each in target.primary]
            if len(keys) == 1 or column not in keys:
                made.target, made.target_column = (target.table, target.schema), column
                made.on_delete, made.on_update = on_delete, on_update
        owner.attributes[name] = made if there is None else _with_defaults(there, made)

    def _made(self, said: dict[str, Value], target: Model, key: str, at: Found) -> Attribute:
        kind = None if "type" not in said else self._types.of(said["type"], said.get("values", UNDEFINED))
        known = target.attributes.get(key)
        unique = said.get("unique")
        return Attribute(
            at,
            kind or (Type("integer") if known is None else known.type),
            allow_null=said["allowNull"] if isinstance(said.get("allowNull"), bool) else None,
            default=said.get("defaultValue", UNDEFINED),
            is_primary=said.get("primaryKey") is True,
            unique=unique if isinstance(unique, (bool, str)) and unique else None,
            field=_word(said, "field"),
        )

    def _belongs_to_many(self, association: Association) -> None:
        source, target, options = association.source, association.target, association.options
        if association.through is None:
            self._notes.error(association.at, "association", "Only running the app would tell the table between two.")
            return
        through = self._through(association)
        paired = self._pairs.get((target, source, through))
        given = options.get("as")
        alias = singularize(given) if isinstance(given, str) and source is target else target.singular
        source_key, target_key = _option(options, "sourceKey", source), _option(options, "targetKey", target)
        name, said = self._key(association, f"{source.singular}_{source_key}")
        other, other_said = self._key(association, f"{alias}_{target_key}", "otherKey")
        if paired is not None and "otherKey" not in options:
            other = paired[1]
        if paired is not None and "otherKey" not in paired[0].options and paired[2] != name:
            through.attributes.pop(paired[2], None)
        self._pairs.setdefault((source, target, through), (association, name, other))
        self._inject_pair(
            association, through, [(name, said, source, source_key), (other, other_said, target, target_key)]
        )

    def _inject_pair(
        self,
        association: Association,
        through: Model,
        sides: list[tuple[str, dict[str, Value], Model, str]],
    ) -> None:
        options = association.options
        is_keyed = False
        for name, attribute in list(through.attributes.items()):
            if attribute.is_primary and attribute.is_generated:
                is_keyed = True
                if name not in [side[0] for side in sides]:
                    del through.attributes[name]
        unique = options.get("uniqueKey")
        said_through = options.get("through")
        is_unique = not (isinstance(said_through, dict) and said_through.get("unique") is False)
        key = unique if isinstance(unique, str) and unique else None
        key = key or f"{through.table}_{sides[0][0]}_{sides[1][0]}_unique"
        for name, said, model, model_key in sides:
            there = through.attributes.get(name)
            made = self._made(said, model, model_key, association.at)
            if is_keyed:
                made.is_primary = True
            elif is_unique:
                made.unique = key
            on_delete, on_update = _word(options, "onDelete"), _word(options, "onUpdate")
            if options.get("constraints") is not False:
                made.target, made.target_column = (model.table, model.schema), model.column(model_key)
                made.on_delete = on_delete or (None if there is None else there.on_delete) or "CASCADE"
                made.on_update = on_update or (None if there is None else there.on_update) or "CASCADE"
            # Keys that the model itself has are not made anew by the association from the other side.
            through.attributes[name] = replace(made, is_generated=True) if there is None else _assigned(there, made)

    def _through(self, association: Association) -> Model:
        """The model between two, made where it is but a name."""
        through = association.through
        if isinstance(through, Model):
            return through
        name = str(through)
        if name in self._models:
            return self._models[name]
        source = association.source
        inherited: dict[str, Value] = {
            key: source.options[key] for key in ("underscored", "freezeTableName", "schema") if key in source.options
        }
        given = association.options
        options: dict[str, Value] = {
            **inherited,
            **{key: given[key] for key in ("timestamps", "createdAt", "updatedAt") if key in given},
        }
        schema = options.get("schema")
        model = Model(
            name, association.at, name, schema if isinstance(schema, str) else PUBLIC, {**options, "tableName": name}
        )
        number = Attribute(association.at, Type("integer"), False, is_primary=True, is_numbered=True, is_generated=True)
        model.attributes["id"] = number
        if (source.options.get("timestamps") is not False or "timestamps" in given) and given.get(
            "timestamps"
        ) is not False:
            for key in ("createdAt", "updatedAt"):
                moment = Attribute(association.at, Type("timestamp with time zone"), False, is_generated=True)
                model.attributes[key] = moment
        self._models[name] = model
        return model


def _with_defaults(there: Attribute, made: Attribute) -> Attribute:
    """What is said stays; what is not is taken from what was made."""
    return replace(
        there,
        type=there.type or made.type,
        allow_null=made.allow_null if there.allow_null is None else there.allow_null,
        default=made.default if there.default is UNDEFINED else there.default,
        unique=there.unique or made.unique,
        field=there.field or made.field,
        target=there.target or made.target,
        target_column=there.target_column or made.target_column,
        on_delete=there.on_delete or made.on_delete,
        on_update=there.on_update or made.on_update,
    )


def _assigned(there: Attribute, made: Attribute) -> Attribute:
    """What was made stands over what is said, as far as it says anything."""
    return replace(
        there,
        type=made.type,
        allow_null=there.allow_null if made.allow_null is None else made.allow_null,
        is_primary=there.is_primary or made.is_primary,
        unique=made.unique or there.unique,
        field=made.field or there.field,
        target=made.target or there.target,
        target_column=made.target_column or there.target_column,
        on_delete=made.on_delete or there.on_delete,
        on_update=made.on_update or there.on_update,
    )


def _primary(model: Model) -> str:
    return next(iter(model.primary), "id")


def _option(options: dict[str, Value], key: str, model: Model) -> str:
    value = options.get(key)
    return value if isinstance(value, str) else _primary(model)


def _word(options: dict[str, Value], key: str) -> str | None:
    value = options.get(key)
    return value if isinstance(value, str) and value else None
