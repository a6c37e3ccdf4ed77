CREATE SCHEMA "shop";

CREATE TYPE "shop"."size" AS ENUM('s', 'm');
CREATE TABLE "shop"."products" (
	"id" serial PRIMARY KEY NOT NULL,
	"size" "shop"."size" DEFAULT 's' NOT NULL
);

CREATE TABLE "shop"."items" (
	"id" serial PRIMARY KEY NOT NULL,
	"product_id" integer
);

CREATE TABLE "notes" (
	"id" serial PRIMARY KEY NOT NULL,
	"item_id" integer NOT NULL,
	"body" text
);

ALTER TABLE "shop"."items" ADD CONSTRAINT "items_product_id_products_id_fk" FOREIGN KEY ("product_id") REFERENCES "shop"."products"("id") ON DELETE cascade ON UPDATE no action;
ALTER TABLE "notes" ADD CONSTRAINT "notes_item_id_items_id_fk" FOREIGN KEY ("item_id") REFERENCES "shop"."items"("id") ON DELETE no action ON UPDATE no action;
