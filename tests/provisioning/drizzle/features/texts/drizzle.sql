CREATE TABLE "people" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"name" text DEFAULT 'O''Brien \ co' NOT NULL,
	"kind" text DEFAULT 'a',
	"email" varchar(255) NOT NULL,
	"free" varchar,
	"code" char(2),
	"letter" char,
	"active" boolean DEFAULT true NOT NULL,
	"hidden" boolean DEFAULT false
);

