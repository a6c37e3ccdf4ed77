import { Column, Entity, Exclusion, PrimaryGeneratedColumn } from "typeorm";

@Entity()
@Exclusion(`USING gist ("during" WITH &&)`)
export class Booking {
  @PrimaryGeneratedColumn() id: number;
  @Column("tsrange") during: string;
}
