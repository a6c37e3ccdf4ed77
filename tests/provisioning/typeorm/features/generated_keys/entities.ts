import { Column, Entity, Generated, PrimaryColumn, PrimaryGeneratedColumn } from "typeorm";

@Entity()
export class Increment {
  @PrimaryGeneratedColumn() id: number;
}
@Entity()
export class IncrementNamed {
  @PrimaryGeneratedColumn("increment", { name: "increment_id", type: "bigint" }) id: string;
}
@Entity()
export class Small {
  @PrimaryGeneratedColumn({ type: "smallint", comment: "short" }) id: number;
}
@Entity()
export class Uuid {
  @PrimaryGeneratedColumn("uuid") id: string;
}
@Entity()
export class Rowid {
  @PrimaryGeneratedColumn("rowid") id: string;
}
@Entity()
export class Identity {
  @PrimaryGeneratedColumn("identity") id: number;
}
@Entity()
export class IdentityAlways {
  @PrimaryGeneratedColumn("identity", { generatedIdentity: "ALWAYS", type: "int8" }) id: string;
}
@Entity()
export class Apart {
  @PrimaryColumn("uuid") @Generated("uuid") id: string;
  @Column() @Generated() counter: number;
  @Column({ type: "bigint" }) @Generated("increment") bigCounter: string;
  @Column("uuid") @Generated("uuid") token: string;
  @Column({ generated: "uuid", type: "uuid" }) other: string;
}
@Entity()
export class KeyName {
  @PrimaryGeneratedColumn("uuid", { primaryKeyConstraintName: "key_of_key_name" }) id: string;
}
@Entity()
export class TwoKeys {
  @PrimaryColumn() first: string;
  @PrimaryColumn("int") second: number;
}
@Entity()
export class ByOption {
  @Column({ primary: true, type: "int", generated: true }) id: number;
}
