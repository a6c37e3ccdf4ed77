CREATE TABLE "posts" (
	"id" serial PRIMARY KEY NOT NULL,
	"tags" text[] DEFAULT '{}'::text[] NOT NULL,
	"labels" text[] DEFAULT ARRAY['x', 'y']::text[],
	"data" jsonb DEFAULT '{"a": 1}'::jsonb
);

