-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateTable
CREATE TABLE "Text" (
    "id" INTEGER NOT NULL,
    "empty" TEXT NOT NULL DEFAULT '',
    "quote" TEXT NOT NULL DEFAULT 'it''s "quoted"',
    "escapes" TEXT NOT NULL DEFAULT 'a
b	c\d/e',
    "unicode" TEXT NOT NULL DEFAULT 'é 😀 é 😀',
    "dollars" TEXT NOT NULL DEFAULT '$$; drop table x; --',
    "sized" VARCHAR(3) NOT NULL DEFAULT 'abc',
    "char" CHAR(3) NOT NULL DEFAULT 'abc',
    "uuid" UUID NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000',
    "inet" INET NOT NULL DEFAULT '10.0.0.1/8',
    "bit" BIT(3) NOT NULL DEFAULT '101',
    "optional" TEXT DEFAULT 'x',

    CONSTRAINT "Text_pkey" PRIMARY KEY ("id")
);
