import { Entity, JoinColumn, JoinTable, ManyToMany, ManyToOne, OneToMany, OneToOne, PrimaryColumn, PrimaryGeneratedColumn } from "typeorm";

@Entity()
export class Employee {
  @PrimaryGeneratedColumn() id: number;
  @ManyToOne(() => Employee, (employee) => employee.reports, { onDelete: "SET NULL" }) manager: Employee;
  @OneToMany(() => Employee, (employee) => employee.manager) reports: Employee[];
  @OneToOne(() => Employee) @JoinColumn() deputy: Employee;
  @ManyToMany(() => Employee, (employee) => employee.followers)
  @JoinTable({ name: "follows", joinColumn: { name: "follower" }, inverseJoinColumn: { name: "followed" } })
  following: Employee[];
  @ManyToMany(() => Employee, (employee) => employee.following) followers: Employee[];
}

@Entity()
export class Pair {
  @PrimaryColumn() left: string;
  @PrimaryColumn() right: string;
  @ManyToMany(() => Pair) @JoinTable() pairs: Pair[];
}
