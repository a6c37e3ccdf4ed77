import { pgTable, serial, text } from "drizzle-orm/pg-core";

const users = pgTable("users", { id: serial("id").primaryKey() });
const posts = pgTable("posts", { id: serial("id").primaryKey() });
const hidden = pgTable("hidden", { id: text("id") });

export { users };
export default posts;
