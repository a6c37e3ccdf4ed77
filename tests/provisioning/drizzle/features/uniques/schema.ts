import { integer, pgTable, serial, text, varchar, unique } from "drizzle-orm/pg-core";

export const accounts = pgTable("accounts", {
  id: serial("id").primaryKey(),
  email: text("email").notNull().unique(),
  handle: varchar("handle", { length: 30 }).unique("one_handle"),
  phone: text("phone").unique("one_phone", { nulls: "not distinct" }),
  a: text("a"),
  b: text("b"),
}, (t) => ({
  ab: unique().on(t.a, t.b),
  ba: unique("b_and_a").on(t.b, t.a).nullsNotDistinct(),
}));

export const both = pgTable("both", { id: integer("id").primaryKey().unique(), code: integer("code").notNull().unique("code_key") });
