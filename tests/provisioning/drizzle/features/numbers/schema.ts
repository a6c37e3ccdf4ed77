import { pgTable, serial, bigserial, smallserial, integer, bigint, smallint, numeric, decimal, real, doublePrecision } from "drizzle-orm/pg-core";

export const measurements = pgTable("measurements", {
  id: serial("id").primaryKey(),
  big: bigserial("big", { mode: "number" }),
  bigger: bigserial("bigger", { mode: "bigint" }).notNull(),
  small: smallserial("small"),
  count: integer("count").notNull().default(0),
  total: bigint("total", { mode: "number" }).default(-5),
  huge: bigint("huge", { mode: "bigint" }),
  tiny: smallint("tiny"),
  price: numeric("price", { precision: 10, scale: 2 }).default("0.50"),
  ratio: numeric("ratio", { precision: 5 }),
  anything: decimal("anything"),
  single: real("single").default(1.5),
  double: doublePrecision("double"),
});
