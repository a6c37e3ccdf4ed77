import { AllowNull, BelongsTo, Column, DataType, ForeignKey, Table } from "sequelize-typescript";
import { Base } from "./base";
import { Owner } from "./owner";

@Table({ tableName: "first_things", timestamps: true })
export class First extends Base<First> {
  @AllowNull(false) @Column(DataType.TEXT) declare note: string;
  @AllowNull(false) @ForeignKey(() => Owner) @Column(DataType.UUID) declare ownerId: string;
  @BelongsTo(() => Owner) declare owner: Owner;
}
