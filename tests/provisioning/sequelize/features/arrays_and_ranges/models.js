const { DataTypes, Sequelize } = require("sequelize");

const sequelize = new Sequelize("postgres://localhost/app");

sequelize.define("list", {
  tags: DataTypes.ARRAY(DataTypes.STRING),
  numbers: { type: DataTypes.ARRAY(DataTypes.INTEGER), defaultValue: [1, 2], allowNull: false },
  empty: { type: DataTypes.ARRAY(DataTypes.TEXT), defaultValue: [] },
  kinds: DataTypes.ARRAY(DataTypes.ENUM("a", "b")),
  span: DataTypes.RANGE(DataTypes.INTEGER),
  days: DataTypes.RANGE(DataTypes.DATEONLY),
  moments: DataTypes.RANGE(DataTypes.DATE),
  prices: DataTypes.RANGE(DataTypes.DECIMAL),
});
