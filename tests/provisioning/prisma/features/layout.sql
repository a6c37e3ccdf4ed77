-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateTable
CREATE TABLE "User" (
    "id" INTEGER NOT NULL,
    "name" TEXT NOT NULL DEFAULT 'a',
    "model" TEXT NOT NULL,
    "enum" INTEGER NOT NULL,
    "type" INTEGER NOT NULL,
    "view" INTEGER NOT NULL,

    CONSTRAINT "User_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Other" (
    "id" INTEGER NOT NULL,

    CONSTRAINT "Other_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "by_name" ON "User"("name");

-- CreateIndex
CREATE INDEX "User_model_enum_idx" ON "User"("model", "enum");
