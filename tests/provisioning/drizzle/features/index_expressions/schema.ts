import { and, isNotNull, isNull, sql, type SQL } from "drizzle-orm";
import { pgTable, serial, text, timestamp, index, uniqueIndex, type AnyPgColumn } from "drizzle-orm/pg-core";

export function lower(email: AnyPgColumn): SQL {
  return sql`lower(${email})`;
}
export const users = pgTable("users", {
  id: serial("id").primaryKey(),
  email: text("email").notNull(),
  name: text("name"),
  bio: text("bio"),
  deletedAt: timestamp("deleted_at"),
}, (t) => [
  uniqueIndex("one_email").on(lower(t.email)),
  index("search").using("gin", sql`to_tsvector('english', ${t.bio})`),
  index("both").on(sql`lower(${t.name}) desc`, t.email),
  index("pair").on(sql`(${t.name} || ' ' || ${t.email})`),
  index("kept").on(t.name).where(isNull(t.deletedAt)),
  index("gone").on(t.email).where(and(isNotNull(t.deletedAt), sql`${t.name} <> ''`)!),
]);
