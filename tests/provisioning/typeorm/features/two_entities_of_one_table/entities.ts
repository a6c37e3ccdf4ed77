import { Column, Entity, PrimaryGeneratedColumn } from "typeorm";

@Entity("person")
export class Person {
  @PrimaryGeneratedColumn() id: number;
  @Column() name: string;
}

@Entity("person")
export class PersonView {
  @PrimaryGeneratedColumn() id: number;
  @Column({ length: 80 }) name: string;
  @Column({ nullable: true }) nickname: string;
}
