import * as shared from "../shared";
import { Column, Entity, OneToMany } from "typeorm";

import User from "./user";

@Entity({ name: shared.TABLES["role"] })
class Role extends shared.Base {
  @Column({ length: shared.MAX * 2 }) name: string;
  @Column({ type: "enum", enum: shared.State }) state: shared.State;
  @OneToMany(() => User, (user) => user.role) users: User[];
}
export { Role };
export default Role;
