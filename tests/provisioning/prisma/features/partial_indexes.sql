-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateEnum
CREATE TYPE "State" AS ENUM ('open', 'finished');

-- CreateTable
CREATE TABLE "Partial" (
    "id" INTEGER NOT NULL,
    "name" TEXT NOT NULL,
    "deleted_at" TIMESTAMP(3),
    "active" BOOLEAN NOT NULL,
    "level" INTEGER NOT NULL,
    "state" "State" NOT NULL,

    CONSTRAINT "Partial_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "raw" ON "Partial"("name") WHERE (deleted_at IS NULL);

-- CreateIndex
CREATE INDEX "active" ON "Partial"("level") WHERE ("active" != false);

-- CreateIndex
CREATE INDEX "named" ON "Partial"("level") WHERE ("name" = 'x''y');

-- CreateIndex
CREATE INDEX "levelled" ON "Partial"("level") WHERE ("name" != 'z' AND "level" = 3);

-- CreateIndex
CREATE UNIQUE INDEX "living" ON "Partial"("name") WHERE ("deleted_at" IS NULL);

-- CreateIndex
CREATE UNIQUE INDEX "dead" ON "Partial"("name") WHERE ("deleted_at" IS NOT NULL AND "active" = true);
