import { Column, Entity, JoinColumn, ManyToOne, OneToOne, PrimaryColumn, PrimaryGeneratedColumn } from "typeorm";

export class Key {
  @PrimaryColumn() tenant: string;
  @PrimaryColumn("uuid") id: string;
}

@Entity()
export class Owner {
  @PrimaryGeneratedColumn() id: number;
}

export class Owned {
  @OneToOne(() => Owner) @JoinColumn() owner: Owner;
}

@Entity()
export class Thing {
  @Column(() => Key) key: Key;
  @Column(() => Owned) owned: Owned;
}

@Entity()
export class Part {
  @PrimaryGeneratedColumn() id: number;
  @ManyToOne(() => Thing) thing: Thing;
}
