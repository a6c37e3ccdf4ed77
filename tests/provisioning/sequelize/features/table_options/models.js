const { DataTypes, Sequelize } = require("sequelize");

const sequelize = new Sequelize("postgres://localhost/app");

const { Model } = require("sequelize");
sequelize.define("Person", { firstName: DataTypes.STRING });
sequelize.define("frozenThing", { firstName: DataTypes.STRING }, { freezeTableName: true });
sequelize.define("NamedThing", { firstName: DataTypes.STRING }, { tableName: "my_things" });
sequelize.define("UserCategory", { firstName: DataTypes.STRING, HTTPStatus: DataTypes.INTEGER, kept: { type: DataTypes.STRING, field: "keptAsIs" } }, { underscored: true });
sequelize.define("Still", { x: DataTypes.STRING }, { timestamps: false });
sequelize.define("Removed", { x: DataTypes.STRING }, { paranoid: true, version: true });
sequelize.define("Moments", { x: DataTypes.STRING }, { createdAt: "made_at", updatedAt: false });
sequelize.define("Deleted", { x: DataTypes.STRING }, { paranoid: true, deletedAt: "gone", underscored: true });
class Gadget extends Model {}
Gadget.init({ x: DataTypes.STRING }, { sequelize, comment: "What it is" });
