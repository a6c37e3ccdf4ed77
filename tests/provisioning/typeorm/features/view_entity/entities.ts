import { Column, Entity, PrimaryGeneratedColumn, ViewColumn, ViewEntity } from "typeorm";

@Entity()
export class Post {
  @PrimaryGeneratedColumn() id: number;
  @Column() title: string;
}

@ViewEntity({ expression: `select id, title from post` })
export class PostTitle {
  @ViewColumn() id: number;
  @ViewColumn() title: string;
}
