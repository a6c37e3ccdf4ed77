import { Check, Column, Entity, Exclusion, PrimaryGeneratedColumn } from "typeorm";

@Entity()
@Check(`"firstName" <> 'Tim' AND "lastName" <> 'Söze'`)
@Check("age_is_sane", `"age" between 0 and 200`)
@Exclusion("no_overlap", `USING gist ("during" WITH &&)`)
export class Checked {
  @PrimaryGeneratedColumn() id: number;
  @Column() firstName: string;
  @Column() lastName: string;
  @Check(`"age" > 1`) @Column() age: number;
  @Column("tsrange") during: string;
}
