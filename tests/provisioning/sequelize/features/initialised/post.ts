import { DataTypes, Model } from "sequelize";
import { sequelize } from "./db";
import { User } from "./user";

class Post extends Model {}
Post.init({ title: DataTypes.STRING, authorId: { type: DataTypes.INTEGER, allowNull: false } }, { sequelize, modelName: "article" });
User.hasMany(Post, { sourceKey: "id", foreignKey: "authorId", as: "posts" });
Post.belongsTo(User, { targetKey: "id", foreignKey: "authorId" });
export default Post;
