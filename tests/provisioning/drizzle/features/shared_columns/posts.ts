import { pgTable, text } from "drizzle-orm/pg-core";
import * as columns from "./columns";
import { owner } from "./owner";

export const posts = pgTable("posts", {
  id: columns.id(),
  title: text("title").notNull(),
  ...owner(),
  ...columns.timestamps,
});
export const drafts = pgTable("drafts", {
  id: columns.id(),
  counter: columns.counter,
  ...owner("user_id"),
  ...columns.soft(false),
});
