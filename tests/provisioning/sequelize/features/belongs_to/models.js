const { DataTypes, Sequelize } = require("sequelize");

const sequelize = new Sequelize("postgres://localhost/app");

const User = sequelize.define("User", { name: DataTypes.STRING });
const Post = sequelize.define("Post", { title: DataTypes.STRING });
Post.belongsTo(User);
Post.belongsTo(User, { as: "editor" });
Post.belongsTo(User, { as: "reviewer", foreignKey: { name: "reviewedBy", allowNull: false } });
Post.belongsTo(User, { as: "owner", foreignKey: "owner_id", onDelete: "CASCADE", onUpdate: "NO ACTION" });
Post.belongsTo(User, { as: "loose", constraints: false });
