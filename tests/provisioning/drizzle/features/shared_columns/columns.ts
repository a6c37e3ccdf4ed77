import { integer, timestamp, uuid } from "drizzle-orm/pg-core";

export const timestamps = {
  createdAt: timestamp("created_at").defaultNow().notNull(),
  updatedAt: timestamp("updated_at"),
};
export const id = () => uuid("id").primaryKey().defaultRandom();
export const counter = integer("counter").default(0);
export function soft(withReason: boolean) {
  if (withReason) {
    return { deletedAt: timestamp("deleted_at"), reason: integer("reason") };
  }
  return { deletedAt: timestamp("deleted_at") };
}
