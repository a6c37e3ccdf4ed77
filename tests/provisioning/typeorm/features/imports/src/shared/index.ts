export * from "./constants";
export { default as Base } from "./base";
export type { Shape } from "./shape";
