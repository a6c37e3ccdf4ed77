const { DataTypes, Sequelize } = require("sequelize");

const sequelize = new Sequelize("postgres://localhost/app");

const roles = ["admin", "member", "it's"];
sequelize.define("User", {
  role: { type: DataTypes.ENUM(...roles), defaultValue: "member" },
  state: DataTypes.ENUM("on", "off"),
  kind: { type: DataTypes.ENUM, values: ["x", "y"], allowNull: false },
  listed: DataTypes.ENUM({ values: ["p", "q"] }),
  given: DataTypes.ENUM(["r", "s"]),
  someColumn: { type: DataTypes.ENUM("u"), field: "renamed" },
});
