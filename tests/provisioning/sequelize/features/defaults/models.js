const { DataTypes, Sequelize } = require("sequelize");

const sequelize = new Sequelize("postgres://localhost/app");

sequelize.define("Row", {
  id: { type: DataTypes.UUID, defaultValue: DataTypes.UUIDV4, primaryKey: true },
  other: { type: DataTypes.UUID, defaultValue: Sequelize.UUIDV1 },
  at: { type: DataTypes.DATE, defaultValue: DataTypes.NOW },
  made: { type: DataTypes.DATE, defaultValue: Sequelize.fn("now") },
  literal: { type: DataTypes.DATE, defaultValue: Sequelize.literal("CURRENT_TIMESTAMP") },
  expression: { type: DataTypes.UUID, defaultValue: sequelize.literal("gen_random_uuid()") },
  name: { type: DataTypes.STRING, defaultValue: "it's" },
  count: { type: DataTypes.INTEGER, defaultValue: 0 },
  yes: { type: DataTypes.BOOLEAN, defaultValue: false, allowNull: false },
  price: { type: DataTypes.DECIMAL(10, 2), defaultValue: 1.5 },
  data: { type: DataTypes.JSONB, defaultValue: { a: [1, "x"] } },
  list: { type: DataTypes.JSON, defaultValue: [] },
  none: { type: DataTypes.STRING, defaultValue: null },
  made2: { type: DataTypes.STRING, defaultValue: () => "x" },
});
