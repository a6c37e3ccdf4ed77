import { Column, Entity, Index, JoinColumn, JoinTable, ManyToMany, ManyToOne, OneToOne, PrimaryGeneratedColumn, Tree, TreeChildren, TreeParent, Unique } from "typeorm";

export class PostalAddress {
  @Column() streetName: string;
  @Column({ name: "zipCode" }) zip: string;
}

@Entity()
@Unique(["firstName", "lastName"])
export class UserAccount {
  @PrimaryGeneratedColumn() userId: number;
  @Index() @Column() firstName: string;
  @Column({ name: "LastName" }) lastName: string;
  @Column(() => PostalAddress) homeAddress: PostalAddress;
  @Column(() => PostalAddress, { prefix: "wk" }) workAddress: PostalAddress;
  @Column({ type: "enum", enum: ["a", "b"] }) accountKind: string;
  @ManyToMany(() => UserGroup, (group) => group.memberAccounts) @JoinTable() memberGroups: UserGroup[];
  @OneToOne(() => UserAccount) @JoinColumn() backupAccount: UserAccount;
}

@Entity()
@Tree("closure-table")
export class UserGroup {
  @PrimaryGeneratedColumn("uuid") id: string;
  @ManyToOne(() => UserAccount) ownerAccount: UserAccount;
  @ManyToOne(() => UserAccount) @JoinColumn({ name: "made_By" }) madeBy: UserAccount;
  @ManyToMany(() => UserAccount, (account) => account.memberGroups) memberAccounts: UserAccount[];
  @TreeChildren() subGroups: UserGroup[];
  @TreeParent() superGroup: UserGroup;
}
