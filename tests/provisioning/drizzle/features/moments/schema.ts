import { pgTable, serial, date, time, timestamp, interval } from "drizzle-orm/pg-core";

export const events = pgTable("events", {
  id: serial("id").primaryKey(),
  day: date("day").notNull().defaultNow(),
  dayAsDate: date("day_as_date", { mode: "date" }).default("2024-02-29"),
  at: time("at"),
  atExactly: time("at_exactly", { precision: 3, withTimezone: true }),
  created: timestamp("created").defaultNow().notNull(),
  updated: timestamp("updated", { precision: 3, withTimezone: true, mode: "string" }).defaultNow(),
  exact: timestamp("exact", { precision: 0 }),
  fixed: timestamp("fixed").default(new Date("2024-01-02T03:04:05.678Z")),
  fixedZone: timestamp("fixed_zone", { withTimezone: true }).default(new Date(0)),
  span: interval("span"),
  days: interval("days", { fields: "day" }),
  seconds: interval("seconds", { fields: "second", precision: 3 }),
});
