import { Entity, ManyToOne, OneToMany, OneToOne, JoinColumn, PrimaryGeneratedColumn, Relation } from "typeorm";

import { B } from "./b";

@Entity()
export class A {
  @PrimaryGeneratedColumn() id: number;
  @ManyToOne(() => B, (b) => b.all) first: Relation<B>;
  @OneToMany(() => B, (b) => b.first) all: Relation<B[]>;
  @OneToOne("B", "mirror") @JoinColumn() mirror: Relation<B>;
}
