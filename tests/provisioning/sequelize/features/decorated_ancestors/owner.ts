import { Column, HasMany, Table } from "sequelize-typescript";
import { First } from "./a_first";
import { Base } from "./base";

@Table
export class Owner extends Base<Owner> {
  @Column declare fullName: string | null;
  @HasMany(() => First) declare things: First[];
}
