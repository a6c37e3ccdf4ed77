import { Column, Entity, PrimaryColumn } from "typeorm";

@Entity()
export class Other {
  @PrimaryColumn("uuid") id: string;
  @Column("bool") a: boolean;
  @Column("boolean") b: boolean;
  @Column("point") c: any;
  @Column("line") d: any;
  @Column("lseg") e: any;
  @Column("box") f: any;
  @Column("path") g: any;
  @Column("polygon") h: any;
  @Column("circle") i: any;
  @Column("cidr") j: string;
  @Column("inet") k: string;
  @Column("macaddr") l: string;
  @Column("macaddr8") m: string;
  @Column("tsvector") n: any;
  @Column("tsquery") o: any;
  @Column("uuid") p: string;
  @Column("xml") q: string;
  @Column("json") r: object;
  @Column("jsonb") s: Record<string, unknown>;
  @Column("jsonpath") t: string;
  @Column("int4range") u: string;
  @Column("int8range") v: string;
  @Column("numrange") w: string;
  @Column("tsrange") x: string;
  @Column("tstzrange") y: string;
  @Column("daterange") z: string;
  @Column("int4multirange") aa: string;
  @Column("datemultirange") ab: string;
  @Column("simple-array") ac: string[];
  @Column("simple-json") ad: { a: string };
}
