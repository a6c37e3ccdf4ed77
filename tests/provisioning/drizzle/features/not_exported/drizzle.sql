CREATE TABLE "users" (
	"id" serial PRIMARY KEY NOT NULL
);

CREATE TABLE "posts" (
	"id" serial PRIMARY KEY NOT NULL
);

