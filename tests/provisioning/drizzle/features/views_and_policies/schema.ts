import { sql } from "drizzle-orm";
import { pgTable, pgView, pgPolicy, pgSequence, serial, text } from "drizzle-orm/pg-core";

export const users = pgTable("users", { id: serial("id").primaryKey(), name: text("name") }, () => [
  pgPolicy("everybody", { for: "select", using: sql`true` }),
]);
export const locked = pgTable("locked", { id: serial("id").primaryKey() }).enableRLS();
export const names = pgView("names").as((qb) => qb.select({ name: users.name }).from(users));
