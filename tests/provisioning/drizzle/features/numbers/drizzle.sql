CREATE TABLE "measurements" (
	"id" serial PRIMARY KEY NOT NULL,
	"big" bigserial NOT NULL,
	"bigger" bigserial NOT NULL,
	"small" "smallserial" NOT NULL,
	"count" integer DEFAULT 0 NOT NULL,
	"total" bigint DEFAULT -5,
	"huge" bigint,
	"tiny" smallint,
	"price" numeric(10, 2) DEFAULT '0.50',
	"ratio" numeric(5),
	"anything" numeric,
	"single" real DEFAULT 1.5,
	"double" double precision
);

