CREATE TYPE "public"."kind" AS ENUM('x', 'y');
CREATE TABLE "users" (
	"id" serial PRIMARY KEY NOT NULL,
	"kind" "kind"
);

