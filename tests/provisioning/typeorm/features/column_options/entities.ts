import { Column, Entity, PrimaryColumn } from "typeorm";

const common = { nullable: true } as const;
const LENGTH = 40;
const transformer = { to: (value: string) => value, from: (value: string) => value };

@Entity()
export class Optional {
  @PrimaryColumn({ type: "varchar", length: 26, primaryKeyConstraintName: "optional_pk" }) id: string;
  @Column({ name: "renamed_column" }) original: string;
  @Column({ length: 255 }) bounded: string;
  @Column({ length: "100" }) asText: string;
  @Column({ length: LENGTH }) constant: string;
  @Column({ type: "varchar", length: LENGTH * 2, nullable: true }) computed: string;
  @Column({ ...common, length: 12 }) spread: string;
  @Column({ select: false, insert: false, update: false }) hidden: string;
  @Column({ transformer }) transformed: string;
  @Column({ comment: "what it's \\ for" }) commented: string;
  @Column({ collation: "C" }) collated: string;
  @Column({ type: "int", width: 4, unsigned: true, zerofill: true }) wide: number;
  @Column("varchar", { nullable: false }) strict: string;
  @Column({ type: String }) typed: any;
  @Column({ type: Number, nullable: true }) counted: any;
  @Column({ type: Boolean }) flagged: any;
  @Column({ type: Date }) dated: any;
  @Column({ unique: true }) single: string;
  @Column({ "nullable": true, ["length"]: 7 }) quotedKeys: string;
}
