CREATE TABLE "events" (
	"id" serial PRIMARY KEY NOT NULL,
	"day" date DEFAULT now() NOT NULL,
	"day_as_date" date DEFAULT '2024-02-29',
	"at" time,
	"at_exactly" time(3) with time zone,
	"created" timestamp DEFAULT now() NOT NULL,
	"updated" timestamp(3) with time zone DEFAULT now(),
	"exact" timestamp (0),
	"fixed" timestamp DEFAULT '2024-01-02 03:04:05.678',
	"fixed_zone" timestamp with time zone DEFAULT '1970-01-01T00:00:00.000Z',
	"span" interval,
	"days" interval day,
	"seconds" interval second(3)
);

