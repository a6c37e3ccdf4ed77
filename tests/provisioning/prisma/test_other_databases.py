"""Schemas that are written for another database become their like on PostgreSQL."""

from __future__ import annotations

import pytest

from tests.provisioning.prisma.reading import extracted, told


@pytest.mark.parametrize(
    ("provider", "field", "expected", "is_said"),
    [
        ("mysql", "String @db.VarChar(20)", "character varying(20)", False),
        ("mysql", "String @db.LongText", "text", False),
        ("mysql", "Int @db.UnsignedInt", "bigint", True),
        ("mysql", "Boolean @db.TinyInt(1)", "boolean", False),
        ("mysql", "BigInt @db.UnsignedBigInt", "numeric(20,0)", True),
        ("mysql", "Decimal @db.Decimal(10, 2)", "numeric(10,2)", False),
        ("mysql", "DateTime @db.DateTime(6)", "timestamp(6) without time zone", False),
        ("mysql", "DateTime @db.Timestamp(0)", "timestamp(0) with time zone", False),
        ("mysql", "Bytes @db.LongBlob", "bytea", False),
        ("sqlserver", "String @db.NVarChar(Max)", "text", False),
        ("sqlserver", "String @db.NVarChar(40)", "character varying(40)", False),
        ("sqlserver", "String @db.UniqueIdentifier", "uuid", False),
        ("sqlserver", "Decimal @db.Money", "numeric(19,4)", True),
        ("cockroachdb", "String @db.String(5)", "character varying(5)", False),
        ("cockroachdb", "BigInt @db.Int8", "bigint", False),
        ("mongodb", "String @db.ObjectId", "text", True),
        ("sqlite", "DateTime", "timestamp(3) without time zone", False),
    ],
)
def test_a_native_type_becomes_its_like(provider: str, field: str, expected: str, is_said: bool) -> None:
    extraction = extracted(f"model A {{\n  id Int @id\n  x {field}\n}}\n", provider)
    column = extraction.schema.tables[0].column("x")
    assert column is not None
    assert column.type == expected
    assert told(extraction)[0] == ("warning", 1, "provider")
    assert [each for each in told(extraction) if each[1] == 6] != [] if is_said else len(told(extraction)) == 1


def test_a_document_database_becomes_tables() -> None:
    extraction = extracted(
        """model User {
  id      String   @id @default(auto()) @map("_id") @db.ObjectId
  address Address?
  phones  Phone[]
  tagIds  String[] @db.ObjectId
  tags    Tag[]    @relation(fields: [tagIds], references: [id])
}
model Tag {
  id      String   @id @default(auto()) @map("_id") @db.ObjectId
  userIds String[] @db.ObjectId
  users   User[]   @relation(fields: [userIds], references: [id])
}
type Address {
  street String
}
type Phone {
  number String
}
""",
        "mongodb",
    )
    user = extraction.schema.tables[0]
    assert [(column.name, column.type, column.default, column.nullable) for column in user.columns] == [
        ("_id", "text", "gen_random_uuid()", False),
        ("address", "jsonb", None, True),
        ("phones", "jsonb", None, True),
        ("tagIds", "text[]", None, True),
    ]
    assert extraction.errors == ()
    assert {rule for _, _, rule in told(extraction)} == {"provider", "native-type", "default", "composite", "relation"}


def test_functions_of_other_databases_become_those_of_postgresql() -> None:
    extraction = extracted(
        'model A {\n  id String @id @default(dbgenerated("newid()")) @db.UniqueIdentifier\n'
        '  at DateTime @default(dbgenerated("getdate()"))\n}\n',
        "sqlserver",
    )
    assert [column.default for column in extraction.schema.tables[0].columns] == [
        "gen_random_uuid()",
        "CURRENT_TIMESTAMP",
    ]
