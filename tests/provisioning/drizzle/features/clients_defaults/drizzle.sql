CREATE TABLE "sessions" (
	"id" text PRIMARY KEY NOT NULL,
	"token" varchar(64) NOT NULL,
	"updated_at" timestamp DEFAULT now(),
	"touched" timestamp NOT NULL
);

