import { Base, MAX, State, TABLES } from "@shared";
import { Column, Entity, ManyToOne } from "typeorm";

import type { Role } from "./role";
import { default as RoleModel } from "@models/role";

@Entity(TABLES.user)
export default class User extends Base {
  @Column({ length: MAX }) name: string;
  @Column({ type: "enum", enum: State, default: State.On }) state: State;
  @ManyToOne(() => RoleModel, (role) => role.users) role: RoleModel;
}
