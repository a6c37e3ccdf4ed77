CREATE TABLE "colors" (
	"id" serial PRIMARY KEY NOT NULL,
	"colors_label" text NOT NULL,
	"width" integer DEFAULT 5
);

CREATE TABLE "sizes" (
	"id" serial PRIMARY KEY NOT NULL,
	"sizes_label" text NOT NULL,
	"width" integer DEFAULT 9
);

CREATE TABLE "shirts" (
	"id" serial PRIMARY KEY NOT NULL,
	"color" integer,
	"size" integer
);

ALTER TABLE "shirts" ADD CONSTRAINT "shirts_color_colors_id_fk" FOREIGN KEY ("color") REFERENCES "public"."colors"("id") ON DELETE no action ON UPDATE no action;
ALTER TABLE "shirts" ADD CONSTRAINT "shirts_size_sizes_id_fk" FOREIGN KEY ("size") REFERENCES "public"."sizes"("id") ON DELETE no action ON UPDATE no action;
CREATE INDEX "colors_by_label" ON "colors" USING btree ("colors_label");
CREATE INDEX "sizes_by_label" ON "sizes" USING btree ("sizes_label");
