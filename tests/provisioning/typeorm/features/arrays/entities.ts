import { Column, Entity, PrimaryColumn } from "typeorm";

@Entity()
export class Arrays {
  @PrimaryColumn() id: string;
  @Column("text", { array: true }) a: string[];
  @Column({ type: "int", array: true, nullable: true }) b: number[];
  @Column("varchar", { array: true, length: 30 }) c: string[];
  @Column("uuid", { array: true, default: () => "ARRAY[]::uuid[]" }) d: string[];
  @Column("numeric", { array: true, precision: 8, scale: 3 }) e: string[];
  @Column("timestamptz", { array: true }) f: Date[];
  @Column("jsonb", { array: true, default: [] }) g: object[];
}
