CREATE TYPE "public"."color" AS ENUM('red', 'green');
CREATE TABLE "lists" (
	"id" serial PRIMARY KEY NOT NULL,
	"tags" text[],
	"required" text[] DEFAULT '{}' NOT NULL,
	"names" varchar(20)[3] DEFAULT '{"a","b c","d,e"}',
	"grid" integer[][] DEFAULT '{{1,2},{3,4}}',
	"prices" numeric(6, 2)[],
	"colors" "color"[] DEFAULT '{"red"}',
	"at" timestamp with time zone[],
	"flags" boolean[] DEFAULT '{true,false}'
);

