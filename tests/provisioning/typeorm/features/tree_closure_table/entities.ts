import { Column, Entity, PrimaryColumn, PrimaryGeneratedColumn, Tree, TreeChildren, TreeLevelColumn, TreeParent } from "typeorm";

@Entity()
@Tree("closure-table")
export class Plain {
  @PrimaryGeneratedColumn() id: number;
  @TreeChildren() children: Plain[];
  @TreeParent() parent: Plain;
}

@Entity("menu")
@Tree("closure-table", {
  closureTableName: "menu_paths",
  ancestorColumnName: (column) => "ancestor_" + column.propertyName,
  descendantColumnName: (column) => `descendant_${column.propertyName}`,
})
export class Menu {
  @PrimaryGeneratedColumn("uuid") id: string;
  @TreeChildren() children: Menu[];
  @TreeParent() parent: Menu;
  @TreeLevelColumn() depth: number;
}

@Entity({ schema: "deep" })
@Tree("closure-table")
export class Deep {
  @PrimaryColumn({ type: "varchar", length: 12 }) code: string;
  @TreeChildren() children: Deep[];
  @TreeParent() parent: Deep;
}
