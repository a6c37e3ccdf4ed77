CREATE TABLE "a" (
	"id" serial PRIMARY KEY NOT NULL,
	"b" integer
);

CREATE TABLE "b" (
	"id" serial PRIMARY KEY NOT NULL,
	"a" integer
);

ALTER TABLE "a" ADD CONSTRAINT "a_b_b_id_fk" FOREIGN KEY ("b") REFERENCES "public"."b"("id") ON DELETE no action ON UPDATE no action;
ALTER TABLE "b" ADD CONSTRAINT "b_a_a_id_fk" FOREIGN KEY ("a") REFERENCES "public"."a"("id") ON DELETE no action ON UPDATE no action;
