CREATE TYPE "public"."role" AS ENUM('admin', 'member', 'it''s');
CREATE TYPE "public"."unused_kind" AS ENUM('x');
CREATE TYPE "public"."status" AS ENUM('open', 'closed');
CREATE TYPE "public"."Priority" AS ENUM('low', 'high');
CREATE TABLE "users" (
	"id" serial PRIMARY KEY NOT NULL,
	"role" "role" DEFAULT 'member' NOT NULL,
	"status" "status" DEFAULT 'open',
	"priority" "Priority"
);

