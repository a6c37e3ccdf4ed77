const { DataTypes, Sequelize } = require("sequelize");

const sequelize = new Sequelize("postgres://localhost/app");

const User = sequelize.define("User", { name: DataTypes.STRING });
const Post = sequelize.define("Post", { title: DataTypes.STRING });
const Profile = sequelize.define("Profile", { bio: DataTypes.TEXT, ownerId: { type: DataTypes.INTEGER, allowNull: false } });
const Comment = sequelize.define("Comment", { body: DataTypes.TEXT });
User.hasMany(Post);
User.hasOne(Profile, { foreignKey: "ownerId" });
User.hasOne(Comment, { as: "author" });
Post.hasMany(Comment, { as: "replies", foreignKey: { name: "postNumber", allowNull: false }, onDelete: "RESTRICT" });
Comment.belongsTo(Post, { foreignKey: "postNumber" });
Post.belongsTo(User);
