-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateTable
CREATE TABLE "Unique" (
    "id" INTEGER NOT NULL,
    "a" TEXT NOT NULL,
    "b" TEXT,
    "c" INTEGER NOT NULL,
    "d" INTEGER NOT NULL,

    CONSTRAINT "Unique_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "Unique_a_key" ON "Unique"("a");

-- CreateIndex
CREATE UNIQUE INDEX "its_own_name" ON "Unique"("b");

-- CreateIndex
CREATE UNIQUE INDEX "Unique_c_key" ON "Unique"("c" DESC);

-- CreateIndex
CREATE UNIQUE INDEX "Unique_a_b_key" ON "Unique"("a", "b");

-- CreateIndex
CREATE UNIQUE INDEX "Unique_c_d_key" ON "Unique"("c", "d");

-- CreateIndex
CREATE UNIQUE INDEX "for_the_database" ON "Unique"("d", "a");

-- CreateIndex
CREATE UNIQUE INDEX "Unique_d_c_key" ON "Unique"("d" DESC, "c");
