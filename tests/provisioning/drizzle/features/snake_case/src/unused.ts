import { pgTable, serial } from "drizzle-orm/pg-core";

export const unused = pgTable("unused", { id: serial().primaryKey() });
