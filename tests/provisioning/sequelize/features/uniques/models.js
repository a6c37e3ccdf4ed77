const { DataTypes, Sequelize } = require("sequelize");

const sequelize = new Sequelize("postgres://localhost/app");

sequelize.define("Account", {
  email: { type: DataTypes.STRING, unique: true, allowNull: false },
  handle: { type: DataTypes.STRING, unique: "one_handle" },
  a: { type: DataTypes.STRING, unique: "pair" },
  b: { type: DataTypes.STRING, unique: "pair" },
  said: { type: DataTypes.STRING, unique: { name: "said_once", msg: "again" } },
  plain: { type: DataTypes.STRING, unique: { msg: "again" } },
  not: { type: DataTypes.STRING, unique: false },
});
