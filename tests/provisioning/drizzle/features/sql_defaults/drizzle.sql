CREATE TABLE "rows" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"at" timestamp DEFAULT CURRENT_TIMESTAMP NOT NULL,
	"until" timestamp DEFAULT now() + interval '1 day',
	"raw" integer DEFAULT 1 + 1,
	"typed" bigint DEFAULT extract(epoch from now())::bigint,
	"day" date DEFAULT (now() at time zone 'utc')::date,
	"text" text DEFAULT 'a' || 'b',
	"flag" boolean DEFAULT true,
	"none" text DEFAULT null
);

