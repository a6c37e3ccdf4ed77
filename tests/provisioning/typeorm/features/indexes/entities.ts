import { Column, Entity, Index, ManyToOne, PrimaryGeneratedColumn } from "typeorm";

@Entity()
@Index(["first", "second"])
@Index("named_index", ["second"])
@Index("unique_named", ["first", "third"], { unique: true })
@Index(["third"], { unique: true, where: `"first" > 3` })
@Index((indexed: Indexed) => [indexed.second, indexed.third], { where: "deleted IS NULL" })
@Index((indexed: Indexed) => ({ third: 1, first: -1 }))
@Index("by_hand", { synchronize: false })
@Index(["owner", "first"])
@Index(["place"], { spatial: true })
@Index("sparse_one", ["fourth"], { sparse: true, fulltext: false })
export class Indexed {
  @PrimaryGeneratedColumn() id: number;
  @Index() @Column() first: number;
  @Index("own_name") @Column() second: string;
  @Index({ unique: true }) @Column() third: string;
  @Index("both_name", { unique: true }) @Column({ name: "fourth_column" }) fourth: string;
  @Column({ type: "timestamp", nullable: true }) deleted: Date;
  @Index({ where: "deleted IS NOT NULL" }) @Column() fifth: number;
  @Index() @ManyToOne(() => Indexed) owner: Indexed;
  @Column("point") place: string;
  @Index({ spatial: true }) @Column("polygon") area: string;
  @Index("no_sync", { synchronize: false }) @Column() sixth: string;
}
