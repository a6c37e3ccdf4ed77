import { Column, PrimaryColumn, ObjectLiteral } from "typeorm";

export abstract class Base<K extends string | number, V extends ObjectLiteral = {}> {
  @PrimaryColumn("varchar") key: K;
  @Column("jsonb") value: V;
}
