import { pgTable, serial, integer, type AnyPgColumn } from "drizzle-orm/pg-core";

export const a = pgTable("a", { id: serial("id").primaryKey(), b: integer("b").references((): AnyPgColumn => b.id) });
export const b = pgTable("b", { id: serial("id").primaryKey(), a: integer("a").references(() => a.id) });
