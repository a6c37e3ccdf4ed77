import { Column, Entity, PrimaryColumn } from "typeorm";

export enum Color {
  Red = "red",
  Blue = "blue",
}
export enum Size {
  Small,
  Large,
}
type Text = string;
type Either = "a" | "b";

@Entity()
export class Guessed {
  @PrimaryColumn() id: string;
  @Column() text: string;
  @Column() whole: number;
  @Column() truth: boolean;
  @Column() moment: Date;
  @Column({ nullable: true }) maybe?: string | null;
  @Column({ nullable: true }) absent: number | undefined;
  @Column() literal: "one" | "two";
  @Column() numbers: 1 | 2 | 3;
  @Column() alias: Text;
  @Column() either: Either;
  @Column() color: Color;
  @Column() size: Size;
  @Column() template: `x-${string}`;
  @Column() parenthesized: (string);
  @Column() readonly fixed: string;
  @Column() optional!: string;
  @Column() isTrue: true;
}
