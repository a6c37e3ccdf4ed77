import { Column, ColumnOptions, Entity, PrimaryGeneratedColumn, RelationOptions, ManyToOne } from "typeorm";

const money: ColumnOptions = { type: "numeric", precision: 14, scale: 4 };
const optional = (more: ColumnOptions): ColumnOptions => ({ nullable: true, ...more });
const cascade: RelationOptions = { onDelete: "CASCADE", onUpdate: "RESTRICT" };
const production = process.env.NODE_ENV === "production";

export class Sizes {
  static readonly NAME = 80;
}

@Entity()
export class Shared {
  @PrimaryGeneratedColumn() id: number;
  @Column(money) price: string;
  @Column({ ...money, scale: 2 }) discount: string;
  @Column("varchar", { length: Sizes.NAME }) name: string;
  @Column({ type: "varchar", length: true ? 5 : 6 }) chosen: string;
  @ManyToOne(() => Shared, cascade) parent: Shared;
}
