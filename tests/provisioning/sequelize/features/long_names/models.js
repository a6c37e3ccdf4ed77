const { DataTypes, Sequelize } = require("sequelize");

const sequelize = new Sequelize("postgres://localhost/app");

const First = sequelize.define("a_model_with_a_name_that_is_quite_long_enough", {
  a_column_with_a_name_that_is_long_enough_as_well: { type: DataTypes.STRING, unique: true },
});
const Second = sequelize.define("another_model_with_a_name_that_is_long", { x: DataTypes.STRING });
Second.belongsTo(First, { foreignKey: "a_foreign_key_with_quite_a_long_name_of_its_own" });
