const { DataTypes, Sequelize } = require("sequelize");

const sequelize = new Sequelize("postgres://localhost/app");

const User = sequelize.define("User", { code: { type: DataTypes.STRING, unique: true } });
sequelize.define("Post", {
  userId: { type: DataTypes.INTEGER, references: { model: User, key: "id" }, onDelete: "CASCADE", onUpdate: "SET NULL" },
  code: { type: DataTypes.STRING, references: { model: "Users", key: "code" } },
  plain: { type: DataTypes.INTEGER, allowNull: false, references: { model: "Users" } },
});
