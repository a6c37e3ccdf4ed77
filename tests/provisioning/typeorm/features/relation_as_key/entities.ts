import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn, PrimaryGeneratedColumn, Unique } from "typeorm";

@Entity()
export class Team {
  @PrimaryGeneratedColumn() id: number;
}

@Entity()
export class Member {
  @PrimaryGeneratedColumn("uuid") id: string;
}

@Entity()
@Unique(["team", "role"])
@Index(["member", "role"])
export class Membership {
  @PrimaryColumn() teamId: number;
  @PrimaryColumn("uuid") memberId: string;
  @ManyToOne(() => Team, { onDelete: "CASCADE" }) @JoinColumn({ name: "teamId" }) team: Team;
  @ManyToOne(() => Member) @JoinColumn({ name: "memberId", referencedColumnName: "id" }) member: Member;
  @Column() role: string;
}
