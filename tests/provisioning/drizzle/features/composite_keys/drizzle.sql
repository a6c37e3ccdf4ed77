CREATE TABLE "memberships" (
	"user_id" uuid NOT NULL,
	"group_id" uuid NOT NULL,
	"role" text,
	CONSTRAINT "memberships_user_id_group_id_pk" PRIMARY KEY("user_id","group_id")
);

CREATE TABLE "badges" (
	"id" integer PRIMARY KEY NOT NULL,
	"user_id" uuid,
	"group_id" uuid,
	"parent" integer
);

CREATE TABLE "old" (
	"a" integer,
	"b" integer,
	CONSTRAINT "old_a_b_pk" PRIMARY KEY("a","b")
);

CREATE TABLE "named" (
	"a" integer,
	"b" integer,
	CONSTRAINT "named_key" PRIMARY KEY("b","a")
);

CREATE TABLE "single" (
	"a" integer,
	CONSTRAINT "single_a_pk" PRIMARY KEY("a")
);

ALTER TABLE "badges" ADD CONSTRAINT "badges_user_id_group_id_memberships_user_id_group_id_fk" FOREIGN KEY ("user_id","group_id") REFERENCES "public"."memberships"("user_id","group_id") ON DELETE cascade ON UPDATE no action;
ALTER TABLE "badges" ADD CONSTRAINT "badges_parent" FOREIGN KEY ("parent") REFERENCES "public"."badges"("id") ON DELETE no action ON UPDATE set null;
