-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateTable
CREATE TABLE "Strange" (
    "id" INTEGER NOT NULL,
    "search" tsvector NOT NULL,
    "shape" polygon,
    "boxes" box[],
    "interval" interval NOT NULL,
    "sized" interval(3),
    "range" tstzrange,
    "bits" bit varying(8),
    "money" numeric(5,2),
    "stamp" timestamp(3) with time zone,

    CONSTRAINT "Strange_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "Strange_search_idx" ON "Strange" USING GIN ("search");

-- CreateIndex
CREATE INDEX "Strange_range_idx" ON "Strange" USING GIST ("range");
