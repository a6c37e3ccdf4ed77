import { Column, Entity, Index, JoinTable, ManyToMany, ManyToOne, PrimaryGeneratedColumn } from "typeorm";

@Entity()
export class AnExtraordinarilyLongEntityNameThatGoesOnAndOn {
  @PrimaryGeneratedColumn() id: number;
  @ManyToMany(() => AnotherExtraordinarilyLongEntityName) @JoinTable() aRelationOfAVeryLongName: AnotherExtraordinarilyLongEntityName[];
  @Column({ type: "enum", enum: ["a"] }) aColumnWhoseEnumTypeGetsANameThatIsMuchTooLong: string;
}

@Entity()
@Index("an_index_of_a_name_that_is_longer_than_the_sixty_three_bytes_of_postgresql", ["short"])
export class AnotherExtraordinarilyLongEntityName {
  @PrimaryGeneratedColumn("uuid") id: string;
  @Column({ name: "a_column_of_a_name_that_is_longer_than_the_sixty_three_bytes_of_it" }) long: string;
  @Column({ name: "ünïcödé" }) short: string;
}
