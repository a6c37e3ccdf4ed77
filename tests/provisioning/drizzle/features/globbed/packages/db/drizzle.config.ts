import type { Config } from "drizzle-kit";

const config: Config = { dialect: "postgresql", schema: "./src/**/*.{table,enum}.ts", out: "./migrations" };
export default config;
