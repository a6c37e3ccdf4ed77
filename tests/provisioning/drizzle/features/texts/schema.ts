import { pgTable, text, varchar, char, uuid, boolean } from "drizzle-orm/pg-core";

export const people = pgTable("people", {
  id: uuid("id").primaryKey().defaultRandom(),
  name: text("name").notNull().default("O'Brien \\ co"),
  kind: text("kind", { enum: ["a", "b"] }).default("a"),
  email: varchar("email", { length: 255 }).notNull(),
  free: varchar("free"),
  code: char("code", { length: 2 }),
  letter: char("letter"),
  active: boolean("active").notNull().default(true),
  hidden: boolean("hidden").default(false),
});
