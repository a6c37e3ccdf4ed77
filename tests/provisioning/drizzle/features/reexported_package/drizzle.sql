CREATE TABLE "rows" (
	"id" serial PRIMARY KEY NOT NULL,
	"at" timestamp DEFAULT now()
);

