import { Column, Entity, ForeignKey, PrimaryColumn, PrimaryGeneratedColumn } from "typeorm";

@Entity()
export class Target {
  @PrimaryGeneratedColumn() id: number;
  @Column({ unique: true }) name: string;
}

@Entity()
export class Pair {
  @PrimaryColumn() a: string;
  @PrimaryColumn() b: string;
}

@Entity()
@ForeignKey(() => Pair, ["pa", "pb"], ["a", "b"])
@ForeignKey("Target", ["second"], ["id"], { name: "second_fk", onDelete: "CASCADE" })
export class Source {
  @PrimaryGeneratedColumn() id: number;
  @Column() @ForeignKey(() => Target) first: number;
  @Column() second: number;
  @Column() @ForeignKey(() => Target, "name", { onDelete: "SET NULL", onUpdate: "CASCADE" }) named: string;
  @Column() @ForeignKey(() => Target, (target: Target) => target.name, { deferrable: "INITIALLY DEFERRED" }) also: string;
  @Column() pa: string;
  @Column() pb: string;
}
