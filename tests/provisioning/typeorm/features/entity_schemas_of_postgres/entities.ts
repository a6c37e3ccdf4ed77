import { Column, Entity, Index, ManyToOne, PrimaryGeneratedColumn } from "typeorm";

export enum Level {
  Low = "low",
  High = "high",
}

@Entity({ schema: "audit", name: "entries" })
export class Entry {
  @PrimaryGeneratedColumn() id: number;
  @Index() @Column({ type: "enum", enum: Level }) level: Level;
}

@Entity("billing.invoices")
export class Invoice {
  @PrimaryGeneratedColumn("uuid") id: string;
  @ManyToOne(() => Entry) entry: Entry;
  @Column({ unique: true }) number: string;
}
