"""The classes of sequelize-typescript mean what `define` and associations say otherwise."""

from __future__ import annotations

from app.provisioning.extraction.sequelize.reader import read
from app.provisioning.schema.difference import differences
from app.provisioning.source.files import SourceTree

DECORATED = """
import { AllowNull, BelongsTo, BelongsToMany, Column, DataType, Default, ForeignKey, HasMany, Model, PrimaryKey,
  AutoIncrement, Table, Unique, CreatedAt } from "sequelize-typescript";

@Table({ tableName: "users", underscored: true })
export class User extends Model {
  @PrimaryKey @AutoIncrement @Column(DataType.BIGINT) id: number;
  @Unique @AllowNull(false) @Column emailAddress: string;
  @Default(true) @Column active: boolean;
  @HasMany(() => Post) posts: Post[];
  @BelongsToMany(() => Team, () => Member) teams: Team[];
}

@Table
export class Post extends Model {
  @Column({ type: DataType.TEXT, allowNull: false }) body: string;
  @ForeignKey(() => User) @Column(DataType.BIGINT) ownerId: number;
  @BelongsTo(() => User) owner: User;
}

@Table
export class Team extends Model {
  @Column name: string;
}

@Table({ timestamps: false })
export class Member extends Model {
  @ForeignKey(() => User) @Column(DataType.BIGINT) userId: number;
  @ForeignKey(() => Team) @Column teamId: number;
}
"""

DEFINED = """
const { DataTypes, Sequelize } = require("sequelize");
const sequelize = new Sequelize();
const User = sequelize.define("User", {
  id: { type: DataTypes.BIGINT, primaryKey: true, autoIncrement: true },
  emailAddress: { type: DataTypes.STRING, unique: true, allowNull: false },
  active: { type: DataTypes.BOOLEAN, defaultValue: true },
}, { tableName: "users", underscored: true });
const Post = sequelize.define("Post", { body: { type: DataTypes.TEXT, allowNull: false }, ownerId: DataTypes.BIGINT });
const Team = sequelize.define("Team", { name: DataTypes.STRING });
const Member = sequelize.define("Member", { userId: DataTypes.BIGINT, teamId: DataTypes.INTEGER },
  { timestamps: false });
User.hasMany(Post, { foreignKey: "ownerId" });
User.belongsToMany(Team, { through: Member, foreignKey: "userId", otherKey: "teamId" });
Post.belongsTo(User, { foreignKey: "ownerId" });
"""


def test_decorated_classes_are_models() -> None:
    decorated, defined = read(SourceTree({"models.ts": DECORATED})), read(SourceTree({"models.js": DEFINED}))

    assert decorated is not None
    assert defined is not None
    assert decorated.errors == defined.errors == ()
    assert len(decorated.schema.tables) == 4
    assert differences(decorated.schema, defined.schema) == []


def test_an_app_without_models_is_none() -> None:
    assert read(SourceTree({"a.js": "const sequelize = 1; x.define('a', { b: 2 }); chart.init({}, {});"})) is None
