import { Column, Entity, ManyToOne } from "typeorm";

import { Base } from "./base";

@Entity()
export class Setting extends Base<string, { on: boolean }> {
  @Column() scope: string;
}

@Entity()
export class Override extends Base<string> {
  @ManyToOne(() => Setting) setting: Setting;
}
