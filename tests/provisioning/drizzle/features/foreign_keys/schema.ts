import { pgTable, serial, integer, uuid, text, type AnyPgColumn } from "drizzle-orm/pg-core";

export const users = pgTable("users", {
  id: uuid("id").primaryKey(),
  managerId: uuid("manager_id").references((): AnyPgColumn => users.id, { onDelete: "set null" }),
});
export const posts = pgTable("posts", {
  id: serial("id").primaryKey(),
  authorId: uuid("author_id").notNull().references(() => users.id, { onDelete: "cascade", onUpdate: "cascade" }),
  editorId: uuid("editor_id").references(() => { return users.id; }, { onDelete: "restrict" }),
  parentId: integer("parent_id"),
  reviewer: uuid("reviewer").references(() => users.id, { onUpdate: "no action", onDelete: "set default" }),
  title: text("title"),
});
