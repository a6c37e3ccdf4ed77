import { index, pgTable, serial, text, integer } from "drizzle-orm/pg-core";

const lookup = (name: string, width = 5) =>
  pgTable(name, {
    id: serial("id").primaryKey(),
    label: text(`${name}_label`).notNull(),
    width: integer("width").default(width),
  }, (t) => [index(`${name}_by_label`).on(t.label)]);

export const colors = lookup("colors");
export const sizes = lookup("sizes", 9);
export const shirts = pgTable("shirts", {
  id: serial("id").primaryKey(),
  color: integer("color").references(() => colors.id),
  size: integer("size").references(() => sizes.id),
});
