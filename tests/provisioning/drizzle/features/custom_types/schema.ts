import { pgTable, serial, customType } from "drizzle-orm/pg-core";

const bytea = customType<{ data: Buffer }>({ dataType: () => "bytea" });
const money = customType<{ data: string; config: { precision?: number } }>({
  dataType(config) {
    return config?.precision ? `numeric(${config.precision}, 2)` : "numeric(12, 2)";
  },
});
const moment = customType<{ data: Date; config: { withTimezone: boolean; precision?: number } }>({
  dataType(config) {
    const precision = typeof config?.precision !== "undefined" ? ` (${config.precision})` : "";
    return `timestamp${precision}${config?.withTimezone ? " with time zone" : ""}`;
  },
});
const range = customType<{ data: string }>({ dataType() { return "int4range"; } });
export const rows = pgTable("rows", {
  id: serial("id").primaryKey(),
  file: bytea("file").notNull(),
  price: money("price", { precision: 8 }),
  other: money("other"),
  at: moment("at", { withTimezone: true }),
  range: range(),
});
