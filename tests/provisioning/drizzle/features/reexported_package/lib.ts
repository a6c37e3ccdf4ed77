export * from "drizzle-orm/pg-core";
export { sql as raw } from "drizzle-orm";
