import { EntitySchema } from "typeorm";

export interface Category {
  id: number;
  name: string;
}

export const CategoryEntity = new EntitySchema<Category>({
  name: "category",
  columns: {
    id: { type: Number, primary: true, generated: true },
    name: { type: String, length: 30, unique: true },
    rank: { type: "int", default: 0, nullable: true, name: "rank_column" },
    kind: { type: "enum", enum: ["a", "b"], default: "a" },
    createdAt: { type: "timestamptz", createDate: true },
    updatedAt: { type: "timestamp", updateDate: true },
    deletedAt: { type: "timestamp", deleteDate: true },
    version: { type: "int", version: true },
    token: { type: "uuid", generated: "uuid" },
    total: { type: "int", virtualProperty: true, query: () => "select 1" },
  },
  indices: [{ name: "category_rank", columns: ["rank"], where: "rank_column > 1" }, { columns: ["name", "rank"], unique: true }],
  uniques: [{ columns: ["rank", "name"] }, { name: "named_unique", columns: ["kind", "name"], deferrable: "INITIALLY DEFERRED" }],
  checks: [{ expression: `"rank_column" < 100` }, { name: "named_check", expression: `"rank_column" > 0` }],
  exclusions: [{ name: "no_twins", expression: `USING btree ("name" WITH =)` }],
});

export const PostEntity = new EntitySchema({
  name: "Post",
  tableName: "all_posts",
  columns: {
    id: { type: "uuid", primary: true, generated: "uuid" },
    categoryKey: { type: "int", foreignKey: { target: "category", inverseSide: "id", onDelete: "SET NULL" }, nullable: true },
  },
  relations: {
    category: { type: "many-to-one", target: "category", joinColumn: { name: "category_id" }, nullable: false, onDelete: "CASCADE" },
    parent: { type: "many-to-one", target: "Post", joinColumn: true },
    others: { type: "many-to-many", target: "category", joinTable: true },
    named: { type: "many-to-many", target: "category", joinTable: { name: "post_named", joinColumn: { name: "p" }, inverseJoinColumn: { name: "c" } } },
    one: { type: "one-to-one", target: "category", joinColumn: true },
  },
});
