import { sql } from "drizzle-orm";
import { pgTable, serial, integer, text, check } from "drizzle-orm/pg-core";

export const people = pgTable("people", {
  id: serial("id").primaryKey(),
  age: integer("age"),
  name: text("name").notNull(),
}, (t) => [
  check("adult", sql`${t.age} >= 18 and ${t.age} < 150`),
  check("named", sql`length(${t.name}) > 0`),
  check("plain", sql.raw(`name <> 'x'`)),
]);
