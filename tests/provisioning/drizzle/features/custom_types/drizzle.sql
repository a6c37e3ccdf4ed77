CREATE TABLE "rows" (
	"id" serial PRIMARY KEY NOT NULL,
	"file" "bytea" NOT NULL,
	"price" numeric(8, 2),
	"other" numeric(12, 2),
	"at" timestamp with time zone,
	"range" "int4range"
);

