import { pgTable, pgEnum, serial } from "drizzle-orm/pg-core";

export const role = pgEnum("role", ["admin", "member", "it's"]);
export const unusedKind = pgEnum("unused_kind", ["x"]);
export enum Status {
  Open = "open",
  Closed = "closed",
}
export const status = pgEnum("status", Status);
const values = ["low", "high"] as const;
export const priority = pgEnum("Priority", values);
export const users = pgTable("users", {
  id: serial("id").primaryKey(),
  role: role("role").notNull().default("member"),
  status: status("status").default(Status.Open),
  priority: priority(),
});
