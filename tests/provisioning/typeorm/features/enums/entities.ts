import { Column, Entity, PrimaryGeneratedColumn } from "typeorm";

import { Imported } from "./kinds";

enum Text {
  First = "first",
  Second = "it's second",
}
enum Numeric {
  Zero,
  One,
  Five = 5,
  Six,
}
enum Mixed {
  Name = "name",
  Number = 3,
}
const asObject = { On: "on", Off: "off" } as const;
const asList = ["x", "y", "z"] as const;

@Entity()
export class UserProfile {
  @PrimaryGeneratedColumn() id: number;
  @Column({ type: "enum", enum: Text }) text: Text;
  @Column({ type: "enum", enum: Numeric, default: Numeric.One }) numeric: Numeric;
  @Column({ type: "enum", enum: Mixed }) mixed: Mixed;
  @Column({ type: "enum", enum: ["s", "m", "l"], default: "m" }) list: string;
  @Column({ type: "enum", enum: Text, array: true, default: [Text.First] }) several: Text[];
  @Column({ type: "enum", enum: Text, enumName: "shared_text_enum", nullable: true }) named: Text;
  @Column("enum", { enum: Text, name: "otherCase" }) camelCase: Text;
  @Column({ type: "simple-enum", enum: Text, default: Text.First }) simple: Text;
  @Column({ type: "enum", enum: asObject }) fromObject: string;
  @Column({ type: "enum", enum: asList }) fromList: string;
  @Column({ type: "enum", enum: Object.values(Text) }) fromValues: Text;
  @Column({ type: "enum", enum: Object.keys(Text) }) fromKeys: string;
  @Column({ type: "enum", enum: [...asList, "more"] }) spread: string;
  @Column({ type: "enum", enum: Imported, default: Imported.Yes }) imported: Imported;
}

@Entity()
export class Again {
  @PrimaryGeneratedColumn() id: number;
  @Column({ type: "enum", enum: Text, enumName: "shared_text_enum" }) named: Text;
}
