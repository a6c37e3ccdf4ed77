import { Check, Column, Entity, JoinTable, ManyToMany } from "typeorm";

import { Content } from "./base";
import { Tag } from "./tag";

@Entity()
@Check(`"words" > 0`)
export class Post extends Content {
  @Column() words: number;
  @Column({ default: "published" }) status: string;
  @ManyToMany(() => Tag) @JoinTable() tags: Tag[];
}

@Entity()
export class SpecialPost extends Post {
  @Column() extra: string;
}
