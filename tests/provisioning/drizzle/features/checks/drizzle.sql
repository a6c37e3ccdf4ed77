CREATE TABLE "people" (
	"id" serial PRIMARY KEY NOT NULL,
	"age" integer,
	"name" text NOT NULL,
	CONSTRAINT "adult" CHECK ("people"."age" >= 18 and "people"."age" < 150),
	CONSTRAINT "named" CHECK (length("people"."name") > 0),
	CONSTRAINT "plain" CHECK (name <> 'x')
);

