CREATE SCHEMA IF NOT EXISTS "audit";
CREATE SCHEMA IF NOT EXISTS "billing";
CREATE TYPE "audit"."entries_level_enum" AS ENUM('low', 'high');
CREATE TABLE "audit"."entries" ("id" SERIAL NOT NULL, "level" "audit"."entries_level_enum" NOT NULL, CONSTRAINT "PK_23d4e7e9b58d9939f113832915b" PRIMARY KEY ("id"));
CREATE INDEX "IDX_8bb7d5a99139e160b7a67adef8" ON "audit"."entries" ("level") ;
CREATE TABLE "billing"."invoices" ("id" uuid NOT NULL DEFAULT uuid_generate_v4(), "number" character varying NOT NULL, "entryId" integer, CONSTRAINT "UQ_6b20aa66f2a835a4f2fbde48724" UNIQUE ("number"), CONSTRAINT "PK_668cef7c22a427fd822cc1be3ce" PRIMARY KEY ("id"));
