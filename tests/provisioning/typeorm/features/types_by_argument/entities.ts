import { Column, Entity, PrimaryColumn } from "typeorm";

@Entity()
export class Argument {
  @PrimaryColumn("int") id: number;
  @Column("int") a: number;
  @Column("int2") b: number;
  @Column("int4") c: number;
  @Column("int8") d: string;
  @Column("smallint") e: number;
  @Column("integer") f: number;
  @Column("bigint") g: string;
  @Column("decimal") h: string;
  @Column("numeric", { precision: 10, scale: 2 }) i: string;
  @Column("decimal", { precision: 5 }) j: string;
  @Column("real") k: number;
  @Column("float") l: number;
  @Column("float4") m: number;
  @Column("float8") n: number;
  @Column("double precision") o: number;
  @Column("money") p: string;
  @Column("character varying") q: string;
  @Column("varchar") r: string;
  @Column("character") s: string;
  @Column("char") t: string;
  @Column("text") u: string;
  @Column("bytea") v: Buffer;
  @Column("bit") w: string;
  @Column("varbit") x: string;
  @Column("bit varying", { length: 12 }) y: string;
  @Column("char", { length: 5 }) z: string;
}
