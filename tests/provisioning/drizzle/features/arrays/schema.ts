import { pgTable, serial, text, integer, varchar, numeric, pgEnum, timestamp, boolean } from "drizzle-orm/pg-core";

export const color = pgEnum("color", ["red", "green"]);
export const lists = pgTable("lists", {
  id: serial("id").primaryKey(),
  tags: text("tags").array(),
  required: text("required").array().notNull().default([]),
  names: varchar("names", { length: 20 }).array(3).default(["a", "b c", "d,e"]),
  grid: integer("grid").array().array().default([[1, 2], [3, 4]]),
  prices: numeric("prices", { precision: 6, scale: 2 }).array(),
  colors: color("colors").array().default(["red"]),
  at: timestamp("at", { withTimezone: true }).array(),
  flags: boolean("flags").notNull().array().default([true, false]),
});
