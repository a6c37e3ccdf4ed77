import * as orm from "typeorm";
import { Entity as Model } from "typeorm";

import * as own from "./decorators";
import { CreateDateColumn, Field, Id, Indexed, Json, Money } from "./decorators";

@Model()
export class Bill {
  @Id() id: string;
  @Money() total: string;
  @Money({ nullable: true, name: "paid_amount" }) paid: string;
  @Indexed("text") reference: string;
  @Field() note: string;
  @own.Field({ nullable: true }) other: string;
  @CreateDateColumn() createdAt: Date;
  @orm.Column("int") count: number;
}

@orm.Entity("receipts")
export class Receipt {
  @own.Id() id: string;
  @orm.ManyToOne(() => Bill) bill: Bill;
}
