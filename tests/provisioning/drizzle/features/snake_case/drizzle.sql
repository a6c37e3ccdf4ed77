CREATE TABLE "users" (
	"user_id" serial PRIMARY KEY NOT NULL,
	"email_address" text NOT NULL,
	"html_body" text,
	"givenName" text,
	"line2_text" text,
	CONSTRAINT "users_emailAddress_unique" UNIQUE("email_address"),
	CONSTRAINT "users_HTMLBody_line2Text_unique" UNIQUE("html_body","line2_text")
);

CREATE TABLE "user_groups" (
	"owner_id" integer,
	"group_id" integer,
	CONSTRAINT "user_groups_owner_id_group_id_pk" PRIMARY KEY("owner_id","group_id")
);

CREATE TABLE "log_entries" (
	"id" serial PRIMARY KEY NOT NULL,
	"owner_id" integer,
	"group_id" integer
);

ALTER TABLE "user_groups" ADD CONSTRAINT "user_groups_owner_id_users_user_id_fk" FOREIGN KEY ("owner_id") REFERENCES "public"."users"("user_id") ON DELETE cascade ON UPDATE no action;
ALTER TABLE "log_entries" ADD CONSTRAINT "log_entries_owner_id_group_id_user_groups_owner_id_group_id_fk" FOREIGN KEY ("owner_id","group_id") REFERENCES "public"."user_groups"("owner_id","group_id") ON DELETE no action ON UPDATE no action;
CREATE INDEX "users_html_body_index" ON "users" USING btree ("html_body");
CREATE UNIQUE INDEX "users_email_address_givenName_index" ON "users" USING btree ("email_address","givenName");
