import { Field, ID, ObjectType } from "type-graphql";
import { Expose } from "class-transformer";
import { Column, Entity, ManyToOne, OneToMany, PrimaryGeneratedColumn } from "typeorm";

@ObjectType({ description: "A decorator above that of the entity" })
@Entity()
export class Account {
  @Field(() => ID)
  @PrimaryGeneratedColumn()
  id: number;

  @Expose({ name: "mail" })
  @Column({ unique: true })
  email: string;

  @Field(() => [Letter])
  @OneToMany(() => Letter, (letter) => letter.account)
  letters: Letter[];
}

@Entity()
@ObjectType()
export class Letter {
  @PrimaryGeneratedColumn()
  id: number;

  @Field(() => Account)
  @ManyToOne(() => Account, (account) => account.letters, { onDelete: "CASCADE" })
  account: Account;
}
