import { pgTable, integer, text, primaryKey, foreignKey, uuid } from "drizzle-orm/pg-core";

export const memberships = pgTable("memberships", {
  userId: uuid("user_id").notNull(),
  groupId: uuid("group_id").notNull(),
  role: text("role"),
}, (t) => ({
  pk: primaryKey({ columns: [t.userId, t.groupId] }),
}));
export const badges = pgTable("badges", {
  id: integer("id").primaryKey(),
  userId: uuid("user_id"),
  groupId: uuid("group_id"),
  parent: integer("parent"),
}, (t) => [
  foreignKey({ columns: [t.userId, t.groupId], foreignColumns: [memberships.userId, memberships.groupId] }).onDelete("cascade"),
  foreignKey({ name: "badges_parent", columns: [t.parent], foreignColumns: [t.id] }).onUpdate("set null"),
]);
export const old = pgTable("old", { a: integer("a"), b: integer("b") }, (t) => ({ pk: primaryKey(t.a, t.b) }));
export const named = pgTable("named", { a: integer("a"), b: integer("b") }, (t) => [primaryKey({ name: "named_key", columns: [t.b, t.a] })]);
export const single = pgTable("single", { a: integer("a") }, (t) => [primaryKey({ columns: [t.a] })]);
