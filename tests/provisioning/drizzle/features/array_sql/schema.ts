import { sql } from "drizzle-orm";
import { pgTable, serial, text, jsonb } from "drizzle-orm/pg-core";

export const posts = pgTable("posts", {
  id: serial("id").primaryKey(),
  tags: text("tags").array().notNull().default(sql`'{}'::text[]`),
  labels: text("labels").array().default(sql`ARRAY['x', 'y']::text[]`),
  data: jsonb("data").default(sql`'{"a": 1}'::jsonb`),
});
