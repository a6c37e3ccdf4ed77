const { DataTypes, Sequelize } = require("sequelize");

const sequelize = new Sequelize("postgres://localhost/app");

const User = sequelize.define("User", { name: DataTypes.STRING });
const Category = sequelize.define("Category", { name: DataTypes.STRING });
User.belongsToMany(User, { as: "Friends", through: "Friendships", foreignKey: "userId", otherKey: "friendId" });
Category.belongsTo(Category, { as: "parent", foreignKey: "parentId" });
Category.hasMany(Category, { as: "children", foreignKey: "parentId" });
