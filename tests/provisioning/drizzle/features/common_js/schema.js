const { pgTable, serial, text, integer } = require("drizzle-orm/pg-core");
const core = require("drizzle-orm/pg-core");

const users = pgTable("users", { id: serial("id").primaryKey(), name: core.text("name") });
const posts = pgTable("posts", { id: serial("id").primaryKey(), userId: integer("user_id").references(() => users.id), body: text("body") });

module.exports = { users, posts };
