import { Column, Entity, PrimaryGeneratedColumn } from "typeorm";

@Entity()
export class HTTPRequestLog {
  @PrimaryGeneratedColumn() id: number;
}

@Entity("plain_name")
export class Named {
  @PrimaryGeneratedColumn() id: number;
}

@Entity({ name: "from_options", orderBy: { id: "ASC" }, comment: "What it is for" })
export class Optioned {
  @PrimaryGeneratedColumn() id: number;
}

@Entity("both", { orderBy: { id: "DESC" } })
export class Both {
  @PrimaryGeneratedColumn() id: number;
}

@Entity({ synchronize: false })
export class Elsewhere {
  @PrimaryGeneratedColumn() id: number;
}

@Entity("select")
export class Reserved {
  @PrimaryGeneratedColumn() order: number;
  @Column({ name: "group" }) groupName: string;
  @Column() "with-dash": string;
}
