"""SQL statements as drawn by hypothesis, over all that the catalog lists.

What is left out is in sql/isolation_channels.md: EXPLAIN, statistics, system columns, locks and the like.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from hypothesis.strategies import DrawFn

from tests.isolation.twins.catalog import Catalog, Relation
from tests.isolation.twins.sql_words import (
    ASKING,
    CLOCKS,
    columns,
    condition,
    ids,
    mostly,
    one_of,
    order,
    relation,
    settings,
    value,
)

DATA_API: Final = "authenticator"
WORKER: Final = "palaver_worker"
_ROLE: Final = {DATA_API: "authenticated", WORKER: WORKER}
_LOCKS: Final = (" for update", " for no key update", " for share", " for key share skip locked")


@dataclass(frozen=True)
class Statement:
    """One statement of somebody's, in a transaction of its own."""

    who: str
    sql: str
    login: str = DATA_API
    before: tuple[str, ...] = ()
    ordered: bool = True
    """Whether the rows come in an order that the statement asks for."""


@dataclass(frozen=True)
class CopyIn:
    """COPY of one line into a table."""

    who: str
    table: str
    columns: tuple[str, ...]
    line: str


@dataclass(frozen=True)
class CopyOut:
    """COPY of a table's columns out."""

    who: str
    table: str
    columns: tuple[str, ...]


def select(draw: DrawFn, catalog: Catalog) -> Statement:
    """Rows, or pages of them, in a total order."""
    login, role = _login(draw)
    t = relation(draw, catalog, role, "select")
    some = ", ".join(f"t.{name}" for name in columns(draw, t, role, "select"))
    what = draw(one_of("*", "t", some, some))
    more = draw(mostly(("", " limit 3", " limit 2 offset 1", " offset 4"), _LOCKS))
    sql = f"select {what} from {t.name} as t where {condition(draw, t)}{order(draw, t)}{more}"
    return Statement(draw(ASKING), sql, login, settings(draw))


def aggregate(draw: DrawFn, catalog: Catalog) -> Statement:
    """Counts, extremes, sums, arrays, groups, windows, existence."""
    login, role = _login(draw)
    t = relation(draw, catalog, role, "select")
    column = columns(draw, t, role, "select")[0]
    key = ", ".join(f"t.{name}" for name in t.key)
    what = draw(
        one_of(
            "count(*)",
            f"count(distinct t.{column})",
            f"min(t.{column}), max(t.{column})",
            f"sum(t.{column})",
            f"array_agg(t.{column} order by {key})",
            f"jsonb_agg(t.{column} order by {key})",
            f"bool_or(t.{column} is null)",
        )
    )
    source = f"from {t.name} as t where {condition(draw, t)}"
    sql = draw(
        one_of(
            f"select {what} {source}",
            f"select t.{column}, {what} {source} group by t.{column} order by t.{column}",
            f"select exists (select {source}), (select count(*) {source})",
            f"select row_number() over (order by {key}), t.{column} {source} order by {key}",
        )
    )
    return Statement(draw(ASKING), sql, login, settings(draw))


def join(draw: DrawFn, catalog: Catalog) -> Statement:
    """Two relations, joined or compared."""
    login, role = _login(draw)
    a, b = relation(draw, catalog, role, "select"), relation(draw, catalog, role, "select")
    shared = [name for name in a.columns if name in b.columns and name.endswith("_id")] or ["id"]
    on = " and ".join(f"a.{name} = b.{name}" for name in shared[: draw(one_of(1, 2, 3))])
    by_a = ", ".join(f"a.{name}" for name in a.key)
    by_both = ", ".join([by_a, *(f"b.{name}" for name in b.key)])
    sql = draw(
        one_of(
            f"select * from {a.name} as a inner join {b.name} as b on {on} order by {by_both} limit 9",
            f"select * from {a.name} as a left join {b.name} as b on {on} order by {by_both} limit 9",
            f"select * from {a.name} as a where not exists (select from {b.name} as b where {on}) order by {by_a}",
            f"select count(*) from {a.name} as a full join {b.name} as b on {on}",
        )
    )
    return Statement(draw(ASKING), sql, login)


