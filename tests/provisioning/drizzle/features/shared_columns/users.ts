import { pgTable, text } from "drizzle-orm/pg-core";
import { id, soft, timestamps } from "./columns";

export const users = pgTable("users", { id: id(), name: text("name"), ...timestamps, ...soft(true) });
