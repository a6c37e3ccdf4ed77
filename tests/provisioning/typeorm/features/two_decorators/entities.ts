import { Column, CreateDateColumn, Entity, Generated, Index, PrimaryColumn, PrimaryGeneratedColumn, Unique, UpdateDateColumn } from "typeorm";

@Entity()
export class Both {
  @PrimaryGeneratedColumn() id: number;
  @Column({ type: "timestamp" }) @CreateDateColumn() createdAt: Date;
  @CreateDateColumn() @Column({ type: "timestamptz", nullable: true }) made: Date;
  @Index() @Unique("name_twice", ["name"]) @Column({ unique: true }) name: string;
}
