export * from "./users";
export { posts as articles } from "./posts";
export * from "./relations";
