-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateEnum
CREATE TYPE "Colour" AS ENUM ('RED', 'green');

-- CreateTable
CREATE TABLE "Lists" (
    "id" INTEGER NOT NULL,
    "empty" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "strings" TEXT[] DEFAULT ARRAY['x''y', 'b"c']::TEXT[],
    "ints" INTEGER[] DEFAULT ARRAY[1, -2]::INTEGER[],
    "bigInts" BIGINT[] DEFAULT ARRAY[1]::BIGINT[],
    "floats" DOUBLE PRECISION[] DEFAULT ARRAY[1.5, 2]::DOUBLE PRECISION[],
    "decimals" DECIMAL(65,30)[] DEFAULT ARRAY[1.5, 2.5]::DECIMAL(65,30)[],
    "booleans" BOOLEAN[] DEFAULT ARRAY[true, false]::BOOLEAN[],
    "times" TIMESTAMP(3)[] DEFAULT ARRAY['2020-01-01 00:00:00 +00:00']::TIMESTAMP(3)[],
    "documents" JSONB[] DEFAULT ARRAY['{"a": 1}']::JSONB[],
    "blobs" BYTEA[] DEFAULT ARRAY['\x68656c6c6f']::BYTEA[],
    "colours" "Colour"[] DEFAULT ARRAY['RED', 'green']::"Colour"[],
    "none" "Colour"[] DEFAULT ARRAY[]::"Colour"[],
    "sized" VARCHAR(3)[] DEFAULT ARRAY['a']::VARCHAR(3)[],

    CONSTRAINT "Lists_pkey" PRIMARY KEY ("id")
);
