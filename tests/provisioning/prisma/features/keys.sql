-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateTable
CREATE TABLE "Single" (
    "id" INTEGER NOT NULL,

    CONSTRAINT "single_key" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Pair" (
    "a" INTEGER NOT NULL,
    "b" TEXT NOT NULL,

    CONSTRAINT "Pair_pkey" PRIMARY KEY ("a","b")
);

-- CreateTable
CREATE TABLE "Named" (
    "a" INTEGER NOT NULL,
    "b" INTEGER NOT NULL,

    CONSTRAINT "forTheDatabase" PRIMARY KEY ("b","a")
);

-- CreateTable
CREATE TABLE "OnlyUnique" (
    "email" TEXT NOT NULL
);

-- CreateTable
CREATE TABLE "OnlyUniquePair" (
    "a" INTEGER NOT NULL,
    "b" INTEGER NOT NULL
);

-- CreateIndex
CREATE UNIQUE INDEX "OnlyUnique_email_key" ON "OnlyUnique"("email");

-- CreateIndex
CREATE UNIQUE INDEX "OnlyUniquePair_a_b_key" ON "OnlyUniquePair"("a", "b");
