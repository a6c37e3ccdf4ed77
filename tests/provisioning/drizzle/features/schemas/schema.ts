import { pgTable, pgSchema, pgEnum, serial, integer, text } from "drizzle-orm/pg-core";

export const shop = pgSchema("shop");
export const size = shop.enum("size", ["s", "m"]);
export const products = shop.table("products", {
  id: serial("id").primaryKey(),
  size: size("size").notNull().default("s"),
});
export const items = shop.table("items", {
  id: serial("id").primaryKey(),
  productId: integer("product_id").references(() => products.id, { onDelete: "cascade" }),
});
export const notes = pgTable("notes", {
  id: serial("id").primaryKey(),
  itemId: integer("item_id").notNull().references(() => items.id),
  body: text("body"),
});
