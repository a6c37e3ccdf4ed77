-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateTable
CREATE TABLE "Native" (
    "id" INTEGER NOT NULL,
    "text" TEXT NOT NULL,
    "varchar" VARCHAR NOT NULL,
    "varchars" VARCHAR(200) NOT NULL,
    "char" CHAR NOT NULL,
    "chars" CHAR(7) NOT NULL,
    "bit" BIT NOT NULL,
    "bits" BIT(3) NOT NULL,
    "varbit" VARBIT NOT NULL,
    "varbits" VARBIT(5) NOT NULL,
    "uuid" UUID NOT NULL,
    "xml" XML NOT NULL,
    "inet" INET NOT NULL,
    "list" VARCHAR(3)[],

    CONSTRAINT "Native_pkey" PRIMARY KEY ("id")
);
