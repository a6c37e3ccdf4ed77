-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateEnum
CREATE TYPE "Colour" AS ENUM ('red', 'green');

-- CreateTable
CREATE TABLE "Everything" (
    "id" INTEGER NOT NULL,
    "string" TEXT,
    "decimal" DECIMAL(65,30),
    "strings" TEXT[],
    "ints" INTEGER[],
    "bigInts" BIGINT[],
    "floats" DOUBLE PRECISION[],
    "decimals" DECIMAL(65,30)[],
    "booleans" BOOLEAN[],
    "dates" TIMESTAMP(3)[],
    "documents" JSONB[],
    "blobs" BYTEA[],
    "colour" "Colour",
    "colours" "Colour"[],

    CONSTRAINT "Everything_pkey" PRIMARY KEY ("id")
);
