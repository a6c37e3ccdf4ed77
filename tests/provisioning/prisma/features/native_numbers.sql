-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateTable
CREATE TABLE "Native" (
    "id" INTEGER NOT NULL,
    "small" SMALLINT NOT NULL,
    "oid" OID NOT NULL,
    "big" BIGINT NOT NULL,
    "real" REAL NOT NULL,
    "double" DOUBLE PRECISION NOT NULL,
    "decimal" DECIMAL NOT NULL,
    "decimals" DECIMAL(10,3) NOT NULL,
    "money" MONEY NOT NULL,
    "flag" BOOLEAN NOT NULL,
    "list" DECIMAL(6,2)[],

    CONSTRAINT "Native_pkey" PRIMARY KEY ("id")
);
