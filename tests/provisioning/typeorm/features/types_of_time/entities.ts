import { Column, Entity, PrimaryColumn } from "typeorm";

@Entity()
export class Time {
  @PrimaryColumn("timestamp") id: Date;
  @Column("timestamp") a: Date;
  @Column("timestamptz") b: Date;
  @Column("timestamp without time zone") c: Date;
  @Column("timestamp with time zone") d: Date;
  @Column("timestamp", { precision: 3 }) e: Date;
  @Column("timestamptz", { precision: 0 }) f: Date;
  @Column("date") g: string;
  @Column("time") h: string;
  @Column("timetz") i: string;
  @Column("time", { precision: 2 }) j: string;
  @Column("time with time zone", { precision: 4 }) k: string;
  @Column("interval") l: any;
  @Column("interval", { precision: 1 }) m: any;
  @Column({ type: "timestamp", precision: null }) n: Date;
}
