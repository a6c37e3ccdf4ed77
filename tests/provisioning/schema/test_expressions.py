"""One expression or one type, held against PostgreSQL's own parser."""

from __future__ import annotations

import pglast
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.provisioning.schema.expressions import ExpressionError, checked, checked_type, enclosed

GOOD = [
    "now()",
    "'it''s; -- fine /* here */'",
    r"E'a\'; b'",
    "$$a; b$$",
    "$tag$ $$ ; $tag$",
    '"semi;colon" > 0',
    "ARRAY['a', 'b']::text[]",
    "(a > 0 and b[1] < 2) or c is null",
    "data #>> '{a,b}' ? 'x'",
    "U&'\\0061'",
    'nextval(\'"public"."a;b_seq"\'::regclass)',
    "größe >= 1.5e-3",
    "E'a'\n'b\\'; c'",
    "$$a\n; b$$",
    "'" + "x" * 9_995 + "'",
]
BAD = [
    "",
    "   ",
    "1; drop table users",
    "1 -- comment",
    "1 /* comment */",
    "(1",
    "1)",
    "(1]",
    "1) not null, (2",
    "'open",
    '"open',
    "$$open",
    "$a$open$b$",
    "E'open\\'",
    "a, b",
    "a\0b",
    "'a\0b'",
    "\ud800",
    "'\ud800'",
    "\\",
    "1 { 2",
    "x" * 10_001,
    "'" + "x" * 9_999 + "'",
    # A second string behind a line break goes on as the first began: what looks like text here ends behind it.
    "E'a'\n'\\' || ' ; drop table users; '",
    # No dollar quote begins inside of a word.
    "a$x$ ; b$x$",
]
TYPES = [
    "text",
    "character varying(255)",
    "timestamp(3) without time zone",
    "numeric(10,-2)",
    "double precision",
    "interval day to second(3)",
    "text[]",
    "integer[3][]",
    '"My  Type"',
    "shape('a  b')",
    'public."vector"(3)',
    "geometry(Point, 4326)",
    '"char"',
    "bit varying(8)",
    "national character varying(3)",
]
NO_TYPES = [
    "",
    "integer not null",
    "integer default 1",
    "integer, b text",
    "integer) ; drop table users",
    "text collate pg_catalog",
    "integer primary key",
    "setof text",
    "a.b.c.d",
    "text -- x",
    "x" * 10_001,
    "text\0",
]


@pytest.mark.parametrize("sql", GOOD)
def test_an_expression_is_given_back(sql: str) -> None:
    assert checked(f"  {sql}\n") == sql
    assert pglast.parse_sql(f"select {sql}")


@pytest.mark.parametrize("sql", BAD)
def test_what_is_no_expression_is_refused(sql: str) -> None:
    with pytest.raises(ExpressionError):
        checked(sql)


@pytest.mark.parametrize("sql", TYPES)
def test_a_type_is_given_back(sql: str) -> None:
    assert checked_type(sql) == sql
    assert pglast.parse_sql(f"create table t (a {sql})")


@pytest.mark.parametrize("sql", NO_TYPES)
def test_what_is_no_type_is_refused(sql: str) -> None:
    with pytest.raises(ExpressionError):
        checked_type(sql)


def test_space_in_a_type_is_narrowed() -> None:
    assert checked_type(" timestamp(3)  with\n time zone ") == "timestamp(3) with time zone"


@pytest.mark.parametrize(
    ("expression", "written"),
    [
        ("0", "0"),
        ("-1.5", "-1.5"),
        ("'a'", "'a'"),
        ("now()", "now()"),
        ("CURRENT_TIMESTAMP", "CURRENT_TIMESTAMP"),
        ("a or b", "(a or b)"),
        ("1 not null", "(1 not null)"),
        ("'a'::text", "('a'::text)"),
    ],
)
def test_parentheses_are_left_out_where_nothing_could_change(expression: str, written: str) -> None:
    assert enclosed(expression) == written


FRAGMENTS = [
    "'",
    '"',
    "$$",
    "$a$",
    "$b",
    "E'",
    "e",
    "\\",
    ";",
    "--",
    "/*",
    "*/",
    "(",
    ")",
    "[",
    "]",
    ",",
    "\n",
    " ",
    "a",
    "1",
    "::",
    "U&'",
    "''",
    "x'",
]


@given(st.lists(st.sampled_from(FRAGMENTS), max_size=14).map("".join))
@example("E'a'\n'\\' || ' ; '")
def test_no_accepted_expression_is_more_than_one_to_postgres(sql: str) -> None:
    try:
        expression = checked(sql)
    except ExpressionError:
        return
    try:
        parsed = pglast.parse_sql(f"create table t (a text default ({expression}), b text)")
    except pglast.parser.ParseError:
        return
    (statement,) = parsed
    first, second = statement.stmt.tableElts  # type: ignore[union-attr]
    assert (first.colname, second.colname) == ("a", "b")
    assert len(first.constraints) == 1
