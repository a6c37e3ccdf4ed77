import { Column, CreateDateColumn, Index, ManyToOne, PrimaryGeneratedColumn } from "typeorm";

import { Account } from "./account";

export abstract class Root {
  @PrimaryGeneratedColumn("uuid") id: string;
  @CreateDateColumn() createdAt: Date;
}

@Index(["label"])
export abstract class Content extends Root {
  @Index() @Column() label: string;
  @Column({ default: "draft" }) status: string;
  @ManyToOne(() => Account, { onDelete: "CASCADE" }) owner: Account;
}
