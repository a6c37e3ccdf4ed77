import { Column, CreatedAt, DataType, Default, Model, PrimaryKey, Table } from "sequelize-typescript";

@Table({ underscored: true, timestamps: false })
export abstract class Base<T extends {}> extends Model<T> {
  @PrimaryKey @Default(DataType.UUIDV4) @Column(DataType.UUID) declare id: string;
  @CreatedAt @Column declare madeAt: Date;
  @Column declare note: string;
}
