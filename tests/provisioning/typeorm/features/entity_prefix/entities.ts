import { Column, Entity, Index, JoinTable, ManyToMany, ManyToOne, PrimaryGeneratedColumn, Tree, TreeChildren, TreeParent } from "typeorm";

@Entity()
@Tree("closure-table")
export class Item {
  @PrimaryGeneratedColumn() id: number;
  @Index() @Column({ type: "enum", enum: ["x"] }) kind: string;
  @ManyToMany(() => Item) @JoinTable() others: Item[];
  @TreeChildren() children: Item[];
  @TreeParent() parent: Item;
}

@Entity("named", { schema: "elsewhere" })
export class Named {
  @PrimaryGeneratedColumn() id: number;
  @ManyToOne(() => Item) item: Item;
}
