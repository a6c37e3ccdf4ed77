import { ChildEntity, Column, Entity, Index, JoinColumn, JoinTable, ManyToMany, ManyToOne, OneToOne, PrimaryGeneratedColumn, TableInheritance, Unique } from "typeorm";

@Entity()
@TableInheritance({ column: { type: "varchar", name: "kind" } })
export abstract class Payment {
  @PrimaryGeneratedColumn() id: number;
  @Column("decimal") amount: string;
}

@ChildEntity()
export class CardPayment extends Payment {
  @Column({ length: 4 }) lastDigits: string;
  @ManyToOne(() => Shop, { nullable: false }) shop: Shop;
}

@ChildEntity("bank")
@Index(["iban"])
@Unique(["bic", "iban"])
export class BankPayment extends Payment {
  @Column() iban: string;
  @Column({ default: "x" }) bic: string;
  @OneToOne(() => Shop) @JoinColumn() branch: Shop;
  @ManyToMany(() => Shop) @JoinTable() shops: Shop[];
}

@ChildEntity()
export class InstantBankPayment extends BankPayment {
  @Column("int") seconds: number;
}

@Entity()
export class Shop {
  @PrimaryGeneratedColumn("uuid") id: string;
  @ManyToOne(() => BankPayment) lastPayment: BankPayment;
}
