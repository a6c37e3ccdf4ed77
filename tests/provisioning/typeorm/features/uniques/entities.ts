import { Column, Entity, ManyToOne, PrimaryColumn, PrimaryGeneratedColumn, Unique } from "typeorm";

@Entity()
@Unique(["a", "b"])
@Unique("named_unique", ["b", "c"])
@Unique(["c"])
@Unique("deferred_unique", ["a", "c"], { deferrable: "INITIALLY DEFERRED" })
@Unique("immediate_unique", ["d", "c"], { deferrable: "INITIALLY IMMEDIATE" })
@Unique((one: Uniques) => [one.d, one.a])
@Unique(["owner", "a"])
export class Uniques {
  @PrimaryGeneratedColumn() id: number;
  @Column() a: string;
  @Column({ name: "b_column" }) b: string;
  @Column() c: string;
  @Column({ unique: true }) d: string;
  @Unique("of_property", []) @Column() e: string;
  @ManyToOne(() => Uniques) owner: Uniques;
}

@Entity()
@Unique(["id"])
@Unique("twice", ["name"])
export class Twice {
  @PrimaryColumn() id: string;
  @Column({ unique: true }) name: string;
}
