import { ChildEntity, Column, Entity, Index, PrimaryGeneratedColumn, TableInheritance } from "typeorm";

enum Kind {
  Cat = "cat",
  Dog = "dog",
}

@Entity("animals")
@TableInheritance({ column: { type: "enum", enum: Kind, name: "species" }, pattern: "STI" })
export class Animal {
  @PrimaryGeneratedColumn() id: number;
  @Column({ type: "enum", enum: Kind }) species: Kind;
}

@ChildEntity(Kind.Cat)
export class Cat extends Animal {
  @Column() lives: number;
}

@ChildEntity(Kind.Dog)
export class Dog extends Animal {
  @Column({ nullable: false }) tricks: string;
}

@Entity()
@TableInheritance({ column: { type: "varchar", name: "type", length: 20, nullable: true } })
@Index(["type"])
export class Vehicle {
  @PrimaryGeneratedColumn() id: number;
  @Column() type: string;
}

@ChildEntity("car")
export class Car extends Vehicle {
  @Column() doors: number;
}

export class Engine {
  @Column() power: number;
}

@Entity()
@TableInheritance({ column: { type: "varchar", name: "sort" } })
export class Machine {
  @PrimaryGeneratedColumn() id: number;
  @Column(() => Engine) engine: Engine;
}

@ChildEntity()
export class Drill extends Machine {
  @Column() bits: number;
  @Column(() => Engine) second: Engine;
}
