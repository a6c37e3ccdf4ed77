CREATE TYPE "public"."Mood Kind" AS ENUM('très bien', '', 'so-so');
CREATE TABLE "order" (
	"id" serial PRIMARY KEY NOT NULL,
	"select" text,
	"user" "Mood Kind",
	"größe" integer
);

CREATE TABLE "CamelCase" (
	"ID" serial PRIMARY KEY NOT NULL,
	"Order" integer
);

ALTER TABLE "CamelCase" ADD CONSTRAINT "CamelCase_Order_order_id_fk" FOREIGN KEY ("Order") REFERENCES "public"."order"("id") ON DELETE no action ON UPDATE no action;
CREATE INDEX "order by" ON "order" USING btree ("select");
CREATE INDEX "order_größe_index" ON "order" USING btree ("größe");
