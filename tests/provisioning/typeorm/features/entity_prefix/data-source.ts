import { DataSource, DataSourceOptions } from "typeorm";

const options: DataSourceOptions = { type: "postgres", entityPrefix: "app_", schema: "tenant" };
export const source = new DataSource(options);
