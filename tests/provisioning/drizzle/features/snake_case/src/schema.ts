import { foreignKey, index, integer, pgTable, primaryKey, serial, text, unique, uniqueIndex } from "drizzle-orm/pg-core";

export const users = pgTable("users", {
  userId: serial().primaryKey(),
  emailAddress: text().notNull().unique(),
  HTMLBody: text(),
  givenName: text("givenName"),
  line2Text: text(),
}, (t) => [index().on(t.HTMLBody), uniqueIndex().on(t.emailAddress, t.givenName), unique().on(t.HTMLBody, t.line2Text)]);

export const userGroups = pgTable("user_groups", {
  ownerId: integer().references(() => users.userId, { onDelete: "cascade" }),
  groupId: integer(),
}, (t) => [
  primaryKey({ columns: [t.ownerId, t.groupId] }),
]);

export const logEntries = pgTable("log_entries", {
  id: serial().primaryKey(),
  ownerId: integer(),
  groupId: integer(),
}, (t) => [
  foreignKey({ columns: [t.ownerId, t.groupId], foreignColumns: [userGroups.ownerId, userGroups.groupId] }),
]);
