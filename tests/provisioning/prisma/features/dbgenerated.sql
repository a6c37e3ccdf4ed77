-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateTable
CREATE TABLE "Generated" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "nothing" UUID NOT NULL,
    "list" INTEGER[] DEFAULT '{1}',
    "upper" TEXT NOT NULL DEFAULT upper('a;b--c'::text),
    "later" TIMESTAMP(3) NOT NULL DEFAULT (now() + '1 day'::interval),
    "at" TIMESTAMP(6) NOT NULL DEFAULT timezone('utc'::text, now()),
    "cast" TEXT NOT NULL DEFAULT (gen_random_uuid())::text,
    "document" JSONB NOT NULL DEFAULT jsonb_build_object('a', 1),
    "constant" INTEGER NOT NULL DEFAULT (1 + 2) * 3,
    "shape" circle NOT NULL DEFAULT '<(1,1),1>',

    CONSTRAINT "Generated_pkey" PRIMARY KEY ("id")
);
