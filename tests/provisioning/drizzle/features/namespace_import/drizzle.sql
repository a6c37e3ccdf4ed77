CREATE TYPE "public"."kinds" AS ENUM('a', 'b');
CREATE TABLE "rows" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"kind" "kinds" NOT NULL,
	"other" varchar(9),
	CONSTRAINT "rows_kind_unique" UNIQUE("kind")
);

CREATE TABLE "others" (
	"id" text PRIMARY KEY NOT NULL,
	"row" uuid
);

ALTER TABLE "others" ADD CONSTRAINT "others_row_rows_id_fk" FOREIGN KEY ("row") REFERENCES "public"."rows"("id") ON DELETE no action ON UPDATE no action;
CREATE INDEX "rows_other" ON "rows" USING btree ("other");
