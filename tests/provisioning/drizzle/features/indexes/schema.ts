import { sql } from "drizzle-orm";
import { pgTable, serial, text, integer, boolean, timestamp, jsonb, index, uniqueIndex } from "drizzle-orm/pg-core";

export const posts = pgTable("posts", {
  id: serial("id").primaryKey(),
  title: text("title").notNull(),
  slug: text("slug"),
  views: integer("views"),
  draft: boolean("draft"),
  data: jsonb("data"),
  at: timestamp("at"),
}, (table) => [
  index().on(table.title),
  index("by_views").on(table.views.desc(), table.at.asc().nullsFirst()),
  index("by_views_last").on(table.views.desc().nullsLast()),
  uniqueIndex("one_slug").on(table.slug).where(sql`${table.draft} = false`),
  uniqueIndex().on(table.title, table.slug),
  index("by_data").using("gin", table.data),
  index("by_path").using("gin", table.data.op("jsonb_path_ops")),
  index("by_hash").using("hash", table.slug),
  index("by_pattern").on(table.title.asc().op("text_pattern_ops")),
  index("concurrent").using("btree", table.at.desc().nullsLast()),
]);
