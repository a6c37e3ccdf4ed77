import { Column, Entity } from "typeorm";

import { Root } from "./base";

@Entity()
export class Account extends Root {
  @Column({ unique: true }) email: string;
}
