import { Column, Entity, JoinColumn, OneToOne, PrimaryColumn, PrimaryGeneratedColumn } from "typeorm";

@Entity()
export class User {
  @PrimaryGeneratedColumn() id: number;
  @OneToOne(() => Profile, (profile) => profile.user) profile: Profile;
  @OneToOne(() => Address, { nullable: false, onDelete: "CASCADE" }) @JoinColumn() address: Address;
  @OneToOne(() => Address) @JoinColumn({ name: "billing_address" }) billing: Address;
  @OneToOne(() => Address, { createForeignKeyConstraints: false }) @JoinColumn() unconstrained: Address;
}

@Entity()
export class Profile {
  @PrimaryColumn() userId: number;
  @OneToOne(() => User, (user) => user.profile, { onDelete: "CASCADE" }) @JoinColumn({ name: "userId" }) user: User;
  @Column() text: string;
}

@Entity()
export class Address {
  @PrimaryGeneratedColumn("uuid") id: string;
}
