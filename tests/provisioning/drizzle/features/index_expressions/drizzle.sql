CREATE TABLE "users" (
	"id" serial PRIMARY KEY NOT NULL,
	"email" text NOT NULL,
	"name" text,
	"bio" text,
	"deleted_at" timestamp
);

CREATE UNIQUE INDEX "one_email" ON "users" USING btree (lower("email"));
CREATE INDEX "search" ON "users" USING gin (to_tsvector('english', "bio"));
CREATE INDEX "both" ON "users" USING btree (lower("name") desc,"email");
CREATE INDEX "pair" ON "users" USING btree (("name" || ' ' || "email"));
CREATE INDEX "kept" ON "users" USING btree ("name") WHERE "users"."deleted_at" is null;
CREATE INDEX "gone" ON "users" USING btree ("email") WHERE ("users"."deleted_at" is not null and "users"."name" <> '');
