import { DataSource } from "typeorm";
import { SnakeNamingStrategy } from "typeorm-naming-strategies";

export default new DataSource({
  type: "postgres",
  url: process.env.DATABASE_URL,
  namingStrategy: new SnakeNamingStrategy(),
});
