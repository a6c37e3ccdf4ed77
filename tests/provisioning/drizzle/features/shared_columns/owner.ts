import { uuid } from "drizzle-orm/pg-core";
import { users } from "./users";

export const owner = (name = "owner_id") => ({
  ownerId: uuid(name).references(() => users.id, { onDelete: "cascade" }),
});
