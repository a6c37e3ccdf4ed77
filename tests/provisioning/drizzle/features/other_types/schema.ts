import { pgTable, serial, json, jsonb, inet, cidr, macaddr, macaddr8, point, line, bit } from "drizzle-orm/pg-core";

export const things = pgTable("things", {
  id: serial("id").primaryKey(),
  raw: json("raw").default({ a: [1, "two", null], b: { c: true } }),
  data: jsonb("data").$type<Record<string, string>>().notNull().default({ it: "is" }),
  list: jsonb("list").default([]),
  address: inet("address"),
  network: cidr("network"),
  mac: macaddr("mac"),
  mac8: macaddr8("mac8"),
  place: point("place", { mode: "xy" }),
  border: line("border"),
  flags: bit("flags", { dimensions: 3 }),
});
