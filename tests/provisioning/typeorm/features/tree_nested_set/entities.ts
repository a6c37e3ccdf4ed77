import { Entity, PrimaryGeneratedColumn, Tree, TreeChildren, TreeParent } from "typeorm";

@Entity()
@Tree("nested-set")
export class Node {
  @PrimaryGeneratedColumn("uuid") id: string;
  @TreeChildren({ cascade: true }) children: Node[];
  @TreeParent() parent: Node;
}
