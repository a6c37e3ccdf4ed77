CREATE TABLE "users" (
	"id" serial PRIMARY KEY NOT NULL,
	"name" text
);

CREATE TABLE "locked" (
	"id" serial PRIMARY KEY NOT NULL
);

