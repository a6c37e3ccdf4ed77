import { Column, CreateDateColumn, Entity, Index, ManyToOne, PrimaryGeneratedColumn, Unique } from "typeorm";

export class Geo {
  @Column("float") lat: number;
  @Column({ name: "longitude_value", type: "float" }) lng: number;
}

export class Address {
  @Column() street: string;
  @Index() @Column({ length: 10 }) postalCode: string;
  @Column(() => Geo) geo: Geo;
  @ManyToOne(() => City) city: City;
  @Column({ unique: true }) mailbox: string;
}

export class Audit {
  @CreateDateColumn() createdAt: Date;
  @Column({ nullable: true }) createdBy: string;
}

@Entity()
export class City {
  @PrimaryGeneratedColumn() id: number;
}

@Entity()
@Index(["home.street", "work.street"])
@Unique(["home.postalCode"])
export class Person {
  @PrimaryGeneratedColumn() id: number;
  @Column(() => Address) home: Address;
  @Column((type) => Address, { prefix: "office" }) work: Address;
  @Column(() => Audit, { prefix: false }) audit: Audit;
  @Column(() => Geo, { prefix: "" }) here: Geo;
  @Column(() => Geo, { prefix: true }) thereAndBack: Geo;
  @Column(() => Geo, { array: true }) many: Geo[];
}
