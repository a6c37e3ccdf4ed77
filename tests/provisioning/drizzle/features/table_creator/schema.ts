import { index, integer, pgTableCreator, serial, text, varchar } from "drizzle-orm/pg-core";

export const createTable = pgTableCreator((name) => `app_${name}`);
export const users = createTable("users", (d) => ({
  id: d.integer().primaryKey().generatedByDefaultAsIdentity(),
  name: d.varchar({ length: 256 }).unique(),
}), (t) => [index("name_idx").on(t.name)]);
export const posts = createTable("post", {
  id: serial("id").primaryKey(),
  userId: integer("user_id").references(() => users.id),
  title: text("title"),
}, (example) => ({ titleIndex: index().on(example.title) }));
