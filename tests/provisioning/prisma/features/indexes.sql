-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateTable
CREATE TABLE "Indexed" (
    "id" INTEGER NOT NULL,
    "a" TEXT NOT NULL,
    "b" INTEGER NOT NULL,
    "c" INTEGER,

    CONSTRAINT "Indexed_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "Indexed_a_idx" ON "Indexed"("a");

-- CreateIndex
CREATE INDEX "Indexed_a_b_idx" ON "Indexed"("a", "b" DESC);

-- CreateIndex
CREATE INDEX "by_b_and_c" ON "Indexed"("b", "c");

-- CreateIndex
CREATE INDEX "of_old_releases" ON "Indexed"("c");

-- CreateIndex
CREATE INDEX "Indexed_c_a_idx" ON "Indexed"("c" ASC, "a");
