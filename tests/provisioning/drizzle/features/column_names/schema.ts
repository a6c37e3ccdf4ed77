import { integer, pgTable, text, timestamp, uuid, varchar } from "drizzle-orm/pg-core";

export const blogPosts = pgTable("blogPosts", {
  id: uuid().primaryKey().defaultRandom(),
  longTitle: varchar({ length: 100 }).notNull(),
  authorID: integer(),
  createdAt: timestamp({ withTimezone: true }).defaultNow(),
  "odd name": text(),
  body: text(""),
});
