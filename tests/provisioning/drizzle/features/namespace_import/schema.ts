import * as p from "drizzle-orm/pg-core";
import { pgTable as table, text as string } from "drizzle-orm/pg-core";

export const kinds = p.pgEnum("kinds", ["a", "b"]);
export const rows = p.pgTable("rows", {
  id: p.uuid().defaultRandom().primaryKey(),
  kind: kinds().notNull(),
  other: p.varchar("other", { length: 9 }),
}, (t) => [p.index("rows_other").on(t.other), p.unique().on(t.kind)]);
export const others = table("others", { id: string("id").primaryKey(), row: p.uuid().references(() => rows.id) });
