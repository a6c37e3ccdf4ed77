-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateTable
CREATE TABLE "the users; é" (
    "_id" INTEGER NOT NULL,
    "first name" TEXT NOT NULL,
    "a 'c' ; d é" TEXT NOT NULL,
    "select" TEXT NOT NULL,
    "UPPER" INTEGER NOT NULL,

    CONSTRAINT "the users; é_pkey" PRIMARY KEY ("_id")
);

-- CreateTable
CREATE TABLE "order" (
    "id" INTEGER NOT NULL,
    "table" INTEGER NOT NULL,

    CONSTRAINT "order_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "the users; é_a 'c' ; d é_idx" ON "the users; é"("a 'c' ; d é");

-- CreateIndex
CREATE UNIQUE INDEX "the users; é_first name_UPPER_key" ON "the users; é"("first name", "UPPER");

-- CreateIndex
CREATE UNIQUE INDEX "order_table_key" ON "order"("table");
