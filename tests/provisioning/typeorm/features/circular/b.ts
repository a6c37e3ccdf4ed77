import { Entity, ManyToOne, OneToMany, OneToOne, PrimaryGeneratedColumn, Relation } from "typeorm";

import { A } from "./a";

@Entity()
export class B {
  @PrimaryGeneratedColumn() id: number;
  @ManyToOne(() => A, (a) => a.all, { nullable: false }) first: Relation<A>;
  @OneToMany(() => A, (a) => a.first) all: Relation<A[]>;
  @OneToOne("A", "mirror") mirror: Relation<A>;
}
