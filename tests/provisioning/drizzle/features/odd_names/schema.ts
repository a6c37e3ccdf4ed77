import { index, integer, pgEnum, pgTable, serial, text } from "drizzle-orm/pg-core";

export const mood = pgEnum("Mood Kind", ["très bien", "", "so-so"]);
export const order = pgTable("order", {
  id: serial("id").primaryKey(),
  select: text("select"),
  mood: mood("user"),
  größe: integer("größe"),
}, (t) => [index("order by").on(t.select), index().on(t.größe)]);
export const Camel = pgTable("CamelCase", { ID: serial("ID").primaryKey(), Order: integer("Order").references(() => order.id) });
