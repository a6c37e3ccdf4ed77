import { Column, Entity, JoinColumn, ManyToOne, OneToMany, PrimaryColumn, PrimaryGeneratedColumn, RelationId } from "typeorm";

@Entity()
export class Author {
  @PrimaryGeneratedColumn("uuid") id: string;
  @Column({ unique: true }) slug: string;
  @OneToMany(() => Book, (book) => book.author) books: Book[];
}

@Entity()
export class Country {
  @PrimaryColumn({ length: 2 }) code: string;
}

@Entity()
export class Book {
  @PrimaryGeneratedColumn() id: number;
  @ManyToOne(() => Author, (author) => author.books) author: Author;
  @ManyToOne(() => Author, { nullable: false, onDelete: "CASCADE", onUpdate: "CASCADE" }) editor: Author;
  @ManyToOne((type) => Author, undefined, { onDelete: "SET NULL", deferrable: "INITIALLY DEFERRED" }) reviewer: Author;
  @ManyToOne("Author", "books", { onDelete: "RESTRICT", deferrable: "INITIALLY IMMEDIATE" }) byName: Author;
  @ManyToOne(() => Author) @JoinColumn({ name: "translator_id" }) translator: Author;
  @ManyToOne(() => Author) @JoinColumn({ referencedColumnName: "slug" }) bySlug: Author;
  @ManyToOne(() => Author) @JoinColumn({ name: "slug_of", referencedColumnName: "slug", foreignKeyConstraintName: "book_slug_fk" }) slugOf: Author;
  @ManyToOne(() => Country) country: Country;
  @ManyToOne(() => Author, { createForeignKeyConstraints: false }) loose: Author;
  @ManyToOne(() => Author, { eager: true, cascade: true, lazy: true }) lazy: Promise<Author>;
  @Column({ nullable: true }) publisherId: string;
  @ManyToOne(() => Author) @JoinColumn({ name: "publisherId" }) publisher: Author;
  @Column({ type: "uuid", name: "owner_id" }) ownerId: string;
  @ManyToOne(() => Author, { onDelete: "NO ACTION" }) @JoinColumn({ name: "owner_id" }) owner: Author;
  @RelationId((book: Book) => book.author) authorId: string;
  @ManyToOne(() => Book, (book) => book.sequels) prequel: Book;
  @OneToMany(() => Book, (book) => book.prequel) sequels: Book[];
}
