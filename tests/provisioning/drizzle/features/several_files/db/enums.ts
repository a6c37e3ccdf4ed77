import { pgEnum } from "drizzle-orm/pg-core";

export const roles = ["user", "admin"] as const;
export const roleEnum = pgEnum("role", roles);
