import { pgEnum } from "drizzle-orm/pg-core";

export const kind = pgEnum("kind", ["x", "y"]);
