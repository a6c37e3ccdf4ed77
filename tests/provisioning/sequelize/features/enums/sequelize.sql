DO 'BEGIN CREATE TYPE "public"."enum_Users_role" AS ENUM(''admin'', ''member'', ''it''''s''); EXCEPTION WHEN duplicate_object THEN null; END';
DO 'BEGIN CREATE TYPE "public"."enum_Users_state" AS ENUM(''on'', ''off''); EXCEPTION WHEN duplicate_object THEN null; END';
DO 'BEGIN CREATE TYPE "public"."enum_Users_kind" AS ENUM(''x'', ''y''); EXCEPTION WHEN duplicate_object THEN null; END';
DO 'BEGIN CREATE TYPE "public"."enum_Users_listed" AS ENUM(''p'', ''q''); EXCEPTION WHEN duplicate_object THEN null; END';
DO 'BEGIN CREATE TYPE "public"."enum_Users_given" AS ENUM(''r'', ''s''); EXCEPTION WHEN duplicate_object THEN null; END';
DO 'BEGIN CREATE TYPE "public"."enum_Users_renamed" AS ENUM(''u''); EXCEPTION WHEN duplicate_object THEN null; END';
CREATE TABLE IF NOT EXISTS "Users" ("id"   SERIAL , "role" "public"."enum_Users_role" DEFAULT 'member', "state" "public"."enum_Users_state", "kind" "public"."enum_Users_kind" NOT NULL, "listed" "public"."enum_Users_listed", "given" "public"."enum_Users_given", "renamed" "public"."enum_Users_renamed", "createdAt" TIMESTAMP WITH TIME ZONE NOT NULL, "updatedAt" TIMESTAMP WITH TIME ZONE NOT NULL, PRIMARY KEY ("id"));
