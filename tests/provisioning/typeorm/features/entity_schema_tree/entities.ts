import { EntitySchema } from "typeorm";

export const Folder = new EntitySchema({
  name: "Folder",
  columns: { id: { type: "int", primary: true, generated: "increment" }, title: { type: "text" } },
  relations: {
    parent: { type: "many-to-one", target: "Folder", treeParent: true },
    children: { type: "one-to-many", target: "Folder", treeChildren: true, inverseSide: "parent" },
  },
  trees: [{ type: "materialized-path" }],
});
