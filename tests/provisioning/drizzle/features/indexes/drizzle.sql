CREATE TABLE "posts" (
	"id" serial PRIMARY KEY NOT NULL,
	"title" text NOT NULL,
	"slug" text,
	"views" integer,
	"draft" boolean,
	"data" jsonb,
	"at" timestamp
);

CREATE INDEX "posts_title_index" ON "posts" USING btree ("title");
CREATE INDEX "by_views" ON "posts" USING btree ("views" DESC NULLS LAST,"at" NULLS FIRST);
CREATE INDEX "by_views_last" ON "posts" USING btree ("views" DESC NULLS LAST);
CREATE UNIQUE INDEX "one_slug" ON "posts" USING btree ("slug") WHERE "posts"."draft" = false;
CREATE UNIQUE INDEX "posts_title_slug_index" ON "posts" USING btree ("title","slug");
CREATE INDEX "by_data" ON "posts" USING gin ("data");
CREATE INDEX "by_path" ON "posts" USING gin ("data" jsonb_path_ops);
CREATE INDEX "by_hash" ON "posts" USING hash ("slug");
CREATE INDEX "by_pattern" ON "posts" USING btree ("title" text_pattern_ops);
CREATE INDEX "concurrent" ON "posts" USING btree ("at" DESC NULLS LAST);
