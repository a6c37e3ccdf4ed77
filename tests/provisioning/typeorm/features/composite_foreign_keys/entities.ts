import { Column, Entity, JoinColumn, ManyToOne, OneToOne, PrimaryColumn, PrimaryGeneratedColumn } from "typeorm";

@Entity()
export class Section {
  @PrimaryColumn() book: string;
  @PrimaryColumn("int") number: number;
}

@Entity()
export class Paragraph {
  @PrimaryGeneratedColumn() id: number;
  @ManyToOne(() => Section) section: Section;
  @ManyToOne(() => Section)
  @JoinColumn([
    { name: "other_book", referencedColumnName: "book" },
    { name: "other_number", referencedColumnName: "number" },
  ])
  other: Section;
  @OneToOne(() => Section) @JoinColumn() only: Section;
  @Column() sharedBook: string;
  @ManyToOne(() => Section)
  @JoinColumn([
    { name: "sharedNumber", referencedColumnName: "number" },
    { name: "sharedBook", referencedColumnName: "book" },
  ])
  shared: Section;
}
