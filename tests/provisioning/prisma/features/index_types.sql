-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateTable
CREATE TABLE "Indexed" (
    "id" INTEGER NOT NULL,
    "tags" TEXT[],
    "document" JSONB NOT NULL,
    "number" INTEGER NOT NULL,
    "address" INET NOT NULL,
    "name" TEXT NOT NULL,
    "at" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "Indexed_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "Indexed_tags_idx" ON "Indexed" USING GIN ("tags");

-- CreateIndex
CREATE INDEX "array_ops" ON "Indexed" USING GIN ("tags" array_ops);

-- CreateIndex
CREATE INDEX "Indexed_document_idx" ON "Indexed" USING GIN ("document" jsonb_path_ops);

-- CreateIndex
CREATE INDEX "jsonb_ops" ON "Indexed" USING GIN ("document" jsonb_ops);

-- CreateIndex
CREATE INDEX "hashed" ON "Indexed" USING HASH ("number");

-- CreateIndex
CREATE INDEX "brin" ON "Indexed" USING BRIN ("number");

-- CreateIndex
CREATE INDEX "bloom" ON "Indexed" USING BRIN ("number" int4_bloom_ops);

-- CreateIndex
CREATE INDEX "multi" ON "Indexed" USING BRIN ("number" int4_minmax_multi_ops);

-- CreateIndex
CREATE INDEX "tz" ON "Indexed" USING BRIN ("at" timestamptz_minmax_multi_ops);

-- CreateIndex
CREATE INDEX "gist" ON "Indexed" USING GIST ("address" inet_ops);

-- CreateIndex
CREATE INDEX "spgist" ON "Indexed" USING SPGIST ("address" inet_ops);

-- CreateIndex
CREATE INDEX "text_spgist" ON "Indexed" USING SPGIST ("name" text_ops);

-- CreateIndex
CREATE INDEX "prefix" ON "Indexed"("name" text_pattern_ops);

-- CreateIndex
CREATE INDEX "mixed" ON "Indexed"("name" varchar_pattern_ops, "number" DESC);
