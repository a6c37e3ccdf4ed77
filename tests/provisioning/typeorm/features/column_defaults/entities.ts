import { Column, Entity, PrimaryColumn } from "typeorm";

enum Kind {
  A = "a",
  B = "b",
}
const FALLBACK = "fallback";

@Entity()
export class Defaults {
  @PrimaryColumn() id: number;
  @Column({ default: "text" }) a: string;
  @Column({ default: "" }) b: string;
  @Column({ default: 0 }) c: number;
  @Column({ default: -1.5, type: "float" }) d: number;
  @Column({ default: true }) e: boolean;
  @Column({ default: false }) f: boolean;
  @Column({ default: null }) g: string;
  @Column({ default: () => "now()" }) h: Date;
  @Column({ default: () => "CURRENT_TIMESTAMP" }) i: Date;
  @Column({ type: "timestamptz", default: () => "CURRENT_TIMESTAMP(3)" }) j: Date;
  @Column({ type: "date", default: () => "CURRENT_DATE" }) k: string;
  @Column({ type: "time", default: () => "LOCALTIME" }) l: string;
  @Column({ type: "jsonb", default: {} }) m: object;
  @Column({ type: "jsonb", default: [] }) n: object[];
  @Column({ type: "jsonb", default: { a: [1, "b", true, null] } }) o: object;
  @Column({ type: "jsonb", default: () => "'{}'::jsonb" }) p: object;
  @Column({ type: "enum", enum: Kind, default: Kind.B }) q: Kind;
  @Column("text", { array: true, default: [] }) r: string[];
  @Column("text", { array: true, default: ["x", "y"] }) s: string[];
  @Column("int", { array: true, default: () => "'{1,2}'" }) t: number[];
  @Column({ default: FALLBACK }) u: string;
  @Column({ default: `tpl-${FALLBACK}` }) v: string;
  @Column({ default: "it''s" }) w: string;
  @Column({ type: "uuid", default: () => "uuid_generate_v4()" }) x: string;
  @Column({ default: undefined }) y: string;
  @Column({
    default: () => {
      return "'block'";
    },
  })
  z: string;
  @Column({ default: function () { return "42"; } }) aa: number;
  @Column({ type: "simple-array", default: "a,b" }) ab: string[];
  @Column({ type: "bigint", default: 9007199254740991 }) ac: string;
  @Column({ type: "decimal", default: 0.1 }) ad: string;
  @Column({ nullable: true, default: "both" }) ae: string;
  @Column({ type: "timestamp", default: () => "LOCALTIMESTAMP" }) af: Date;
}
