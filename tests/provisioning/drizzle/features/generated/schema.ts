import { sql, type SQL } from "drizzle-orm";
import { pgTable, integer, bigint, smallint, text, customType } from "drizzle-orm/pg-core";

const tsvector = customType<{ data: string }>({
  dataType() {
    return "tsvector";
  },
});
export const docs = pgTable("docs", {
  id: integer("id").primaryKey().generatedAlwaysAsIdentity(),
  other: bigint("other", { mode: "number" }).generatedByDefaultAsIdentity({ name: "docs_numbers" }),
  tiny: smallint("tiny").generatedAlwaysAsIdentity({ name: "tiny_numbers" }),
  title: text("title"),
  body: text("body"),
  shout: text("shout").generatedAlwaysAs(sql`upper("title")`),
  both: text("both").generatedAlwaysAs((): SQL => sql`coalesce(${docs.title}, '') || coalesce(${docs.body}, '')`),
  search: tsvector("search").notNull().generatedAlwaysAs((): SQL => sql`to_tsvector('english', ${docs.body})`),
  plain: text("plain").generatedAlwaysAs("lower(title)"),
});
