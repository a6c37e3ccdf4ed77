import { pgTable, serial, integer, index, unique } from "drizzle-orm/pg-core";

export const first = pgTable("a_table_with_a_name_that_is_really_much_too_long_for_it", {
  id: serial("id").primaryKey(),
  column: integer("a_column_with_a_name_that_is_really_much_too_long_for_any_reason_at_all").unique(),
});
export const second = pgTable("another_table_with_quite_a_long_name_as_well", {
  id: serial("id").primaryKey(),
  firstIdentifier: integer("first_identifier_of_another_table").references(() => first.id),
  secondIdentifier: integer("second_identifier_of_another_table").notNull(),
}, (t) => [index().on(t.firstIdentifier, t.secondIdentifier)]);
