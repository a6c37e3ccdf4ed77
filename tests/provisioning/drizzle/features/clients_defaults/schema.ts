import { pgTable, text, timestamp, varchar } from "drizzle-orm/pg-core";

import { nanoid } from "nanoid";
export const sessions = pgTable("sessions", {
  id: text("id").primaryKey().$defaultFn(() => nanoid()),
  token: varchar("token", { length: 64 }).$default(() => crypto.randomUUID()).notNull(),
  updatedAt: timestamp("updated_at").defaultNow().$onUpdate(() => new Date()),
  touched: timestamp("touched").$onUpdateFn(() => new Date()).notNull(),
});
