import {
  AllowNull, AutoIncrement, BelongsTo, BelongsToMany, Column, Comment, CreatedAt, createIndexDecorator, DataType, Default,
  DeletedAt, ForeignKey, HasMany, HasOne, Index, Model, PrimaryKey, Sequelize, Table, Unique,
} from "sequelize-typescript";

enum Rank { Low = 1, High = 9 }
enum Tone { Calm = "calm", Loud = "loud" }
const ByPlace = createIndexDecorator({ name: "by_place", unique: true });

@Table({ tableName: "users", underscored: true })
export class User extends Model {
  @PrimaryKey @AutoIncrement @Column(DataType.BIGINT) id: number;
  @Unique @AllowNull(false) @Column emailAddress: string;
  @Default(true) @Column active: boolean;
  @Default(DataType.UUIDV4) @Column(DataType.UUID) token: string;
  @Index @Column rank: Rank;
  @Index("by_tone") @Column tone: Tone;
  @Index({ name: "by_tone", order: "DESC" }) @Column born: Date;
  @Column mood: "good" | "bad";
  @Column picture: Buffer;
  @Comment("how much") @Column({ type: DataType.DECIMAL(10, 2), field: "sum_total" }) sum: number;
  @Column get nick(): string { return ""; }
  @CreatedAt bornAt: Date;
  @DeletedAt goneAt: Date;
  @HasMany(() => Post) posts: Post[];
  @HasOne(() => Place, { foreignKey: { allowNull: false }, onDelete: "CASCADE" }) place: Place;
  @BelongsToMany(() => Team, () => Member) teams: Team[];
  @BelongsToMany(() => Post, { through: { model: () => Liked, unique: false }, foreignKey: "fan", otherKey: "post" }) liked: Post[];
}

@Table
export class Post extends Model {
  @Column({ type: DataType.TEXT, allowNull: false }) body: string;
  @ForeignKey(() => User) @Column(DataType.BIGINT) ownerId: number;
  @BelongsTo(() => User, "ownerId") owner: User;
  @BelongsTo(() => User, { as: "checker", foreignKey: "checkedBy", constraints: false }) other: User;
}

@Table({ timestamps: false })
export class Place extends Model {
  @ForeignKey(() => User) @Column(DataType.BIGINT) userId: number;
  @ByPlace @Column street: string;
  @ByPlace({ order: "DESC" }) @Column town: string;
}

@Table({ indexes: [{ fields: ["name"] }] })
export class Team extends Model {
  @Index @Column name: string;
  @BelongsToMany(() => User, () => Member) users: User[];
  @BelongsToMany(() => Post, "pinned_posts", "teamId", "postId") pinned: Post[];
}

@Table({ timestamps: false, modelName: "membership" })
export class Member extends Model {
  @ForeignKey(() => User) @Column(DataType.BIGINT) userId: number;
  @ForeignKey(() => Team) @Column teamId: number;
}

@Table
export class Liked extends Model {
  @Column(DataType.BIGINT) fan: number;
  @Column post: number;
}

new Sequelize({ dialect: "postgres", models: [User, Post, Place, Team, Member, Liked] });
