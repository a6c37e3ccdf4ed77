import { pgTable, raw, serial, timestamp } from "./lib";

export const rows = pgTable("rows", {
  id: serial().primaryKey(),
  at: timestamp().default(raw`now()`),
});
