import { sql } from "drizzle-orm";
import { pgTable, serial, text, timestamp, uuid, integer, bigint, date, boolean } from "drizzle-orm/pg-core";

const soon = sql`now() + interval '1 day'`;
export const rows = pgTable("rows", {
  id: uuid("id").default(sql`gen_random_uuid()`).primaryKey(),
  at: timestamp("at").default(sql`CURRENT_TIMESTAMP`).notNull(),
  until: timestamp("until").default(soon),
  raw: integer("raw").default(sql.raw("1 + 1")),
  typed: bigint("typed", { mode: "number" }).default(sql<number>`extract(epoch from now())::bigint`),
  day: date("day").default(sql<string | null>`(now() at time zone 'utc')::date`),
  text: text("text").default(sql`'a' || 'b'`),
  flag: boolean("flag").default(sql`true`),
  none: text("none").default(sql`null`),
});
