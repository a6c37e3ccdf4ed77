import { pgTable, serial } from "drizzle-orm/pg-core";
import { kind } from "../kinds.enum";

export const users = pgTable("users", { id: serial("id").primaryKey(), kind: kind("kind") });
