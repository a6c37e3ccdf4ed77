CREATE TABLE "accounts" (
	"id" serial PRIMARY KEY NOT NULL,
	"email" text NOT NULL,
	"handle" varchar(30),
	"phone" text,
	"a" text,
	"b" text,
	CONSTRAINT "accounts_email_unique" UNIQUE("email"),
	CONSTRAINT "one_handle" UNIQUE("handle"),
	CONSTRAINT "one_phone" UNIQUE NULLS NOT DISTINCT("phone"),
	CONSTRAINT "accounts_a_b_unique" UNIQUE("a","b"),
	CONSTRAINT "b_and_a" UNIQUE NULLS NOT DISTINCT("b","a")
);

CREATE TABLE "both" (
	"id" integer PRIMARY KEY NOT NULL,
	"code" integer NOT NULL,
	CONSTRAINT "both_id_unique" UNIQUE("id"),
	CONSTRAINT "code_key" UNIQUE("code")
);

