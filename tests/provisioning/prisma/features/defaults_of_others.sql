-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateTable
CREATE TABLE "Others" (
    "id" INTEGER NOT NULL,
    "yes" BOOLEAN NOT NULL DEFAULT true,
    "no" BOOLEAN DEFAULT false,
    "object" JSONB NOT NULL DEFAULT '{"a":  [1, 2.50, "it''s"], "Z": 1, "b": null}',
    "array" JSONB NOT NULL DEFAULT '[]',
    "nothing" JSONB NOT NULL DEFAULT 'null',
    "escaped" JSONB NOT NULL DEFAULT '{"b":1,"a":"x\ty"}',
    "plain" JSON NOT NULL DEFAULT '{}',
    "bytes" BYTEA NOT NULL DEFAULT '\x68656c6c6f',
    "none" BYTEA NOT NULL DEFAULT '\x',

    CONSTRAINT "Others_pkey" PRIMARY KEY ("id")
);
