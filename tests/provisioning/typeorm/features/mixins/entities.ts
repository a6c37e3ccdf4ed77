import { Column, CreateDateColumn, Entity, PrimaryGeneratedColumn } from "typeorm";

type Constructor<T = {}> = abstract new (...args: any[]) => T;

export abstract class Identified {
  @PrimaryGeneratedColumn("uuid") id: string;
}

function Timestamped<T extends Constructor>(Base: T) {
  abstract class WithTimestamps extends Base {
    @CreateDateColumn() createdAt: Date;
  }
  return WithTimestamps;
}

const Sized = <T extends Constructor>(Base: T, length: number) => {
  abstract class WithSize extends Base {
    @Column({ length }) size: string;
  }
  return WithSize;
};

@Entity()
export class Plain extends Timestamped(Identified) {
  @Column() name: string;
}

@Entity()
export class Both extends Sized(Timestamped(Identified), 12) {
  @Column() name: string;
}

@Entity()
export class Other extends Sized(Identified, 30) {}
