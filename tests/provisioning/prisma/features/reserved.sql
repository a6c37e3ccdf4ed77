-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateTable
CREATE TABLE "table" (
    "id" INTEGER NOT NULL,
    "from" TEXT NOT NULL,
    "where" TEXT,
    "user" INTEGER NOT NULL,
    "order" INTEGER[],

    CONSTRAINT "table_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "table_user_key" ON "table"("user");

-- CreateIndex
CREATE INDEX "table_from_where_idx" ON "table"("from", "where");
