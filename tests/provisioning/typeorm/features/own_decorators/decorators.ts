import { Column, ColumnOptions, CreateDateColumn, Index, PrimaryGeneratedColumn } from "typeorm";

export const Id = () => PrimaryGeneratedColumn("uuid");
export function Money(options: ColumnOptions = {}) {
  return Column({ type: "decimal", precision: 12, scale: 2, ...options });
}
export function Json(options?: { nullable: boolean }) {
  return Column({ type: "jsonb", nullable: options?.nullable ?? false, default: {} });
}
export const Indexed = (type: string) => (target: object, key: string) => {
  Index()(target, key);
  Column({ type: type as "text" })(target, key);
};
export { Column as Field, CreateDateColumn } from "typeorm";