def insert(draw: DrawFn, catalog: Catalog) -> Statement:
    """A row, or an upsert."""
    login, role = _login(draw)
    t, who = relation(draw, catalog, role, "insert"), draw(ASKING)
    names, values = _new_row(draw, t, role, who)
    target = draw(one_of(", ".join(t.key[:2]), ", ".join(t.key), "tenant_id, message_id, user_id", "id"))
    conflict = draw(
        one_of(
            *([""] * 4),
            " on conflict do nothing",
            f" on conflict ({target}) do nothing",
            f" on conflict ({target}) do update set {names[-1]} = excluded.{names[-1]}",
        )
    )
    returning = draw(one_of("", " returning *", f" returning {names[0]}"))
    sql = f"insert into {t.name} as t ({', '.join(names)}) values ({', '.join(values)}){conflict}{returning}"
    return Statement(who, sql, login, settings(draw))


def update(draw: DrawFn, catalog: Catalog) -> Statement:
    """A change of one column, of one row or of many."""
    login, role = _login(draw)
    t = relation(draw, catalog, role, "update")
    name, where = columns(draw, t, role, "update")[0], condition(draw, t)
    # Of many rows only to what they are: which of them fails first, and how, is a matter of the heap's order.
    new = value(draw, name, t.columns[name], t.name) if ".id = '$" in where or "id" not in t.columns else f"t.{name}"
    returning = draw(one_of("", " returning *", f" returning t.{name}"))
    sql = f"update {t.name} as t set {name} = {new} where {where}{returning}"
    return Statement(draw(ASKING), sql, login, settings(draw), ordered=False)


def delete(draw: DrawFn, catalog: Catalog) -> Statement:
    """The end of one row or of many."""
    login, role = _login(draw)
    t = relation(draw, catalog, role, "delete")
    sql = f"delete from {t.name} as t where {condition(draw, t)}{draw(one_of('', ' returning *'))}"
    return Statement(draw(ASKING), sql, login, ordered=False)


def merge(draw: DrawFn, catalog: Catalog) -> Statement:
    """MERGE of an id that is ours, another's or nobody's."""
    login, role = _login(draw)
    t, who = relation(draw, catalog, role, "update"), draw(ASKING)
    key = "id" if "id" in t.columns else t.key[0]
    wanted = draw(ids(key, t.name))
    name = columns(draw, t, role, "update")[0]
    matched = draw(one_of("update", "delete", "do nothing"))
    if matched == "update":
        matched = f"update set {name} = {value(draw, name, t.columns[name], t.name)}"
    names, values = _new_row(draw, t, role, who)
    missing = draw(one_of("", f" when not matched then insert ({', '.join(names)}) values ({', '.join(values)})"))
    sql = (
        f"merge into {t.name} as t using (select '{wanted}'::uuid as id) as s on t.{key} = s.id"
        f" when matched then {matched}{missing}"
    )
    return Statement(who, sql, login, ordered=False)


def copy(draw: DrawFn, catalog: Catalog) -> CopyIn | CopyOut:
    """COPY in either direction."""
    verb, who = draw(one_of("select", "select", "insert")), draw(ASKING)
    t = relation(draw, catalog, "authenticated", verb)
    if verb == "select":
        return CopyOut(who, t.name, columns(draw, t, "authenticated", verb))
    names, values = _new_row(draw, t, "authenticated", who)
    return CopyIn(who, t.name, names, "\t".join(each.strip("'") for each in values))


def call(draw: DrawFn, catalog: Catalog) -> Statement:
    """Any function, with ids of ours and of others."""
    name = draw(one_of(*(each.name for each in catalog.functions if each.name not in CLOCKS)))
    function = next(each for each in catalog.functions if each.name == name)
    given = len(function.arguments) - draw(one_of(*range(function.defaults + 1)))
    values = [value(draw, name.removeprefix("p_"), kind) for name, kind in function.arguments[:given]]
    # A set of one column comes in the order in which it is made.
    order_by = " order by 1, 2" if function.many and name != "private.usage_months" else ""
    sql = f"select * from {name}({', '.join(values)}){order_by}"
    return Statement(draw(ASKING), sql, draw(one_of(WORKER, DATA_API)))


def _login(draw: DrawFn) -> tuple[str, str]:
    login = draw(mostly((DATA_API,), (WORKER,), 3))
    return login, _ROLE[login]


def _new_row(draw: DrawFn, t: Relation, role: str, who: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    names = columns(draw, t, role, "insert")
    own = {"tenant_id": "'$acme'"}
    if who in ("ada", "ben"):
        own |= {"user_id": f"'${who}'", "conversation_id": f"'${who}s_talk'"}

    def one(name: str) -> str:
        if name in own and draw(one_of(True, True, False)):
            return own[name]
        return value(draw, name, t.columns[name], t.name)

    return names, tuple(map(one, names))
