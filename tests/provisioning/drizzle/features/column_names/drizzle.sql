CREATE TABLE "blogPosts" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"longTitle" varchar(100) NOT NULL,
	"authorID" integer,
	"createdAt" timestamp with time zone DEFAULT now(),
	"odd name" text,
	"body" text
);

