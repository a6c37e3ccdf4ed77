const { DataTypes, Sequelize } = require("sequelize");

const sequelize = new Sequelize("postgres://localhost/app");

const Shop = sequelize.define("Shop", { kind: DataTypes.ENUM("a", "b") }, { schema: "market" });
const Item = sequelize.define("Item", { name: DataTypes.STRING }, { schema: "market" });
Shop.hasMany(Item);
