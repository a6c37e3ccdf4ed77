-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateEnum
CREATE TYPE "Kind" AS ENUM ('a', 'b');

-- CreateTable
CREATE TABLE "ByText" (
    "id" TEXT NOT NULL DEFAULT 'x',

    CONSTRAINT "ByText_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ByKind" (
    "kind" "Kind" NOT NULL,

    CONSTRAINT "ByKind_pkey" PRIMARY KEY ("kind")
);

-- CreateTable
CREATE TABLE "OfKind" (
    "id" INTEGER NOT NULL,
    "kind" "Kind" NOT NULL,

    CONSTRAINT "OfKind_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ByTime" (
    "at" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "ByTime_pkey" PRIMARY KEY ("at")
);

-- CreateTable
CREATE TABLE "ByBytes" (
    "id" BYTEA NOT NULL,

    CONSTRAINT "ByBytes_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ByDecimal" (
    "id" DECIMAL(10,0) NOT NULL,

    CONSTRAINT "ByDecimal_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ByFlag" (
    "id" BOOLEAN NOT NULL,

    CONSTRAINT "ByFlag_pkey" PRIMARY KEY ("id")
);

-- AddForeignKey
ALTER TABLE "OfKind" ADD CONSTRAINT "OfKind_kind_fkey" FOREIGN KEY ("kind") REFERENCES "ByKind"("kind") ON DELETE RESTRICT ON UPDATE CASCADE;
