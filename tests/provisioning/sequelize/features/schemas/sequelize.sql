CREATE SCHEMA "market";
DO 'BEGIN CREATE TYPE "market"."enum_Shops_kind" AS ENUM(''a'', ''b''); EXCEPTION WHEN duplicate_object THEN null; END';
CREATE TABLE IF NOT EXISTS "market"."Shops" ("id"   SERIAL , "kind" "market"."enum_Shops_kind", "createdAt" TIMESTAMP WITH TIME ZONE NOT NULL, "updatedAt" TIMESTAMP WITH TIME ZONE NOT NULL, PRIMARY KEY ("id"));
CREATE TABLE IF NOT EXISTS "market"."Items" ("id"   SERIAL , "name" VARCHAR(255), "createdAt" TIMESTAMP WITH TIME ZONE NOT NULL, "updatedAt" TIMESTAMP WITH TIME ZONE NOT NULL, "ShopId" INTEGER REFERENCES "market"."Shops" ("id") ON DELETE SET NULL ON UPDATE CASCADE, PRIMARY KEY ("id"));
