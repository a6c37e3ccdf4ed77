import { pgTable, serial, text } from "drizzle-orm/pg-core";
import { roleEnum } from "@/db/enums";

export const users = pgTable("users", { id: serial("id").primaryKey(), role: roleEnum("role").default("user"), name: text("name") });
