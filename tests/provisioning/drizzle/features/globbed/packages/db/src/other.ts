import { pgTable, serial } from "drizzle-orm/pg-core";

export const others = pgTable("others", { id: serial("id").primaryKey() });
