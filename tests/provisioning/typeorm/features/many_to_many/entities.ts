import { Column, Entity, JoinTable, ManyToMany, PrimaryColumn, PrimaryGeneratedColumn } from "typeorm";

@Entity()
export class Post {
  @PrimaryGeneratedColumn() id: number;
  @Column({ unique: true }) slug: string;
  @ManyToMany(() => Tag) @JoinTable() tags: Tag[];
  @ManyToMany(() => Category, (category) => category.posts) @JoinTable() categories: Category[];
  @ManyToMany(() => Category, (category) => category.pinned, { onDelete: "SET NULL", onUpdate: "NO ACTION" }) @JoinTable({ name: "pinned_posts" }) pinnedIn: Category[];
  @ManyToMany(() => Tag)
  @JoinTable({
    name: "post_label",
    joinColumn: { name: "post_id", referencedColumnName: "id" },
    inverseJoinColumn: { name: "tag_name", referencedColumnName: "name" },
  })
  labels: Tag[];
  @ManyToMany(() => Post) @JoinTable() related: Post[];
  @ManyToMany(() => Post, { createForeignKeyConstraints: false }) @JoinTable({ name: "loose_posts" }) loose: Post[];
  @ManyToMany(() => Tag) @JoinTable({ schema: "other" }) elsewhere: Tag[];
  @ManyToMany(() => Tag) @JoinTable({ synchronize: false, name: "by_hand" }) byHand: Tag[];
  @ManyToMany(() => Tag)
  @JoinTable({
    name: "post_slug_tag",
    joinColumns: [{ name: "slug", referencedColumnName: "slug", foreignKeyConstraintName: "slug_fk" }],
    inverseJoinColumns: [{ name: "tag", foreignKeyConstraintName: "tag_fk" }],
  })
  bySlug: Tag[];
}

@Entity()
export class Tag {
  @PrimaryColumn({ length: 50 }) name: string;
}

@Entity("categories")
export class Category {
  @PrimaryGeneratedColumn("uuid") id: string;
  @ManyToMany(() => Post, (post) => post.categories) posts: Post[];
  @ManyToMany(() => Post, (post) => post.pinnedIn, { onDelete: "CASCADE" }) pinned: Post[];
}
